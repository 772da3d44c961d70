"""The 95% intervals: over runs exactly, of a sum over tasks by seeded draws, of a proof always."""

import math
from itertools import product
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import runs
from scoring.values import Outcome, Run
from scoring.verify import as_json
from tests.scoring.rules.bundles import check, codes, of, predictions, run, source, sst2
from tests.scoring.tasks import SST2

times = st.lists(st.none() | st.floats(0.001, 1e6), min_size=2, max_size=12)


def by_going_through_all(values):
    """The interval from every resample there is."""
    numbers = [math.inf if value is None else value for value in values]
    drawn = sorted(median(draw) for draw in product(numbers, repeat=len(numbers)))
    low, high = (drawn[math.ceil(share * len(drawn)) - 1] for share in (0.025, 0.975))
    return None if math.isinf(low) else (low, None if math.isinf(high) else high)


class TestOverRuns:
    @pytest.mark.parametrize(
        "values",
        [
            [3.0, 1.0],
            [3.0, None],
            [1.0, 2.0, 4.0],
            [1.0, None, None],
            [1.0, 2.0, 2.0, 9.0],
            [5.0, 1.0, 3.0, None],
            [1.0, 2.0, 4.0, 8.0, 16.0],
            [1.0, 2.0, 4.0, 8.0, 16.0, None],
        ],
    )
    def test_it_is_that_of_all_resamples(self, values):
        assert runs.interval(values) == by_going_through_all(values)

    def test_of_two_or_three_runs_it_is_their_span(self):
        assert runs.interval([30.0, 10.0]) == (10.0, 30.0)
        assert runs.interval([30.0, 10.0, 20.0]) == (10.0, 30.0)

    def test_of_many_runs_it_is_narrower_than_their_span(self):
        low, high = runs.interval([float(number) for number in range(1, 21)])
        assert 1 < low < 10.5 < high < 20

    def test_one_run_has_none_and_neither_have_runs_that_never_reach(self):
        assert runs.interval([30.0]) is None
        assert runs.interval([]) is None
        assert runs.interval([None, None]) is None

    def test_an_upper_end_that_is_not_reached_is_none(self):
        assert runs.interval([10.0, None, 20.0]) == (10.0, None)

    @given(times)
    def test_the_shares_of_the_resamples_are_a_whole(self, values):
        draws = runs.medians(values)
        assert math.fsum(share for _, share in draws) == pytest.approx(1, abs=1e-12)
        assert [value for value, _ in draws] == sorted(value for value, _ in draws)

    @given(times, st.randoms())
    def test_the_order_of_the_runs_changes_nothing(self, values, random):
        assert runs.interval(values) == runs.interval(random.sample(values, len(values)))

    @given(times, st.sampled_from([0.25, 2.0, 1024.0]))
    def test_it_scales_with_the_clock(self, values, k):
        scaled = runs.interval([None if value is None else k * value for value in values])
        expected = runs.interval(values)
        assert scaled == (expected and tuple(None if end is None else k * end for end in expected))

    @given(times)
    def test_it_holds_the_median(self, values):
        result = median([math.inf if value is None else value for value in values])
        if ends := runs.interval(values):
            assert ends[0] <= result <= (math.inf if ends[1] is None else ends[1])

    def test_sixty_four_runs_are_counted_as_exactly(self):
        draws = runs.medians([float(number) for number in range(64)])
        assert math.fsum(share for _, share in draws) == pytest.approx(1, abs=1e-12)


class TestOfASum:
    PARTS = (runs.medians([1.0, 2.0, 4.0, 5.0]), runs.medians([3.0, 3.5, 7.0]), [(2.0, 1.0)])

    def test_the_same_runs_have_the_same_interval(self):
        low, high = runs.interval_of_sum(self.PARTS)
        assert (low, high) == runs.interval_of_sum(self.PARTS)
        assert 1 + 3 + 2 <= low < high <= 5 + 7 + 2

    def test_of_one_task_it_is_that_of_its_median(self):
        part = runs.medians([1.0, 2.0, 4.0, 8.0, 16.0])
        assert runs.interval_of_sum([part]) == runs.ends(part)

    def test_of_nothing_to_draw_it_is_the_sum(self):
        assert runs.interval_of_sum([[(2.0, 1.0)], [(0.0, 1.0)]]) == (2.0, 2.0)


# --- whole verifications ---


def log_at(seconds, k=1):
    return (
        f"seconds,accuracy\n{seconds * 0.4 * k},80\n{seconds * 0.9 * k},89\n{seconds * k},92\n{seconds * 2 * k},92.5\n"
    )


def seeds(*seconds, k=1):
    """A run for each of these times, with predictions of its own; None never reaches."""
    sent = []
    for number, at in enumerate(seconds):
        log = "seconds,accuracy\n10,80\n20,81\n" if at is None else log_at(at, k)
        sent.append(run(log, name=f"{at}.csv", proof=predictions(wrong=60 + number)))
    return sent


class TestVerification:
    def test_a_measurement_tells_median_spread_and_interval(self):
        report = check(sst2(*seeds(30.0, 20.0, 50.0)))
        (told,) = [one for one in as_json(report)["measurements"] if one["task"] == "sst2"]
        assert (told["value"], told["spread"], told["interval"]) == (30.0, 30.0, [20.0, 50.0])
        assert [one["value"] for one in told["runs"]] == [30.0, 20.0, 50.0]
        assert told["note"] == "median of 3 runs"
        assert report.badge == "verified"

    def test_one_run_has_no_interval(self):
        assert as_json(check())["measurements"][1]["interval"] is None

    def test_runs_are_paired_with_their_predictions_by_position(self):
        first, second = seeds(30.0, 20.0)
        proofs = [of(check(sst2(one))).runs[0].proof for one in (first, second)]
        assert [one.proof for one in of(check(sst2(first, second))).runs] == proofs
        assert [one.proof for one in of(check(sst2(second, first))).runs] == proofs[::-1]

    def test_one_run_below_the_cutoff_is_an_error_and_names_the_run(self):
        good, _ = seeds(30.0, 20.0)
        bad = run(log_at(20.0), name="2.csv", proof=predictions(wrong=100))
        report = check(sst2(good, bad))
        (found,) = [one for one in report.findings if one.code == "predictions-below-cutoff"]
        assert "run 2" in found.message
        assert (of(report).outcome, of(report).interval, report.passes) == (Outcome.INVALID, None, False)

    def test_most_runs_not_reached_is_not_reached(self):
        report = check(sst2(*seeds(30.0, None, None)))
        assert (of(report).outcome, of(report).value, of(report).interval) == (Outcome.NOT_REACHED, None, (30.0, None))

    def test_a_run_without_its_log_is_found_by_its_number(self):
        report = check(sst2(*seeds(30.0), Run(predictions={"": predictions(wrong=61)})))
        assert [one.message for one in report.findings if one.code == "evidence-missing"] == [
            "The log of run 2 of sst2 is not there."
        ]

    def test_byte_equal_runs_are_told(self):
        assert codes(check(sst2(run(), run()))).count("runs-same-seed") == 2
        log = run(log_at(31.0), name="other.csv")
        (found,) = [one for one in check(sst2(run(), log)).findings if one.code == "runs-same-seed"]
        assert "Runs 1 and 2 of sst2 brought the same predictions" in found.message

    @settings(max_examples=25)
    @given(st.permutations(range(4)))
    def test_the_order_of_the_runs_changes_nothing_but_their_numbers(self, order):
        sent = seeds(30.0, 20.0, 50.0, 41.0)
        expected, shuffled = (of(check(sst2(*some))) for some in (sent, [sent[place] for place in order]))
        same = ("value", "seconds", "cost_usd", "metric", "spread", "interval", "bracket", "margin", "proven_metric")
        for name in same:
            assert getattr(shuffled, name) == getattr(expected, name), name
        assert {one.proof.digest for one in shuffled.runs} == {one.proof.digest for one in expected.runs}

    @settings(max_examples=25)
    @given(st.floats(0.01, 1000))
    def test_scaling_every_clock_by_k_scales_result_interval_and_cost(self, k):
        plain, scaled = (of(check(sst2(*seeds(30.0, 20.0, 50.0, 41.0, k=one)))) for one in (1, k))
        assert scaled.value == pytest.approx(k * plain.value)
        assert scaled.interval == pytest.approx([k * end for end in plain.interval])
        assert scaled.cost_usd == pytest.approx(k * plain.cost_usd)
        assert scaled.bracket == pytest.approx([k * end for end in plain.bracket])


class TestProof:
    def test_complete_predictions_have_wilsons_interval(self):
        low, high = of(check()).runs[0].proof.interval
        assert (low, high) == pytest.approx((89.98, 93.59), abs=0.01)

    @settings(max_examples=20)
    @given(st.randoms())
    def test_the_order_of_rows_with_ids_changes_nothing(self, random):
        head, *rows = predictions().open().read().decode().splitlines()
        shuffled = source("sst2.tsv", "\n".join([head, *random.sample(rows, len(rows))]))
        expected, found = (of(check(sst2(run(proof=one)))).runs[0].proof for one in (predictions(), shuffled))
        assert found == expected

    @settings(max_examples=20)
    @given(st.randoms(), st.integers(SST2.gold_size // 2, SST2.gold_size))
    def test_neither_does_it_where_they_are_a_part(self, random, count):
        head, *rows = predictions(wrong=20, rows=count).open().read().decode().splitlines()
        shuffled = source("sst2.tsv", "\n".join([head, *random.sample(rows, len(rows))]))
        sent = (predictions(wrong=20, rows=count), shuffled)
        expected, found = (check(sst2(run(proof=one))) for one in sent)
        assert of(found).runs[0].proof == of(expected).runs[0].proof
        assert found.badge == expected.badge == ("verified" if count == SST2.gold_size else "partly proven")
        assert found.findings == expected.findings

    def test_below_half_nothing_is_proven_and_no_metric_is_told(self):
        report = check(sst2(run(proof=predictions(wrong=0, rows=435))))
        assert "predictions-coverage" in codes(report)
        assert (of(report).proven_metric, of(report).outcome) == (None, Outcome.INVALID)
        assert "predictions-coverage" not in codes(check(sst2(run(proof=predictions(wrong=0, rows=436)))))
