"""TensorBoard event files are read without TensorBoard, and nothing in them can harm the reader."""

import gzip
import struct
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.findings import Severity
from scoring.readers import read_predictions
from scoring.readers.tfrecords import masked_crc
from scoring.rules import WHOLE, Phase
from tests.scoring.readers.event_files import double, event, event_file, field, record
from tests.scoring.readers.files import codes, log, metrics, seconds, sent
from tests.scoring.tasks import CONLL2003, MNLI, RULES, SST2

T0 = 1_700_000_000.0
EVALS = [(T0 + 10, 100, "eval/accuracy", 0.75), (T0 + 20, 200, "eval/accuracy", 0.9)]


def test_the_checksum_is_that_of_tfrecord_files():
    assert masked_crc((0x18).to_bytes(8, "little")) == 0x224B7FA3, "the first record of nearly every event file"


@pytest.mark.parametrize("form", ["simple", "float_val", "content", "double"])
def test_scalars_of_every_form_are_read_as_they_were_written(form):
    reading = log(event_file(EVALS, start=T0, form=form))
    assert (metrics(reading), seconds(reading)) == (["75", "90"], [10, 20])
    assert [point.step for point in reading.curves["sst2"]] == [100, 200]
    assert codes(reading) == ["clock-differs", "scale-converted"]
    assert reading.format == "TensorBoard event file"


def test_a_float_is_the_decimal_it_came_from_and_not_a_hair_below_the_cut_off():
    (point,) = log(event_file([(T0 + 9, 1, "accuracy", 0.9)], start=T0)).curves["sst2"]
    assert point.metric == 90


def test_gzip_is_read():
    assert metrics(log(gzip.compress(event_file(EVALS, start=T0)))) == ["75", "90"]


def test_the_manifests_start_is_zero_where_it_is_given():
    reading = log(event_file(EVALS, start=T0), started_at=datetime.fromtimestamp(T0 - 5, UTC))
    assert seconds(reading) == [15, 25]
    assert "clock-differs" not in codes(reading)


def test_a_file_that_starts_with_an_evaluation_does_not_tell_when_training_started():
    assert codes(log(event_file(EVALS, start=None)))[0] == "log-no-time"
    started = log(event_file(EVALS, start=None), started_at=datetime.fromtimestamp(T0, UTC))
    assert seconds(started) == [10, 20]


def test_epochs_that_stand_in_records_of_their_own_belong_to_the_evaluation_of_their_step():
    scalars = [s for e, step in ((0.5, 50), (6.0, 600)) for s in (
        (T0 + step, step, "eval/accuracy", 0.8 + step / 10_000),
        (T0 + step, step, "eval/loss", 0.4),
        (T0 + step, step, "train/epoch", e),
    )]  # fmt: skip
    assert [point.epoch for point in log(event_file(scalars, start=T0)).curves["sst2"]] == [0.5, 6.0]


def test_both_halves_of_mnli_make_one_evaluation():
    scalars = [(T0 + 5, 1, "eval/accuracy_matched", 0.8), (T0 + 6, 1, "eval/accuracy_mismatched", 0.9)]
    (point,) = log(event_file(scalars, start=T0), MNLI).curves["mnli"]
    assert (float(point.metric), point.seconds) == (85, 6)


def test_pretraining_reads_every_task_of_a_step_as_one_row():
    tags = {"conll2003/f1": 0.92, "sst2/accuracy": 0.91, "mnli/matched": 0.86, "mnli/mismatched": 0.87}
    scalars = [(T0 + 3600 + i, 1000, tag, value) for i, (tag, value) in enumerate(tags.items())]
    reading = log(event_file(scalars, start=T0), *RULES.tasks, phase=Phase.PRETRAINING)
    assert {slug: curve[0].line for slug, curve in reading.curves.items()} == dict.fromkeys(
        ("conll2003", "mnli", "sst2"), 5
    )


def test_other_tags_are_named_where_the_metric_is_not_there():
    reading = log(event_file([(T0, 1, "train/loss", 0.5)], start=T0), CONLL2003)
    assert codes(reading) == ["log-no-metric"]
    assert "train/loss" in reading.findings[0].message


def test_text_and_empty_summaries_are_stepped_over():
    data = event_file([(T0 + 1, 1, "config", 0.0)], start=T0, form="text") + event_file(EVALS, start=None)
    assert metrics(log(data)) == ["75", "90"]


def test_a_number_that_is_none_is_found_with_its_record():
    reading = log(event_file([*EVALS, (T0 + 30, 300, "eval/accuracy", float("nan"))], start=T0))
    assert ("log-value-invalid", 4) in [(found.code, found.line) for found in reading.findings]


def test_a_last_record_that_is_cut_off_is_left_out_and_said():
    whole = event_file(EVALS, start=T0)
    for cut in (3, 20, len(record(event(*EVALS[1]))) - 1):
        reading = log(whole[:-cut])
        assert metrics(reading) == ["75"]
        (found,) = [one for one in reading.findings if one.code == "file-unreadable"]
        assert (found.severity, found.line) == (Severity.WARNING, 3)


def test_a_damaged_record_is_an_error_with_its_number():
    data = bytearray(event_file(EVALS, start=T0))
    data[-10] ^= 1
    reading = log(bytes(data))
    assert [(found.code, found.line) for found in reading.findings] == [("file-unreadable", 3)]
    assert "checksum" in reading.findings[0].message


def test_a_damaged_length_is_never_believed():
    data = event_file(EVALS[:1], start=T0) + b"\xff" * 12 + b"\x00" * 40
    assert [(found.code, found.line) for found in log(data).findings] == [("file-unreadable", 3)]


def test_a_length_beyond_the_file_costs_nothing():
    length = struct.pack("<Q", 2**63)
    data = event_file(EVALS, start=T0) + length + struct.pack("<I", masked_crc(length)) + b"x" * 100
    reading = log(data)
    assert metrics(reading) == ["75", "90"]
    assert "cut off" in reading.findings[0].message


def test_pictures_and_graphs_are_stepped_over():
    graph = record(double(1, T0 + 1) + field(4, bytes(3_000_000)))
    assert metrics(log(event_file([], start=T0) + graph + event_file(EVALS, start=None))) == ["75", "90"]


def test_a_record_that_is_no_event_is_refused():
    assert codes(log(record(b"\x0b\x0b"))) == ["file-unreadable"]


def test_limits_hold_for_binary_files_too():
    limits = replace(RULES.limits, unpacked_bytes=100)
    reading = log(gzip.compress(event_file(EVALS, start=T0)), rules=replace(RULES, limits=limits))
    assert codes(reading) == ["file-unreadable"]


def test_an_event_file_is_no_text_anywhere_else():
    sources = {WHOLE: sent(event_file(EVALS, start=T0))}
    reading = read_predictions(sources, task=SST2, gold=None, label_order=None, rules=RULES)
    assert codes(reading) == ["file-unreadable"]
    assert codes(log(bytes(100) + event_file(EVALS))) == ["file-unreadable"], "NUL bytes are still refused"


@given(st.binary(max_size=300))
def test_any_bytes_in_records_give_findings(data):
    assert log(record(data) + event_file(EVALS, start=None)).findings
    log(event_file(EVALS, start=T0) + data)


@given(st.integers(0, 200), st.integers(0, 255))
def test_any_byte_changed_gives_findings(at, byte):
    data = bytearray(event_file(EVALS, start=T0))
    data[at % len(data)] = byte
    assert log(bytes(data)).findings


@given(st.floats(0.01, 1000), st.lists(st.integers(1, 1000), min_size=1, max_size=8, unique=True))
def test_stretching_the_wall_clock_stretches_the_times(factor, steps):
    curve = [(T0 + step, step, "accuracy", 0.5) for step in sorted(steps)]
    stretched = [(T0 + step * factor, step, "accuracy", 0.5) for step in sorted(steps)]
    once, more = seconds(log(event_file(curve, start=T0))), seconds(log(event_file(stretched, start=T0)))
    assert more == pytest.approx([time * factor for time in once], abs=1e-5)
