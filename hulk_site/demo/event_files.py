"""Writes TensorBoard event files, so that the samples need no TensorBoard."""

import struct
from collections.abc import Iterable

from scoring.readers.tfrecords import masked_crc

Scalar = tuple[float, int, str, float]
"""Seconds since 1970, step, tag, value."""


def event_file(started_at: float, scalars: Iterable[Scalar]) -> bytes:
    """The file's version as first record, then a record a scalar."""
    first = _double(1, started_at) + _field(3, b"brain.Event:2")
    return b"".join(_record(message) for message in (first, *(_event(*scalar) for scalar in scalars)))


def _event(wall_time: float, step: int, tag: str, value: float) -> bytes:
    held = _field(1, tag.encode()) + _key(2, 5) + struct.pack("<f", value)
    return _double(1, wall_time) + _key(2, 0) + _varint(step) + _field(5, _field(1, held))


def _record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def _double(number: int, value: float) -> bytes:
    return _key(number, 1) + struct.pack("<d", value)


def _field(number: int, data: bytes) -> bytes:
    return _key(number, 2) + _varint(len(data)) + data


def _key(number: int, wire: int) -> bytes:
    return _varint(number << 3 | wire)


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
