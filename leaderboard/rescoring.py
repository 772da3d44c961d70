"""Prices and scores every entry of an edition anew: first as a plan, then for good, in one transaction.

Each step is a statement over all entries, so that a million take minutes and no memory; of what changes, the first
lines are told and kept, and how many there are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from leaderboard import ranking
from leaderboard.models import Edition, EntryStatus, Event
from leaderboard.pricing import price_groups, usd_of
from leaderboard.publishing import pk_of
from scoring.rules import ALL_TASKS, Measure, Phase

MOST_TOLD = 1000
"""Changes that a plan lists and the record keeps."""


@dataclass(frozen=True, slots=True)
class Repricing:
    """What one task of one entry cost before and costs now, in US dollars."""

    entry: str
    model: str
    phase: str
    task: str
    old_usd: float | None
    new_usd: float | None


@dataclass(frozen=True, slots=True)
class RankChange:
    """Where an entry stood on one board, and where it stands now."""

    entry: str
    model: str
    phase: str
    measure: str
    old_rank: int | None
    new_rank: int | None
    old_score: float | None
    new_score: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rescoring changes: prices, and board rows whose rank or score moves; the first of them, and how many."""

    repriced: tuple[Repricing, ...]
    changes: tuple[RankChange, ...]
    repriced_count: int
    change_count: int

    @property
    def is_empty(self) -> bool:
        return not self.repriced_count and not self.change_count


def plan(edition: Edition, *, at: datetime) -> Plan:
    """What `apply` would change now. It is done and taken back, so that it cannot differ from what will be done."""
    with transaction.atomic():
        found = apply(edition, by=None, at=at, reason="planned")
        transaction.set_rollback(True)
    return found


@transaction.atomic
def apply(edition: Edition, *, by: AbstractBaseUser | None, at: datetime, reason: str) -> Plan:
    """Reprice and rescore, all or nothing; what changed is recorded. Where nothing changes, nothing is written."""
    edition = ranking.lock(edition)
    repriced, repriced_count = _reprice(edition, by=by, at=at, reason=reason)
    changes: list[RankChange] = []
    change_count = 0
    for phase in Phase:
        with _standings(edition, phase):
            if ranking.rebuild(edition, phase, at=at, reason=reason):
                told, number = _changes(edition, phase)
                changes += told
                change_count += number
    changes = changes[:MOST_TOLD]
    if change_count:
        new = {"changes": [asdict(change) for change in changes], "count": change_count}
        Event.objects.create(what=Event.What.RESCORED, edition=edition, by_id=pk_of(by), at=at, new=new, reason=reason)
    return Plan(tuple(repriced), tuple(changes), repriced_count, change_count)


RANKS = """SELECT row.board_id, row.entry_id, row.score, CASE WHEN row.score IS NOT NULL THEN
    rank() OVER (PARTITION BY row.board_id ORDER BY row.order_key) END AS rank
FROM leaderboard_boardrow AS row JOIN leaderboard_board AS board ON board.id = row.board_id
WHERE board.edition_id = %(edition)s AND board.phase = %(phase)s"""


@contextmanager
def _standings(edition: Edition, phase: Phase) -> Iterator[None]:
    """Keeps the scores and ranks of a phase aside while it is scored anew."""
    with connection.cursor() as cursor:
        where = {"edition": edition.pk, "phase": phase.value}
        cursor.execute(f"CREATE TEMP TABLE standings_before ON COMMIT DROP AS {RANKS}", where)
        yield
        cursor.execute("DROP TABLE pg_temp.standings_before")


def _changes(edition: Edition, phase: Phase) -> tuple[list[RankChange], int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT new.entry_id, row.model, board.phase, board.measure, old.rank, new.rank, old.score, new.score,
                count(*) OVER ()
            FROM ({RANKS}) AS new JOIN pg_temp.standings_before AS old USING (board_id, entry_id)
            JOIN leaderboard_boardrow AS row USING (board_id, entry_id)
            JOIN leaderboard_board AS board ON board.id = new.board_id
            WHERE (old.rank, old.score) IS DISTINCT FROM (new.rank, new.score)
            ORDER BY array_position(%(measures)s, board.measure::text), row.order_key, row.tie LIMIT %(most)s""",
            {
                "edition": edition.pk,
                "phase": phase.value,
                "measures": [measure.value for measure in Measure],
                "most": MOST_TOLD,
            },
        )
        rows = cursor.fetchall()
    return [RankChange(str(row[0]), *row[1:8]) for row in rows], rows[0][8] if rows else 0


def _reprice(
    edition: Edition, *, by: AbstractBaseUser | None, at: datetime, reason: str
) -> tuple[list[Repricing], int]:
    """New costs of the outcomes whose price is another one now; each entry's change is recorded with it."""
    published = "entry.edition_id = %s AND entry.status = %s"
    params: list[Any] = [edition.pk, EntryStatus.PUBLISHED.value]
    key = price_groups(edition, published, params)
    usd = " ".join(f"WHEN '{phase.value}' THEN {usd_of('outcome.seconds', phase)}" for phase in Phase)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.repriced")
        cursor.execute(
            f"""CREATE TEMP TABLE repriced ON COMMIT DROP AS SELECT * FROM (
                SELECT outcome.id, outcome.entry_id, COALESCE(task.slug, %s) AS task, task.position,
                    outcome.cost_usd AS old, CASE entry.phase {usd} END AS new, priced.price
                FROM leaderboard_outcome AS outcome JOIN leaderboard_entry AS entry ON entry.id = outcome.entry_id
                JOIN pg_temp.priced ON priced.key = {key}
                LEFT JOIN leaderboard_task AS task ON task.id = outcome.task_id
                WHERE {published} AND outcome.seconds IS NOT NULL) AS priced_now
            WHERE old IS DISTINCT FROM new""",
            [ALL_TASKS, *params],
        )
        number = cursor.rowcount
        if number:
            _write(cursor, [Event.What.REPRICED.value, edition.pk, pk_of(by), at, reason])
        cursor.execute(
            """SELECT entry_id, entry.model, entry.phase, task, old, new FROM pg_temp.repriced
            JOIN leaderboard_entry AS entry ON entry.id = entry_id
            ORDER BY entry.published_at DESC, entry.model, position LIMIT %s""",
            [MOST_TOLD],
        )
        return [Repricing(str(row[0]), *row[1:]) for row in cursor.fetchall()], number


def _write(cursor: Any, event: list[Any]) -> None:
    cursor.execute(
        "UPDATE leaderboard_outcome AS outcome SET cost_usd = new FROM pg_temp.repriced WHERE outcome.id = repriced.id"
    )
    cursor.execute(
        "UPDATE leaderboard_entry AS entry SET price = repriced.price FROM pg_temp.repriced"
        " WHERE entry.id = repriced.entry_id"
    )
    cursor.execute(
        """INSERT INTO leaderboard_event (what, edition_id, by_id, at, reason, entry_id, old, new)
        SELECT %s, %s, %s, %s, %s, entry_id, jsonb_object_agg(task, old), jsonb_object_agg(task, new)
        FROM pg_temp.repriced GROUP BY entry_id""",
        event,
    )


def words(found: Plan) -> list[str]:
    """A plan as lines for a terminal or a message: prices first, then ranks."""
    lines = [
        f"{one.model} ({one.phase}, {one.task}): ${_amount(one.old_usd)} -> ${_amount(one.new_usd)}"
        for one in found.repriced
    ]
    lines += _rest(found.repriced_count - len(found.repriced), "prices")
    lines += [_rank_words(one) for one in found.changes]
    return lines + _rest(found.change_count - len(found.changes), "board rows")


def _rest(number: int, what: str) -> list[str]:
    return [f"… and {number:,} more {what}"] if number > 0 else []


def _rank_words(one: RankChange) -> str:
    rank = f"rank {one.old_rank or '-'} -> {one.new_rank or '-'}"
    if one.old_rank == one.new_rank:
        rank = f"rank {one.new_rank or '-'}"
    return (
        f"{one.model} ({one.phase}, {one.measure}): {rank}, score {_amount(one.old_score)} -> {_amount(one.new_score)}"
    )


def _amount(value: Any) -> str:
    return "-" if value is None else f"{value:,.4f}"
