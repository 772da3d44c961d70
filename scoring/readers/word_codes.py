"""Short texts -> small codes, for whole columns at once: a perfect hash over their bytes as one machine word.

For the few tags or labels of a task a multiplier is searched under which every one falls into a slot of its own. Then a
column of words is coded by one multiplication, one look into the table, and one comparison of the whole word: what is
not exactly one of the known texts gets `UNKNOWN`, however it hashes.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scoring.readers.words import Words

UNKNOWN = -1
_SLOT_BITS = 13
_SHIFT = np.uint64(64 - _SLOT_BITS)
_STEP = 0x9E3779B97F4A7C15  # Weyl's sequence: odd multipliers that differ in all their bits
_WORD_BITS = (1 << 64) - 1


class WordCodes:
    """The codes of known words; `codes` has one of 0 to 126 by word."""

    def __init__(self, codes: Mapping[int, int]) -> None:
        words = np.array(list(codes), np.uint64)
        self._multiplier, slots = _perfect(words)
        self._words = np.zeros(1 << _SLOT_BITS, np.uint64)
        self._codes = np.full(1 << _SLOT_BITS, UNKNOWN, np.int8)
        self._words[slots] = words
        self._codes[slots] = list(codes.values())

    def of(self, words: Words) -> NDArray[np.int8]:
        """The code of each word, `UNKNOWN` where it is none of them. Shapes (words,)."""
        slots = (words * self._multiplier) >> _SHIFT
        codes = self._codes[slots]
        codes[self._words[slots] != words] = UNKNOWN
        return codes


def _perfect(words: Words) -> tuple[np.uint64, NDArray[np.uint64]]:
    """A multiplier that gives each word a slot of its own. With at most 200 words one in a dozen does."""
    multiplier = _STEP | 1
    while True:
        slots = (words * np.uint64(multiplier)) >> _SHIFT
        if len(np.unique(slots)) == len(words):
            return np.uint64(multiplier), slots
        multiplier = ((multiplier + 2 * _STEP) & _WORD_BITS) | 1
