"""Entity-level micro F1, counted exactly as conlleval, the CoNLL shared task's scorer, does (PROTOCOL section 2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]

RESAMPLES = 1000
"""Draws of the bootstrap behind an interval, from MT19937 as numpy's frozen RandomState makes it."""

_LOWEST = RESAMPLES // 40  # the draws below a 95% interval; as many lie above it


@dataclass(frozen=True, slots=True, eq=False)
class Tags:
    """One tag a token, all arrays of shape (tokens,) but `lengths`, which is (sentences,).

    `kinds` is 0 for O, else the number of the entity type; `begins` is true for B-, S- and U-; `closes` for E- and L-,
    after which an entity of the same type is another one.
    """

    kinds: NDArray[np.int8]
    begins: Flags
    closes: Flags
    lengths: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Entities:
    """Where entities are: `starts` marks first tokens, `ends[i]` is the token after the entity that starts at i."""

    starts: Flags
    ends: NDArray[np.int64]
    kinds: NDArray[np.int8]
    lengths: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Counts:
    """Entities that are right (same tokens, same type), that were predicted, and that the gold labels have."""

    correct: int
    found: int
    gold: int

    @property
    def f1(self) -> Fraction:
        """In percent, exactly; 0 where nothing was found and nothing was there."""
        total = self.found + self.gold
        return Fraction(200 * self.correct, total) if total else Fraction(0)


def entities(tags: Tags) -> Entities:
    """An entity starts at B-, and at I- after O, after another type, after E- or L-, and at a sentence's start."""
    kinds, count = tags.kinds, len(tags.kinds)
    goes_on = np.zeros(count, np.bool_)
    goes_on[1:] = (kinds[1:] == kinds[:-1]) & ~tags.begins[1:] & ~tags.closes[:-1]
    first = np.cumsum(tags.lengths)[:-1]
    goes_on[first[first < count]] = False
    goes_on &= kinds > 0
    breaks = np.append(np.flatnonzero(~goes_on), count)
    ends = np.zeros(count, np.int64)
    ends[breaks[:-1]] = breaks[1:]
    return Entities((kinds > 0) & ~goes_on, ends, kinds, tags.lengths)


def renumbered(found: Entities, numbers: Sequence[int]) -> Entities:
    """The same entities with `numbers[k]` for type k."""
    return replace(found, kinds=np.array(numbers, np.int8)[found.kinds])


def right(gold: Entities, predicted: Entities) -> Flags:
    """Which tokens start an entity that both have, with the same end and the same type."""
    starts: Flags = gold.starts & predicted.starts
    return starts & (gold.ends == predicted.ends) & (gold.kinds == predicted.kinds)


def counts(gold: Entities, predicted: Entities) -> Counts:
    """The three counts that precision, recall and F1 are made of."""
    of_both = int(right(gold, predicted).sum())
    return Counts(of_both, int(predicted.starts.sum()), int(gold.starts.sum()))


def iob2(found: Entities) -> NDArray[np.int8]:
    """The entities as IOB2 codes: 0 is O, 2k-1 is B- and 2k is I- of type k. Equal for equal entities."""
    codes = found.kinds * np.int8(2)
    return np.where(found.starts, codes - np.int8(1), codes).astype(np.int8)


def from_iob2(codes: NDArray[np.int8], lengths: NDArray[np.int32]) -> Tags:
    """The inverse of `iob2`."""
    kinds = ((codes + 1) // 2).astype(np.int8)
    return Tags(kinds, codes % 2 == 1, np.zeros(len(codes), np.bool_), lengths)


def interval(parts: Sequence[tuple[Entities, Entities]], digest: str) -> tuple[float, float]:
    """A 95% bootstrap interval of the parts' mean F1 in percent, over sentences; `parts` as (gold, predicted).

    Each of the `RESAMPLES` draws as many sentences as there are, with replacement. `digest` (hexadecimal, of the
    predictions) is the seed: the same predictions have the same interval on every machine.
    """
    random = np.random.RandomState(int(digest[:8], 16))
    draws = np.sort(np.mean([_f1_of_draws(gold, predicted, random) for gold, predicted in parts], axis=0))
    return float(draws[_LOWEST]), float(draws[-1 - _LOWEST])


def _f1_of_draws(gold: Entities, predicted: Entities, random: np.random.RandomState) -> NDArray[np.float64]:
    """F1 of each resample, shape (RESAMPLES,).

    Sentences with equal counts are alike, so a draw is how often each of the few kinds of sentences comes: multinomial.
    """
    correct, both = _counts_by_sentence(gold, predicted)
    base = int(both.max()) + 1
    kinds, many = np.unique(correct * base + both, return_counts=True)
    size = len(gold.lengths)
    drawn = random.multinomial(size, many / size, RESAMPLES)
    correct, both = drawn @ (kinds // base), drawn @ (kinds % base)
    return np.divide(200.0 * correct, both, out=np.zeros(RESAMPLES), where=both > 0)


def _counts_by_sentence(gold: Entities, predicted: Entities) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Entities that are right, and those of gold and prediction together: each of shape (sentences,)."""
    ends = np.cumsum(gold.lengths)

    def counted(marks: Flags) -> NDArray[np.int64]:
        sentence = np.searchsorted(ends, np.flatnonzero(marks), side="right")
        return np.bincount(sentence, minlength=len(ends))

    return counted(right(gold, predicted)), counted(predicted.starts) + counted(gold.starts)
