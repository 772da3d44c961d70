"""Accuracy by exact counts."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.accuracy import Right, interval, mean, right


def test_rows_without_a_prediction_do_not_count():
    assert right(np.array([0, 1, 1], np.int8), np.array([0, -1, 0], np.int8)) == Right(1, 2)


def test_the_mean_of_two_halves_is_not_the_pool():
    halves = [Right(8297, 9815), Right(8403, 9832)]
    assert mean(halves) < 85 < Fraction(100 * (8297 + 8403), 9815 + 9832)


def test_one_row_decides_at_the_cut_off():
    assert Right(784, 872).accuracy < 90 <= Right(785, 872).accuracy


def test_wilsons_interval_as_published():
    low, high = interval([Right(8, 10)])  # Wilson 1927: 0.490 to 0.943
    assert (low, high) == (pytest.approx(49.02, abs=0.01), pytest.approx(94.33, abs=0.01))


@given(st.integers(1, 10_000), st.data())
def test_the_interval_holds_the_accuracy(rows, data):
    part = Right(data.draw(st.integers(0, rows)), rows)
    low, high = interval([part, part])
    assert 0 <= low <= float(part.accuracy) + 1e-9
    assert float(part.accuracy) - 1e-9 <= high <= 100
