"""What tells whether something that was made of boards still holds. The database raises the versions, in the very
transaction that changes what boards show (docs/decisions/versions-by-triggers.md)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

_asked: ContextVar[dict[tuple[str, str], str] | None] = ContextVar("asked", default=None)
"""What was answered in this request."""


@contextmanager
def asked_once() -> Iterator[None]:
    """For a request: what it was told of versions holds to its end."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def versions(phase: str, measure: str) -> str:
    """The versions of this board in every edition, and that of the catalogue. Boards' ids are never used twice.

    Without a measure, of all boards of the phase.
    """
    asked = _asked.get()
    known = {} if asked is None else asked
    if (phase, measure) not in known:
        known[phase, measure] = _versions(phase, measure)
    return known[phase, measure]


def _versions(phase: str, measure: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(string_agg(id || '.' || version, ' ' ORDER BY id), '') || '/'"
            " || COALESCE((SELECT version FROM leaderboard_catalogueversion LIMIT 1), 0)"
            " FROM leaderboard_board WHERE phase = %s AND %s IN (measure, '')",
            [phase, measure],
        )
        (found,) = cursor.fetchone()
    return str(found)
