"""95% intervals of an entry with several runs: of each task's scores, and of the overall scores.

Scores change with their reference, so they are worked out here, when a page asks; times are those of the evidence.
"""

import math
from collections.abc import Iterable, Mapping

from leaderboard.history import Span
from leaderboard.models import Outcome
from leaderboard.slots import TaskResult
from scoring import runs
from scoring.rules import Measure
from scoring.runs import Draws


class Intervals:
    """What the runs of one entry say about its numbers.

    `scores` are the published ones by measure; `reference` has the outcomes that they were taken against, by task slug.
    """

    def __init__(
        self,
        outcomes: Iterable[Outcome],
        scores: Mapping[Measure, Span],
        reference: Mapping[str, Outcome | TaskResult],
    ) -> None:
        self._outcomes = {outcome.task_slug: outcome for outcome in outcomes}
        self._scores = scores
        self._reference = reference
        self._draws = {slug: draws for slug, outcome in self._outcomes.items() if (draws := _draws(outcome))}

    def score(self, slug: str, measure: Measure) -> tuple[float, float] | None:
        """Of a task's score; None where it has one run, or no score."""
        if slug not in self._draws or self._published(slug, measure) is None:
            return None
        return runs.ends(self._score_draws(slug, measure))

    def overall(self, measure: Measure) -> tuple[float, float] | None:
        """Of the sum over the tasks; None where every task has one run, or the sum is unknown."""
        if not self._draws or self._scores[measure].score is None:
            return None
        return runs.interval_of_sum([self._score_draws(slug, measure) for slug in self._outcomes])

    def _published(self, slug: str, measure: Measure) -> float | None:
        found: float | None = self._scores[measure].task_scores.get(slug) if measure in self._scores else None
        return found

    def _score_draws(self, slug: str, measure: Measure) -> Draws:
        """The task's score in a resample: its own where nothing is drawn, 0 where the median is N/R."""
        scale = self._scale(slug, measure)
        if slug not in self._draws or scale is None:
            return [(self._published(slug, measure) or 0.0, 1.0)]
        draws = self._draws[slug]
        return [(0.0 if math.isinf(seconds) else scale / seconds, share) for seconds, share in reversed(draws)]

    def _scale(self, slug: str, measure: Measure) -> float | None:
        """Score times seconds, which is the same for every run of a task: hardware and price are."""
        outcome, score = self._outcomes[slug], self._published(slug, measure)
        if outcome.seconds is not None:
            return None if score is None else score * outcome.seconds
        against = self._reference.get(slug)
        if against is None or against.seconds is None:
            return None
        if measure is Measure.TIME:
            return against.seconds
        usd = self._usd_per_second()
        if usd is None or against.cost_usd is None:
            return None
        cost = against.cost_usd / usd
        return cost if measure is Measure.COST else against.seconds + cost

    def _usd_per_second(self) -> float | None:
        """From a task that was reached: its cost is its time at one price."""
        priced = (one for one in self._outcomes.values() if one.seconds is not None and one.cost_usd is not None)
        return next((one.cost_usd / one.seconds for one in priced if one.cost_usd and one.seconds), None)


def _draws(outcome: Outcome) -> Draws | None:
    """The medians that resamples of a task's runs have; None for one run, and for runs without a number to draw."""
    seconds = _seconds(outcome)
    return runs.medians(seconds) if len(seconds) > 1 and any(one is not None for one in seconds) else None


def _seconds(outcome: Outcome) -> list[float | None]:
    return [run.get("seconds") for run in outcome.details.get("runs") or ()]
