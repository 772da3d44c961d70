"""The median over runs, and what latency samples come to."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.latency import summed_up
from scoring.runs import mean_of, middle, outcome, spread, worst_stability
from scoring.values import Outcome, RunResult, Stability


def runs(*values):
    """Runs with these times; None is N/R."""
    return [
        RunResult(Outcome.NOT_REACHED if value is None else Outcome.REACHED, seconds=value, value=value)
        for value in values
    ]


def median(*values):
    central = middle(runs(*values))
    return mean_of(central, lambda run: run.value)


def test_the_median_of_an_odd_number_is_the_run_in_the_middle():
    assert median(30.0, 10.0, 20.0) == 20.0
    assert median(7.0) == 7.0


def test_the_median_of_an_even_number_is_the_mean_of_the_two_in_the_middle():
    assert median(40.0, 10.0, 20.0, 30.0) == 25.0


def test_a_run_that_is_not_reached_counts_as_infinitely_slow():
    assert median(10.0, None, 20.0) == 20.0
    assert outcome(runs(10.0, None, None)) is Outcome.NOT_REACHED
    assert outcome(runs(10.0, None, 20.0)) is Outcome.REACHED


def test_of_an_even_number_one_middle_run_not_reached_makes_the_task_not_reached():
    assert outcome(runs(10.0, None)) is Outcome.NOT_REACHED
    assert median(10.0, None) is None
    assert outcome(runs(10.0, 20.0, 30.0, None)) is Outcome.REACHED


def test_one_invalid_run_makes_the_task_invalid_and_no_run_means_not_run():
    assert outcome([*runs(10.0, 20.0), RunResult(Outcome.INVALID)]) is Outcome.INVALID
    assert outcome([]) is Outcome.NOT_RUN
    assert middle([]) == ()


def test_the_spread_is_over_the_runs_that_reached():
    assert spread(runs(10.0, None, 25.0)) == 15.0
    assert spread(runs(10.0)) is None
    assert spread(runs(10.0, None)) is None


def test_means_stay_decimals_and_the_worst_stability_is_told():
    two = [RunResult(Outcome.REACHED, metric=Decimal(metric)) for metric in ("91.1", "91.4")]
    assert mean_of(two, lambda run: run.metric) == Decimal("91.25")
    assert mean_of([], lambda run: run.metric) is None
    curves = [RunResult(Outcome.REACHED, stability=word) for word in (Stability.HELD, Stability.DIPPED)]
    assert worst_stability(curves) is Stability.DIPPED
    assert worst_stability(two) is None


values = st.lists(st.none() | st.floats(0.001, 1e6), min_size=1, max_size=9)


@given(values, st.randoms())
def test_the_median_does_not_depend_on_the_order_of_the_runs(times, random):
    assert median(*times) == median(*random.sample(times, len(times)))


@given(values, st.sampled_from([0.5, 2.0, 16.0]))
def test_the_median_scales_with_the_clock(times, k):
    scaled = median(*(None if time is None else k * time for time in times))
    assert scaled == (None if median(*times) is None else k * median(*times))


def test_latency_is_the_mean_with_percentiles_and_standard_error():
    latency = summed_up(np.arange(1.0, 1002.0))
    assert (latency.mean, latency.count, latency.smallest) == (501.0, 1001, 1.0)
    assert latency.percentiles["p50"] == 501.0
    assert latency.percentiles["p99"] == pytest.approx(991.0)
    assert latency.percentiles["standard_error"] == pytest.approx(np.std(np.arange(1001), ddof=1) / np.sqrt(1001))


def test_the_commonest_latency_is_counted():
    latency = summed_up(np.array([2.0, 3.0, 3.0, 4.0]))
    assert (latency.commonest, latency.commonest_count) == (3.0, 2)


def test_no_samples_are_no_latency_and_one_has_no_standard_error():
    assert summed_up(np.array([])) is None
    assert "standard_error" not in summed_up(np.array([2.0])).percentiles


def test_equal_samples_have_exactly_their_own_mean():
    assert summed_up(np.full(1000, 2.68)).mean == 2.68
