"""What is refused by the first bytes or the length of a file while it arrives, before anything is stored."""

import re
import zlib
from typing import Protocol

from submissions.errors import ArchiveRefused, FileRefused, FileTooLarge, UploadBroken

CHUNK = 1024 * 1024
HEAD = 1024
"""Bytes that are enough to tell every kind of archive: tar's mark stands at 257."""

GZIP = b"\x1f\x8b"
TAR_MARK = slice(257, 262)
STARTS = {
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"PK\x05\x06": "an empty ZIP archive",
    b"PK\x07\x08": "a part of a ZIP archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\xfd7zXZ\x00": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"\x04\x22\x4d\x18": "an lz4 file",
    b"LZIP": "an lzip file",
    b"\x1f\x9d": "a compress (.Z) file",
    b"MSCF": "a cabinet archive",
    b"!<arch>\n": "an ar archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old office document",
}
BZIP2 = re.compile(rb"BZh[1-9]1AY&SY")
PICKLE = re.compile(
    rb"\x80[\x01-\x05]|[\]})]q\x00|\(?[dl]p0\n|\([dl]p\d+\n|c(?:__builtin__|builtins|copy_reg|os|posix|numpy[\w.]*)\n"
)
SEND_INSTEAD = "Send each file by itself, as text; one file may be compressed with gzip."


class Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def archive_in(head: bytes) -> str:
    """What kind of archive, pickle or spreadsheet starts with these bytes, in words; empty where it is none.

    gzip of one file is welcome, so it is looked into: an archive does not become welcome by being compressed again.
    """
    kind = _archive(head)
    if kind or not head.startswith(GZIP):
        return kind
    inside = _unpacked_head(head)
    if inside.startswith(GZIP):
        return "a gzip file inside a gzip file"
    kind = _archive(inside)
    return f"{kind} inside gzip" if kind else ""


def _archive(head: bytes) -> str:
    for start, words in STARTS.items():
        if head.startswith(start):
            return words
    if BZIP2.match(head):
        return "a bzip2 file"
    if head[TAR_MARK] == b"ustar":
        return "a tar archive"
    return "a Python pickle" if PICKLE.match(head) else ""


def _unpacked_head(head: bytes) -> bytes:
    """The first bytes of a gzip file, a thousand at most; none where it is damaged, which a reader will tell."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD)
    except zlib.error:
        return b""


class Checked:
    """A stream that refuses an empty file, an archive, one that is too large, and one that ends too early.

    `name` is for the sentence; `limit` and `expected` are bytes, `expected` None where the length is not known before.
    """

    def __init__(self, stream: Readable, *, name: str, limit: int, expected: int | None = None) -> None:
        self._stream = stream
        self._name = name
        self._limit = limit
        self._expected = expected
        self._size = 0
        if expected is not None and expected > limit:
            raise too_large(name, limit)

    def read(self, size: int = CHUNK, /) -> bytes:
        try:
            chunk = self._read_head() if self._size == 0 else self._stream.read(size)
        except OSError as error:
            raise UploadBroken(f"`{self._name}` broke off.", remedy="Send it again.", field=self._name) from error
        self._size += len(chunk)
        if self._size > self._limit:
            raise too_large(self._name, self._limit)
        if not chunk:
            self._check_end()
        return chunk

    def _read_head(self) -> bytes:
        """The first bytes, enough of them to tell an archive, however few a read gives."""
        head = b""
        while len(head) < HEAD and (chunk := self._stream.read(CHUNK if not head else HEAD)):
            head += chunk
        refuse_archive(head, self._name)
        return head

    def _check_end(self) -> None:
        if self._expected is not None and self._size < self._expected:
            raise UploadBroken(
                f"`{self._name}` ended after {self._size:,} of {self._expected:,} bytes.",
                remedy="Send it again; nothing was stored.",
                field=self._name,
            )
        if self._size == 0:
            raise FileRefused(f"`{self._name}` is empty.", remedy="Send a file with content.", field=self._name)


def refuse_archive(head: bytes, name: str) -> None:
    if kind := archive_in(head[:HEAD]):
        raise ArchiveRefused(f"`{name}` is {kind}.", remedy=SEND_INSTEAD, field=name)


def too_large(name: str, limit: int) -> FileTooLarge:
    return FileTooLarge(
        f"`{name}` is larger than {limit:,} bytes, the limit for one file.",
        remedy="Send a shorter file, or compress it with gzip.",
        field=name,
    )
