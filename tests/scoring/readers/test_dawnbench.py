"""DAWNBench's TSV files."""

import pytest

from tests.scoring.readers.files import codes, log, metrics, seconds
from tests.scoring.tasks import CONLL2003


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("epoch\thours\ttop1Accuracy", "1\t{time}\t{value}"),
        ("hours\tepoch\ttop1Accuracy\ttop5Accuracy", "{time}\t1\t{value}\t99.5"),
        ("top5Accuracy\ttop1Accuracy\tepoch\thours", "99\t{value}\t1.0\t  {time}  "),
    ],
)
def test_columns_may_stand_in_any_order(header, row):
    rows = [row.format(time=time, value=value) for time, value in ((0.5, 80), (1.25, 91.5))]
    reading = log("\r\n".join([header, *rows]))
    assert (seconds(reading), metrics(reading)) == ([1800, 4500], ["80", "91.5"])
    assert (reading.format, codes(reading)) == ("DAWNBench TSV", [])


def test_f1_scores_are_fractions():
    reading = log("epoch\tf1Score\thours\n1\t0.6\t0.1\n2\t0.92\t0.2\n", CONLL2003)
    assert metrics(reading, CONLL2003) == ["60", "92"]
    assert codes(reading) == ["scale-converted"]


def test_top5_accuracy_alone_is_no_accuracy():
    reading = log("epoch\thours\ttop5Accuracy\n1\t0.1\t95\n")
    assert codes(reading) == ["log-no-metric"]
    assert "top5Accuracy" in reading.findings[0].message


def test_a_row_that_is_cut_off_is_found():
    reading = log("epoch\thours\ttop1Accuracy\n1\t0.1\t95\n2\t0.2")
    assert [(found.code, found.line) for found in reading.findings] == [("file-unreadable", 3)]


def test_hours_that_fall_are_found():
    assert "log-time-backwards" in codes(log("epoch\thours\ttop1Accuracy\n1\t0.2\t80\n1\t0.1\t81\n"))
