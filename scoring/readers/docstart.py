"""-DOCSTART- lines whose words are gone: sentences of a single O that the data set does not count."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
_HEADLINE = range(5, 15)
_LONGEST_DATELINE = 5


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

    A document opens with a headline (5 to 14 tokens) and a short line for place and date (up to 5). Lone O's before
    such a pair go first, then those farthest from any other that goes, as documents are longer than a few lines.
    """
    candidates = [i for i, is_lone in enumerate(lone) if is_lone]
    if excess > len(candidates):
        raise Misfit(len(lengths))
    gone = [i for i in candidates if _opens_document(lengths, i)][:excess]
    distance = np.full(len(lengths), -1)
    distance[candidates] = len(lengths)
    places = np.arange(len(lengths))
    for i in gone:
        distance = np.minimum(distance, abs(places - i))
    while len(gone) < excess:
        gone.append(int(distance.argmax()))
        distance = np.minimum(distance, abs(places - gone[-1]))
    keep = np.ones(len(lengths), np.bool_)
    keep[gone] = False
    return keep


def _opens_document(lengths: Sequence[int], at: int) -> bool:
    after = lengths[at + 1 : at + 3]
    return len(after) == 2 and after[0] in _HEADLINE and 1 < after[1] <= _LONGEST_DATELINE


def _run_of_ones(lengths: Sequence[int], at: int) -> tuple[list[int], int]:
    start = at
    while at < len(lengths) and lengths[at] == 1:
        at += 1
    return list(range(start, at)), at
