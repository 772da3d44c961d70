"""What tells whether something that was made of boards still holds. The database raises the versions, in the very
transaction that changes what boards show (docs/decisions/versions-by-triggers.md)."""

from django.db import connection


def versions(phase: str, measure: str) -> str:
    """The versions of this board in every edition, and that of the catalogue. Boards' ids are never used twice.

    Without a measure, of all boards of the phase.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(string_agg(id || '.' || version, ' ' ORDER BY id), '') || '/'"
            " || COALESCE((SELECT version FROM leaderboard_catalogueversion LIMIT 1), 0)"
            " FROM leaderboard_board WHERE phase = %s AND %s IN (measure, '')",
            [phase, measure],
        )
        (found,) = cursor.fetchone()
    return str(found)
