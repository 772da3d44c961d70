"""Keeps a learning curve small, however long the log, without changing anything that is derived from it.

A curve of up to `MOST_POINTS` evaluations is kept whole. Of a longer one only those stay that time to a cut-off, its
bracket and its stability can depend on: for every cut-off in steps of 0.01 points and for the edition's own one, which
are the *levels* of this module. So there is a bound on what is kept, and the first evaluation at or above a cut-off,
the one before it, and whether the curve is ever or finally below it again are those of the whole curve.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.readers.numbers import mean, times

MOST_POINTS = 2_000
LEVELS_A_POINT = 100
_MOST_EPOCHS = 10
_LOWEST = np.iinfo(np.int64).min

Levels = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Evaluation(NamedTuple):
    """One dev evaluation as it stands in the log: the metric raw, epochs and steps as written."""

    seconds: float
    metrics: tuple[Decimal, ...]
    line: int
    epoch: Decimal | None
    step: int | None


def percent(evaluation: Evaluation, factors: Sequence[Decimal]) -> Decimal:
    """The metric in percent, exactly: the mean over the parts, each times its factor (1, or 100 for fractions)."""
    if len(factors) == 1:
        return evaluation.metrics[0] if factors[0] == 1 else times(evaluation.metrics[0], factors[0])
    pairs = zip(evaluation.metrics, factors, strict=True)
    return mean([value if factor == 1 else times(value, factor) for value, factor in pairs])


def level(metric: Decimal, cutoff: Decimal) -> int:
    """How many of the cut-offs that count lie at or below this metric (percent): one of equal ones for all of them."""
    return int(times(metric, LEVELS_A_POINT)) + (metric >= cutoff)


def kept(levels: Levels, epochs: NDArray[np.float64] | None, limits: Sequence[float], *, above: int = _LOWEST) -> Flags:
    """Which evaluations must stay; all arrays of shape (evaluations,), epochs NaN where it has none.

    `limits` are the epoch limits for which the answers must stay the same. `above`: the highest level of the
    evaluations before these, which no cut-off can be crossed at again.
    """
    keep = np.zeros(len(levels), np.bool_)
    _keep(levels, slice(None), keep, above)
    for inside in () if epochs is None else _inside(epochs, limits):
        _keep(levels[inside], inside, keep, _LOWEST)
    return keep


def limits_for(limit: Decimal) -> tuple[float, ...]:
    """The edition's epoch limit and whole ones; each also less one, as labels that start at 0 are read as +1."""
    return tuple(sorted({float(limit), float(limit) - 1, *map(float, range(_MOST_EPOCHS + 1))}))


def _keep(levels: Levels, rows: slice | NDArray[np.int64], keep: Flags, above: int) -> None:
    """Marks the points higher than all before them with the ones just before, and those lower than all after them."""
    before = np.maximum.accumulate(np.concatenate(([above], levels[:-1])))
    higher = levels > before
    lower = np.ones(len(levels), np.bool_)
    lower[:-1] = levels[:-1] < np.minimum.accumulate(levels[:0:-1])[::-1]
    chosen = higher | lower
    chosen[:-1] |= higher[1:]
    chosen[:1] = True
    keep[rows] |= chosen


def _inside(epochs: NDArray[np.float64], limits: Sequence[float]) -> Iterator[NDArray[np.int64]]:
    """The evaluations inside each limit that leaves out some and not all."""
    if not len(epochs) or np.isnan(epochs).all():
        return
    lowest, highest = np.nanmin(epochs), np.nanmax(epochs)
    for limit in limits:
        if lowest <= limit < highest or (limit < lowest and np.isnan(epochs).any()):
            yield np.flatnonzero(~(epochs > limit))
