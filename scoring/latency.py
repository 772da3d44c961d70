"""What latency samples come to: mean, percentiles and standard error (PROTOCOL section 3, inference). Milliseconds."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
"""Latencies of single inputs in milliseconds, in the order they were measured."""

PERCENTILES = (50, 95, 99)
A_PART = 100_000


@dataclass(frozen=True, slots=True)
class Latency:
    """Samples summed up: milliseconds, counts, and what the checks ask about them."""

    mean: float
    percentiles: dict[str, float]
    """`p50`, `p95`, `p99`, and `standard_error` where there are two samples or more."""
    count: int
    smallest: float
    commonest: float
    commonest_count: int


def summed_up(samples: Samples) -> Latency | None:
    """The samples in numbers; None where there are none. The mean is that of the exact sum, in any order the same."""
    count = len(samples)
    if not count:
        return None
    ordered = np.sort(samples)
    mean = math.fsum(chain.from_iterable(part.tolist() for part in _parts(ordered))) / count
    percentiles = {f"p{share}": _percentile(ordered, share) for share in PERCENTILES}
    if count > 1:
        squares = math.fsum(float(np.square(part - mean).sum()) for part in _parts(ordered))
        percentiles["standard_error"] = math.sqrt(squares / (count - 1)) / math.sqrt(count)
    commonest, commonest_count = _commonest(ordered)
    return Latency(mean, percentiles, count, float(ordered[0]), commonest, commonest_count)


def _parts(samples: Samples) -> Iterator[Samples]:
    """A hundred thousand at a time, so that what is made of them is small however many there are."""
    return (samples[first : first + A_PART] for first in range(0, len(samples), A_PART))


def _percentile(ordered: Samples, share: int) -> float:
    """Between the two samples around it, as the line between them goes."""
    place = (len(ordered) - 1) * share / 100
    below = math.floor(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    return low + (high - low) * (place - below)


def _commonest(ordered: Samples) -> tuple[float, int]:
    """The value that most samples have, the smallest of several, and how many have it."""
    starts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    starts = np.concatenate(([0], starts, [len(ordered)]))
    lengths = np.diff(starts)
    longest = int(np.argmax(lengths))
    return float(ordered[starts[longest]]), int(lengths[longest])
