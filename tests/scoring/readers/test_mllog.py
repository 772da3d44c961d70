"""MLPerf's `:::MLLOG` lines."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import Phase
from tests.scoring.readers.files import codes, log, metrics, seconds
from tests.scoring.tasks import CONLL2003, MNLI, RULES

T0 = 1_623_979_861_463
"""Milliseconds since 1970."""


def line(key, ms, value=None, prefix="", **metadata):
    event = {"namespace": "", "time_ms": T0 + ms, "event_type": "POINT_IN_TIME", "key": key, "value": value}
    return f"{prefix}:::MLLOG {json.dumps({**event, 'metadata': metadata})}\n"


START = line("run_start", 0)
EVALS = line("eval_accuracy", 30_000, 0.85, epoch_num=1) + line("eval_accuracy", 61_500, 0.905, epoch_num=2)
STOP = line("run_stop", 62_000, status="success")


def test_zero_is_run_start_and_other_text_does_not_matter():
    text = "+ docker exec\n" + line("init_start", -90_000) + START + "step 1 loss 0.3\n" + EVALS + "bye\n" + STOP
    reading = log(text)
    assert (seconds(reading), metrics(reading)) == ([30, 61.5], ["85", "90.5"])
    assert [(point.line, point.epoch) for point in reading.curves["sst2"]] == [(5, 1), (6, 2)]
    assert codes(reading) == ["scale-converted"]
    assert "training start on line 3" in reading.clock


def test_it_is_told_by_its_content_wherever_it_starts_and_in_gzip():
    late = "x" * 50 + "\n"
    assert metrics(log(gzip.compress((late * 5000 + START + EVALS).encode()))) == ["85", "90.5"]


def test_ranks_before_and_words_behind_the_record_are_stepped_over():
    text = line("run_start", 0, prefix="0: ") + EVALS.replace("}}\n", "}} <- rank 0\n", 1)
    assert metrics(log(text)) == ["85", "90.5"]


def test_two_records_on_one_line_are_both_read():
    assert seconds(log(START + EVALS.replace("\n", "") + "\n")) == [30, 61.5]


def test_the_last_start_before_the_first_evaluation_counts():
    assert seconds(log(line("run_start", -500_000) + START + EVALS)) == [30, 61.5]


def test_a_start_after_an_evaluation_is_another_run():
    reading = log(START + EVALS + line("run_start", 90_000) + line("eval_accuracy", 95_000, 0.95))
    assert [(found.code, found.line) for found in reading.findings if found.severity == "error"] == [
        ("log-clock-restarts", 4)
    ]


def test_without_a_start_zero_is_the_first_record_and_that_is_said():
    assert seconds(log(line("init_start", -1000) + EVALS)) == [31, 62.5]
    assert codes(log(line("init_start", -1000) + EVALS)) == ["clock-differs", "scale-converted"]


def test_without_anything_before_the_first_evaluation_there_is_no_time():
    assert codes(log(EVALS))[0] == "log-no-time"
    assert seconds(log(EVALS, started_at=datetime.fromtimestamp(T0 / 1000 - 10, UTC))) == pytest.approx([40, 71.5])


def test_the_manifest_may_name_the_first_line_as_zero():
    reading = log(line("init_start", -1000) + START + EVALS, clock="first_line")
    assert seconds(reading) == [31, 62.5]


def test_an_aborted_run_is_marked_and_its_curve_kept():
    reading = log(START + EVALS + line("run_stop", 99_000, status="aborted"))
    assert (reading.aborted, metrics(reading)) == (True, ["85", "90.5"])
    assert ("run-aborted", 4) in [(found.code, found.line) for found in reading.findings]


def test_epoch_numbers_that_count_samples_are_not_epochs():
    text = START + line("eval_accuracy", 30_000, 0.85, epoch_num=49_280) + line("eval_accuracy", 60_000, 0.9)
    reading = log(text)
    assert [point.epoch for point in reading.curves["sst2"]] == [None, None]
    assert "counts samples" in reading.clock


def test_values_are_exact():
    assert log(START + line("eval_accuracy", 1000, 0.909875)).curves["sst2"][0].metric == Decimal("90.9875")


def test_both_halves_of_mnli_make_one_evaluation():
    text = START + line("eval_accuracy_matched", 5000, 0.8) + line("eval_accuracy_mismatched", 6000, 0.9)
    reading = log(text, MNLI)
    assert (metrics(reading, MNLI), seconds(reading, MNLI)) == (["85"], [6])


def test_pretraining_reads_the_tasks_of_a_checkpoint_as_one_row():
    tasks = {"conll2003_f1": 0.92, "sst2_accuracy": 0.91, "mnli_matched": 0.86, "mnli_mismatched": 0.87}
    text = START + "".join(line(key, 5000 + i, value) for i, (key, value) in enumerate(tasks.items()))
    curves = log(text, *RULES.tasks, phase=Phase.PRETRAINING).curves
    assert [(slug, curve[0].line) for slug, curve in sorted(curves.items())] == [
        ("conll2003", 5),
        ("mnli", 5),
        ("sst2", 5),
    ]


def test_another_metric_is_named():
    reading = log(START + EVALS, CONLL2003)
    assert codes(reading) == ["log-no-metric"]
    assert "eval_accuracy" in reading.findings[0].message


@pytest.mark.parametrize("cut", [30, 60, 120])
def test_a_last_record_that_is_cut_off_is_found(cut):
    assert [(found.code, found.line) for found in log(START + EVALS[:-cut]).findings] == [("file-unreadable", 3)]


def test_a_record_that_another_process_tore_does_not_matter():
    assert metrics(log(START + ':::MLLOG {"key": "weights_ini 0: step 3\n' + EVALS)) == ["85", "90.5"]


@pytest.mark.parametrize("value", ["NaN", "1e999", '"high"', "-0.5", "[1]"])
def test_a_value_that_is_none_is_found(value):
    text = START + EVALS + line("eval_accuracy", 70_000, "VALUE").replace('"VALUE"', value)
    assert "log-value-invalid" in codes(log(text)) or value == "[1]"


def test_an_evaluation_without_a_time_is_found():
    text = START + EVALS.replace(f"{T0 + 30_000}", "null")
    assert "log-value-invalid" in codes(log(text))


@given(st.text(max_size=80), st.sampled_from([START, EVALS, STOP, ""]))
def test_any_text_gives_findings_and_no_exception(text, after):
    reading = log(f":::MLLOG {text}\n{after}:::MLLOG {{}}\n")
    assert reading.findings


def test_a_value_that_is_no_number_is_told_in_words():
    reading = log(START + line("eval_accuracy", 20_000, {"value": 0.85}) + EVALS + STOP)
    assert [(found.code, found.line) for found in reading.findings] == [("log-value-invalid", 2)]
    assert reading.findings[0].message == "An object in column `eval_accuracy` is not a finite number."
