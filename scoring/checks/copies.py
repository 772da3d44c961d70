"""Are the files this run's own, or those of another run or another submission?"""

from collections.abc import Iterator
from itertools import combinations

from scoring.checks.facts import RunFacts, TaskFacts
from scoring.findings import Finding, finding


def check_runs_differ(facts: TaskFacts) -> Iterator[Finding]:
    """runs-same-seed: two runs of a task with byte-equal logs or predictions."""
    for first, second in combinations(facts.runs, 2):
        for kind in sorted(_hashes(first).keys() & _hashes(second).keys()):
            if _hashes(first)[kind] == _hashes(second)[kind]:
                message = (
                    f"Runs {first.number} and {second.number} of {facts.slug} brought the same {kind}, byte for byte."
                )
                yield finding("runs-same-seed", message, task=facts.slug)


def _hashes(run: RunFacts) -> dict[str, tuple[str, ...]]:
    hashes: dict[str, tuple[str, ...]] = {}
    if run.sent.log:
        hashes["log"] = (run.sent.log.sha256,)
    if run.sent.predictions:
        hashes["predictions"] = tuple(run.sent.predictions[part].sha256 for part in sorted(run.sent.predictions))
    return hashes


def check_predictions_are_own(facts: TaskFacts) -> Iterator[Finding]:
    """predictions-shared: the same labels, in whatever format, as somebody else's submission."""
    digests = {
        run.number: run.result.proof.digest for run in facts.runs if run.result.proof and run.result.proof.digest
    }
    shared = facts.peers.sent_by_others(facts.slug, set(digests.values())) if digests else ()
    for run in facts.runs:
        if digests.get(run.number) in shared:
            message = f"Another submission brought the same predictions for {facts.slug}{facts.of_run(run)}."
            file = next(source.name for source in run.sent.predictions.values())
            yield finding("predictions-shared", message, task=facts.slug, file=file)
