"""Is everything there that this phase needs, and can the server prove it?"""

from collections.abc import Iterator

from scoring.checks.facts import RunFacts, TaskFacts
from scoring.findings import Finding, finding
from scoring.rules import WHOLE, Phase


def check_evidence_is_there(facts: TaskFacts) -> Iterator[Finding]:
    """evidence-missing: a log or latencies for each run, and predictions of every model that reached the cut-off."""
    if not facts.evidence.runs:
        yield _missing(facts, f"No evidence at all was sent for {facts.slug}.")
    for run in facts.runs:
        if facts.bundle.phase is Phase.INFERENCE:
            yield from _latencies(facts, run)
        elif run.sent.log is None:
            yield _missing(facts, f"The log{facts.of_run(run)} of {facts.slug} is not there.")
        yield from _predictions(facts, run)


def _latencies(facts: TaskFacts, run: RunFacts) -> Iterator[Finding]:
    if run.sent.latencies is None and facts.evidence.mean_ms is None:
        message = f"Neither latency samples nor a mean latency{facts.of_run(run)} of {facts.slug} is there."
        yield _missing(facts, message, "Send a file of samples as `latencies`, or `mean_ms` with `samples`.")


def _predictions(facts: TaskFacts, run: RunFacts) -> Iterator[Finding]:
    if facts.bundle.phase is Phase.PRETRAINING or facts.task is None:
        return
    sent = run.sent.predictions
    if not sent:
        if run.reached:
            message = (
                f"The dev-set predictions{facts.of_run(run)} of {facts.slug} are not there: they prove the metric."
            )
            yield _missing(facts, message, "Add the predictions of the model at the crossing and submit again.")
    elif WHOLE not in sent:
        for part in facts.task.parts:
            if part.name not in sent:
                yield _missing(
                    facts, f"The predictions{facts.of_run(run)} of {facts.slug} lack the part `{part.name}`."
                )


def _missing(facts: TaskFacts, message: str, remedy: str = "") -> Finding:
    return finding("evidence-missing", message, task=facts.slug, remedy=remedy)


def check_gold_is_there(facts: TaskFacts) -> Iterator[Finding]:
    """gold-not-imported: once a task whose predictions prove nothing on this server."""
    if facts.bundle.phase is Phase.PRETRAINING or facts.has_gold:
        return
    if any(run.sent.predictions for run in facts.runs):
        message = (
            f"The gold labels of {facts.slug} are not imported on this server: its predictions prove nothing here."
        )
        yield finding("gold-not-imported", message, task=facts.slug)
