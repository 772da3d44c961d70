"""Scores: ratios to the reference entry, their sums, and efficiency (PROTOCOL section 5). Nothing is rounded."""

from collections.abc import Iterable

from scoring.values import Outcome


def task_score(outcome: Outcome, value: float | None, reference_value: float | None) -> float | None:
    """reference / value where reached; 0 where not reached or not run; None where unknown.

    Value and reference are both seconds or both US dollars. A reached task whose value is not known (a cost without a
    price), or a reference without one, has no ratio: None as well. An invalid outcome never scores.
    """
    if outcome in (Outcome.NOT_REACHED, Outcome.NOT_RUN):
        return 0.0
    if outcome is not Outcome.REACHED or not value or not reference_value:
        return None
    return reference_value / value


def overall(scores: Iterable[float | None]) -> float | None:
    """The sum over the tasks, added one by one in board order; None where a task is unknown.

    Boards are scored by the same additions in SQL: bit for bit the same sum.
    """
    total = 0.0
    for score in scores:
        if score is None:
            return None
        total += score
    return total


def efficiency(time: float | None, cost: float | None) -> float | None:
    """Overall time score plus overall cost score; None where one is unknown."""
    return None if time is None or cost is None else time + cost
