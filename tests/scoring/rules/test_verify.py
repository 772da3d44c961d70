"""The whole composition with small real files: each phase, several runs, badges, progress, and the JSON of it."""

import json
from decimal import Decimal

import pytest

from scoring.rules import ALL_TASKS, Phase
from scoring.values import Outcome, Run, Stability, TaskEvidence
from scoring.verify import DETAIL_KEYS, as_json, curves_json, details, digests_json
from tests.scoring.rules.bundles import LOG, check, codes, latencies, mnli, of, predictions, run, source, sst2
from tests.scoring.tasks import MNLI, RULES, SST2

MNLI_LOG = "seconds,matched,mismatched\n9.5,80,80\n10,86,86\n"
SPREAD = [2.5 + number / 10_000 for number in range(1000)]
PRETRAINING = {"phase": Phase.PRETRAINING}


def pretraining(log: str, **changes):
    return check(TaskEvidence(ALL_TASKS, (Run(log=source("pre.csv", log)),)), **PRETRAINING, **changes)


def test_finetuning_is_the_time_of_the_first_crossing_with_its_derivation():
    measured = of(check())
    assert (measured.outcome, measured.value, measured.unit, measured.seconds) == (Outcome.REACHED, 30, "s", 30)
    assert (measured.metric, measured.margin, measured.bracket) == (Decimal(92), Decimal(2), (28, 30))
    assert (measured.file, measured.line, measured.stability) == ("log.csv", 4, Stability.HELD)
    assert measured.cost_usd == pytest.approx(30 / 3600 * 3.06)
    assert (measured.proven_metric, measured.reaches_cutoff) == (pytest.approx(100 * 802 / 872), True)


def test_tasks_that_were_not_sent_are_not_run_and_all_stand_in_board_order():
    report = check(mnli(MNLI_LOG), sst2())
    assert [(m.task, m.outcome) for m in report.measurements] == [
        ("conll2003", Outcome.NOT_RUN),
        ("sst2", Outcome.REACHED),
        ("mnli", Outcome.REACHED),
    ]


def test_mnli_is_the_mean_of_its_halves_in_log_and_proof():
    measured = of(check(mnli("seconds,matched,mismatched\n9,84,85.9\n10,84,86.5\n")), "mnli")
    assert (measured.metric, measured.seconds) == (Decimal("85.25"), 10)
    assert measured.proven_metric == pytest.approx((100 * 8415 / 9815 + 100 * 8432 / 9832) / 2)


def test_evaluations_after_the_epoch_limit_stay_in_the_curve_but_not_in_its_steps_or_stability():
    log = "seconds,accuracy,epoch\n10,91.5,1\n11,92,4\n30,80,5.5\n31,99,6\n"
    report = check(sst2(run(log)))
    measured = of(report)
    assert (measured.seconds, measured.stability, len(measured.runs[0].curve)) == (10, Stability.HELD, 4)
    curve = curves_json(report, RULES)[0]
    assert curve["steps"] == [[10, 91.5], [11, 92.0]]
    assert curve["points"][3] == [31, 99.0, 5, 6, None]


def test_several_runs_come_to_their_median():
    logs = [LOG.replace("30,92\n", f"{seconds},92\n") for seconds in ("30", "31", "29")]
    report = check(sst2(*(run(log, proof=predictions(wrong=70 + n)) for n, log in enumerate(logs))))
    measured = of(report)
    assert (measured.value, measured.spread, measured.line, len(measured.runs)) == (30, 2, 4, 3)
    assert details(measured)["note"] == "median of 3 runs"


def test_an_even_number_of_runs_comes_to_the_mean_of_the_middle_two():
    logs = [LOG.replace("30,92\n", f"{seconds},92.{seconds}\n") for seconds in (29, 31)]
    measured = of(check(sst2(*(run(log, proof=predictions(wrong=70 + n)) for n, log in enumerate(logs)))))
    assert (measured.value, measured.metric, measured.bracket) == (30, Decimal("92.30"), (28, 30))
    assert (measured.file, measured.line) == ("", None)


def test_one_of_two_runs_not_reached_makes_the_task_not_reached():
    below = Run(log=source("b.csv", "seconds,accuracy\n10,80\n"))
    measured = of(check(sst2(run(), below)))
    assert (measured.outcome, measured.value, measured.cost_usd) == (Outcome.NOT_REACHED, None, None)


def test_a_run_whose_predictions_are_below_the_cutoff_spoils_the_task():
    other = run(LOG + "\n", proof=predictions(wrong=88))
    report = check(sst2(run(), other))
    assert (codes(report), of(report).outcome) == (["predictions-below-cutoff"], Outcome.INVALID)
    assert "run 2" in report.findings[0].message


def test_pretraining_is_the_first_row_where_every_task_is_at_or_above():
    log = "hours,conll2003,sst2,mnli\n22,91,89,85\n23,92,95,84.99\n24,91,90,85\n25,93,96,87\n"
    report = pretraining(log)
    measured = of(report, ALL_TASKS)
    assert (report.badge, [m.task for m in report.measurements]) == ("log checked", [ALL_TASKS])
    assert (measured.value, measured.unit, measured.seconds, measured.line) == (24, "h", 86400, 4)
    assert measured.bracket == (23 * 3600, 24 * 3600)
    assert measured.cost_usd == pytest.approx(24 * 3.06)
    assert {slug: len(curve) for slug, curve in measured.curves.items()} == {"conll2003": 4, "sst2": 4, "mnli": 4}
    assert {curve["task"] for curve in curves_json(report, RULES)} == {"conll2003", "sst2", "mnli"}


def test_pretraining_that_never_has_every_task_is_a_result():
    report = pretraining("hours,conll2003,sst2,mnli\n22,91,89,85\n23,90,95,85\n")
    assert (codes(report), report.passes) == (["mnli-single-value", "cutoff-not-reached"], True)
    assert of(report, ALL_TASKS).outcome is Outcome.NOT_REACHED


def test_pretraining_needs_its_log():
    report = check(TaskEvidence(ALL_TASKS, (Run(),)), **PRETRAINING)
    assert (codes(report), of(report, ALL_TASKS).outcome) == (["evidence-missing"], Outcome.INVALID)


def test_inference_is_the_mean_of_its_samples():
    report = check(sst2(latencies(*SPREAD)), phase=Phase.INFERENCE)
    measured = of(report)
    assert (measured.unit, measured.value) == ("ms", pytest.approx(2.54995))
    assert measured.seconds == pytest.approx(0.00254995)
    assert measured.cost_usd == pytest.approx(254.995 / 3600 * 3.06)
    ran = as_json(report)["measurements"][1]["runs"][0]
    assert ran["samples"] == 1000
    assert ran["p50"] < ran["p95"] < ran["p99"]
    assert report.badge == "verified"


def test_inference_with_a_mean_and_a_count_stands_without_percentiles():
    evidence = TaskEvidence("sst2", (Run(predictions={"": predictions()}),), mean_ms=2.68, samples=1000)
    measured = of(check(evidence, phase=Phase.INFERENCE))
    assert (measured.value, round(measured.cost_usd, 2)) == (2.68, 0.23)


def test_an_inference_run_below_the_cutoff_counts_as_infinitely_slow():
    fast_but_wrong, slow, slower = latencies(*SPREAD, wrong=88), *(latencies(*(x + n for x in SPREAD)) for n in (1, 2))
    measured = of(check(sst2(fast_but_wrong, slow, slower), phase=Phase.INFERENCE))
    assert measured.value == pytest.approx(4.54995)
    assert measured.spread == pytest.approx(1)


def test_inference_without_gold_stands_unproven():
    report = check(sst2(latencies(*SPREAD)), phase=Phase.INFERENCE, gold=())
    assert (of(report).outcome, of(report).reaches_cutoff, report.badge) == (Outcome.REACHED, None, "unproven")
    assert codes(report) == ["gold-not-imported"]


def test_verified_needs_every_reached_task_proven_completely_against_confirmed_gold():
    assert check(sst2(), mnli(MNLI_LOG)).badge == "verified"
    assert check(sst2(), mnli(MNLI_LOG), confirmed=(SST2,)).badge == "partly proven"
    assert check(sst2(), mnli(MNLI_LOG), gold=(SST2,)).badge == "partly proven"
    assert check(sst2(), confirmed=()).badge == "unproven"
    assert check(sst2(run("seconds,accuracy\n10,80\n"))).badge == "unproven"


def test_predictions_of_a_part_prove_in_part():
    report = check(sst2(run(proof=predictions(wrong=48, rows=600))))
    assert codes(report) == ["predictions-partial"]
    assert (of(report).outcome, report.badge) == (Outcome.REACHED, "partly proven")


def test_progress_is_told_in_words_and_never_falls():
    told = []
    check(sst2(), mnli(MNLI_LOG), progress=lambda share, activity: told.append((share, activity)))
    assert told == [(0.0, "Reading sst2, run 1 of 1"), (0.5, "Reading mnli, run 1 of 1"), (1.0, "Done")]


def test_a_task_that_the_phase_does_not_measure_is_our_own_fault():
    with pytest.raises(ValueError, match="does not measure 'nonsense'"):
        check(TaskEvidence("nonsense", ()))
    with pytest.raises(ValueError, match="does not measure 'sst2'"):
        check(sst2(), **PRETRAINING)


def test_the_json_has_the_shape_that_scripts_rely_on():
    document = as_json(check())
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    measured = document["measurements"][1]
    assert {key: measured[key] for key in ("task", "outcome", "value", "unit", "seconds", "metric", "line")} == {
        "task": "sst2",
        "outcome": "reached",
        "value": 30.0,
        "unit": "s",
        "seconds": 30.0,
        "metric": 92.0,
        "line": 4,
    }
    assert (measured["bracket"], measured["margin"], measured["stability"]) == ([28.0, 30.0], 2.0, "held")
    assert document["price"]["usd_per_hour"] == 3.06
    found = as_json(check(code_url=""))["findings"][0]
    assert found.keys() == {"code", "severity", "task", "file", "line", "message", "remedy"}


def test_the_details_of_an_outcome_stand_flat_in_its_json():
    report = check()
    measured = as_json(report)["measurements"][1]
    assert {key: measured[key] for key in DETAIL_KEYS} == details(of(report))
    assert measured["proof"]["rows"] == 872
    assert measured["sha256"] == source("log.csv", LOG).sha256


def test_digests_are_those_of_each_run():
    report = check(sst2(run(), run(LOG + "\n", proof=predictions(wrong=69))), mnli(MNLI_LOG))
    digests = digests_json(report)
    assert {task: len(of_runs) for task, of_runs in digests.items()} == {"sst2": 2, "mnli": 1}
    assert len({*digests["sst2"], *digests["mnli"]}) == 3


def test_the_same_bundle_gives_the_same_report_again():
    assert as_json(check(sst2(), mnli(MNLI_LOG))) == as_json(check(sst2(), mnli(MNLI_LOG)))
    assert MNLI.slug in {m.task for m in check(mnli(MNLI_LOG)).measurements}
