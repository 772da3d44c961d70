"""For each code of PROTOCOL section 8 that a check finds: a bundle that provokes it, and only it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scoring.findings import Severity
from scoring.rules import Feedback, Phase
from scoring.values import Claims, Hardware, Outcome, Peers, Run, TaskEvidence
from tests.scoring.rules.bundles import (
    LOG,
    check,
    codes,
    knows,
    latencies,
    mnli,
    of,
    predictions,
    run,
    source,
    sst2,
)
from tests.scoring.tasks import RULES, SST2

BELOW = "seconds,accuracy\n10,80\n20,89.9\n"
SPREAD = [2.5 + number / 10_000 for number in range(1000)]
INFERENCE = {"phase": Phase.INFERENCE}


def only(report, code):
    """The one finding there is."""
    assert codes(report) == [code]
    return report.findings[0]


def test_a_sound_bundle_has_no_findings():
    assert check().findings == ()
    assert check(sst2(latencies(*SPREAD)), **INFERENCE).findings == ()


def test_a_missing_log_is_an_error():
    found = only(check(sst2(Run(predictions={"": predictions()}))), "evidence-missing")
    assert (found.severity, found.task) == (Severity.ERROR, "sst2")


def test_a_task_without_any_evidence_is_an_error():
    report = check(TaskEvidence("sst2", ()))
    assert (codes(report), of(report).outcome) == (["evidence-missing"], Outcome.INVALID)


def test_missing_predictions_of_a_model_that_reached_are_an_error():
    report = check(sst2(Run(log=source("log.csv", LOG))))
    only(report, "evidence-missing")
    assert of(report).outcome is Outcome.INVALID


def test_a_task_that_is_not_reached_needs_no_predictions():
    report = check(sst2(Run(log=source("log.csv", BELOW))), mnli("seconds,matched,mismatched\n9.5,80,80\n10,86,86\n"))
    assert only(report, "cutoff-not-reached").severity is Severity.NOTE


def test_a_missing_half_of_the_predictions_is_named():
    evidence = mnli("seconds,matched,mismatched\n9.5,80,80\n10,86,86\n")
    half = replace(evidence.runs[0], predictions={"matched": evidence.runs[0].predictions["matched"]})
    found = only(check(replace(evidence, runs=(half,))), "evidence-missing")
    assert "`mismatched`" in found.message


def test_latencies_or_a_mean_are_needed():
    report = check(sst2(Run(predictions={"": predictions()})), **INFERENCE)
    assert (codes(report), of(report).outcome) == (["evidence-missing"], Outcome.INVALID)


def test_another_clock_than_the_editions_is_a_warning():
    assert "`first_line`" in only(check(clock="first_line"), "clock-differs").message
    assert check(clock="training_start").findings == ()


@pytest.mark.parametrize("declared", ["yes", "unknown"])
def test_evaluation_on_the_clock_or_unknown_is_a_warning(declared):
    assert only(check(includes_evaluation=declared), "clock-differs").severity is Severity.WARNING


def test_latencies_have_no_training_clock():
    assert check(sst2(latencies(*SPREAD)), includes_evaluation="unknown", **INFERENCE).findings == ()


def test_a_metric_that_misses_the_cutoff_by_a_hair_is_not_told_as_the_cutoff():
    report = check(sst2(Run(log=source("log.csv", "seconds,accuracy\n10,80\n20,89.99999\n"))))
    assert "89.99999." in only(report, "cutoff-not-reached").message


def test_every_task_not_reached_is_an_error():
    report = check(sst2(run(BELOW)))
    assert only(report, "cutoff-not-reached").severity is Severity.ERROR
    assert not report.passes
    assert of(report).outcome is Outcome.NOT_REACHED
    assert "89.9" in report.findings[0].message


def test_reached_only_after_the_epoch_limit_is_said():
    late = "seconds,accuracy,epoch\n10,80,1\n20,89,5.0\n30,95,5.1\n"
    report = check(sst2(run(late)))
    assert codes(report) == ["epoch-limit", "cutoff-not-reached"]
    assert report.findings[0].severity is Severity.NOTE


def test_a_crossing_at_zero_is_an_error_and_a_millisecond_is_none():
    report = check(sst2(run("seconds,accuracy\n0.0009,92\n")))
    only(report, "crossing-at-zero")
    assert of(report).outcome is Outcome.INVALID
    assert "crossing-at-zero" not in codes(check(sst2(run("seconds,accuracy\n0.001,92\n"))))


def test_a_latency_of_zero_is_an_error():
    found = only(check(sst2(latencies(*SPREAD[1:], 0.0)), **INFERENCE), "crossing-at-zero")
    assert found.severity is Severity.ERROR
    mean = TaskEvidence("sst2", (Run(predictions={"": predictions()}),), mean_ms=1e-7, samples=1000)
    only(check(mean, **INFERENCE), "crossing-at-zero")


def test_a_curve_that_ends_below_the_cutoff_is_a_warning():
    found = only(check(sst2(run(LOG + "40,85\n"))), "crossing-lost")
    assert (found.severity, found.line, found.file) == (Severity.WARNING, 4, "log.csv")


def test_a_thin_margin_is_a_note():
    only(check(sst2(run("seconds,accuracy\n29,80\n30,90.099\n", proof=predictions(wrong=87)))), "crossing-thin")
    assert check(sst2(run("seconds,accuracy\n29,80\n30,90.1\n", proof=predictions(wrong=87)))).findings == ()


def test_a_bracket_wider_than_a_fifth_of_the_time_is_a_note():
    assert only(check(sst2(run("seconds,accuracy\n23,80\n30,92\n"))), "bracket-wide").line == 3


@pytest.mark.parametrize(("before", "after"), [("5.6", "7"), ("0.72", "0.9"), ("24", "30")])
def test_a_bracket_of_exactly_a_fifth_is_not_wide(before, after):
    assert check(sst2(run(f"seconds,accuracy\n{before},80\n{after},92\n"))).findings == ()
    assert check(sst2(run("seconds,accuracy\n24,80\n30,92\n"))).findings == ()


@pytest.mark.parametrize(
    ("claimed", "code"),
    [
        ({"seconds": 30.31}, "claim-time-mismatch"),
        ({"seconds": 29.69}, "claim-time-mismatch"),
        ({"usd": 0.03}, "claim-cost-mismatch"),
        ({"metric": Decimal("92.051")}, "claim-metric-mismatch"),
        ({"metric": Decimal("0.92")}, "claim-metric-mismatch"),
    ],
)
def test_a_claim_that_differs_is_an_error_and_leaves_the_derived_number(claimed, code):
    report = check(sst2(claims=Claims(**claimed)))
    assert only(report, code).severity is Severity.ERROR
    assert of(report).value == 30


@pytest.mark.parametrize(
    "claimed", [{"seconds": 30.3}, {"seconds": 29.7}, {"usd": 0.0255}, {"metric": Decimal("92.05")}]
)
def test_a_claim_within_its_tolerance_agrees(claimed):
    assert check(sst2(claims=Claims(**claimed))).findings == ()


def test_a_claimed_metric_follows_its_log():
    log = "seconds,accuracy\n28,0.89\n30,0.92\n"
    report = check(sst2(run(log), claims=Claims(metric=Decimal("0.9203"))))
    assert codes(report) == ["scale-converted"]


def test_a_claimed_time_of_a_task_that_is_not_reached_is_a_mismatch():
    report = check(sst2(run(BELOW), claims=Claims(seconds=20.0)))
    assert codes(report) == ["claim-time-mismatch", "cutoff-not-reached"]


def test_claims_of_inference_are_compared_with_samples_and_proof():
    right = sst2(latencies(*SPREAD), claims=Claims(milliseconds=2.55, metric=Decimal("91.97")))
    assert check(right, **INFERENCE).findings == ()
    wrong = sst2(latencies(*SPREAD), claims=Claims(milliseconds=2.5, metric=Decimal("91.9")))
    assert codes(check(wrong, **INFERENCE)) == ["claim-time-mismatch", "claim-metric-mismatch"]


def test_a_mean_beside_samples_is_a_claim():
    only(check(sst2(latencies(*SPREAD), mean_ms=2.4, samples=1000), **INFERENCE), "claim-time-mismatch")


def test_predictions_below_the_cutoff_are_an_error_although_the_log_reached():
    report = check(sst2(run(proof=predictions(wrong=88))))
    found = only(report, "predictions-below-cutoff")
    assert (found.severity, found.file) == (Severity.ERROR, "sst2.tsv")
    assert "89.9083" in found.message
    assert (of(report).outcome, of(report).value, of(report).reaches_cutoff) == (Outcome.INVALID, None, False)


def test_predictions_exactly_at_the_cutoff_are_enough():
    assert "predictions-below-cutoff" not in codes(check(sst2(run(proof=predictions(wrong=87)))))


def test_a_hidden_metric_stands_in_no_message_the_submitter_sees():
    hidden = replace(RULES, feedback=Feedback.CUTOFF_ONLY)
    found = only(check(sst2(run(proof=predictions(wrong=88))), rules=hidden), "predictions-below-cutoff")
    assert "89.90" not in found.message
    claim = sst2(latencies(*SPREAD), claims=Claims(metric=Decimal(99)))
    assert check(claim, rules=hidden, **INFERENCE).findings == ()


def test_predictions_half_a_point_off_the_log_are_a_warning():
    found = only(check(sst2(run(LOG.replace("92\n", "92.5\n")))), "predictions-disagree")
    assert found.severity is Severity.WARNING


def test_predictions_equal_to_the_gold_are_a_warning():
    perfect = "seconds,accuracy\n28,89\n30,99.9\n"
    only(check(sst2(run(perfect, proof=predictions(wrong=0)))), "predictions-perfect")


def test_predictions_of_another_submission_are_a_warning():
    digest = of(check()).runs[0].proof.digest
    only(check(peers=Peers(sent_by_others=knows(digest))), "predictions-shared")
    assert check(peers=Peers(sent_by_others=knows("another"))).findings == ()


def test_gold_that_is_not_imported_is_a_warning_and_the_task_counts_unproven():
    report = check(gold=())
    assert only(report, "gold-not-imported").severity is Severity.WARNING
    assert (of(report).outcome, report.badge) == (Outcome.REACHED, "unproven")


def test_two_runs_with_the_same_bytes_are_a_warning():
    other = run(LOG.replace("10,80", "11,80"), proof=predictions(wrong=69))
    assert check(sst2(run(), other)).findings == ()
    assert "same log" in only(check(sst2(run(), run(proof=predictions(wrong=69)))), "runs-same-seed").message
    assert "same predictions" in only(check(sst2(run(), run(LOG + "\n"))), "runs-same-seed").message


def test_too_few_latency_samples_are_an_error():
    only(check(sst2(latencies(*SPREAD[1:])), **INFERENCE), "samples-too-few")
    proof = (Run(predictions={"": predictions()}),)
    only(check(TaskEvidence("sst2", proof, mean_ms=2.5, samples=999), **INFERENCE), "samples-too-few")
    only(check(TaskEvidence("sst2", proof, mean_ms=2.5), **INFERENCE), "samples-too-few")
    assert check(TaskEvidence("sst2", proof, mean_ms=2.5, samples=1000), **INFERENCE).findings == ()


def test_latencies_that_do_not_spread_are_a_warning():
    only(check(sst2(latencies(*[2.5] * 1000)), **INFERENCE), "latency-suspicious")
    only(check(sst2(latencies(*SPREAD[:499], *[2.5] * 501)), **INFERENCE), "latency-suspicious")


def test_inference_below_the_cutoff_is_not_reached():
    report = check(sst2(latencies(*SPREAD, wrong=88)), **INFERENCE)
    assert codes(report) == ["cutoff-not-reached"]
    assert (of(report).outcome, of(report).value, of(report).reaches_cutoff) == (Outcome.NOT_REACHED, None, False)


@pytest.mark.parametrize(
    ("best", "word"), [(Peers(best_seconds={"sst2": 300}), "fast"), (Peers(best_usd={"sst2": 0.26}), "cheap")]
)
def test_ten_times_better_than_any_approved_entry_is_a_warning(best, word):
    assert word in only(check(peers=best), "time-implausible").message


def test_exactly_ten_times_better_is_not_plausible_whatever_floats_make_of_it():
    log = "seconds,accuracy\n0.06,80\n0.07,92\n"
    assert codes(check(sst2(run(log)), peers=Peers(best_seconds={"sst2": 0.7}))) == ["time-implausible"]


def test_nine_times_better_is_plausible():
    assert check(peers=Peers(best_seconds={"sst2": 299, "mnli": 1e9}, best_usd={"sst2": 0.25})).findings == ()


def test_hardware_without_a_price_is_an_error_and_leaves_the_time():
    report = check(hardware=Hardware("abacus"))
    assert only(report, "price-missing").severity is Severity.ERROR
    assert (of(report).value, of(report).cost_usd) == (30, None)


def test_a_price_off_the_offer_is_a_warning():
    only(check(hardware=Hardware("v100", usd_per_hour=1.0)), "price-differs")


@pytest.mark.parametrize("url", ["", "example.org/code", "javascript:alert(1)"])
def test_a_submission_without_source_code_is_an_error(url):
    assert only(check(code_url=url), "code-missing").severity is Severity.ERROR


def test_a_task_is_invalid_where_a_reader_found_an_error_and_the_others_stand():
    report = check(
        sst2(run("seconds,accuracy\n20,84\n10,91\n")), mnli("seconds,matched,mismatched\n9.5,80,80\n10,86,86\n")
    )
    assert [(found.code, found.task) for found in report.findings] == [("log-time-backwards", "sst2")]
    assert (of(report).outcome, of(report, "mnli").outcome) == (Outcome.INVALID, Outcome.REACHED)


def test_every_finding_names_its_task_and_says_what_to_do():
    for report in (check(sst2(run(BELOW))), check(sst2(run("nonsense"))), check(gold=(), code_url="")):
        for found in report.findings:
            assert found.message.endswith((".", "!")) and found.remedy.endswith(".")
    assert SST2.slug in {found.task for found in check(sst2(run("nonsense"))).findings}
