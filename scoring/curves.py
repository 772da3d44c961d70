"""What a learning curve says: where it crosses a cut-off, how sure that is, and how it went on (PROTOCOL section 3)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from scoring.rules import Task
from scoring.values import Crossing, Curve, Point, Stability

ZERO = Decimal(0)


def crossing(curve: Curve, cutoff: Decimal) -> Crossing | None:
    """The first evaluation at or above the cut-off; None where there is none (N/R)."""
    before = None
    for point in curve:
        if point.metric >= cutoff:
            return Crossing(at=point, after=before)
        before = point
    return None


def within_epochs(curve: Curve, limit: Decimal | None) -> Curve:
    """The evaluations that count: those up to the epoch limit, and those whose epoch the log does not tell."""
    if limit is None:
        return curve
    return tuple(point for point in curve if point.epoch is None or point.epoch <= limit)


def stability(curve: Curve, crossed: Crossing, cutoff: Decimal) -> Stability:
    """How the curve went on: held (never below again), dipped (below, but not at the end), lost (below at the end)."""
    later = curve[curve.index(crossed.at) + 1 :]
    if not any(point.metric < cutoff for point in later):
        return Stability.HELD
    return Stability.LOST if later[-1].metric < cutoff else Stability.DIPPED


def running_maximum(curve: Curve) -> list[tuple[float, Decimal]]:
    """Every new best as (seconds, metric): all that time to any cut-off needs."""
    steps: list[tuple[float, Decimal]] = []
    for point in curve:
        if not steps or point.metric > steps[-1][1]:
            steps.append((point.seconds, point.metric))
    return steps


def margins(curves: Mapping[str, Curve], tasks: Sequence[Task]) -> Curve:
    """Pretraining's rows as one curve, whose metric is the smallest of the tasks' margins over their cut-offs (points).

    A row is a line of the log. One that lacks a task says nothing about all of them, so it has no point.
    """
    by_line = [{point.line: point for point in curves.get(task.slug, ())} for task in tasks]
    if not by_line:
        return ()
    rows = [line for line in by_line[0] if all(line in points for points in by_line)]
    return tuple(_worst([points[line] for points in by_line], tasks) for line in rows)


def _worst(row: Sequence[Point], tasks: Sequence[Task]) -> Point:
    first = row[0]
    margin = min(point.metric - task.cutoff for point, task in zip(row, tasks, strict=True))
    return Point(first.seconds, margin, first.line, first.epoch, first.step)
