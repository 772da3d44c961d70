"""Scores against the reference, and the order of a board."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ranking import Standing, ranked
from scoring.scores import efficiency, overall, task_score
from scoring.values import Outcome

REACHED, NOT_REACHED = Outcome.REACHED, Outcome.NOT_REACHED
BERT_LARGE = (90.26, 92.45, 9106.72)


def score_of(times):
    """The overall time score of fine-tuning times against BERT-Large's; None is N/R."""
    return overall(
        task_score(NOT_REACHED if time is None else REACHED, time, reference)
        for time, reference in zip(times, BERT_LARGE, strict=True)
    )


@pytest.mark.parametrize(
    ("times", "printed"),
    [
        ((43.43, 207.15, None), 2.53),
        ((90.26, 92.45, 9106.72), 3.00),
        ((67.14, 102.45, 7704.71), 3.42),
        ((243.00, 367.11, 939.62), 10.31),
        ((70.57, 38.45, 1274.87), 10.82),
        ((155.43, 57.65, 397.12), 25.11),
        ((340.64, 2767.90, None), 0.29),
        ((844.85, 3708.49, None), 0.13),
    ],
)
def test_overall_scores_are_the_papers_to_a_hundredth_a_task(times, printed):
    assert score_of(times) == pytest.approx(printed, abs=0.03)


def test_the_reference_scores_exactly_one_a_task():
    assert score_of(BERT_LARGE) == 3.0


def test_a_task_scores_zero_where_not_reached_or_not_run_and_nothing_where_unknown():
    assert [task_score(outcome, None, 10.0) for outcome in (NOT_REACHED, Outcome.NOT_RUN)] == [0.0, 0.0]
    assert [task_score(outcome, 5.0, 10.0) for outcome in (Outcome.UNKNOWN, Outcome.INVALID)] == [None, None]
    assert task_score(REACHED, None, 10.0) is None
    assert task_score(REACHED, 5.0, None) is None


def test_an_unknown_task_makes_the_overall_score_unknown():
    assert overall([1.0, None, 0.0]) is None
    assert overall([1.0, 0.0]) == 1.0
    assert (efficiency(1.0, None), efficiency(None, 1.0), efficiency(1.5, 2.0)) == (None, None, 3.5)


@given(st.lists(st.floats(0, 1e6), max_size=8))
def test_the_overall_score_is_added_one_task_after_the_other(scores):
    total = 0.0
    for score in scores:
        total = total + score
    assert overall(scores) == total


times = st.floats(1e-3, 1e6)


@given(st.lists(st.tuples(times, times, times), min_size=1, max_size=10), st.sampled_from([2.0, 0.5, 8.0, 1024.0]))
def test_a_clock_that_runs_k_times_as_fast_scales_scores_and_leaves_the_order(entries, k):
    """With powers of two the arithmetic is exact, so that not even a tie may break."""
    scaled = [tuple(k * time for time in entry) for entry in entries]
    before, after = [score_of(entry) for entry in entries], [score_of(entry) for entry in scaled]
    assert after == [score / k for score in before]
    assert order(before) == order(after)


@given(st.lists(st.tuples(times, times, times), min_size=1, max_size=10), st.floats(0.01, 100))
def test_a_reference_measured_on_the_same_clock_makes_scores_free_of_its_unit(entries, k):
    for entry in entries:
        scaled = overall(task_score(REACHED, k * t, k * r) for t, r in zip(entry, BERT_LARGE, strict=True))
        assert scaled == pytest.approx(score_of(entry), rel=1e-12)


def order(scores):
    standings = [Standing(score, date(2020, 1, 1), "m", str(number)) for number, score in enumerate(scores)]
    return [(place.standing.id, place.rank) for place in ranked(standings)]


standings = st.lists(
    st.builds(
        Standing,
        score=st.none() | st.sampled_from([0.0, 1.0, 2.5, math.nextafter(2.5, 3)]),
        date=st.dates(date(2020, 1, 1), date(2020, 1, 3)),
        model=st.sampled_from(["a", "b"]),
        id=st.uuids().map(str),
    ),
    max_size=12,
    unique_by=lambda standing: standing.id,
)


@given(standings, st.randoms())
def test_the_order_is_total_and_does_not_depend_on_that_of_the_input(entries, random):
    assert ranked(random.sample(entries, len(entries))) == ranked(entries)


@given(standings)
def test_every_entry_has_a_position_and_every_known_score_a_rank(entries):
    places = ranked(entries)
    assert [place.position for place in places] == list(range(1, len(entries) + 1))
    for place in places:
        score = place.standing.score
        above = sum(other.score is not None and other.score > score for other in entries) if score is not None else 0
        assert place.rank == (None if score is None else above + 1)


def test_ties_share_a_rank_and_stand_by_date_then_model_then_id():
    early, late = date(2020, 1, 1), date(2020, 1, 2)
    entries = [
        Standing(1.0, early, "last", "9"),
        Standing(2.0, late, "a", "3"),
        Standing(2.0, early, "b", "2"),
        Standing(3.0, late, "top", "1"),
    ]
    assert [(place.standing.id, place.rank) for place in ranked(entries)] == [("1", 1), ("2", 2), ("3", 2), ("9", 4)]


def test_not_reached_stands_after_all_numbers_and_unknown_last_without_a_rank():
    entries = [Standing(score, date(2020, 1, 1), "m", str(score)) for score in (None, 0.0, 0.001, 7.0)]
    assert [(place.standing.score, place.rank) for place in ranked(entries)] == [
        (7.0, 1),
        (0.001, 2),
        (0.0, 3),
        (None, None),
    ]


def test_scores_that_differ_in_the_last_digit_are_not_a_tie():
    close = [Standing(score, date(2020, 1, 1), "m", str(score)) for score in (2.5, math.nextafter(2.5, 3))]
    assert [place.rank for place in ranked(close)] == [1, 2]
