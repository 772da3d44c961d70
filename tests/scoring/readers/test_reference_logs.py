"""Every real log of the free-text and JSON kinds, against the reference results that came with it."""

import gzip
import json

import pytest

from scoring.readers import read_log
from scoring.rules import Phase
from tests.scoring.readers.files import codes, on_disk, sent
from tests.scoring.tasks import RULES, SST2
from tests.shared_data import SHARED, shared_file

KINDS = ("gluonnlp/", "torchvision_style/", "notebook/", "json/", "allennlp/")
REFERENCE = SHARED / "data" / "reference.json"
FILES: dict[str, dict] = json.loads(REFERENCE.read_text())["files"] if REFERENCE.exists() else {}
LOGS = [name.removeprefix("logs/") for name in FILES if name.startswith(tuple(f"logs/{kind}" for kind in KINDS))]
TIMES = (
    *("s_from_last_training_start", "s_sum_of_epoch_total_time", "s_sum_of_epoch_time_cost"),
    "s_estimated_from_ms_per_step",
)
"""In the order in which the protocol prefers them."""

WITHOUT_A_RESULT = {
    "json/eval_results_sst-2.txt": ["log-no-time"],
    "json/lora_run.json": ["log-no-time"],
    "json/train_results.json": ["log-no-metric"],
    "notebook/bert_sst2_trainer_table.txt": ["log-no-metric", "time-estimated"],
}


def read(name: str, *, packed: bool = False):
    source = on_disk(shared_file(f"data/logs/{name}"))
    if packed and not name.endswith(".gz"):
        with source.open() as stream:
            source = sent(gzip.compress(stream.read()), name)
    task = RULES.task(FILES[f"logs/{name}"].get("task") or SST2.slug)
    return read_log(source, tasks=[task], rules=RULES, phase=Phase.FINETUNING), task


def seconds_in(point: dict) -> float:
    return next(point[name] for name in TIMES if name in point)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", LOGS)
def test_a_real_log_has_the_outcome_of_the_reference(name, packed):
    reading, task = read(name, packed=packed)
    expected = FILES[f"logs/{name}"]
    if name in WITHOUT_A_RESULT:
        assert codes(reading) == WITHOUT_A_RESULT[name]
        return
    curve = reading.curves[task.slug]
    for point, wanted in zip(curve, expected.get("dev_points", curve), strict=True):
        if isinstance(wanted, dict):
            assert point.seconds == pytest.approx(seconds_in(wanted), abs=0.06)
            assert float(point.metric) == pytest.approx(100 * wanted["value"], abs=1e-9)
    if "first_at_or_above_cutoff" in expected:
        crossing = next((point for point in curve if point.metric >= task.cutoff), None)
        first = expected["first_at_or_above_cutoff"]
        assert (crossing is None) == (first is None)
        assert crossing is None or crossing.seconds == pytest.approx(seconds_in(first), abs=0.06)


@pytest.mark.parametrize("epoch", range(5))
def test_allennlp_s_training_duration_is_the_clock_and_its_epochs_count_from_one(epoch):
    name = f"allennlp/metrics_epoch_{epoch}.json"
    reading, task = read(name)
    (point,) = reading.curves[task.slug]
    hours, minutes, rest = FILES[f"logs/{name}"]["training_duration"].split(":")
    assert point.seconds == pytest.approx(int(hours) * 3600 + int(minutes) * 60 + float(rest))
    assert float(point.metric) == pytest.approx(100 * FILES[f"logs/{name}"]["validation_accuracy"])
    assert point.epoch == epoch + 1


@pytest.mark.skipif(not FILES, reason="the real logs are not beside the project")
def test_epoch_metrics_of_allennlp_in_one_file_are_one_curve():
    files = [shared_file(f"data/logs/allennlp/metrics_epoch_{epoch}.json").read_bytes() for epoch in range(5)]
    reading = read_log(sent(b"\n".join(files)), tasks=[SST2], rules=RULES, phase=Phase.FINETUNING)
    assert [point.epoch for point in reading.curves["sst2"]] == [1, 2, 3, 4, 5]


def test_what_is_read_from_a_total_says_that_it_is_estimated():
    reading, task = read("gluonnlp/textcnn_sst2_static.log.gz")
    assert reading.estimated
    assert len(reading.curves[task.slug]) == FILES["logs/gluonnlp/textcnn_sst2_static.log.gz"]["n_dev_points"]
    assert reading.curves[task.slug][-1].seconds == pytest.approx(3304.95)
    assert codes(reading) == ["time-estimated", "scale-converted"]


def test_a_pooled_evaluation_is_taken_as_the_mean_with_a_warning():
    reading, _ = read("notebook/paddle_bert_base_mnli_notebook.txt")
    assert codes(reading) == ["time-estimated", "scale-converted", "mnli-single-value"]


def test_a_table_over_another_split_says_over_how_many_rows():
    reading, _ = read("notebook/bert_sst2_trainer_table.txt")
    assert "6,735" in reading.findings[0].message
