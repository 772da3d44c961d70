"""An entry on its boards: where it stands now, and every score it had with the span of time in which it held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from leaderboard import lines
from leaderboard.columns import task_titles
from leaderboard.lines import Board, Cell
from leaderboard.models import BoardRow, Entry, PastRow
from leaderboard.models.rows import RowColumns
from leaderboard.slots import TaskResult, result_in, score_in
from scoring.rules import Measure, Phase


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry on one board now; `rank` is None where its score is unknown, `of` counts the board's rows."""

    measure: Measure
    rank: int | None
    of: int
    score: float | None
    tasks: list[Cell]


@dataclass(frozen=True, slots=True)
class Span:
    """A score with the span of time in which it held (`valid_to` None: it holds now)."""

    measure: str
    score: float | None
    task_scores: Mapping[str, float | None]
    """By task slug; None where unknown."""
    reference: UUID | None
    edition_revision: int
    reason: str
    valid_from: datetime
    valid_to: datetime | None


class History(NamedTuple):
    standings: list[Standing]
    """In the order of the measures."""
    spans: list[Span]
    """By measure, the oldest first."""


def history_of(entry: Entry) -> History:
    """Three queries, of which one is for the edition's tasks."""
    titles = task_titles(entry.edition.tasks.order_by("position"), Phase(entry.phase))
    slugs = [slug for slug, _ in titles]
    now = list(BoardRow.objects.filter(entry=entry).select_related("board").ranked())
    past = PastRow.objects.filter(entry=entry).select_related("board")
    spans = [*(span_of(row, slugs, row.valid_to) for row in past), *(span_of(row, slugs, None) for row in now)]
    spans.sort(key=lambda span: (MEASURES.index(span.measure), span.valid_from, span.valid_to is None))
    now.sort(key=lambda row: MEASURES.index(row.board.measure))
    return History([_standing(row, titles) for row in now], spans)


MEASURES = [measure.value for measure in Measure]


def _standing(row: BoardRow, titles: list[tuple[str, str]]) -> Standing:
    board = Board(Phase(row.board.phase), Measure(row.board.measure), titles, row.board.best)
    line = lines.line({name: getattr(row, name) for name in board.columns}, board)
    return Standing(board.measure, row.rank, row.board.count, row.score, line.tasks)


def span_of(row: RowColumns, slugs: list[str], valid_to: datetime | None) -> Span:
    """The span of a row, which comes with its board."""
    return Span(
        measure=row.board.measure,
        score=row.score,
        task_scores={slug: score_in(row, slot) for slot, slug in enumerate(slugs, start=1)},
        reference=row.reference_id,
        edition_revision=row.edition_revision,
        reason=row.reason,
        valid_from=row.valid_from,
        valid_to=valid_to,
    )


def rows_before(entry: UUID, moment: datetime) -> dict[Measure, RowColumns]:
    """The entry's rows as they stood just before a moment, by measure; each comes with its board. Two queries."""
    found: dict[Measure, RowColumns] = {}
    for rows in (BoardRow.objects, PastRow.objects.filter(valid_to__gte=moment)):
        for row in rows.filter(entry=entry, valid_from__lt=moment).select_related("board"):
            found[Measure(row.board.measure)] = row
    return {measure: found[measure] for measure in Measure if measure in found}


def results_before(entry: UUID, measure: Measure, moment: datetime, slugs: Sequence[str]) -> dict[str, TaskResult]:
    """What the entry had on one board just before a moment, by task slug; empty where it did not stand there."""
    row = rows_before(entry, moment).get(measure)
    return {slug: result_in(row, slot) for slot, slug in enumerate(slugs, start=1)} if row is not None else {}
