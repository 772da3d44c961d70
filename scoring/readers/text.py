"""An evidence file as numbered lines of UTF-8 text, with every limit kept while it streams (PROTOCOL section 7)."""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, cast

from scoring.readers.kinds import binary_kind
from scoring.rules import Limits
from scoring.values import Source

BLOCK_BYTES = 1 << 20
HEAD_BYTES = 1 << 16
_BOM = codecs.BOM_UTF8
_PACK_AGAIN = "Pack and send it again."


class Unreadable(Exception):
    """Why a file cannot be read. Raised inside this package only; callers of it get a `file-unreadable` finding."""

    def __init__(self, message: str, *, remedy: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.line = line


@dataclass(frozen=True, slots=True)
class Text:
    """One evidence file. It can be gone through as often as needed; nothing of it is kept."""

    source: Source
    limits: Limits

    def start(self) -> bytes:
        """The first 64 KiB of the unpacked bytes, whatever they are: only to tell a binary format by."""
        with self._unpacked() as stream:
            return _read_fully(stream, HEAD_BYTES)

    def head(self) -> bytes:
        """The first 64 KiB without the byte-order mark. Unreadable where the file is empty, not text or of one line
        only because it has an old Macintosh's line ends."""
        head = self.start().removeprefix(_BOM)
        if kind := binary_kind(head):
            raise Unreadable(f"The file is {kind[0]}.", remedy=kind[1])
        if not head.strip():
            raise Unreadable("The file is empty.")
        if b"\r" in head.strip() and b"\n" not in head and len(head) < HEAD_BYTES - len(_BOM):
            raise Unreadable("The file's lines end in CR alone.", remedy="Save it with line ends LF or CRLF.")
        return head

    def blocks(self) -> Iterator[bytes]:
        """The bytes in blocks of about 1 MiB, without the byte-order mark; no NUL, no more than the limits allow."""
        first = True
        for block in self.binary_blocks():
            if b"\x00" in block:
                raise Unreadable("The file is not text: it holds NUL bytes.")
            yield block.removeprefix(_BOM) if first else block
            first = False

    def binary_blocks(self) -> Iterator[bytes]:
        """The unpacked bytes in blocks of about 1 MiB, whatever they are; no more than the limits allow."""
        most, total = self.limits.unpacked_bytes, 0
        with self._unpacked() as stream:
            while block := stream.read(BLOCK_BYTES):
                total += len(block)
                if total > most:
                    raise Unreadable(f"The file unpacks to more than {most:,} bytes.", remedy="Send a smaller file.")
                yield block

    def chunks(self) -> Iterator[list[bytes]]:
        """Lists of whole lines, without their ends. Unreadable where a line is too long or the text is not UTF-8."""
        carry, line = b"", 1
        for block in self.blocks():
            whole, newline, rest = block.rpartition(b"\n")
            if newline:
                lines = self._split(carry + whole, line)
                line += len(lines)
                self.check_count(line)
                carry = rest
                yield lines
            else:
                carry += rest
            if len(carry) > self.limits.line_bytes:
                raise self.too_long(line)
        if carry:
            yield self._split(carry, line)

    def lines(self, *, rows: int) -> Iterator[tuple[int, bytes]]:
        """(number from 1, line) of each line that is not blank; at most `rows` of them."""
        kept = 0
        for number, line in self.numbered():
            if not line or line.isspace():
                continue
            kept += 1
            if kept > rows:
                raise Unreadable(f"The file has more than {rows:,} rows.", line=number)
            yield number, line

    def numbered(self) -> Iterator[tuple[int, bytes]]:
        """(number from 1, line) of every line."""
        return enumerate(chain.from_iterable(self.chunks()), 1)

    def _split(self, chunk: bytes, first: int) -> list[bytes]:
        if not chunk.isascii():
            check_utf8(chunk, first)
        lines = chunk.split(b"\n")
        if b"\r" in chunk:
            lines = [line.removesuffix(b"\r") for line in lines]
        if len(max(lines, key=len)) > self.limits.line_bytes:
            offset = next(i for i, line in enumerate(lines) if len(line) > self.limits.line_bytes)
            raise self.too_long(first + offset)
        return lines

    def check_count(self, lines: int) -> None:
        """Unreadable where there are so many lines that most are blank: rows are counted by who reads them."""
        if lines > (most := 2 * self.limits.log_rows):
            raise Unreadable(f"The file has more than {most:,} lines.", remedy="Leave out blank lines.")

    def too_long(self, line: int) -> Unreadable:
        """What to raise about a line over the limit."""
        return Unreadable(
            f"A line is longer than {self.limits.line_bytes:,} bytes.",
            remedy="Send one row a line, with line ends LF or CRLF.",
            line=line,
        )

    @contextmanager
    def _unpacked(self) -> Iterator[BinaryIO]:
        """The file's bytes, unpacked where it is gzip. Unreadable where it is over the limit or the gzip is broken."""
        if self.source.size > self.limits.file_bytes:
            raise Unreadable(
                f"The file has {self.source.size:,} bytes; the limit is {self.limits.file_bytes:,}.",
                remedy="Leave out rows that are not evaluations, or send it as gzip.",
            )
        with self.source.open() as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            try:
                yield cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if packed else raw
            except EOFError:
                raise Unreadable("The gzip data end early: the file is truncated.", remedy=_PACK_AGAIN) from None
            except (gzip.BadGzipFile, zlib.error):
                raise Unreadable("The gzip data are broken.", remedy=_PACK_AGAIN) from None


def source_of(name: str, data: bytes) -> Source:
    """A source over bytes in memory."""
    return Source(name, len(data), "", _opener(data))


def _opener(data: bytes) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(data)


def check_utf8(chunk: bytes, first: int) -> None:
    """Unreadable where the lines, of which `first` is the number of the first, are not UTF-8."""
    try:
        chunk.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"The file is not UTF-8 text: byte 0x{chunk[error.start]:02x} does not belong there.",
            remedy="Save it as UTF-8 and send that.",
            line=first + chunk.count(b"\n", 0, error.start),
        ) from None


def _read_fully(stream: BinaryIO, size: int) -> bytes:
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
