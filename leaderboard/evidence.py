"""The content-addressed store of evidence files: a file's name is the SHA-256 of its bytes.

It stands on Django's default storage (a folder, unless configured otherwise). Who may read a file is decided by the
callers: `submissions` for owners and maintainers, `leaderboard.api` for what is public.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

CHUNK = 1024 * 1024
INCOMING = "incoming"
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file; `size` in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class StoredBlob(Blob):
    modified_at: datetime
    """When it was last put; what is older than a grace period and named by nobody may be discarded."""


class BlobTooLarge(ValueError):
    """The stream went over the limit; nothing was stored."""

    code = "evidence-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than {limit:,} bytes, the limit for one file.")
        self.limit = limit


class StorageAway(Exception):
    """The storage cannot be read or written just now: our fault, not the sender's. Nothing was stored."""

    code = "storage-unavailable"


class Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def name_of(sha256: str) -> str:
    """The storage name of a blob. Raises ValueError for anything that is not a SHA-256 in lower-case hex."""
    if not SHA256.fullmatch(sha256):
        raise ValueError("not a SHA-256")
    return f"{sha256[:2]}/{sha256}"


def put(stream: Readable, *, limit: int) -> Blob:
    """Store a stream under its hash, reading it once; raises BlobTooLarge past `limit` bytes.

    The bytes are written and synced under another name first, so that no half file ever stands at a blob's name.
    Putting the same content again renews its age and repairs a damaged copy.
    """
    folder = incoming()
    descriptor, name = tempfile.mkstemp(prefix="put-", dir=folder)
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            blob = _copy(stream, file, limit)
            file.flush()
            os.fsync(file.fileno())
        _move(path, blob)
    finally:
        path.unlink(missing_ok=True)
    return blob


def open_blob(sha256: str) -> BinaryIO:
    """The bytes of a blob, for reading. Raises FileNotFoundError where it is not stored."""
    return default_storage.open(name_of(sha256), "rb")  # type: ignore[return-value]  # Django's File is a BinaryIO


def sha256_of(file: Readable) -> str:
    """The hash of all that is still to be read."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def exists(sha256: str) -> bool:
    return default_storage.exists(name_of(sha256))


def discard(sha256: str) -> None:
    """Remove a blob; nothing happens where it is not there. The caller knows that nobody names it any more."""
    default_storage.delete(name_of(sha256))


def stored() -> Iterator[StoredBlob]:
    """Every blob there is, for the sweep of those that no row names."""
    try:
        folders, _ = default_storage.listdir("")
    except FileNotFoundError:  # A folder is made with the first file.
        return
    for folder in sorted(folders):
        if folder == INCOMING:
            continue
        for name in sorted(default_storage.listdir(folder)[1]):
            if SHA256.fullmatch(name):
                path = f"{folder}/{name}"
                yield StoredBlob(name, default_storage.size(path), default_storage.get_modified_time(path))


def discard_unfinished(before: datetime) -> int:
    """Remove what a killed upload left behind; the number of files removed. `before` is an aware time.

    That is our own half blobs, and Django's `*.upload` files where they do not wait in the system's folder.
    """
    uploads = Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*") if settings.FILE_UPLOAD_TEMP_DIR else ()
    removed = 0
    for path in (*incoming().glob("put-*"), *uploads):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _copy(stream: Readable, file: BinaryIO, limit: int) -> Blob:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise BlobTooLarge(limit)
        digest.update(chunk)
        file.write(chunk)
    return Blob(digest.hexdigest(), size)


def _local(name: str) -> Path | None:
    """Where the storage keeps a name on this machine's disk; None for a storage elsewhere."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


def incoming() -> Path:
    """Where bytes wait until they are whole: beside the blobs, so that the last step is a rename; else on our disk."""
    folder = _local(INCOMING) or Path(settings.FILE_UPLOAD_TEMP_DIR or settings.DATA_DIR / INCOMING)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _move(path: Path, blob: Blob) -> None:
    name = name_of(blob.sha256)
    target = _local(name)
    if target is None:
        # Written over where it is there: its age is renewed, and a damaged copy repaired. A bucket takes it whole.
        with path.open("rb") as file:
            default_storage.save(name, File(file))
        return
    target.parent.mkdir(mode=0o700, exist_ok=True)
    path.replace(target)
    for folder in (target.parent, target.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable: it is the folder that remembers the name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
