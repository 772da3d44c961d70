"""Evidence bytes as submissions use them: the content-addressed store, and which of its blobs a row still names."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import BinaryIO, cast

from django.db import connection, transaction
from django.db.models import Q

from leaderboard import evidence as store
from leaderboard.evidence import Blob, incoming, sha256_of, stored
from leaderboard.models import Entry
from submissions.errors import StorageAway
from submissions.models import Evidence, Revision
from submissions.uploads import Readable

logger = logging.getLogger(__name__)

__all__ = [
    "Blob",
    "discard",
    "discard_later",
    "exists",
    "hold",
    "incoming",
    "keeping",
    "open_blob",
    "put",
    "sha256_of",
    "stored",
    "sweep_orphans",
]

GRACE = timedelta(hours=1)
"""A blob is put before the row that names it is committed: younger ones than this are left alone by the sweep."""


def put(stream: Readable, *, limit: int) -> Blob:
    """Store a stream under its hash. Raises StorageAway where the storage cannot take it."""
    try:
        return store.put(stream, limit=limit)
    except OSError as error:
        raise StorageAway(
            f"The storage does not take files just now ({error.strerror or 'no reason given'})."
        ) from error


@contextmanager
def keeping() -> Iterator[list[Blob]]:
    """Blobs put inside the block, noted in the list, are taken away again where it fails and no row names them."""
    blobs: list[Blob] = []
    try:
        yield blobs
    except BaseException:
        for blob in blobs:
            discard(blob.sha256)
        raise


def hold(blob: Blob, again: Readable | None = None) -> None:
    """Keep a blob from being discarded until the caller's transaction, in which a row names it, has ended.

    Somebody else may have discarded the same content in the moment before; it is then put once more from `again`.
    Raises StorageAway where that cannot be done.
    """
    _lock(blob.sha256, shared=True)
    if exists(blob.sha256):
        return
    if again is None:
        raise StorageAway("The file was removed while it arrived. Nothing was stored; send it again.")
    cast("BinaryIO", again).seek(0)
    put(again, limit=blob.size)


def exists(sha256: str) -> bool:
    """Raises StorageAway where the storage does not say."""
    try:
        return store.exists(sha256)
    except OSError as error:
        raise StorageAway("The storage cannot be asked just now.") from error


def open_blob(sha256: str) -> BinaryIO:
    """The bytes of a blob. Raises FileNotFoundError where it is not stored, StorageAway where that cannot be told."""
    try:
        return store.open_blob(sha256)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageAway("The storage cannot be read just now.") from error


def discard(sha256: str) -> None:
    """Remove a blob that no row names; otherwise nothing happens.

    A storage that is away keeps it for the hourly sweep: whatever called this has done, or has failed, already.
    """
    with transaction.atomic():
        _lock(sha256, shared=False)
        if _is_named(sha256):
            return
        try:
            store.discard(sha256)
        except OSError as error:
            logger.warning("%s stays until it is swept: the storage is away (%s)", sha256, error)


def discard_later(hashes: Iterable[str]) -> None:
    """Remove what no row names any more, once the caller's transaction and all around it have ended well."""
    transaction.on_commit(partial(_discard_each, sorted(hashes)), robust=True)


def _discard_each(hashes: Iterable[str]) -> None:
    for sha256 in hashes:
        discard(sha256)


def sweep_orphans(at: datetime) -> int:
    """Remove what no row names and what killed uploads left, once older than an hour; the number removed."""
    old = [blob.sha256 for blob in stored() if blob.modified_at < at - GRACE]
    orphans = [sha256 for sha256 in old if not _is_named(sha256)]
    for sha256 in orphans:
        discard(sha256)
    return len(orphans) + store.discard_unfinished(at - GRACE)


def _is_named(sha256: str) -> bool:
    frozen = Q(evidence__contains=[{"sha256": sha256}])
    # An entry also tells the hash of files that it does not give out: their owner may have taken them along.
    public = Q(evidence__contains=[{"sha256": sha256, "public": True}])
    return (
        Evidence.objects.filter(sha256=sha256).exists()
        or Revision.objects.filter(frozen).exists()
        or Entry.objects.filter(public).exists()
    )


def _lock(sha256: str, *, shared: bool) -> None:
    """A lock on a content until the transaction ends: those who name it share it, who removes it is alone."""
    key = int.from_bytes(bytes.fromhex(sha256[:16]), "big", signed=True)
    call = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}(%s)", [key])
