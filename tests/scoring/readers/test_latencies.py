"""Latency samples in every layout, in milliseconds."""

import pytest

from scoring.readers import read_latencies
from tests.scoring.readers.files import codes, sent
from tests.scoring.tasks import CONLL2003, MNLI, RULES, SST2


def samples(data, *tasks):
    return read_latencies(sent(data), tasks=tasks or (SST2,), rules=RULES)


@pytest.mark.parametrize(
    "data",
    [
        "2.5\n3\n",
        "2.5\r\n3\r\n\r\n",
        "\ufeff2.5\n3",
        "latency_ms\n2.5\n3\n",
        "latency\n2.5\n3\n",
        "ms\n2.5\n3\n",
        "latency (s)\n0.0025\n0.003\n",
        "seconds\n0.0025\n0.003\n",
        "step,latency [us]\n1,2500\n2,3000\n",
        "latency_ns\n2500000\n3000000\n",
        "sst2_latency,batch\n2.5,1\n3,1\n",
        "sst2\tmnli\n2.5\t9\n3\t9\n",
    ],
)
def test_layouts_that_mean_the_same_are_read_the_same(data):
    reading = samples(data)
    assert (reading.samples["sst2"].tolist(), reading.findings) == ([2.5, 3.0], ())


@pytest.mark.parametrize("header", ["", "a,b,c\n", "conll2003,sst2,mnli\n"])
def test_result_csv_has_a_column_a_task_in_the_editions_order(header):
    reading = samples(header + "1,2,3\n4,5,6\n", CONLL2003, SST2, MNLI)
    assert {slug: values.tolist() for slug, values in reading.samples.items()} == {
        "conll2003": [1, 4],
        "sst2": [2, 5],
        "mnli": [3, 6],
    }


@pytest.mark.parametrize("cell", ["nan", "-1", "fast", "1e300"])
def test_a_sample_that_is_no_latency_is_found_with_its_line(cell):
    reading = samples(f"2.5\n{cell}\n")
    assert [(found.code, found.line) for found in reading.findings] == [("log-value-invalid", 2)]
    assert not reading.samples


def test_a_file_without_a_column_of_latencies_is_unreadable():
    assert codes(samples("step,loss\n1,2\n")) == ["file-unreadable"]
    assert codes(samples('{"latency": 2}\n')) == ["file-unreadable"]


@pytest.mark.parametrize("header", ["tokens_per_second", "throughput", "2.5ms", "0:00:02", "memory"])
def test_a_column_named_after_something_else_holds_no_latencies(header):
    (found,) = samples(f"{header}\n2.5\n3\n").findings
    assert (found.code, f"`{header}`" in found.message) == ("file-unreadable", True)
