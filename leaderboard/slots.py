"""What stands in the slots of a board row: outcomes as letters, values in seconds and US dollars, scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderboard.models import Entry, Outcome
from leaderboard.models.rows import RowColumns
from scoring.rules import Measure
from scoring.values import Outcome as OutcomeWord

LETTERS = {
    OutcomeWord.REACHED: "R",
    OutcomeWord.NOT_REACHED: "N",
    OutcomeWord.NOT_RUN: "S",
    OutcomeWord.INVALID: "I",
    OutcomeWord.UNKNOWN: "U",
}
WORDS = {letter: word for word, letter in LETTERS.items()}
COUNTS_NOTHING = (OutcomeWord.NOT_REACHED, OutcomeWord.NOT_RUN)
"""Outcomes that count 0: they sort after every number, before what is unknown."""


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What an entry has on one task: an outcome, and its two values where it reached the cut-off."""

    outcome: OutcomeWord
    seconds: float | None = None
    cost_usd: float | None = None

    def value(self, measure: Measure) -> float | None:
        return self.seconds if measure is Measure.TIME else self.cost_usd

    def outcome_on(self, measure: Measure) -> OutcomeWord:
        """The outcome as one board sees it: a reached task whose cost nobody knows is unknown on the cost board."""
        lacks_cost = self.outcome is OutcomeWord.REACHED and self.cost_usd is None
        return OutcomeWord.UNKNOWN if lacks_cost and measure is not Measure.TIME else self.outcome


Results = Mapping[str, TaskResult]
UNKNOWN = TaskResult(OutcomeWord.UNKNOWN)


def results_of(entry: Entry) -> dict[str, TaskResult]:
    return {row.task_slug: result_of(row) for row in entry.outcomes.all()}


def result_of(row: Outcome) -> TaskResult:
    return TaskResult(OutcomeWord(row.outcome), row.seconds, row.cost_usd)


def fill(row: RowColumns, results: Results, slugs: Sequence[str], measure: Measure) -> None:
    """Put results into a row's slots; a task that nothing is said of is unknown."""
    found = [results.get(slug, UNKNOWN) for slug in slugs]
    row.outcomes = "".join(LETTERS[one.outcome] for one in found)
    for slot, one in enumerate(found, start=1):
        setattr(row, f"seconds_{slot}", one.seconds)
        setattr(row, f"usd_{slot}", None if measure is Measure.TIME else one.cost_usd)


def result_in(row: RowColumns, slot: int) -> TaskResult:
    """What a row holds in a slot, counted from 1."""
    letter = row.outcomes[slot - 1 : slot]
    return TaskResult(
        WORDS.get(letter, OutcomeWord.UNKNOWN), getattr(row, f"seconds_{slot}"), getattr(row, f"usd_{slot}")
    )


def score_in(row: RowColumns, slot: int) -> float | None:
    found: float | None = getattr(row, f"score_{slot}")
    return found
