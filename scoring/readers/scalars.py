"""Scalars out of TensorBoard's event messages, read from the wire without protobuf (messages Event, Summary, Tensor).

Only what is needed is looked at: https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10
_SIGN = 1 << 63
_WALL_TIME, _STEP, _SUMMARY = 1, 2, 5
_VALUE = 1
_TAG, _SIMPLE_VALUE, _TENSOR = 1, 2, 8
_DTYPE, _CONTENT, _FLOATS, _DOUBLES, _INTS, _INTS64 = 1, 4, 5, 6, 7, 10
_CONTENT_DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8", 19: "<f2"}
"""TensorFlow's DT_FLOAT, DT_DOUBLE, DT_INT32, DT_INT64, DT_HALF as numpy writes them."""

Field = tuple[int, int, int | bytes]
"""Number, wire type, and what it holds: a whole number, or bytes."""


class NotAMessage(ValueError):
    """The bytes are no protobuf message."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: seconds since 1970, and its scalars in order."""

    wall_time: float
    step: int
    scalars: tuple[tuple[str, Decimal], ...]


def event(data: bytes) -> Event:
    """The event in a record. NotAMessage where there is none."""
    wall_time, step = 0.0, 0
    scalars: list[tuple[str, Decimal]] = []
    for number, wire, content in _fields(data):
        if number == _WALL_TIME and wire == _FIXED64:
            (wall_time,) = struct.unpack("<d", _bytes(content))
        elif number == _STEP and wire == _VARINT:
            step = _signed(content)
        elif number == _SUMMARY and wire == _BYTES:
            scalars += _summary(_bytes(content))
    return Event(wall_time, step, tuple(scalars))


def _summary(data: bytes) -> Iterator[tuple[str, Decimal]]:
    for number, wire, content in _fields(data):
        if number == _VALUE and wire == _BYTES and (found := _value(_bytes(content))):
            yield found


def _value(data: bytes) -> tuple[str, Decimal] | None:
    """Tag and scalar; None where the value is something else."""
    tag, scalar = "", None
    for number, wire, content in _fields(data):
        if number == _TAG and wire == _BYTES:
            tag = _bytes(content).decode(errors="replace")
        elif number == _SIMPLE_VALUE and wire == _FIXED32:
            scalar = _shortest(np.frombuffer(_bytes(content), "<f4")[0])
        elif number == _TENSOR and wire == _BYTES:
            scalar = _tensor(_bytes(content))
    return (tag, scalar) if scalar is not None else None


def _tensor(data: bytes) -> Decimal | None:
    """The one number in a tensor; None where it holds text or several."""
    dtype, content = 0, b""
    for number, wire, found in _fields(data):
        if number == _DTYPE and wire == _VARINT:
            dtype = _signed(found)
        elif number in (_CONTENT, _FLOATS, _DOUBLES) and wire in (_BYTES, _FIXED32, _FIXED64):
            content = _bytes(found)
        elif number in (_INTS, _INTS64):
            whole = [found] if wire == _VARINT else list(_varints(_bytes(found)))
            return Decimal(_signed(whole[0])) if len(whole) == 1 else None
    kind = _CONTENT_DTYPES.get(dtype)
    if kind is None or len(content) != np.dtype(kind).itemsize:
        return None
    return _shortest(np.frombuffer(content, kind)[0])


def _shortest(number: np.generic) -> Decimal:
    """The shortest decimal that is this number in its own precision: what was written before it became binary."""
    return Decimal(str(number))


def _fields(data: bytes) -> Iterator[Field]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, wire, value
            continue
        size = {_FIXED64: 8, _FIXED32: 4}.get(wire)
        if wire == _BYTES:
            size, at = _varint(data, at)
        if size is None or size > len(data) - at:
            raise NotAMessage
        yield number, wire, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """(the whole number that starts at `at`, where it ends)."""
    value = 0
    for position in range(_LONGEST_VARINT):
        if at + position >= len(data):
            break
        byte = data[at + position]
        value |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            return value, at + position + 1
    raise NotAMessage


def _varints(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _signed(value: int | bytes) -> int:
    """A varint as the signed number of 64 bits that it stands for."""
    if isinstance(value, bytes):
        raise NotAMessage
    value &= 2 * _SIGN - 1
    return value - 2 * _SIGN if value >= _SIGN else value


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise NotAMessage
    return value
