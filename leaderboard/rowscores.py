"""The rule of `scoring.scores` as SQL: one statement scores a whole board, or one entry, bit for bit as Python does.

The statements work on every table that has the columns of `RowColumns`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from leaderboard.models import BoardRow, Entry, PastRow
from leaderboard.models.rows import RowColumns
from leaderboard.slots import COUNTS_NOTHING, LETTERS, UNKNOWN, Results
from scoring.rules import Measure

NOTHING = ", ".join(f"'{LETTERS[word]}'" for word in COUNTS_NOTHING)
INFINITY, NAN = "'Infinity'::float8", "'NaN'::float8"


@dataclass(frozen=True, slots=True)
class Against:
    """What a board's rows are scored against: the reference's values by slot, None where it has none."""

    entry: UUID | None
    seconds: tuple[float | None, ...]
    usd: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Why rows change: kept with every row that does."""

    at: datetime
    reason: str
    revision: int


def against(reference: Entry | None, results: Results, slugs: Sequence[str]) -> Against:
    found = [results.get(slug, UNKNOWN) for slug in slugs]
    return Against(
        reference.pk if reference else None,
        tuple(one.seconds for one in found),
        tuple(one.cost_usd for one in found),
    )


def score_rows(table: str, board: int, measure: Measure, ratio: Against, entries: Sequence[UUID] = ()) -> None:
    """Score the rows of a board that nobody has seen yet; `entries`: only theirs."""
    sets = _columns(measure, ratio)
    statement = f"UPDATE {table} SET {_assigned(sets)} WHERE board_id = %s"
    with connection.cursor() as cursor:
        if entries:
            cursor.execute(f"{statement} AND entry_id = ANY(%s::uuid[])", [board, [str(pk) for pk in entries]])
        else:
            cursor.execute(statement, [board])


def rescore_rows(board: int, measure: Measure, ratio: Against, change: Change) -> int:
    """Score the rows of a board anew; how many changed. What a changed row was before stays readable."""
    sets = _columns(measure, ratio)
    differs = f"({', '.join(sets)}) IS DISTINCT FROM ({', '.join(sets.values())})"
    return change_rows(f"board_id = %s AND {differs}", [board], _assigned(sets), change, ratio.entry)


def refresh_rows(
    board: int, measure: Measure, tasks: Sequence[int | None], change: Change, reference: UUID | None
) -> int:
    """Read outcomes again into the rows of a board (`tasks`: a key for each slot, None: all at once); how many changed.

    Their scores are then still to be taken anew.
    """
    names = ["outcomes", *(f"{name}_{slot}" for name in ("seconds", "usd") for slot in range(1, len(tasks) + 1))]
    of = [f"task_id {'IS NULL' if task is None else f'= {task}'}" for task in tasks]
    letters = " ".join(f"WHEN '{word.value}' THEN '{letter}'" for word, letter in LETTERS.items())
    usd = "NULL::float8" if measure is Measure.TIME else "max(cost_usd)"
    columns = [
        " || ".join(f"COALESCE(max(CASE outcome {letters} END) FILTER (WHERE {one}), 'U')" for one in of),
        *(f"max(seconds) FILTER (WHERE {one})" for one in of),
        *(usd if measure is Measure.TIME else f"{usd} FILTER (WHERE {one})" for one in of),
    ]
    now = ", ".join(f"{value} AS {name}" for name, value in zip(names, columns, strict=True))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.read_again")
        cursor.execute(
            f"CREATE TEMP TABLE read_again ON COMMIT DROP AS SELECT read.* FROM leaderboard_boardrow AS row JOIN ("
            f" SELECT entry_id, {now} FROM leaderboard_outcome GROUP BY entry_id) AS read USING (entry_id)"
            f" WHERE row.board_id = %s AND ({', '.join(f'row.{name}' for name in names)})"
            f" IS DISTINCT FROM ({', '.join(f'read.{name}' for name in names)})",
            [board],
        )
        if not cursor.rowcount:
            return 0
        cursor.execute("CREATE INDEX ON pg_temp.read_again (entry_id)")
        where = "board_id = %s AND entry_id IN (SELECT entry_id FROM pg_temp.read_again)"
        sets = f"({', '.join(names)}) = (SELECT {', '.join(names)} FROM pg_temp.read_again AS read"
        return change_rows(
            where, [board], f"{sets} WHERE read.entry_id = leaderboard_boardrow.entry_id)", change, reference
        )


def change_rows(where: str, params: Sequence[Any], sets: str, change: Change, reference: UUID | None) -> int:
    """Set columns of the rows that a condition finds, after keeping them as they were; how many there were."""
    with connection.cursor() as cursor:
        keep_rows(where, params, change.at)
        cursor.execute(
            f"UPDATE leaderboard_boardrow SET {sets}, valid_from = GREATEST(valid_from, %s), reason = %s,"
            f" edition_revision = %s, reference_id = %s WHERE {where}",
            [change.at, change.reason, change.revision, reference, *params],
        )
        return cursor.rowcount


def keep_rows(where: str, params: Sequence[Any], until: datetime, *, all_of_them: bool = False) -> None:
    """Copy rows to the past. What was written at that very moment has not stood for any time, and nobody saw it.

    `all_of_them` keeps these as well. Clocks of two servers may differ; a span never ends before it began.
    """
    where = where if all_of_them else f"{where} AND valid_from <> %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO leaderboard_pastrow ({SHARED}, valid_to)"
            f" SELECT {SHARED}, GREATEST(valid_from, %s) FROM leaderboard_boardrow WHERE {where}",
            [until, *params, *([] if all_of_them else [until])],
        )


def _columns(measure: Measure, ratio: Against) -> dict[str, str]:
    """What each scored column is, as SQL over a row."""
    slots = range(1, len(ratio.seconds) + 1)
    times = {slot: _ratio("seconds", slot, ratio.seconds[slot - 1]) for slot in slots}
    costs = {slot: _ratio("usd", slot, ratio.usd[slot - 1]) for slot in slots}
    sums = {Measure.TIME: _sum(times), Measure.COST: _sum(costs)}
    sums[Measure.EFFICIENCY] = f"({sums[Measure.TIME]} + {sums[Measure.COST]})"
    both = {slot: f"({times[slot]} + {costs[slot]})" for slot in slots}
    task_scores = {Measure.TIME: times, Measure.COST: costs, Measure.EFFICIENCY: both}[measure]
    columns = {f"score_{slot}": one for slot, one in task_scores.items()}
    for slot in slots:
        value = {Measure.TIME: f"seconds_{slot}", Measure.COST: f"usd_{slot}"}.get(measure, both[slot])
        columns[f"up_{slot}"] = _key(slot, value, "")
        columns[f"down_{slot}"] = _key(slot, value, "-")
    total = sums[measure]
    columns["score"] = total
    columns["order_key"] = f"CASE WHEN {total} IS NULL THEN {NAN} WHEN {total} = 0 THEN {INFINITY} ELSE -{total} END"
    columns["score_up"] = f"CASE WHEN {total} IS NULL THEN {NAN} WHEN {total} = 0 THEN {INFINITY} ELSE {total} END"
    return columns


def _ratio(name: str, slot: int, reference: float | None) -> str:
    """`scores.task_score`: a value stands where the task was reached, and nowhere else."""
    by = f"'{reference!r}'::float8" if reference else "NULL::float8"
    return (
        f"CASE WHEN {name}_{slot} <> 0 THEN {by} / {name}_{slot}"
        f" WHEN substr(outcomes, {slot}, 1) IN ({NOTHING}) THEN 0::float8 END"
    )


def _sum(parts: dict[int, str]) -> str:
    """`scores.overall`: one after the other, unknown where one is."""
    return f"({' + '.join(['0::float8', *parts.values()])})"


def _key(slot: int, value: str, sign: str) -> str:
    """N/R after every number, then unknown, in both directions."""
    nothing = f"WHEN substr(outcomes, {slot}, 1) IN ({NOTHING}) THEN {INFINITY}"
    return f"CASE {nothing} WHEN {value} IS NOT NULL THEN {sign}{value} ELSE {NAN} END"


def _assigned(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in columns.items())


def columns_of(model: type[RowColumns]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]


SHARED = ", ".join(sorted(set(columns_of(BoardRow)) & set(columns_of(PastRow))))
"""The columns that a row takes along into the past."""
