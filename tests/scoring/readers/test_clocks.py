"""Times as people write them, and where a log's zero is."""

from datetime import UTC, datetime

import pytest

from tests.scoring.readers.files import codes, log, seconds

ROWS = "step,eval_accuracy\n"


def test_durations_may_have_colons():
    assert seconds(log("time,accuracy\n0:01:30,80\n1:00:00.5,91\n")) == [90.0, 3600.5]
    assert seconds(log('time,accuracy\n"1 day, 0:00:01",91\n')) == [86401.0]
    assert seconds(log("time,accuracy\n0 days 00:01:30.5,80\n2 days 00:00:00,91\n")) == [90.5, 172_800.0]


@pytest.mark.parametrize(("cell", "way"), [("10,5", "decimal point"), ("10:05", "0:10:05"), ("2:07.5", "0:10:05")])
def test_a_time_that_is_none_is_told_how_to_be_written(cell, way):
    (found,) = log(f"time;accuracy\n{cell};91\n").findings
    assert (found.code, found.line, way in found.remedy) == ("log-value-invalid", 2, True)


@pytest.mark.parametrize(
    "column",
    [
        ("2019-11-01 10:00:00", "2019-11-01 10:01:30"),
        ("2019-11-01T10:00:00Z", "2019-11-01T11:01:30+01:00"),
        ("2019-11-01 10:00:00,000", "2019-11-01 10:01:30,000"),
        ("1572602400000", "1572602490000"),
        ("1572602400000000", "1572602490000000"),
        ("1572602400000000000", "1572602490000000000"),
        ("1572602400.0", "1572602490.0"),
    ],
)
def test_dates_count_from_the_first_row_with_a_time(column):
    start, evaluation = column
    reading = log(f"date\taccuracy\n{start}\t\n{evaluation}\t91\n")
    assert (seconds(reading), codes(reading)) == ([90.0], ["clock-differs"])
    assert "line 2" in reading.clock


@pytest.mark.parametrize(
    ("title", "cell"), [("seconds", "1e400"), ("hours", "1e309"), ("time_ms", "1e18"), ("date", "9e300")]
)
def test_a_number_beyond_all_dates_is_no_time(title, cell):
    reading = log(f"{title},accuracy\n{cell},\n{cell},91\n")
    assert codes(reading) == ["log-value-invalid", "log-value-invalid"]
    assert f"`{cell}` is not a time" in reading.findings[0].message


def test_dates_count_from_started_at_where_the_manifest_gives_it():
    reading = log("date,accuracy\n2019-11-01T10:01:30Z,91\n", started_at=datetime(2019, 11, 1, 10, tzinfo=UTC))
    assert (seconds(reading), codes(reading)) == ([90.0], [])


def test_a_first_record_that_is_an_evaluation_tells_no_start():
    reading = log("date,accuracy\n2019-11-01T10:00:00Z,80\n2019-11-01T10:01:30Z,91\n")
    assert codes(reading) == ["log-no-time"]
    assert not reading.curves


def test_an_evaluation_before_started_at_is_invalid():
    reading = log("date,accuracy\n2019-11-01T09:00:00Z,91\n", started_at=datetime(2019, 11, 1, 10, tzinfo=UTC))
    assert codes(reading) == ["log-value-invalid"]


def test_times_of_day_wrap_at_midnight_only_in_timestamp_and_date():
    rows = "23:59:00,\n00:01:00,80\n00:02:00,91\n"
    assert seconds(log("timestamp,accuracy\n" + rows)) == [120.0, 180.0]
    assert "log-time-backwards" in codes(log("time,accuracy\n" + rows))


def test_of_a_column_without_a_time_no_clock_is_told():
    reading = log("elapsed_s;accuracy\n10,5;91\n")
    assert codes(reading) == ["log-value-invalid"]
    assert reading.clock == "column `elapsed_s`, of which no time could be read"


def test_a_column_keeps_to_one_style():
    reading = log("time,accuracy\n5,80\n2019-11-01T10:00:00Z,91\n")
    assert [(found.code, found.line) for found in reading.findings] == [("log-value-invalid", 3)]


def test_elapsed_time_is_preferred_to_a_clock():
    reading = log("timestamp,elapsed,accuracy\n2019-11-01T10:00:00Z,5,91\n")
    assert seconds(reading) == [5.0]
    assert "not `timestamp`" in reading.clock


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2019-02-30T10:00:00"])
def test_odd_dates_do_no_harm(when):
    assert isinstance(log(f"date,accuracy\n2019-11-01T10:00:00Z,\n{when},91\n").findings, tuple)
