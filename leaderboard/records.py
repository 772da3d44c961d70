"""The record of a board over time: who held it from which day on, entries that have left the board since among them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, RowRange, Window

from leaderboard.models import Board, BoardRow, EntryStatus, PastRow

MOST = 200
"""Of those that stand and of those that have left: a record falls a few dozen times in a million entries."""


@dataclass(frozen=True, slots=True)
class Contender:
    """An entry that may have been the record: with the day of submission, and the day on which it left the board."""

    entry: UUID
    model: str
    day: date
    score: float
    left: date | None = None
    why: str = ""
    """`withdrawn` or `superseded`; empty while it stands."""


@dataclass(frozen=True, slots=True)
class Record:
    """From this day on, this was the best score of those that stood; None where nobody stood any more."""

    day: date
    holder: Contender | None


def contenders(board: Board) -> list[Contender]:
    """Whoever can have been the record; two queries. Who left counts as last scored, if against today's reference."""
    before = Window(
        Max("score"), frame=RowRange(start=None, end=-1), order_by=[F("date").asc(), F("score").desc(), F("pk").asc()]
    )
    standing = BoardRow.objects.filter(board=board, score__gt=0).order_by().annotate(before=before)
    standing = standing.filter(Q(before=None) | Q(score__gt=F("before")))
    rows: list[tuple[Any, ...]] = list(standing.values_list("entry_id", "model", "date", "score")[:MOST])
    as_good = BoardRow.objects.filter(board=board, order_key__lte=OuterRef("order_key"), date__lte=OuterRef("date"))
    gone = PastRow.objects.filter(
        ~Exists(as_good),
        board=board,
        score__gt=0,
        reference=board.reference.get("entry"),
        entry__status__in=(EntryStatus.WITHDRAWN, EntryStatus.SUPERSEDED),
        valid_to__gte=F("entry__ended_at"),
    ).order_by("order_key", "date")
    columns = ("entry_id", "model", "date", "score", "entry__ended_at__date", "entry__status")
    rows += gone.values_list(*columns)[:MOST]
    return [Contender(*row) for row in rows]


def records(found: Iterable[Contender]) -> list[Record]:
    """Who held the record from which day on, the first one first. A day on which it came and went again counts."""
    found = list(found)
    days = sorted({day for one in found for day in (one.day, one.left) if day is not None})
    steps: list[Record] = []
    for day in days:
        for holder in _held_on(found, day):
            if holder != (steps[-1].holder if steps else None):
                steps.append(Record(day, holder))
    return steps


def _held_on(found: Iterable[Contender], day: date) -> Iterator[Contender | None]:
    """The best of those that stood on a day, then the best of those that stood at its end."""
    stood = [one for one in found if one.day <= day and (one.left is None or one.left >= day)]
    yield max(stood, key=_rank, default=None)
    yield max((one for one in stood if one.left != day), key=_rank, default=None)


def _rank(one: Contender) -> tuple[float, int]:
    """Equal scores: the earlier one holds the record."""
    return one.score, -one.day.toordinal()
