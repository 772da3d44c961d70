"""One task of an entry as its page shows it: the result, how it came about, and the scores with the numbers put in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leaderboard.columns import MEASURE_TITLES
from leaderboard.derivations import Line, Result, result, time_text, usd_text
from leaderboard.history import Span
from leaderboard.intervals import Intervals
from leaderboard.models import Entry, Outcome
from leaderboard.numbers import score_text
from leaderboard.slots import TaskResult
from scoring.rules import ALL_TASKS, Measure, Phase
from scoring.values import Outcome as OutcomeWord

SCORE_NAMES = {Measure.TIME: "time score", Measure.COST: "cost score", Measure.EFFICIENCY: "efficiency"}


@dataclass(frozen=True, slots=True)
class Scoring:
    """`details` is the outcome's own record (runs, estimated, printed …)."""

    result: Result
    lines: tuple[Line, ...]
    """Those of the result, then one for each score."""
    scores: tuple[tuple[Measure, str, str], ...]
    """Measure, its title and the score, as boards print them."""
    details: Mapping[str, Any]


def scorings(
    entry: Entry, scores: Mapping[Measure, Span], reference: Mapping[str, Outcome | TaskResult]
) -> list[Scoring]:
    """One for each task. `scores` hold now (or held last); `reference`, by task slug, is what they were taken from."""
    intervals = Intervals(entry.outcomes.all(), scores, reference)
    return [
        _scoring(entry, outcome, scores, reference.get(outcome.task_slug), intervals)
        for outcome in entry.outcomes.all()
    ]


def _scoring(
    entry: Entry,
    outcome: Outcome,
    scores: Mapping[Measure, Span],
    reference: Outcome | TaskResult | None,
    intervals: Intervals,
) -> Scoring:
    slug, phase = outcome.task_slug, Phase(entry.phase)
    task_scores = {measure: one.task_scores.get(slug) for measure, one in scores.items()}
    found = result(slug, record_of(outcome), outcome.task, phase, entry.price)
    lines = [
        *_source(entry, outcome),
        *found.lines,
        *_intervals(intervals, slug, scores),
        *sums(outcome, task_scores, reference, phase),
    ]
    if outcome.details.get("note") and not outcome.details.get("runs"):
        lines.append(Line("note", outcome.details["note"]))
    return Scoring(
        result=found,
        lines=tuple(lines),
        scores=tuple((measure, MEASURE_TITLES[measure], score_text(score)) for measure, score in task_scores.items()),
        details=outcome.details,
    )


def record_of(outcome: Outcome) -> dict[str, Any]:
    """The outcome with the keys of a measurement."""
    return {
        **outcome.details,
        "outcome": outcome.outcome,
        "seconds": outcome.seconds,
        "cost_usd": outcome.cost_usd,
        "metric": outcome.metric,
        "proven_metric": outcome.proven_metric,
    }


def _source(entry: Entry, outcome: Outcome) -> list[Line]:
    """Where a number without a file of its own comes from: a baseline's table."""
    return [Line("from", entry.source)] if entry.source and not outcome.details.get("file") else []


def _intervals(intervals: Intervals, slug: str, measures: Iterable[Measure]) -> Iterator[Line]:
    told = [
        f"{SCORE_NAMES[measure]} {ends_text(ends)}" for measure in measures if (ends := intervals.score(slug, measure))
    ]
    if told:
        yield Line("95% interval of scores", ", ".join(told))


def ends_text(ends: tuple[float, float]) -> str:
    """An interval of a score as text: `2.41 … 3.07`."""
    return f"{score_text(ends[0])} … {score_text(ends[1])}"


def sums(
    outcome: Outcome,
    scores: Mapping[Measure, float | None],
    reference: Outcome | TaskResult | None,
    phase: Phase,
) -> Iterator[Line]:
    """The ratios that the scores are. Nothing to calculate where nothing was reached."""
    if outcome.outcome == OutcomeWord.NOT_REACHED:
        yield Line("scores", "not reached counts 0")
    if outcome.seconds is None or reference is None or reference.seconds is None:
        return
    time, cost, both = (scores.get(measure) for measure in Measure)
    ratio = f"{time_text(reference.seconds, phase)} ÷ {time_text(outcome.seconds, phase)}"
    yield from _sum(Measure.TIME, ratio, time)
    if reference.cost_usd is not None and outcome.cost_usd is not None:
        yield from _sum(Measure.COST, f"{usd_text(reference.cost_usd)} ÷ {usd_text(outcome.cost_usd)}", cost)
    if time is not None and cost is not None:
        yield from _sum(Measure.EFFICIENCY, f"{time:,.4f} + {cost:,.4f}", both)


def _sum(measure: Measure, calculation: str, score: float | None) -> Iterator[Line]:
    if score is not None:
        yield Line(SCORE_NAMES[measure], f"{calculation} = {score:,.4f}")


def by_task(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    return {outcome.task.slug if outcome.task else ALL_TASKS: outcome for outcome in outcomes}
