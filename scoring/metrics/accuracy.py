"""Accuracy, and the mean of the accuracies of a dev set's parts (PROTOCOL section 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import numpy as np
from numpy.typing import NDArray

_Z = 1.959963984540054  # the 97.5% point of the normal distribution


@dataclass(frozen=True, slots=True)
class Right:
    """How many rows of one part were predicted, and how many of them are right. `rows` is above 0."""

    correct: int
    rows: int

    @property
    def accuracy(self) -> Fraction:
        """In percent, exactly."""
        return Fraction(100 * self.correct, self.rows)


def right(gold: NDArray[np.int8], predicted: NDArray[np.int8]) -> Right:
    """Of the rows that have a prediction (0 or above): how many equal the gold label. Both of shape (rows,)."""
    return Right(int((gold == predicted).sum()), int((predicted >= 0).sum()))


def mean(parts: Sequence[Right]) -> Fraction:
    """The mean of the parts' accuracies, not pooled: 84.99985 stays below 85 although all rows together reach it."""
    return sum((part.accuracy for part in parts), Fraction(0)) / len(parts)


def interval(parts: Sequence[Right]) -> tuple[float, float]:
    """A 95% interval in percent: Wilson's for one part, for several Newcombe's way of combining theirs."""
    centre = float(mean(parts))
    limits = [_wilson(part) for part in parts]
    below = sqrt(sum((float(part.accuracy) - low) ** 2 for part, (low, _) in zip(parts, limits, strict=True)))
    above = sqrt(sum((high - float(part.accuracy)) ** 2 for part, (_, high) in zip(parts, limits, strict=True)))
    return max(0.0, centre - below / len(parts)), min(100.0, centre + above / len(parts))


def _wilson(part: Right) -> tuple[float, float]:
    share, rows = part.correct / part.rows, part.rows
    middle = share + _Z * _Z / (2 * rows)
    spread = _Z * sqrt(share * (1 - share) / rows + _Z * _Z / (4 * rows * rows))
    scale = 100 / (1 + _Z * _Z / rows)
    return scale * (middle - spread), scale * (middle + spread)
