"""Whether stored bytes are still what was sent: each is read once a day, a few of them each hour (RELIABILITY R35).

A verification checks its own files anyway, and refuses damaged ones; this finds the others before somebody needs them.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from submissions.evidence import open_blob, sha256_of, stored

logger = logging.getLogger(__name__)

HOURS = 24


def check(at: datetime) -> list[str]:
    """Read the files whose turn it is in this hour; the hashes of damaged ones, each of them reported."""
    damaged = list(_damaged(at.astimezone(UTC).hour))
    for sha256 in damaged:
        logger.error("The stored file %s is not what was sent. Restore it from a backup.", sha256)
    return damaged


def _damaged(hour: int) -> Iterator[str]:
    for blob in stored():
        if int(blob.sha256[:2], 16) % HOURS != hour:
            continue
        try:
            with open_blob(blob.sha256) as file:
                found = sha256_of(file)
        except FileNotFoundError:  # Removed by its owner between the two looks.
            continue
        if found != blob.sha256:
            yield blob.sha256
