"""A thinned curve says the same about every cut-off as the whole one."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scoring.readers import evaluations, thinning
from scoring.readers.thinning import Evaluation, thinned
from tests.scoring.readers.files import log

HEIGHTS = st.lists(st.integers(0, 12), min_size=1, max_size=60)


def curve(heights, epochs=None) -> list[Evaluation]:
    return [
        Evaluation(float(i), (Decimal(height),), i, None if epochs is None else epochs[i], i)
        for i, height in enumerate(heights)
    ]


def facts(points, cutoff):
    """The line of the crossing and the one before it, whether it was ever below after, and whether at the end."""
    at = next((i for i, point in enumerate(points) if point.height >= cutoff), None)
    if at is None:
        return None
    later = [point.height < cutoff for point in points[at:]]
    return points[at].line, points[at - 1].line if at else None, any(later), later[-1]


@given(HEIGHTS)
def test_crossing_bracket_and_stability_stay(heights):
    whole = curve(heights)
    for cutoff in range(14):
        assert facts(thinned(whole), cutoff) == facts(whole, cutoff)


@given(HEIGHTS, st.integers(1, 6))
def test_they_stay_inside_any_epoch_limit(heights, limit):
    whole = curve(heights, [Decimal(i) / 8 for i in range(len(heights))])
    inside = [point for point in whole if point.epoch <= limit]
    kept = [point for point in thinned(whole) if point.epoch <= limit]
    for cutoff in range(14):
        assert facts(kept, cutoff) == facts(inside, cutoff)


def test_a_long_log_has_a_small_curve(monkeypatch):
    monkeypatch.setattr(evaluations, "MOST_POINTS", 100)
    rows = "".join(f"{i},{50 + i % 40}.{i % 7}\n" for i in range(20_000))
    points = log("time,accuracy\n" + rows).curves["sst2"]
    assert len(points) <= 201
    assert all(before.line < after.line for before, after in pairwise(points))
    assert thinning.MOST_POINTS == 20_000
