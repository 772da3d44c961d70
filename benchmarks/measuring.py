"""Times of several ways to do the same, taken in turns, and tables of them.

A shared machine is slow and fast by turns, so the ways take turns as well, what counts is the median of the CPU time of
each, and what is promised is a ratio of two of them in the same run.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence


def in_turns(ways: Mapping[str, Callable[[], object]], *, rounds: int = 7) -> dict[str, float]:
    """Median CPU milliseconds of each way."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.process_time()
            way()
            taken[name].append(1000 * (time.process_time() - start))
    return {name: statistics.median(times) for name, times in taken.items()}


def verdict(ratio: float, target: float) -> str:
    """The ratio, and whether it keeps the promise."""
    return f"{ratio:.1f}x, promised {target:g}x: {'kept' if ratio >= target else 'NOT KEPT'}"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a table in Markdown."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print(
            "| " + " | ".join(f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row) + " |",
            flush=True,
        )
