"""Ranks without counting whole boards: every few hundred rows a mark says how many stand before it.

Marks lie where a new key begins, so that equal rows are never parted.
"""

from uuid import UUID

from django.db import connection

SIZE = 512
"""Rows from one mark to the next; one that has grown by as many again is divided."""


def build(board: int) -> None:
    """All marks of a board anew, from its rows."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM leaderboard_mark WHERE board_id = %s", [board])
        cursor.execute(f"{INSERT} SELECT %(board)s, low, before, 0 FROM chosen", _between(board, 0))


def add(board: int, key: float) -> None:
    """Take a new row into account; unknown ones have no rank and stand after everything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leaderboard_mark SET before = before + 1 WHERE board_id = %s AND low > %s AND %s < 'NaN'",
            [board, key, key],
        )
        cursor.execute(
            """UPDATE leaderboard_mark SET grown = grown + 1 WHERE board_id = %s AND low = (
                SELECT low FROM leaderboard_mark WHERE board_id = %s AND low <= %s AND %s < 'NaN'
                ORDER BY low DESC LIMIT 1)
            RETURNING low, before, grown""",
            [board, board, key, key],
        )
        mark = cursor.fetchone()
        if mark and mark[2] > SIZE:
            _divide(board, mark[0], mark[1])
        elif mark is None and key == key:
            build(board)


def remove(board: int, key: float) -> None:
    """Take into account that a row is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leaderboard_mark SET before = before - 1 WHERE board_id = %s AND low > %s AND %s < 'NaN'",
            [board, key, key],
        )


def better(board: int, key: float, without: UUID | None = None) -> int:
    """How many rows of a board stand before a key; one entry can be left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH mark AS (
                SELECT low, before FROM leaderboard_mark WHERE board_id = %(board)s AND low <= %(key)s
                ORDER BY low DESC LIMIT 1)
            SELECT COALESCE((SELECT before FROM mark), 0) + count(*) - (
                SELECT count(*) FROM leaderboard_boardrow
                WHERE board_id = %(board)s AND entry_id = %(without)s AND order_key < %(key)s)
            FROM leaderboard_boardrow WHERE board_id = %(board)s AND order_key < %(key)s
                AND order_key >= COALESCE((SELECT low FROM mark), '-Infinity')""",
            {"board": board, "key": key, "without": str(without) if without else None},
        )
        return int(cursor.fetchone()[0])


def _divide(board: int, low: float, before: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(low) FROM leaderboard_mark WHERE board_id = %s AND low > %s",
            [board, low],
        )
        (high,) = cursor.fetchone()
        cursor.execute("DELETE FROM leaderboard_mark WHERE board_id = %s AND low = %s", [board, low])
        cursor.execute(
            f"{INSERT} SELECT %(board)s, low, before, 0 FROM chosen", _between(board, before, low=low, high=high)
        )


INSERT = f"""WITH keys AS (
    SELECT order_key AS low, count(*) AS size FROM leaderboard_boardrow
    WHERE board_id = %(board)s AND order_key < 'NaN' AND order_key >= %(low)s AND order_key < %(high)s
    GROUP BY order_key
), counted AS (
    SELECT low, sum(size) OVER (ORDER BY low) - size + %(before)s AS before FROM keys
), parts AS (
    SELECT low, before, (before - %(before)s)::bigint / {SIZE} AS part FROM counted
), chosen AS (
    SELECT low, before FROM (SELECT *, lag(part) OVER (ORDER BY low) AS last FROM parts) AS lagged
    WHERE last IS DISTINCT FROM part
)
INSERT INTO leaderboard_mark (board_id, low, before, grown)"""
"""Marks from `low` (inclusive) to `high`, of which `before` rows stand before the first."""


def _between(board: int, before: int, *, low: float = float("-inf"), high: float | None = None) -> dict[str, float]:
    """`high` NaN, which nothing known reaches, where there is no mark above."""
    return {"board": board, "before": before, "low": low, "high": float("nan") if high is None else high}
