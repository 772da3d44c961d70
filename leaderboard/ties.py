"""Where entries with equal scores stand: numbers that rise with date, model and id, with room between them.

Whoever asks holds the lock of the edition (`ranking.lock`).
"""

from datetime import date as Date
from uuid import UUID

from django.db import connection

GAP = 2**32
"""Between two neighbours that came in order."""
WINDOW = 256
"""Entries on either side that move closer together or further apart where there is no room left; more where they do
not suffice."""


def tie_for(edition: int, phase: str, date: Date, model: str, pk: UUID) -> int:
    """The number of a new entry."""
    before, after = _neighbours(edition, phase, date, model, pk)
    window = WINDOW
    while before is not None and after is not None and after - before < 2:
        _spread(edition, phase, before, window)
        before, after = _neighbours(edition, phase, date, model, pk)
        window *= 8
    if before is None:
        return 0 if after is None else after - GAP
    return before + GAP if after is None else before + (after - before) // 2


def number_all(edition: int, phase: str) -> None:
    """Give all entries of a phase new numbers; their rows are still to get them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE leaderboard_entry AS entry SET tie = numbered.tie FROM (
                SELECT id, %s * row_number() OVER (ORDER BY date, model COLLATE "C", id) AS tie
                FROM leaderboard_entry WHERE edition_id = %s AND phase = %s) AS numbered
            WHERE entry.id = numbered.id""",
            [GAP, edition, phase],
        )


def _neighbours(edition: int, phase: str, date: Date, model: str, pk: UUID) -> tuple[int | None, int | None]:
    """The numbers before and after; None where the entry is the first or the last one."""
    found = []
    for compared, direction in (("<", "DESC"), (">", "ASC")):
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT tie FROM leaderboard_entry WHERE edition_id = %s AND phase = %s
                AND (date, model COLLATE "C", id) {compared} (%s, %s, %s)
                ORDER BY date {direction}, model COLLATE "C" {direction}, id {direction} LIMIT 1""",
                [edition, phase, date, model, str(pk)],
            )
            row = cursor.fetchone()
        found.append(row[0] if row else None)
    return found[0], found[1]


def _spread(edition: int, phase: str, around: int, window: int) -> None:
    """Give the entries around a number new ones, at even distances: between those of the outermost, or freely where
    nothing stands above."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH near AS (
                (SELECT id, tie FROM leaderboard_entry WHERE edition_id = %(edition)s AND phase = %(phase)s
                    AND tie <= %(around)s ORDER BY tie DESC LIMIT %(window)s)
                UNION ALL
                (SELECT id, tie FROM leaderboard_entry WHERE edition_id = %(edition)s AND phase = %(phase)s
                    AND tie > %(around)s ORDER BY tie LIMIT %(window)s)
            ), numbered AS (
                SELECT id, row_number() OVER (ORDER BY tie) - 1 AS number, min(tie) OVER () AS low,
                    CASE WHEN count(*) FILTER (WHERE tie > %(around)s) OVER () < %(window)s THEN %(gap)s
                    ELSE (max(tie) OVER () - min(tie) OVER ()) / (count(*) OVER () - 1) END AS step FROM near
            ), new AS (
                SELECT id, low + number * step AS tie FROM numbered
            ), entries AS (
                UPDATE leaderboard_entry AS entry SET tie = new.tie FROM new WHERE entry.id = new.id
            )
            UPDATE leaderboard_boardrow AS row SET tie = new.tie FROM new WHERE row.entry_id = new.id""",
            {"edition": edition, "phase": phase, "around": around, "window": window, "gap": GAP},
        )
