"""What latency samples come to: mean, percentiles and standard error (PROTOCOL section 3, inference). Milliseconds."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
"""Latencies of single inputs in milliseconds, in the order they were measured."""

PERCENTILES = (50, 95, 99)


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
    percentiles = {
        f"p{share}": float(value) for share, value in zip(PERCENTILES, np.percentile(samples, PERCENTILES), strict=True)
    }
    if count > 1:
        percentiles["standard_error"] = float(np.std(samples, ddof=1)) / math.sqrt(count)
    values, counts = np.unique(samples, return_counts=True)
    commonest = int(np.argmax(counts))
    return Latency(
        mean=math.fsum(samples.tolist()) / count,
        percentiles=percentiles,
        count=count,
        smallest=float(values[0]),
        commonest=float(values[commonest]),
        commonest_count=int(counts[commonest]),
    )
