"""TensorBoard event files made here, byte by byte, as TensorBoard and tensorboardX write them."""

import struct
from collections.abc import Iterable

from scoring.readers.tfrecords import masked_crc

Scalar = tuple[float, int, str, float]
"""Wall time, step, tag, value."""


def event_file(scalars: Iterable[Scalar], *, start: float | None = 1000000000.0, form: str = "simple") -> bytes:
    """The file's version as first record (none with `start=None`), then a record a scalar."""
    first = [] if start is None else [record(double(1, start) + field(3, b"brain.Event:2"))]
    return b"".join([*first, *(record(event(*scalar, form=form)) for scalar in scalars)])


def event(wall_time: float, step: int, tag: str, value: float, *, form: str = "simple") -> bytes:
    held = {
        "simple": lambda: fixed32(2, value),
        "float_val": lambda: field(8, varint_field(1, 1) + field(5, struct.pack("<f", value))),
        "content": lambda: field(8, varint_field(1, 1) + field(2, b"") + field(4, struct.pack("<f", value))),
        "double": lambda: field(8, varint_field(1, 2) + field(6, struct.pack("<d", value))),
        "text": lambda: field(8, varint_field(1, 7) + field(8, b"words")),
    }[form]()
    return double(1, wall_time) + varint_field(2, step) + field(5, field(1, field(1, tag.encode()) + held))


def record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def double(number: int, value: float) -> bytes:
    return varint(number << 3 | 1) + struct.pack("<d", value)


def fixed32(number: int, value: float) -> bytes:
    return varint(number << 3 | 5) + struct.pack("<f", value)


def varint_field(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value & 2**64 - 1)


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
