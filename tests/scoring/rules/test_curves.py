"""Crossing, bracket, epoch limit, stability, and time to any cut-off: rules over plain points."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scoring.curves import ZERO, crossing, margins, running_maximum, stability, within_epochs
from scoring.values import Curve, Point, Stability
from tests.scoring.tasks import CONLL2003, MNLI, SST2


def curve(*metrics: str, seconds: int = 10) -> Curve:
    """One point every ten seconds, on lines from 2 on, as below a header."""
    return tuple(Point(seconds * (row + 1), Decimal(metric), line=row + 2) for row, metric in enumerate(metrics))


curves = st.lists(st.tuples(st.floats(0, 1e6), st.decimals(0, 100, places=3)), max_size=30).map(
    lambda rows: tuple(Point(seconds, metric, line) for line, (seconds, metric) in enumerate(sorted(rows), start=2))
)
cutoffs = st.decimals(0, 100, places=3)


def test_the_crossing_is_the_first_evaluation_at_or_above_the_cutoff():
    crossed = crossing(curve("80", "90", "95", "89"), Decimal(90))
    assert (crossed.at.seconds, crossed.at.line, crossed.bracket) == (20, 3, (10, 20))


def test_a_crossing_at_the_first_evaluation_has_a_bracket_from_zero():
    assert crossing(curve("92"), Decimal(90)).bracket == (0.0, 10)


def test_a_curve_below_the_cutoff_has_no_crossing():
    assert crossing(curve("80", "89.999"), Decimal(90)) is None
    assert crossing((), Decimal(90)) is None


def test_a_metric_is_compared_as_the_decimal_that_was_written():
    assert crossing(curve("90.000000000000000001"), Decimal("90.000000000000000002")) is None
    assert crossing(curve("90.0"), Decimal(90)) is not None


def test_evaluations_after_the_epoch_limit_do_not_count_and_unknown_epochs_do():
    points = (Point(1, Decimal(80), 2, 5.0), Point(2, Decimal(95), 3, 5.01), Point(3, Decimal(95), 4, None))
    assert [point.line for point in within_epochs(points, Decimal("5.0"))] == [2, 4]
    assert within_epochs(points, None) == points


def test_a_curve_holds_dips_or_is_lost_after_its_crossing():
    for metrics, expected in (
        (("80", "91", "90"), Stability.HELD),
        (("91",), Stability.HELD),
        (("91", "89", "92"), Stability.DIPPED),
        (("91", "92", "89.999"), Stability.LOST),
    ):
        points = curve(*metrics)
        assert stability(points, crossing(points, Decimal(90)), Decimal(90)) is expected


def test_the_running_maximum_keeps_each_new_best():
    steps = running_maximum(curve("80", "79", "85", "85", "91"))
    assert steps == [(10, Decimal(80)), (30, Decimal(85)), (50, Decimal(91))]


@given(curves, cutoffs)
def test_the_steps_tell_the_time_to_any_cutoff(points, cutoff):
    crossed = crossing(points, cutoff)
    reached = [seconds for seconds, metric in running_maximum(points) if metric >= cutoff]
    assert reached[:1] == ([crossed.at.seconds] if crossed else [])


@given(curves, cutoffs)
def test_a_crossing_lies_inside_its_bracket(points, cutoff):
    crossed = crossing(points, cutoff)
    if crossed:
        earlier, later = crossed.bracket
        assert 0 <= earlier <= later == crossed.at.seconds
        assert crossed.at.metric >= cutoff


@given(curves, cutoffs, cutoffs)
def test_a_higher_cutoff_is_never_reached_earlier(points, one, other):
    low, high = sorted((one, other))
    if crossing(points, high):
        assert crossing(points, low).at.seconds <= crossing(points, high).at.seconds


def test_pretraining_crosses_on_the_first_row_where_every_task_is_at_or_above():
    rows = {"conll2003": curve("91", "90.9", "91"), "sst2": curve("89", "95", "90"), "mnli": curve("85", "85", "85")}
    crossed = crossing(margins(rows, (CONLL2003, SST2, MNLI)), ZERO)
    assert (crossed.at.line, crossed.bracket, crossed.at.metric) == (4, (20, 30), 0)


def test_a_row_that_lacks_a_task_does_not_count_for_all_of_them():
    rows = {"sst2": curve("95", "95"), "conll2003": curve("95", "95")[1:]}
    assert [point.line for point in margins(rows, (SST2, CONLL2003))] == [3]
    assert margins({"sst2": curve("95")}, (SST2, CONLL2003)) == ()
