"""What is to be said of a crossing: the epoch limit, its bracket and margin, and how the curve went on."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from scoring.checks.exact import exact
from scoring.checks.facts import RunFacts, TaskFacts
from scoring.checks.words import percent, plain
from scoring.findings import Finding, finding
from scoring.rules import Phase
from scoring.values import Crossing, Stability

EARLIEST_SECONDS = 0.001
THIN_POINTS = Decimal("0.1")
WIDE_SHARE = Decimal("0.20")


def check_crossings(facts: TaskFacts) -> Iterator[Finding]:
    """epoch-limit, crossing-at-zero, crossing-lost, crossing-thin and bracket-wide, for each run with a log."""
    if facts.bundle.phase is Phase.INFERENCE:
        return
    for run in facts.runs:
        if run.late:
            message = (
                f"The log{facts.of_run(run)} reaches the cut-off of {percent(facts.cutoff)} only after epoch "
                f"{plain(facts.rules.epoch_limit)}, which does not count."
            )
            yield finding("epoch-limit", message, task=facts.slug, file=run.result.file)
        if run.result.crossing:
            yield from _crossing(facts, run, run.result.crossing)


def _crossing(facts: TaskFacts, run: RunFacts, crossed: Crossing) -> Iterator[Finding]:
    earlier, seconds = crossed.bracket
    here = partial(finding, task=facts.slug, file=run.result.file, line=crossed.at.line)
    if seconds < EARLIEST_SECONDS:
        message = f"The cut-off is reached at {plain(seconds)} s, before {EARLIEST_SECONDS} s: no training can do that."
        yield here("crossing-at-zero", message)
        return
    if run.result.stability is Stability.LOST:
        message = f"After the crossing at {plain(seconds)} s the metric ends below the cut-off{facts.of_run(run)}."
        yield here("crossing-lost", message)
    if run.result.margin is not None and run.result.margin < THIN_POINTS:
        message = f"The metric at the crossing is {percent(run.result.margin)} points above the cut-off."
        yield here("crossing-thin", message)
    if exact(seconds) - exact(earlier) > WIDE_SHARE * exact(seconds):
        message = (
            f"The evaluation before the crossing at {plain(seconds)} s was at {plain(earlier)} s: the true time lies "
            f"somewhere in those {plain(seconds - earlier)} s."
        )
        yield here("bracket-wide", message)
