"""The lines of a board as page, API and exports show them, made of the columns of its rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from leaderboard.columns import value_unit
from leaderboard.numbers import MISSING_TEXTS, score_text, tidy, value_text
from leaderboard.slots import WORDS, TaskResult
from scoring.rules import Measure, Phase
from scoring.values import Outcome as OutcomeWord


class Cell(NamedTuple):
    """One task of one line; `value` in the board's unit, None unless reached and always on efficiency boards."""

    slug: str
    title: str
    outcome: str
    value: float | None
    unit: str | None
    score: float | None

    @property
    def text(self) -> str:
        if self.value is None or self.unit is None:
            return MISSING_TEXTS.get(self.outcome, "")
        return value_text(self.value, self.unit)

    @property
    def score_text(self) -> str:
        return score_text(self.score)


@dataclass(slots=True, kw_only=True)
class Line:
    """One row of a board, ready to show."""

    entry_id: UUID
    model: str
    organisation: str
    parameters_millions: float | None
    hardware: str
    accelerator: str
    framework: str
    date: date
    kind: str
    badge: str
    verified: bool
    is_reference: bool
    runs: int
    spread: float | None
    energy_kwh: float | None
    co2e_kg: float | None
    footnotes: list[str]
    score: float | None
    order_key: float
    tie: int
    tasks: list[Cell]
    rank: int | None = None
    rank_in_filter: int | None = None
    share: float = 0.0
    """Score as a share of the board's best, for the bar."""
    key: Any = None
    """What the line is sorted by."""


FIXED = tuple(one.name for one in fields(Line) if one.default is MISSING and one.name != "tasks")
"""What a line takes over from its row under the same name."""


@dataclass(frozen=True, slots=True)
class Board:
    """What all lines of a board share."""

    phase: Phase
    measure: Measure
    titles: Sequence[tuple[str, str]]
    """Slug and title of each slot."""
    best: float | None

    @property
    def columns(self) -> list[str]:
        slots = range(1, len(self.titles) + 1)
        return [*FIXED, "outcomes", *(f"{name}_{slot}" for slot in slots for name in ("seconds", "usd", "score"))]


def lines(rows: QuerySet[Any], board: Board, *also: str, chunk: int = 0) -> Iterator[Line]:
    """The rows of a query as lines. `also` names annotations: `rank`, `key`. With `chunk`, memory stays flat."""
    names = [*board.columns, *also]
    found = rows.values_list(*names)
    for values in found.iterator(chunk_size=chunk) if chunk else found:
        yield line(dict(zip(names, values, strict=True)), board)


def line(values: Mapping[str, Any], board: Board) -> Line:
    found = Line(**{name: values[name] for name in FIXED}, tasks=list(_cells(values, board)))
    found.rank, found.key = values.get("rank"), values.get("key")
    if board.best and found.score:
        found.share = found.score / board.best
    return found


def _cells(values: Mapping[str, Any], board: Board) -> Iterable[Cell]:
    unit = value_unit(board.phase, board.measure)
    for slot, (slug, title) in enumerate(board.titles, start=1):
        word = WORDS.get(values["outcomes"][slot - 1 : slot], OutcomeWord.UNKNOWN)
        result = TaskResult(word, values[f"seconds_{slot}"], values[f"usd_{slot}"])
        outcome = result.outcome_on(board.measure)
        value = _in_unit(result, board.phase, board.measure) if unit and outcome is OutcomeWord.REACHED else None
        yield Cell(slug, title, outcome.value, value, unit, values[f"score_{slot}"])


def _in_unit(result: TaskResult, phase: Phase, measure: Measure) -> float | None:
    """The value in the board's unit: hours, seconds or milliseconds, or US dollars."""
    if measure is Measure.COST or result.seconds is None:
        return result.cost_usd
    if phase is Phase.PRETRAINING:
        return tidy(result.seconds / 3600)
    return result.seconds if phase is Phase.FINETUNING else tidy(result.seconds * 1000)
