"""Several runs of a task: their median, with N/R as infinitely slow, and their spread (PROTOCOL section 6)."""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from scoring.values import Outcome, RunResult, Stability

Number = TypeVar("Number", float, Decimal)

WORST_FIRST = (Stability.LOST, Stability.DIPPED, Stability.HELD)


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
