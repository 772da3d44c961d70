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
Exponents = NDArray[np.int8]
Flags = NDArray[np.bool_]

PADDING = 1 << 15
"""Zero bytes behind a block, so that a word can be read anywhere a template may lead to."""
_BEFORE = b"\n" * 8
MOST_CHARACTERS = 19
"""The longest number that is read here: with its point left in as a zero it still fits into 64 bits."""


def _each_byte(byte: int) -> np.uint64:
    return np.uint64(byte * 0x0101010101010101)


_LOW, _HIGH, _ZEROS, _POINTS = _each_byte(0x01), _each_byte(0x80), _each_byte(0x30), _each_byte(0x2E)
_TO_HIGH = _each_byte(0x76)  # 0x76 + 9 stays below 0x80, 0x76 + 10 does not
_PAIRS = np.uint64(0x000000FF000000FF)
_FIRST_HALVES, _SECOND_HALVES = np.uint64(0x000F424000000064), np.uint64(0x0000271000000001)
_7, _8, _NINE, _10, _16, _32 = (np.uint64(value) for value in (7, 8, 9, 10, 16, 32))
_ONE, _BYTE = np.uint64(1), np.uint64(0xFF)
_MINUS, _ZERO = ord("-"), ord("0")
POWERS = np.array([10**exponent for exponent in range(20)], np.uint64)


class Block:
    """Bytes that can be read eight at a time from any place.

    `words[i]` is bytes i to i+7, the first one lowest; `words_before[i]` the eight bytes before i, line feeds where the
    block has not begun. `pairs[i]` is sixteen bytes, which cost no more to fetch than eight.
    """

    __slots__ = ("bytes", "data", "pairs", "size", "words", "words_before")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)
        padded = b"".join((_BEFORE, data, bytes(PADDING)))
        self.bytes = np.frombuffer(padded, np.uint8)[len(_BEFORE) :]
        count = len(padded) - 16
        self.words: Words = np.ndarray((count,), "<u8", padded, offset=len(_BEFORE), strides=(1,))
        self.pairs = np.ndarray((count - 8,), "V16", padded, offset=len(_BEFORE), strides=(1,))
        self.words_before: Words = np.ndarray((count,), "<u8", padded, strides=(1,))

    def ends(self) -> Places:
        """The place after each line feed."""
        return np.flatnonzero(self.bytes[: self.size] == 10) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Extents:
    """Where the numbers of a column end; arrays of shape (rows,)."""

    end: Places
    """The place after the number."""
    valid: Flags
    """A number as JSON writes them; `end` means something only here."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers(Extents):
    """The numbers of a column as they stand in a block."""

    mantissa: Words
    decimals: Exponents
    plain: Flags
    """Digits with at most one point between them, at most 19 characters: `mantissa / 10**decimals` is the value."""


def power(exponents: Exponents) -> Words | np.uint64:
    """Ten to the power of each; one number where, as mostly, they are all the same: numpy is much faster then."""
    first = exponents[0] if len(exponents) else np.int8(0)
    return POWERS[first] if (exponents == first).all() else POWERS[exponents]


def extents(block: Block, at: Places) -> Extents:
    """Where the numbers that start at these places end."""
    return _Scan(block, at, with_values=False).extents()


def numbers(block: Block, at: Places) -> Numbers:
    """The numbers that start at these places."""
    return _Scan(block, at, with_values=True).numbers()


class _Scan:
    """One look at a column: `chars` digits and points from `start` on, `point` the first of those or -1."""

    def __init__(self, block: Block, at: Places, *, with_values: bool) -> None:
        self._block = block
        self._with_values = with_values
        first = block.bytes[at]
        self.negative = first == _MINUS
        self._start = at
        if self.negative.any():
            self._start = at + self.negative
            first = block.bytes[self._start]
        self.value, self.chars, self.point = _one_word(block.words[self._start], with_values=with_values)
        self._twice = np.zeros(len(at), np.bool_)
        for done in (8, 16):
            full = self.chars == done
            if not full.any():
                break
            self._go_on(full)
        self.decimals = self.chars - self.point - np.int8(1)
        self.decimals[self.point < 0] = -1
        zero_before_digits = (first == _ZERO) & (self.chars > 1) & (self.point != 1)
        self._broken = zero_before_digits | (self.chars == 0) | (self.point == 0) | (self.decimals == 0)
        self._broken |= self._twice | (self.chars == 24)

    def extents(self) -> Extents:
        end, valid, _ = self._ends()
        return Extents(end, valid)

    def numbers(self) -> Numbers:
        end, valid, with_exponent = self._ends()
        plain = ~(self._broken | self.negative | with_exponent) & (self.chars <= MOST_CHARACTERS)
        decimals = self.decimals
        decimals[~plain] = -1
        value = self.value
        if (decimals >= 0).any():  # the point was read as a zero digit: take it out again
            has_point = decimals >= 0
            whole = value // power(decimals + np.int8(1))
            whole *= power(decimals) * _NINE
            value = value - whole if has_point.all() else value - whole * has_point
        return Numbers(end, valid, value, np.maximum(decimals, 0), plain)

    def _go_on(self, full: Flags) -> None:
        """The next word of the numbers that fill the words before it."""
        word = self._block.words[self._start + self.chars]
        more, count, where = _one_word(word, with_values=self._with_values)
        if not full.all():
            more *= full
            count *= full
            where[~full] = -1
        has_point = where >= 0
        self._twice |= has_point & (self.point >= 0)
        np.copyto(self.point, where + self.chars, where=has_point)
        if self._with_values:
            self.value *= POWERS[count]  # may overflow in numbers that are too long, which nobody reads
            self.value += more
        self.chars += count

    def _ends(self) -> tuple[Places, Flags, Flags]:
        """Where the numbers end, exponents included, whether they are numbers, and which have an exponent."""
        end = self._start + self.chars
        valid = ~self._broken
        with_exponent = (self._block.bytes[end] | 0x20) == ord("e")
        rows = np.flatnonzero(with_exponent)
        if len(rows):
            sign = self._block.bytes[end[rows] + 1]
            start = end[rows] + 1 + ((sign == ord("+")) | (sign == _MINUS))
            _, count, point = _one_word(self._block.words[start], with_values=False)
            valid[rows] &= (count > 0) & (count <= 3) & (point < 0)
            end[rows] = start + count
        return end, valid, with_exponent


def _one_word(word: Words, *, with_values: bool) -> tuple[Words, Exponents, Exponents]:
    """Of the digits and points at the start of each word: their value, their count, where the point is (-1: none)."""
    digits = word ^ _ZEROS
    stop = digits + _TO_HIGH
    stop |= digits
    stop &= _HIGH
    like_point = word ^ _POINTS
    point = like_point - _LOW
    point &= ~like_point
    point &= _HIGH
    point &= -point  # the lowest set bit marks the first point
    stop &= ~point
    stop &= -stop  # and here the first byte that is neither digit nor that point
    below = stop - _ONE
    point &= below
    count = (np.bitwise_count(below) >> 3).view(np.int8)
    where = (np.bitwise_count(point - _ONE) >> 3).view(np.int8)
    where[point == 0] = -1
    if with_values:
        digits &= ~((point >> _7) * _BYTE)
        digits = _eight_digits(digits << (64 - (count << 3)).astype(np.uint64))
    return digits, count, where


def _eight_digits(digits: Words) -> Words:
    """Eight bytes from 0 to 9, the first the most significant digit -> their value."""
    pairs = digits * _10
    pairs += digits >> _8
    second = pairs >> _16
    second &= _PAIRS
    second *= _SECOND_HALVES
    pairs &= _PAIRS
    pairs *= _FIRST_HALVES
    pairs += second
    pairs >>= _32
    return pairs
