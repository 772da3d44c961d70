"""The real files of other tools beside the project, against the reference results that came with them."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from scoring.curves import crossing
from scoring.readers import read_energy, read_log
from scoring.rules import Phase
from tests.scoring.readers.files import codes, on_disk
from tests.scoring.tasks import CONLL2003, MNLI, RULES, SST2
from tests.shared_data import SHARED, shared_file

REFERENCE = SHARED / "data" / "reference.json"
FILES: dict[str, dict] = json.loads(REFERENCE.read_text())["files"] if REFERENCE.exists() else {}
DAWNBENCH = [name for name in FILES if name.endswith(".tsv") and "dawnbench" in name]
MLPERF = [name for name in FILES if "mlperf" in name]
OTHERS = [name for name in FILES if name.startswith("logs/") and name not in (*DAWNBENCH, *MLPERF)]
TENSORBOARD = "logs/tensorboard/sst2_sgd/events.out.tfevents.1795391442.vm"
CODECARBON = [name for name in FILES if "codecarbon" in name]
CARBONTRACKER = {
    "33340.202176_2026-05-27T174628Z_carbontracker.log": None,
    "33340.202176_2026-05-27T174628Z_carbontracker_output.log": None,
    "run_1779884224_events.jsonl": (5.868938068333334e-06, 10.005583),
    "run_1779893906_events.jsonl": (2.0080694105555554e-06, 10.006812),
}


def of(name: str):
    return on_disk(shared_file(f"data/{name}"))


def read(name: str, task=SST2, **more):
    return read_log(of(name), tasks=[task], rules=RULES, phase=Phase.FINETUNING, **more)


@pytest.mark.parametrize("name", DAWNBENCH)
def test_dawnbench_entries_reach_their_threshold_when_the_reference_says(name):
    expected = FILES[name]
    metric = {"CIFAR10": "accuracy", "ImageNet": "top5_accuracy", "SQuAD": "f1_score"}[name.split("/")[2]]
    cutoff = Decimal(str(expected["threshold"]))
    task = replace(SST2, metric_names=(metric,), cutoff=cutoff * 100 if cutoff < 1 else cutoff)
    reading = read(name, task)
    assert reading.format == "DAWNBench TSV"
    assert len(reading.curves["sst2"]) == expected["rows"]
    found = crossing(reading.curves["sst2"], task.cutoff)
    assert found.at.seconds / 3600 == pytest.approx(expected["first_at_or_above"]["hours"], rel=1e-12)


@pytest.mark.parametrize("name", MLPERF)
def test_mlperf_runs_reach_their_target_when_the_reference_says(name):
    expected = FILES[name]
    reading = read(name)
    curve = reading.curves["sst2"]
    assert len(curve) == expected["n_eval"]
    assert float(curve[-1].metric) == pytest.approx(100 * expected["last_eval"], rel=1e-12)
    first = expected["first_at_or_above_target"]
    found = crossing(curve, Decimal(str(expected["target"])) * 100)
    assert (found and found.at.seconds) == (first and pytest.approx(first["s_from_run_start"], abs=1e-6))
    assert reading.aborted is (expected["status"] != "success")


def test_an_event_file_holds_the_run_that_the_csv_beside_it_holds():
    from_events, from_csv = read(TENSORBOARD), read("logs/own_run/sst2_sgd.csv")
    events, rows = from_events.curves["sst2"], from_csv.curves["sst2"]
    assert codes(from_events) == ["clock-differs", "scale-converted"]
    assert [point.step for point in events] == [point.step for point in rows]
    for event, row in zip(events, rows, strict=True):
        assert float(event.metric) == pytest.approx(float(row.metric), abs=1e-5)
        assert event.epoch == pytest.approx(row.epoch, abs=1e-4)
        assert event.seconds == pytest.approx(row.seconds, abs=0.3), "the file was opened a moment before training"
    assert crossing(events, SST2.cutoff) is None


def test_event_files_of_other_tasks_are_read_or_name_their_tags():
    name = "logs/tensorboard/frminer_validation/events.out.tfevents.1663590523.host"
    assert len(read(name).curves["sst2"]) == 10
    reading = read(name, CONLL2003)
    assert codes(reading) == ["log-no-metric"]
    assert "fscore" in reading.findings[0].message


@pytest.mark.parametrize("task", [SST2, CONLL2003, MNLI], ids=lambda task: task.slug)
@pytest.mark.parametrize("name", OTHERS)
def test_every_other_file_has_a_curve_or_a_finding_that_says_why(name, task):
    reading = read(name, task)
    assert reading.curves or reading.findings
    assert all(found.message and found.remedy for found in reading.findings)


@pytest.mark.parametrize("name", CODECARBON)
def test_codecarbons_runs_add_up_to_the_reference(name):
    expected = FILES[name]
    lines = of(name).open().read().decode().splitlines()
    titles = lines[0].split(",")
    column = titles.index("run_id" if "run_id" in titles else "experiment_id")
    runs = [
        read_energy(of(name), run_id=line.split(",")[column], rules=RULES).energy for line in lines[1:] if line.strip()
    ]
    assert len(runs) == expected["rows"]
    assert sum(run.kwh for run in runs) == pytest.approx(expected["sum_energy_kwh"], rel=1e-12)
    assert sum(run.seconds for run in runs) == pytest.approx(expected["sum_duration_s"], rel=1e-12)
    assert sum(run.co2e_kg for run in runs) == pytest.approx(expected["sum_emissions_kg"], rel=1e-12)
    unnamed = read_energy(of(name), run_id=None, rules=RULES)
    assert (unnamed.energy is None) is (expected["rows"] > 1)


@pytest.mark.parametrize("name", CARBONTRACKER)
def test_carbontracker_logs_give_what_was_measured_or_say_that_nothing_was(name):
    reading = read_energy(of(f"logs/carbontracker/{name}"), run_id=None, rules=RULES)
    expected = CARBONTRACKER[name]
    assert codes(reading) == ([] if expected else ["file-unreadable"])
    assert (reading.energy and (reading.energy.kwh, reading.energy.seconds)) == expected
