"""A thinned curve says the same about every cut-off as the whole one, and stays small."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.curves import ZERO, crossing, margins, stability, within_epochs
from scoring.readers import evaluations, task_curves, thinning
from scoring.readers.thinning import kept
from scoring.rules import Phase
from tests.scoring.readers.files import log
from tests.scoring.tasks import RULES, SST2

LEVELS = st.lists(st.integers(0, 12), min_size=1, max_size=60)
EPOCHS = st.one_of(st.none(), st.floats(0, 6))


def facts(levels, lines, cutoff):
    """The line of the crossing and the one before it, whether it was ever below after, and whether at the end."""
    at = next((i for i, level in enumerate(levels) if level >= cutoff), None)
    if at is None:
        return None
    later = [level < cutoff for level in levels[at:]]
    return lines[at], lines[at - 1] if at else None, any(later), later[-1]


def same_inside(levels, epochs, mask, limit):
    inside = [i for i, epoch in enumerate(epochs) if epoch is None or epoch <= limit]
    some = [i for i in inside if mask[i]]
    for cutoff in range(14):
        assert facts([levels[i] for i in some], some, cutoff) == facts([levels[i] for i in inside], inside, cutoff)


@given(LEVELS, st.data())
def test_crossing_bracket_and_stability_stay_inside_every_epoch_limit(levels, data):
    epochs = data.draw(st.lists(EPOCHS, min_size=len(levels), max_size=len(levels)))
    limits = [1.0, 2.5, 5.0]
    mask = kept(np.array(levels), np.array([np.nan if epoch is None else epoch for epoch in epochs]), limits)
    for limit in (*limits, 7):
        same_inside(levels, epochs, mask, limit)


@given(LEVELS, LEVELS)
def test_a_later_stretch_need_not_repeat_what_was_crossed_before(first, second):
    masks = [kept(np.array(first), None, ()), kept(np.array(second), None, (), above=max(first))]
    same_inside(first + second, [None] * len(first + second), [*masks[0], *masks[1]], 0)


@pytest.fixture
def small(monkeypatch):
    for module in (evaluations, task_curves):
        monkeypatch.setattr(module, "MOST_POINTS", 50)


def derived(reading, limit=None):
    curve = within_epochs(reading.curves["sst2"], limit)
    crossed = crossing(curve, SST2.cutoff)
    return crossed and (crossed.at, crossed.bracket, stability(curve, crossed, SST2.cutoff))


ROWS = st.lists(st.tuples(st.integers(8700, 9200), st.integers(0, 3)), min_size=200, max_size=900)


@settings(max_examples=40)
@given(ROWS, st.booleans())
def test_what_is_derived_from_a_thinned_log_is_that_of_the_whole(rows, as_fractions):
    digits = "0.{:04d}" if as_fractions else "{:.2f}"
    values = [digits.format(value if as_fractions else value / 100) for value, _ in rows]
    text = "time,epoch,loss,accuracy\n"
    for i, (value, (_, steps)) in enumerate(zip(values, rows, strict=True)):
        text += "".join(f"{i},{i / 90:.3f},0.5,\n" for _ in range(steps)) + f"{i},{i / 90:.3f},,{value}\n"
    whole = log(text)
    with pytest.MonkeyPatch.context() as patch:
        for module in (evaluations, task_curves):
            patch.setattr(module, "MOST_POINTS", 50)
        thinned = log(text)
    assert len(thinned.curves["sst2"]) < len(whole.curves["sst2"])
    assert (derived(thinned), derived(thinned, 5), derived(thinned, 3)) == (
        derived(whole),
        derived(whole, 5),
        derived(whole, 3),
    )


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.integers(895, 915)] * 3), min_size=200, max_size=600))
def test_the_rows_of_pretraining_stay_side_by_side(rows):
    text = "time,conll2003,sst2,mnli\n" + "".join(
        f"{i},{a / 10 + 1},{b / 10},{c / 10 - 5}\n" for i, (a, b, c) in enumerate(rows)
    )
    whole = log(text, *RULES.tasks, phase=Phase.PRETRAINING)
    with pytest.MonkeyPatch.context() as patch:
        for module in (evaluations, task_curves):
            patch.setattr(module, "MOST_POINTS", 50)
        thinned = log(text, *RULES.tasks, phase=Phase.PRETRAINING)
    found = []
    for reading in (whole, thinned):
        curve = margins(reading.curves, RULES.tasks)
        crossed = crossing(curve, ZERO)
        found.append(crossed and (crossed.at, crossed.after, stability(curve, crossed, ZERO)))
    assert found[0] == found[1]


def test_a_long_log_has_a_small_curve(small):
    rows = "".join(f"{i},{50 + i % 40}.{i % 7}\n" for i in range(20_000))
    points = log("time,accuracy\n" + rows).curves["sst2"]
    assert len(points) <= 1000
    assert all(before.line < after.line for before, after in pairwise(points))


def test_a_metric_that_rises_on_every_row_has_a_bounded_curve():
    rows = "".join(f"{i},{i / 3000:.4f}\n" for i in range(300_000))
    points = log("time,accuracy\n" + rows).curves["sst2"]
    assert len(points) <= 2 * 100 * thinning.LEVELS_A_POINT + thinning.MOST_POINTS
    assert derived(log("time,accuracy\n" + rows))[0].line == 270_002
