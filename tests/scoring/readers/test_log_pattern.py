"""Any text log, with the manifest's two patterns: what they catch, and what a bad pattern says."""

import time

import pytest

from tests.scoring.readers.files import codes, log, metrics, seconds
from tests.scoring.tasks import MNLI, RULES

TEXT = "[start] go\nstep 10 | 12.5s | score=0.89 train=0.99\nstep 20 | 25.0s | score=0.915 train=0.99\nend\n"
PATTERNS = (r"([0-9.]+)s \|", r"score=([0-9.]+)")


def test_the_patterns_catch_time_and_metric_line_by_line():
    reading = log(TEXT, log_pattern=PATTERNS)
    assert (seconds(reading), metrics(reading)) == ([12.5, 25.0], ["89", "91.5"])
    assert [point.line for point in reading.curves["sst2"]] == [2, 3]
    assert "a time on 2 lines and a metric on 2" in reading.clock


@pytest.mark.parametrize("packed_as", ["time,accuracy\n1,80\n", '{"time": 1, "accuracy": 80}\n'])
def test_patterns_come_before_every_other_reader(packed_as):
    assert codes(log(packed_as, log_pattern=PATTERNS)) == ["log-no-time", "log-no-metric"]


def test_the_last_time_before_a_metric_is_its_own():
    text = "t=5\nacc 0.8\nt=9\nnothing\nacc 0.92\n"
    assert seconds(log(text, log_pattern=("t=([0-9]+)", "acc ([0-9.]+)"))) == [5.0, 9.0]


def test_a_metric_before_every_time_has_none():
    (found,) = log("acc 0.8\nt=9\n", log_pattern=("t=([0-9]+)", "acc ([0-9.]+)")).findings
    assert (found.code, found.line) == ("log-no-time", 1)


@pytest.mark.parametrize(
    ("lines", "times"),
    [
        (("23:59:50 begin training", "00:00:10 acc 0.8", "00:00:20 acc 0.92"), [20.0, 30.0]),
        (
            ("2020-01-01 23:59:50 begin training", "2020-01-02 00:00:10 acc 0.8", "2020-01-02 00:00:20 acc 0.92"),
            [20, 30],
        ),
        (("after 0:00:05 x", "after 0:00:10 acc 0.8", "after 1:00:20 acc 0.92"), [10.0, 3620.0]),
    ],
)
def test_times_are_of_every_style_and_only_prefixes_are_times_of_day(lines, times):
    time_pattern = r"^(?:after )?((?:\d{4}-\d\d-\d\d )?\d+:\d\d:\d\d)"
    assert seconds(log("\n".join(lines), log_pattern=(time_pattern, r"acc ([0-9.]+)"))) == times


def test_a_training_start_moves_the_zero_of_stamps():
    text = "10:00:00 load\n10:01:00 start training\n10:02:00 acc 0.92\n"
    patterns = (r"^([0-9:]+)", r"acc ([0-9.]+)")
    assert seconds(log(text, log_pattern=patterns)) == [60.0]
    assert seconds(log(text, log_pattern=patterns, clock="first_line")) == [120.0]
    assert "clock-differs" in codes(log(text.replace("start training", "go"), log_pattern=patterns))


@pytest.mark.parametrize(
    "text",
    [
        "t=1 acc 0.84 acc 0.87\n",
        "t=1 matched acc 0.84\nt=1 mismatched acc 0.87\n",
    ],
)
def test_two_values_a_point_of_mnli_are_its_halves(text):
    assert metrics(log(text, MNLI, log_pattern=("t=([0-9]+)", "acc ([0-9.]+)")), MNLI) == ["85.5"]


def test_one_value_a_point_of_mnli_is_taken_as_the_mean():
    reading = log("t=1 acc 0.86\n", MNLI, log_pattern=("t=([0-9]+)", "acc ([0-9.]+)"))
    assert codes(reading) == ["scale-converted", "mnli-single-value"]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("score=([0-9", "character 8"),
        ("(a)|(b)", "2 groups"),
        ("a", "0 groups"),
        ("a**(b)", "character 2"),
        (r"(\pL{300})", "large"),
        ("(" + "a" * 600 + ")", "602 characters"),
        ("(?=a)(b)", "character"),
    ],
)
def test_a_bad_pattern_says_what_is_wrong_and_where(pattern, words):
    (found,) = log(TEXT, log_pattern=(PATTERNS[0], pattern)).findings
    assert found.code == "log-no-metric"
    assert words in found.message


def test_a_pattern_that_catches_nothing_or_no_number_is_found():
    assert codes(log(TEXT, log_pattern=("(nothing)", PATTERNS[1]))) == ["log-no-time"]
    assert "log-value-invalid" in codes(log(TEXT, log_pattern=(PATTERNS[0], r"(step)")))


def test_a_pattern_that_would_make_others_backtrack_takes_no_longer():
    text = "t=1 " + "a" * 60_000 + "!\n"
    started = time.process_time()
    log(text * 3, log_pattern=("t=([0-9]+)", "((?:a+)+)$"))
    log(text * 3, log_pattern=("t=([0-9]+)", "((?:a|aa)+)b"))
    assert time.process_time() - started < 5


def test_patterns_are_for_one_task():
    reading = log(TEXT, *RULES.tasks, log_pattern=PATTERNS)
    assert "log-no-metric" in codes(reading)
