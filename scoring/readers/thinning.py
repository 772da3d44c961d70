"""Keeps a learning curve small without changing anything that is derived from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from scoring.readers.numbers import mean

MOST_POINTS = 20_000


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One dev evaluation as it stands in the log: the metric raw, epochs and steps as written."""

    seconds: float
    metrics: tuple[Decimal, ...]
    line: int
    epoch: Decimal | None
    step: int | None

    @property
    def height(self) -> Decimal:
        """What orders evaluations whatever their scale: the mean over the parts."""
        return mean(self.metrics)


def thinned(curve: Sequence[Evaluation]) -> list[Evaluation]:
    """The evaluations that time to *any* cut-off, its bracket and its stability depend on, inside any epoch limit.

    Time to a cut-off is read off the points that are higher than all before them, its bracket off the ones just before
    those, stability off the points that are lower than all after them up to the end or up to an epoch's end.
    """
    keep = {0, len(curve) - 1}
    best: Decimal | None = None
    for i, point in enumerate(curve):
        height = point.height
        if best is None or height > best:
            best = height
            keep.update((max(i - 1, 0), i))
    for start, end in _epochs(curve):
        lowest: Decimal | None = None
        for i in range(end - 1, start - 1, -1):
            height = curve[i].height
            if lowest is None or height < lowest:
                lowest = height
                keep.add(i)
    return [curve[i] for i in sorted(keep)]


def _epochs(curve: Sequence[Evaluation]) -> list[tuple[int, int]]:
    """The stretches of the curve that lie in one epoch (k-1, k]."""
    starts = [0]
    for i in range(1, len(curve)):
        if _epoch(curve[i]) != _epoch(curve[i - 1]):
            starts.append(i)
    return list(zip(starts, (*starts[1:], len(curve)), strict=True))


def _epoch(point: Evaluation) -> Decimal | None:
    return None if point.epoch is None else point.epoch.to_integral_value(ROUND_CEILING)
