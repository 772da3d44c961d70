"""TFRecord files -> their records, each with its checksums tested. Lengths are checked before anything is read.

A record is: length (8 bytes, little-endian), masked CRC-32C of it (4), data, masked CRC-32C of them (4).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from scoring.readers.text import Text, Unreadable

MOST_BYTES = 64 * 1024
"""Longer records (pictures, graphs, histograms) are stepped over: no scalar is so long."""
_HEADER, _CHECKSUM = 12, 4
_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8


def _table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


_TABLE = _table()


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `number` counts from 1. `data` are empty where it was stepped over."""

    number: int
    data: bytes
    checksum: int

    @property
    def is_intact(self) -> bool:
        return masked_crc(self.data) == self.checksum


class CutOff(Exception):
    """The file ends inside a record, as that of a run that was stopped does; `number` is that record's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def masked_crc(data: bytes) -> int:
    """The checksum as TFRecord files keep it: CRC-32C (Castagnoli), turned by 15 bits, plus a constant."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return (crc >> 15 | crc << 17) + _MASK & 0xFFFFFFFF


@lru_cache(maxsize=4096)
def length_of(header: bytes) -> int | None:
    """The length that a record's first twelve bytes give; None where they do not fit their checksum."""
    if masked_crc(header[:8]) != int.from_bytes(header[8:], "little"):
        return None
    return int.from_bytes(header[:8], "little")


def starts_with_record(head: bytes) -> bool:
    return len(head) >= _HEADER and length_of(head[:_HEADER]) is not None


def records(text: Text) -> Iterator[Record]:
    """Every record. Unreadable where a length is damaged; CutOff where the last record is not whole."""
    stream = _Stream(text.binary_blocks())
    number = 0
    while header := stream.take(_HEADER):
        number += 1
        if number > text.limits.log_rows:
            raise Unreadable(f"The file has more than {text.limits.log_rows:,} records.", line=number)
        if len(header) < _HEADER:
            raise CutOff(number)
        length = length_of(header)
        if length is None:
            raise damaged(number)
        if length > MOST_BYTES:
            if not stream.skip(length + _CHECKSUM):
                raise CutOff(number)
            continue
        body = stream.take(length + _CHECKSUM)
        if len(body) < length + _CHECKSUM:
            raise CutOff(number)
        yield Record(number, body[:length], int.from_bytes(body[length:], "little"))


def damaged(number: int) -> Unreadable:
    return Unreadable(
        f"Record {number:,} is damaged: it does not fit its checksum.",
        remedy="Copy the event file again, in binary mode, and send that.",
        line=number,
    )


class _Stream:
    """Takes bytes off blocks; at most one block is held."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._buffer = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes; fewer at the end."""
        while len(self._buffer) - self._at < size and (block := next(self._blocks, b"")):
            self._buffer = self._buffer[self._at :] + block
            self._at = 0
        found = self._buffer[self._at : self._at + size]
        self._at += len(found)
        return found

    def skip(self, size: int) -> bool:
        """Steps over bytes without holding them; False where the file ends before."""
        while size > len(self._buffer) - self._at:
            size -= len(self._buffer) - self._at
            self._buffer, self._at = next(self._blocks, b""), 0
            if not self._buffer:
                return False
        self._at += size
        return True
