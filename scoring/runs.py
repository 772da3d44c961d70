"""Several runs of a task: their median, N/R as infinitely slow, its interval, and their spread (PROTOCOL section 6).

The 95% interval of the median is that of the bootstrap, and exact: of the n**n ways to draw n runs with replacement
every one counts, so that it needs no seed and comes out the same on every machine.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import TypeVar

from scoring.values import Outcome, RunResult, Stability

Number = TypeVar("Number", float, Decimal)

WORST_FIRST = (Stability.LOST, Stability.DIPPED, Stability.HELD)

RESAMPLES = 2000
"""Draws behind the interval of a sum over tasks, whose ways are too many to go through."""

Draws = Sequence[tuple[float, float]]
"""What a number can be in a resample, ascending, each with its share of all resamples."""


def middle(runs: Sequence[RunResult]) -> tuple[RunResult, ...]:
    """The run in the middle by time, or the two of an even number; N/R counts as infinitely slow. Empty for no runs."""
    by_time = sorted(runs, key=lambda run: math.inf if run.value is None else run.value)
    half = len(by_time) // 2
    return tuple(by_time[half : half + 1] if len(by_time) % 2 else by_time[max(half - 1, 0) : half + 1])


def outcome(runs: Sequence[RunResult]) -> Outcome:
    """What the task came to: invalid if any run is, N/R if the median is; not run where there is no run."""
    if not runs:
        return Outcome.NOT_RUN
    if any(run.outcome is Outcome.INVALID for run in runs):
        return Outcome.INVALID
    reached = all(run.outcome is Outcome.REACHED for run in middle(runs))
    return Outcome.REACHED if reached else Outcome.NOT_REACHED


def mean_of(runs: Sequence[RunResult], number: Callable[[RunResult], Number | None]) -> Number | None:
    """The mean of a number over the (one or two) middle runs; None where one of them lacks it."""
    numbers = [number(run) for run in runs]
    known = [value for value in numbers if value is not None]
    if not numbers or len(known) != len(numbers):
        return None
    return known[0] if len(known) == 1 else (known[0] + known[1]) / 2


def worst_stability(runs: Sequence[RunResult]) -> Stability | None:
    return next((stability for stability in WORST_FIRST if any(run.stability is stability for run in runs)), None)


def spread(runs: Sequence[RunResult]) -> float | None:
    """Largest minus smallest value over the runs that reached; None where fewer than two did."""
    values = [run.value for run in runs if run.outcome is Outcome.REACHED and run.value is not None]
    return max(values) - min(values) if len(values) > 1 else None


# --- intervals -----------------------------------------------------------------------------------------------------


def interval(values: Sequence[float | None]) -> tuple[float, float | None] | None:
    """The 95% bootstrap interval of the median of runs (None: N/R). An upper end of None is N/R.

    None where there is nothing to say: fewer than two runs, or an interval that is N/R at both ends.
    """
    if len(values) < 2:
        return None
    low, high = ends(medians(values))
    return None if math.isinf(low) else (low, None if math.isinf(high) else high)


def medians(values: Sequence[float | None]) -> Draws:
    """What the median of a resample can be, with the share of the resamples that have it; infinity is N/R."""
    ordered = sorted(math.inf if value is None else value for value in values)
    ways = _ways_even(len(ordered)) if len(ordered) % 2 == 0 else _ways_odd(len(ordered))
    every = len(ordered) ** len(ordered)
    return sorted(((ordered[low] + ordered[high]) / 2, count / every) for low, high, count in ways if count)


def _ways_odd(n: int) -> Iterator[tuple[int, int, int]]:
    """(k, k, how many of the n**n resamples have the k-th smallest run, from 0, in the middle)."""
    below = [sum(math.comb(n, m) * k**m * (n - k) ** (n - m) for m in range(n // 2 + 1, n + 1)) for k in range(n + 1)]
    return ((k, k, below[k + 1] - below[k]) for k in range(n))


def _ways_even(n: int) -> Iterator[tuple[int, int, int]]:
    """(j, k, how many of the n**n resamples have the j-th and the k-th smallest run, from 0, in the middle)."""
    half = n // 2

    def apart(low: int, high: int) -> int:
        """Resamples whose lower half lies in the first `low` runs and whose upper half in the last `high`."""
        return math.comb(n, half) * low**half * high**half

    def at_most(k: int) -> int:
        """Resamples of which half or more lie in the first `k` runs."""
        return sum(math.comb(n, m) * k**m * (n - k) ** (n - m) for m in range(half, n + 1))

    for j in range(n):
        left = at_most(j + 1) - at_most(j)
        for k in range(j + 1, n):
            more, fewer = n - k, n - k - 1
            ways = apart(j + 1, more) - apart(j, more) - apart(j + 1, fewer) + apart(j, fewer)
            left -= ways
            yield j, k, ways
        yield j, j, left


def ends(draws: Draws) -> tuple[float, float]:
    """The smallest values that at least 2.5% and 97.5% of the resamples do not exceed."""
    passed = list(accumulate(share for _, share in draws))
    low, high = (next(place for place, so_far in enumerate(passed) if so_far >= end) for end in (0.025, 0.975))
    return draws[low][0], draws[high][0]


def interval_of_sum(parts: Sequence[Draws]) -> tuple[float, float]:
    """The 95% interval of the sum of independent numbers, each drawn `RESAMPLES` times. The numbers are the seed."""
    seed = hashlib.sha256(repr([list(part) for part in parts]).encode()).digest()
    random = Random(seed)  # noqa: S311  # a resample is no secret
    sums = [0.0] * RESAMPLES
    for part in parts:
        values, shares = zip(*part, strict=True)
        drawn = random.choices(values, shares, k=RESAMPLES)
        sums = [so_far + value for so_far, value in zip(sums, drawn, strict=True)]
    sums.sort()
    return sums[RESAMPLES // 40], sums[-1 - RESAMPLES // 40]
