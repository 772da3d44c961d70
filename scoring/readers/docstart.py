"""-DOCSTART- lines whose words are gone: sentences of a single O that the data set does not count."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
_HEADLINE = range(5, 15)
_LONGEST_DATELINE = 5
_SHORTEST_SENTENCE = 13


class Misfit(Exception):
    """No choice of -DOCSTART- lines makes the sentences fit. `at` is the first sentence (from 0) that does not."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def fitted(lengths: Sequence[int], lone: Sequence[bool], wanted: Sequence[int]) -> Mask:
    """Which sentences to keep so that their lengths are `wanted`, leaving out only lone O's. Misfit where none do.

    Sentences of several tokens pin both sides together. Between two of them, where there are more single tokens than
    wanted, the last lone O's go: a -DOCSTART- line comes right before a headline.
    """
    keep = np.ones(len(lengths), np.bool_)
    if len(lengths) == len(wanted) and lengths == wanted:
        return keep
    at = want = 0
    while True:
        ones, at = _run_of_ones(lengths, at)
        wanted_ones, want = _run_of_ones(wanted, want)
        excess = len(ones) - len(wanted_ones)
        spare = [i for i in ones if lone[i]]
        if excess < 0 or excess > len(spare):
            raise Misfit(at if excess < 0 else ones[-1])
        keep[spare[len(spare) - excess :]] = False
        if at == len(lengths) and want == len(wanted):
            return keep
        if at == len(lengths) or want == len(wanted) or lengths[at] != wanted[want]:
            raise Misfit(at)
        at, want = at + 1, want + 1


def likely(lengths: Sequence[int], lone: Sequence[bool], excess: int) -> Mask:
    """Which sentences to keep where `excess` lone O's must go and nothing says which. Misfit where there are fewer.

    The first sentence is one of them, as every corpus with documents starts with one; else nothing fits.
    A document opens with a headline (5 to 14 tokens) and then a line for place and date (up to 5) or a full sentence
    (13 and more); the lines of the tables in which single tokens stand are between the two.
    """
    candidates = [i for i, is_lone in enumerate(lone) if is_lone]
    if excess > len(candidates) or (excess and candidates[0] != 0):
        raise Misfit(len(lengths))
    candidates.sort(key=lambda i: (i > 0, _unlikeliness(lengths, i)))  # stable: the first of equals
    keep = np.ones(len(lengths), np.bool_)
    keep[candidates[:excess]] = False
    return keep


def _unlikeliness(lengths: Sequence[int], at: int) -> int:
    """0 before a headline and a date line, 1 before a headline and a full sentence, 2 before anything else."""
    after = lengths[at + 1 : at + 3]
    if len(after) < 2 or after[0] not in _HEADLINE:
        return 2
    if 1 < after[1] <= _LONGEST_DATELINE:
        return 0
    return 1 if after[1] >= _SHORTEST_SENTENCE else 2


def _run_of_ones(lengths: Sequence[int], at: int) -> tuple[list[int], int]:
    start = at
    while at < len(lengths) and lengths[at] == 1:
        at += 1
    return list(range(start, at)), at
