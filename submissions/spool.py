"""The files in which large uploads grow, one each, beside the store.

How much is here says the file's own length, so that no crash can make the two disagree. Bytes are added by
compare-and-append: only at the place where the file ends now. Of two requests that send the same upload at once, each
piece is taken from one of them and the other is told where the file ends; a connection that is dead without knowing it
blocks nobody.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from submissions.errors import OffsetDiffers, StorageAway
from submissions.evidence import incoming
from submissions.models import Upload

PREFIX = "upload-"
GRACE = timedelta(hours=1)
"""A file without a row that is younger than this may belong to an upload that is being begun."""


def held(upload: Upload) -> int:
    """Bytes that are here and can be built upon.

    The last byte counts only once the whole file has become evidence: whoever comes back after a failure in that step
    still has something to send, which is what makes it happen again.
    """
    if upload.finished_at:
        return upload.size
    try:
        return _ending(upload, _path(upload.pk).stat().st_size)
    except FileNotFoundError:
        return 0


def prepare(upload: Upload) -> None:
    """See to it that there is a file to append to. Raises StorageAway."""
    with _storage():
        _path(upload.pk).touch(mode=0o600)


def append(upload: Upload, position: int, chunk: bytes) -> int:
    """Add a chunk at a position; where the file ends then. Raises OffsetDiffers where it ends elsewhere now."""
    with _storage(), _locked(upload) as file:
        here = _ending(upload, os.fstat(file.fileno()).st_size)
        if here != position:
            raise OffsetDiffers(here)
        file.seek(here)
        file.truncate()
        file.write(chunk)
        file.flush()
    return position + len(chunk)


def cut(upload: Upload, offset: int, position: int) -> bool:
    """Take back what was appended from an offset up to a position; False where more has come behind it since."""
    with _storage(), _locked(upload) as file:
        if os.fstat(file.fileno()).st_size != position:
            return False
        file.truncate(offset)
    return True


def sync(upload: Upload) -> None:
    """Make what is here durable, before its sender is told that it is here."""
    with _storage(), _locked(upload) as file:
        os.fsync(file.fileno())


@contextmanager
def whole(upload: Upload) -> Iterator[BinaryIO]:
    """The complete file, for one reader at a time. Raises OffsetDiffers where it is not, or no longer, complete."""
    with _locked(upload) as file:
        size = os.fstat(file.fileno()).st_size
        if size != upload.size:
            raise OffsetDiffers(_ending(upload, size))
        yield file


def remove(upload_id: UUID) -> None:
    _path(upload_id).unlink(missing_ok=True)


def lying_around(before: datetime) -> Iterator[UUID]:
    """The uploads whose files were last written before a time."""
    for path in incoming().glob(PREFIX + 32 * "[0-9a-f]"):
        try:
            written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:  # It became evidence, or was given up, between the two looks.
            continue
        if written_at < before:
            yield UUID(path.name.removeprefix(PREFIX))


def give_up(upload: Upload) -> None:
    """Forget an upload and its bytes. What has become evidence stays evidence."""
    Upload.objects.filter(pk=upload.pk).delete()
    remove(upload.pk)


def tidy(at: datetime) -> None:
    """Give up what was waited for in vain, and the files of uploads that are no more."""
    for upload in Upload.objects.filter(expires_at__lt=at):
        give_up(upload)
    lying = set(lying_around(at - GRACE))
    waited_for = set(Upload.objects.filter(pk__in=lying, finished_at=None).values_list("pk", flat=True))
    for upload_id in lying - waited_for:
        remove(upload_id)


def _path(upload_id: UUID) -> Path:
    return incoming() / f"{PREFIX}{upload_id.hex}"


def _ending(upload: Upload, size: int) -> int:
    return min(size, upload.size - 1)


@contextmanager
def _locked(upload: Upload) -> Iterator[BinaryIO]:
    """The open file, with a lock that the system takes away with the process that holds it."""
    try:
        with _path(upload.pk).open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink == 0:
                raise OffsetDiffers(upload.size)
            yield file
    except FileNotFoundError as error:
        raise OffsetDiffers(upload.size) from error


@contextmanager
def _storage() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageAway(
            f"The disk does not take uploads just now ({error.strerror or 'no reason given'})."
        ) from error
