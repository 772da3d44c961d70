"""Numbers out of bytes without a loop: eight characters are one machine word, and numpy works on a column of words.

The trick (D. Lemire's, for one number; here for all numbers of a column at once): the bytes `123456.7` read as one
64-bit integer can be tested for digits and turned into a value with a dozen integer operations, each of which numpy
does for thousands of rows in one call. Values stay exact: a number is a whole `mantissa` and how many of its digits
are `decimals`, never a rounded float.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

PADDING = 1 << 12
"""Zero bytes behind a block, so that a word can be read anywhere a template may lead to."""
MOST_CHARACTERS = 19
"""The longest number that is read here: with its point left in as a zero it still fits into 64 bits."""


def _each_byte(byte: int) -> np.uint64:
    return np.uint64(byte * 0x0101010101010101)


_LOW, _HIGH, _ZEROS, _POINTS = _each_byte(0x01), _each_byte(0x80), _each_byte(0x30), _each_byte(0x2E)
_TO_HIGH = _each_byte(0x76)  # 0x76 + 9 stays below 0x80, 0x76 + 10 does not
_PAIRS = np.uint64(0x000000FF000000FF)
_FIRST_HALVES, _SECOND_HALVES = np.uint64(0x000F424000000064), np.uint64(0x0000271000000001)
_7, _8, _10, _16, _32, _64 = (np.uint64(value) for value in (7, 8, 10, 16, 32, 64))
_ONE, _BYTE = np.uint64(1), np.uint64(0xFF)
POWERS = np.array([10**exponent for exponent in range(20)], np.uint64)


class Block:
    """Bytes that can be read eight at a time from any place. `words[i]` is bytes i to i+7, the first one lowest."""

    __slots__ = ("bytes", "data", "size", "words")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)
        padded = data + bytes(PADDING)
        self.bytes = np.frombuffer(padded, np.uint8)
        self.words: Words = np.ndarray((len(padded) - 8,), "<u8", padded, strides=(1,))

    def ends(self) -> Places:
        """The place after each line feed."""
        return np.flatnonzero(self.bytes[: self.size] == 10) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column of numbers as they stand in a block; all arrays of shape (rows,)."""

    mantissa: Words
    decimals: NDArray[np.int64]
    end: Places
    """The place after the number."""
    plain: Flags
    """Digits with at most one point between them, at most 19 characters: `mantissa / 10**decimals` is its value."""
    valid: Flags
    """A number as JSON writes them, plain or not; `end` means something only here."""


def numbers(block: Block, at: Places) -> Numbers:
    """The numbers that start at these places."""
    negative = block.bytes[at] == ord("-")
    start = at + negative
    value, chars, point = _first_word(block, start)
    broken = np.zeros(len(at), np.bool_)
    for done in (8, 16):
        full = chars == done
        if not full.any():
            break
        _go_on(block, start, full, value, chars, point, broken)
    has_point = point >= 0
    decimals = np.where(has_point, chars - 1 - point, 0)
    starts_with_0 = (block.bytes[start] == ord("0")) & (chars > 1) & (point != 1)
    broken |= (chars == 0) | (has_point & ((point == 0) | (decimals == 0))) | starts_with_0 | (chars == 24)
    plain = ~broken & ~negative & (chars <= MOST_CHARACTERS)
    decimals[~plain] = 0
    if has_point.any():  # the point was read as a zero digit: take it out again
        value = _without_point(value, decimals, has_point & plain)
    end = start + chars
    valid = ~broken
    with_exponent = np.flatnonzero((block.bytes[end] | 0x20) == ord("e"))
    if len(with_exponent):
        plain[with_exponent] = False
        _over_exponent(block, end, valid, with_exponent)
    return Numbers(value, decimals, end, plain, valid)


def _first_word(block: Block, at: Places) -> tuple[Words, Places, Places]:
    """Of the digits and points from each place on, at most eight: their value, their count, where the point is."""
    word = block.words[at]
    digits = word ^ _ZEROS
    other = ((digits + _TO_HIGH) | digits) & _HIGH
    like_point = word ^ _POINTS
    point = (like_point - _LOW) & ~like_point & _HIGH
    point &= -point  # the lowest set bit marks the first point
    stop = other & ~point
    stop &= -stop  # and here the first byte that is neither digit nor that point
    below = stop - _ONE
    point &= below
    digits &= ~((point >> _7) * _BYTE)
    count = np.bitwise_count(below) >> 3
    value = _eight_digits(digits << (_64 - (count.astype(np.uint64) << np.uint64(3))))
    where = np.where(point != 0, (np.bitwise_count(point - _ONE) >> 3).astype(np.int64), -1)
    return value, count.astype(np.int64), where


def _eight_digits(digits: Words) -> Words:
    """Eight bytes from 0 to 9, the first the most significant digit -> their value."""
    pairs = digits * _10 + (digits >> _8)
    return ((pairs & _PAIRS) * _FIRST_HALVES + ((pairs >> _16) & _PAIRS) * _SECOND_HALVES) >> _32


def _go_on(
    block: Block, start: Places, full: Flags, value: Words, chars: Places, point: Places, broken: Flags
) -> None:
    """The next word of the numbers that fill the words before it; changes the arrays in place."""
    more, count, where = _first_word(block, start + chars)
    if not full.all():
        more *= full
        count *= full
        where[~full] = -1
    has_point = where >= 0
    broken |= has_point & (point >= 0)
    np.copyto(point, where + chars, where=has_point)
    value *= POWERS[count]  # may overflow in numbers that are too long, which nobody reads
    value += more
    chars += count


def _without_point(value: Words, decimals: Places, with_point: Flags) -> Words:
    whole = value // POWERS[np.minimum(decimals + 1, 19)]
    return np.where(with_point, value - whole * np.uint64(9) * POWERS[decimals], value)


def _over_exponent(block: Block, end: Places, valid: Flags, rows: Places) -> None:
    """Moves `end` behind the exponents of these rows; changes the arrays in place."""
    sign = block.bytes[end[rows] + 1]
    start = end[rows] + 1 + ((sign == ord("+")) | (sign == ord("-")))
    _, count, point = _first_word(block, start)
    valid[rows] &= (count > 0) & (count <= 3) & (point < 0)
    end[rows] = start + count
