"""Where a board's rows come from: as they stand now, as they stood at the end of a day, or at the prices of one.

Past rows are copied into a table of the same columns that lasts for one transaction, and are filtered, sorted and paged
like the others. As anybody may ask for any day, few large boards are copied at a time, and each within a bounded time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Max, Min
from psycopg2.errors import QueryCanceled

from leaderboard.columns import BROUGHT, task_titles
from leaderboard.filters import BoardQuery
from leaderboard.models import Board, BoardRow, DayRow, PastRow
from leaderboard.moments import one_moment
from leaderboard.pricing import price_groups, usd_of
from leaderboard.rowscores import SHARED, Against, score_rows
from scoring.rules import Measure

LARGE = 2_000
"""Rows from which on a board is copied by few at a time."""
PAGES_AT_ONCE, EXPORTS_AT_ONCE = 2, 1
"""Exports have their own turn: a slow reader of one keeps no page waiting."""
LONGEST = "20s"
"""For one statement."""
TURNS = 0x48554C4C
"""The class of PostgreSQL's advisory locks that are turns."""
OLD_BOARD = "A board of a past day, or at the prices of one, is"
"""What waits for a turn, in words."""


class TooBusy(Exception):
    """What is worked out anew for whoever asks, as a board of a past day is, cannot be just now."""

    code = "busy"
    retry_after = 10
    """Seconds."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(
            f"{what} worked out anew for whoever asks, and {why}."
            " Try again in some seconds; the board as it stands now is not affected."
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows of one board, unfiltered and unsorted, and what is known of all of them."""

    rows: Any
    """A query of `BoardRow` or `DayRow`."""
    count: int
    best: float | None
    brought: frozenset[str]
    """Keys of the columns of `BROUGHT` that any row has."""
    reference: str
    """The reference's model; empty where there is none."""
    is_live: bool

    def ranked(self, rows: Any) -> Any:
        """A query of them with ranks within the whole board."""
        return rows.ranked() if self.is_live else rows


@contextmanager
def standing(query: BoardQuery, *, export: bool = False) -> Iterator[Standing]:
    """The rows that a query is about, for as long as it lasts. Raises TooBusy."""
    if is_live(query):
        yield _live(query)
        return
    with in_turn(query.board, OLD_BOARD, export=export):
        yield _then(query)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.leaderboard_dayrow")


@contextmanager
def in_turn(board: Board, what: str, *, export: bool = False) -> Iterator[None]:
    """One moment of the database, in which a whole board is gone through: few large ones at a time, and each statement
    within a bounded time. `what` says with its verb what for. Raises TooBusy."""
    with _in_time(what), one_moment(makes_tables=True), transaction.atomic():
        with connection.cursor() as cursor:
            if board.count >= LARGE:
                _take_turn(cursor, what, export)
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST}'")
        yield
        # What is of a transaction lasts to its end, which in a larger one comes later.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")


def is_live(query: BoardQuery) -> bool:
    """Whether the rows are those of now: at the end of today they will have been, and times have no price."""
    is_now = query.on is None or end_of(query.on) > datetime.now(UTC)
    return is_now and (query.prices_on is None or query.measure is Measure.TIME)


def _take_turn(cursor: Any, what: str, export: bool) -> None:
    """Hold one of a few locks to the end of the transaction. Nobody waits for one: that would hold a thread, too."""
    turns = range(PAGES_AT_ONCE, PAGES_AT_ONCE + EXPORTS_AT_ONCE) if export else range(PAGES_AT_ONCE)
    for turn in turns:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [TURNS, turn])
        if cursor.fetchone()[0]:
            return
    raise TooBusy(what, "this server is at it for others")


@contextmanager
def _in_time(what: str) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooBusy(what, "this one took too long") from error
        raise


def end_of(day: date) -> datetime:
    """The moment that a UTC day is over."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def first_day(query: BoardQuery) -> date | None:
    """The day from which on the board has had rows."""
    firsts = [
        model.objects.filter(board=query.board).aggregate(first=Min("valid_from"))["first"]
        for model in (BoardRow, PastRow)
    ]
    known = [first for first in firsts if first is not None]
    return min(known).astimezone(UTC).date() if known else None


def _live(query: BoardQuery) -> Standing:
    board = query.board
    brought = {column.key for column in BROUGHT if getattr(board, f"with_{column.key}")}
    return Standing(
        rows=BoardRow.objects.filter(board=board),
        count=board.count,
        best=board.best,
        brought=frozenset(brought),
        reference=board.reference.get("model", ""),
        is_live=True,
    )


def _then(query: BoardQuery) -> Standing:
    _fill(query)
    if query.prices_on is not None and query.measure is not Measure.TIME:
        _reprice(query, query.prices_on)
    with connection.cursor() as cursor:
        # Of all columns this would take longer than it saves.
        cursor.execute("ANALYZE pg_temp.leaderboard_dayrow (order_key, model_up)")
    rows = DayRow.objects.all()
    brought = {column.key: Count(column.key) for column in BROUGHT}
    facts = rows.aggregate(all=Count("pk"), best=Max("score"), **{f"with_{key}": one for key, one in brought.items()})
    return Standing(
        rows=rows,
        count=facts["all"],
        best=facts["best"],
        brought=frozenset(key for key in brought if facts[f"with_{key}"]),
        reference=rows.filter(is_reference=True).values_list("model", flat=True).first() or "",
        is_live=False,
    )


def _fill(query: BoardQuery) -> None:
    """Copy the rows of that moment. Ties are those of today: they may have been renumbered, but keep their order."""
    columns = ", ".join("entry.tie" if name == "tie" else f"row.{name}" for name in SHARED.split(", "))
    until = end_of(query.on) if query.on else None
    now = "AND row.valid_from < %(until)s" if until else ""
    parts = [
        f"SELECT {columns} FROM leaderboard_boardrow AS row JOIN leaderboard_entry AS entry ON entry.id = row.entry_id"
        f" WHERE row.board_id = %(board)s {now}"
    ]
    if until:
        parts.append(
            f"SELECT {columns} FROM leaderboard_pastrow AS row JOIN leaderboard_entry AS entry"
            " ON entry.id = row.entry_id"
            f" WHERE row.board_id = %(board)s {now} AND row.valid_to >= %(until)s"
        )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.leaderboard_dayrow")
        cursor.execute(
            "CREATE TEMP TABLE leaderboard_dayrow ON COMMIT DROP AS SELECT row_number() OVER () AS id,"
            f" CASE WHEN score IS NOT NULL THEN (rank() OVER (ORDER BY order_key))::int END AS rank, {SHARED}"
            f" FROM ({' UNION ALL '.join(parts)}) AS rows",
            {"board": query.board.pk, "until": until},
        )


def _reprice(query: BoardQuery, day: date) -> None:
    """Give every row the costs of one day's prices, and score all of them against the reference among them."""
    slots = range(1, len(task_titles(query.tasks, query.phase)) + 1)
    entries = "entry.id IN (SELECT entry_id FROM pg_temp.leaderboard_dayrow)"
    key = price_groups(query.edition, entries, [], day)
    sets = ", ".join(f"usd_{slot} = {usd_of(f'row.seconds_{slot}', query.phase)}" for slot in slots)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE pg_temp.leaderboard_dayrow AS row SET {sets} FROM leaderboard_entry AS entry, pg_temp.priced"
            f" WHERE entry.id = row.entry_id AND priced.key = {key}"
        )
    reference = DayRow.objects.filter(is_reference=True).first()
    values = {name: tuple(getattr(reference, f"{name}_{slot}", None) for slot in slots) for name in ("seconds", "usd")}
    score_rows("pg_temp.leaderboard_dayrow", query.board.pk, query.measure, Against(None, **values))
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE pg_temp.leaderboard_dayrow AS row SET rank = placed.rank FROM (
                SELECT id, CASE WHEN score IS NOT NULL THEN rank() OVER (ORDER BY order_key) END AS rank
                FROM pg_temp.leaderboard_dayrow) AS placed
            WHERE placed.id = row.id AND placed.rank IS DISTINCT FROM row.rank"""
        )
