"""Do the predictions prove what the log says?"""

from collections.abc import Iterator
from decimal import Decimal

from scoring.checks.exact import exact
from scoring.checks.facts import RunFacts, TaskFacts
from scoring.checks.words import percent
from scoring.findings import Finding, finding
from scoring.rules import Feedback, Phase
from scoring.values import Proof

DISAGREE_POINTS = Decimal("0.5")


def check_predictions_prove_the_log(facts: TaskFacts) -> Iterator[Finding]:
    """predictions-below-cutoff, predictions-disagree and predictions-perfect, for each run."""
    for run in facts.runs:
        proof = run.result.proof
        if run.perfect:
            message = f"The predictions{facts.of_run(run)} equal the gold labels on every row."
            yield finding("predictions-perfect", message, task=facts.slug, file=_file(run))
        if facts.bundle.phase is Phase.FINETUNING and run.reached and proof is not None:
            yield from _against_the_log(facts, run, proof)


def _against_the_log(facts: TaskFacts, run: RunFacts, proof: Proof) -> Iterator[Finding]:
    if proof.metric is None or run.result.metric is None:
        return
    if proof.reaches_cutoff is False:
        shown = f" of {percent(proof.metric)}" if facts.rules.feedback is Feedback.VALUE else ""
        message = (
            f"The predictions' metric{shown}{facts.of_run(run)} is under the cut-off of {percent(facts.cutoff)}, "
            f"although the log says {percent(run.result.metric)} at the crossing."
        )
        yield finding("predictions-below-cutoff", message, task=facts.slug, file=_file(run))
    elif abs(exact(proof.metric) - run.result.metric) > DISAGREE_POINTS:
        message = (
            f"The predictions' metric of {percent(proof.metric)}{facts.of_run(run)} is more than 0.5 points off the "
            f"log's {percent(run.result.metric)} at the crossing."
        )
        yield finding("predictions-disagree", message, task=facts.slug, file=_file(run))


def _file(run: RunFacts) -> str:
    """The name of the predictions; of several parts, the first."""
    return next((source.name for source in run.sent.predictions.values()), "")
