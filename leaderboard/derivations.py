"""How each number of an entry came about, with the numbers put in: what its page shows under every task."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from leaderboard.columns import MEASURE_TITLES
from leaderboard.intervals import Intervals
from leaderboard.models import Entry, Outcome, PublishedScore
from leaderboard.numbers import MISSING_TEXTS, score_text, tidy, value_text
from scoring.rules import ALL_TASKS, INFERENCE_INPUTS, Measure, Phase
from scoring.values import Outcome as OutcomeWord

SCORE_NAMES = {Measure.TIME: "time score", Measure.COST: "cost score", Measure.EFFICIENCY: "efficiency"}


@dataclass(frozen=True, slots=True)
class Formula:
    """One result: what it is called, the calculation with the numbers put in, and what comes out of it."""

    name: str
    sum: str
    result: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """One task of an entry. `details` is the outcome's own record (file, line, bracket, proof, runs, printed …)."""

    slug: str
    title: str
    cutoff: Decimal | None
    outcome: str
    value_text: str
    """The value as boards print it with its unit, or what stands in its place."""
    cost_text: str
    scores: tuple[tuple[str, str], ...]
    """Measure and score, as boards print them."""
    formulas: tuple[Formula, ...]
    metric: Decimal | None
    proven_metric: float | None
    details: Mapping[str, Any]
    bracket: tuple[str, str] | None
    intervals: tuple[tuple[str, str], ...] = ()
    """What of it has an interval, and the interval as text: the time, then the scores. Empty for a single run."""

    @property
    def is_reached(self) -> bool:
        return self.outcome == OutcomeWord.REACHED


def derivations(
    entry: Entry, scores: Mapping[Measure, PublishedScore], reference: Mapping[str, Outcome]
) -> list[Derivation]:
    """One for each task. `scores` hold now (or held last); `reference`, by task slug, is what they were taken from."""
    intervals = Intervals(entry.outcomes.all(), scores, reference)
    return [
        _derivation(entry, outcome, scores, reference.get(outcome.task_slug), intervals)
        for outcome in entry.outcomes.all()
    ]


def _derivation(
    entry: Entry,
    outcome: Outcome,
    scores: Mapping[Measure, PublishedScore],
    reference: Outcome | None,
    intervals: Intervals,
) -> Derivation:
    phase, slug = Phase(entry.phase), outcome.task_slug
    task_scores = {measure: one.task_scores.get(slug) for measure, one in scores.items()}
    missing = MISSING_TEXTS.get(outcome.outcome, "")
    return Derivation(
        slug=slug,
        title=outcome.task.title if outcome.task else "All tasks",
        cutoff=outcome.task.cutoff if outcome.task else None,
        outcome=outcome.outcome,
        value_text=missing if outcome.seconds is None else time_text(outcome.seconds, phase),
        cost_text="" if outcome.cost_usd is None else cost_text(outcome.cost_usd, phase),
        scores=tuple((MEASURE_TITLES[measure], score_text(score)) for measure, score in task_scores.items()),
        formulas=tuple(_formulas(entry, outcome, task_scores, reference)),
        metric=outcome.metric,
        proven_metric=outcome.proven_metric,
        details=outcome.details,
        bracket=_bracket(outcome.details.get("bracket"), phase),
        intervals=tuple(_intervals(intervals, slug, phase, scores)),
    )


def time_text(seconds: float, phase: Phase) -> str:
    """A time in the unit of the phase's boards: `96 h`, `155.43 s`, `2.68 ms`."""
    if phase is Phase.PRETRAINING:
        return f"{value_text(tidy(seconds / 3600), 'h')} h"
    if phase is Phase.INFERENCE:
        return f"{value_text(tidy(seconds * 1000), 'ms')} ms"
    return f"{value_text(seconds, 's')} s"


def cost_text(usd: float, phase: Phase) -> str:
    per = " / 100,000 inputs" if phase is Phase.INFERENCE else ""
    return f"{_usd(usd)}{per}"


def _usd(value: float) -> str:
    """Dollars to four decimals below a hundred, so that a ratio of two of them can be followed."""
    return f"${value:,.0f}" if value >= 100 else f"${value:,.4f}"


def _bracket(bracket: Sequence[float] | None, phase: Phase) -> tuple[str, str] | None:
    return (time_text(bracket[0], phase), time_text(bracket[1], phase)) if bracket else None


def _intervals(
    intervals: Intervals, slug: str, phase: Phase, measures: Iterable[Measure]
) -> Iterator[tuple[str, str]]:
    if (seconds := intervals.seconds(slug)) is None:
        return
    low, high = seconds
    upper = MISSING_TEXTS[OutcomeWord.NOT_REACHED] if high is None else time_text(high, phase)
    yield "time", f"{time_text(low, phase)} … {upper}"
    for measure in measures:
        if score := intervals.score(slug, measure):
            yield SCORE_NAMES[measure], ends_text(score)


def ends_text(ends: tuple[float, float]) -> str:
    """An interval of a score as text: `2.41 … 3.07`."""
    return f"{score_text(ends[0])} … {score_text(ends[1])}"


def _formulas(
    entry: Entry, outcome: Outcome, scores: Mapping[Measure, float | None], reference: Outcome | None
) -> list[Formula]:
    """Cost, then the scores. Empty where nothing was reached: there is nothing to calculate."""
    if outcome.seconds is None:
        return []
    phase = Phase(entry.phase)
    found = []
    if outcome.cost_usd is not None and entry.price.get("usd_per_unit_hour"):
        found.append(Formula("cost", _cost_sum(entry.price, outcome.seconds, phase), _usd(outcome.cost_usd)))
    if reference is None or reference.seconds is None:
        return found
    time, cost, both = (scores.get(measure) for measure in Measure)
    ratio = f"{time_text(reference.seconds, phase)} ÷ {time_text(outcome.seconds, phase)}"
    found += _score("time score", ratio, time)
    if reference.cost_usd is not None and outcome.cost_usd is not None:
        found += _score("cost score", f"{_usd(reference.cost_usd)} ÷ {_usd(outcome.cost_usd)}", cost)
    if time is not None and cost is not None:
        found += _score("efficiency", f"{time:,.4f} + {cost:,.4f}", both)
    return found


def _score(name: str, calculation: str, score: float | None) -> list[Formula]:
    return [] if score is None else [Formula(name, calculation, f"{score:,.4f}")]


def _cost_sum(price: Mapping[str, Any], seconds: float, phase: Phase) -> str:
    inputs = f" × {INFERENCE_INPUTS:,} ÷ 1,000" if phase is Phase.INFERENCE else ""
    hours = "" if phase is Phase.PRETRAINING else " ÷ 3,600"
    time = time_text(seconds, phase)
    return f"{time}{inputs}{hours} × {price.get('units', 1):,} × ${price['usd_per_unit_hour']}/h"


def by_task(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    return {outcome.task.slug if outcome.task else ALL_TASKS: outcome for outcome in outcomes}
