"""What is common to the proofs of all metrics: coverage, the cut-off by exact fractions, and the digest."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoring.findings import Finding, Severity, finding
from scoring.rules import Task
from scoring.values import Proof


def coverage(task: Task, rows: Mapping[str, int], file: str) -> Finding | None:
    """Fewer than half of a part's rows prove nothing; fewer than all of them prove the part that is there."""
    for part in task.parts:
        if 2 * rows[part.name] < part.size:
            return finding("predictions-coverage", _share(task, part.name, rows), task=task.slug, file=file)
    if sum(rows.values()) < task.gold_size:
        share = "; ".join(_share(task, part.name, rows) for part in task.parts if rows[part.name] < part.size)
        return finding("predictions-partial", share, task=task.slug, file=file)
    return None


def with_interval(partial: Finding, interval: tuple[float, float]) -> Finding:
    """The finding about a part, saying also how far the metric of the whole may be from it."""
    text = f"{partial.message} The 95% interval of the metric is {interval[0]:.2f} to {interval[1]:.2f}."
    return finding(partial.code, text, task=partial.task, file=partial.file)


def proof(
    task: Task,
    metric: Fraction | None,
    rows: int,
    digest: str,
    detail: Mapping[str, float],
    *,
    interval: tuple[float, float] | None = None,
) -> Proof:
    """The proof. Whether the cut-off is reached is decided without rounding: 785 of 872 is at 90, 784 is below."""
    return Proof(
        metric=None if metric is None else float(metric),
        reaches_cutoff=None if metric is None else metric >= Fraction(task.cutoff),
        rows=rows,
        gold_rows=task.gold_size,
        complete=rows == task.gold_size,
        interval=interval,
        digest=digest,
        detail=detail,
    )


def digest(parts: Iterable[tuple[str, Sequence[str], Sequence[NDArray[np.integer]]]]) -> str:
    """SHA-256 over the labels as understood, by part: its name, what its codes mean, its arrays of numbers."""
    total = hashlib.sha256()
    for name, meanings, arrays in parts:
        total.update("\0".join([name, *meanings, "\n"]).encode())
        for array in arrays:
            total.update(array.astype("<i4").tobytes())
    return total.hexdigest()


def has_error(findings: Iterable[Finding]) -> bool:
    return any(found.severity is Severity.ERROR for found in findings)


def _share(task: Task, part: str, rows: Mapping[str, int]) -> str:
    size = next(each.size for each in task.parts if each.name == part)
    of = f"the {part} half" if part else "the dev set"
    return f"{rows[part]:,} of the {size:,} rows of {of} have a prediction ({rows[part] / size:.2%})."
