"""Logs as one JSON object or list: AllenNLP's metrics, final results, arrays an epoch, lists of entries."""

import json

import pytest

from tests.scoring.readers.files import codes, log, metrics, seconds
from tests.scoring.tasks import CONLL2003, MNLI


@pytest.mark.parametrize("indent", [None, 2])
def test_allennlp_metrics_have_their_duration_as_the_clock(indent):
    values = {"epoch": 3, "training_duration": "1 day, 0:00:05.5", "training_accuracy": 0.99, "test_accuracy": 0.99}
    text = json.dumps(
        {"best_epoch": 1, **values, "validation_accuracy": 0.91, "best_validation_accuracy": 1}, indent=indent
    )
    reading = log(text)
    assert (seconds(reading), metrics(reading)) == ([86405.5], ["91"])
    assert reading.curves["sst2"][0].epoch == 4


def test_allennlp_calls_entity_f1_by_a_name_of_its_own():
    text = json.dumps(
        {"epoch": 0, "training_duration": "0:00:05", "validation_accuracy": 0.99, "validation_f1-measure-overall": 0.91}
    )
    assert metrics(log(text, CONLL2003), CONLL2003) == ["91"]


@pytest.mark.parametrize("indent", [None, 2])
def test_final_results_are_at_the_end_of_train_runtime(indent):
    text = json.dumps({"epoch": 3.0, "eval_accuracy": 0.92, "eval_runtime": 3, "train_runtime": 100.5}, indent=indent)
    reading = log(text)
    assert (seconds(reading), metrics(reading), reading.estimated) == ([100.5], ["92"], True)
    assert codes(reading) == ["time-estimated", "scale-converted"]


@pytest.mark.parametrize("indent", [None, 2])
def test_results_of_a_test_or_without_a_time_are_named(indent):
    reading = log(
        json.dumps({"predict_accuracy": 0.92, "test_accuracy": 0.9, "train_loss": 0.1, "x": []}, indent=indent)
    )
    assert codes(reading) == ["log-no-metric", "log-no-time"]
    assert "`test_accuracy`" in reading.findings[0].message


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("times", "wanted"),
    [
        ({"elapsed": [10, 20.5]}, [10.0, 20.5]),
        ({"epoch_times": [10, 10.5]}, [10.0, 20.5]),
        ({"times": [1, 2]}, [1.0, 2.0]),
    ],
)
def test_arrays_side_by_side_are_an_evaluation_a_position(times, wanted, indent):
    values = {"train_losses": [1, 2], "train_accuracies": [0.9, 0.99], "val_accuracies": [0.89, 0.92], **times}
    reading = log(json.dumps(values, indent=indent))
    assert (seconds(reading), metrics(reading)) == (wanted, ["89", "92"])


def test_arrays_inside_a_history_are_read():
    text = json.dumps({"params": {"epochs": 2}, "history": {"val_accuracy": [0.89, 0.92], "time": [5, 6]}}, indent=1)
    assert seconds(log(text)) == [5.0, 6.0]


def test_arrays_of_the_halves_of_mnli_are_put_together():
    text = json.dumps({"val_matched_accuracies": [0.84], "val_mismatched_accuracies": [0.87], "elapsed": [1]}, indent=1)
    assert metrics(log(text, MNLI), MNLI) == ["85.5"]


def test_arrays_of_different_lengths_are_found():
    (found,) = log('{\n"accuracies": [0.1, 0.2],\n"elapsed": [1]\n}').findings
    assert (found.code, found.line) == ("log-value-invalid", 2)


@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_of_entries_is_read_as_a_trainer_s_history(indent):
    entries = [
        {"step": 5, "eval_accuracy": 0.89},
        {"step": 10, "eval_accuracy": 0.92},
        {"step": 10, "train_runtime": 50},
    ]
    reading = log(json.dumps(entries, indent=indent))
    assert (seconds(reading), reading.estimated) == ([25.0, 50.0], True)
    timed = [{"elapsed": 3, "accuracy": 91}]
    assert seconds(log(json.dumps(timed, indent=indent))) == [3.0]


@pytest.mark.parametrize("data", ["[1, 2]", '[{"a": 1}, 2]', '[{"a": 1}', '[{"a": 1}] x', "[]"])
def test_other_lists_are_findings(data):
    assert codes(log(data))


def test_a_notebook_says_what_to_send():
    (found,) = log('{\n"cells": [],\n"nbformat": 4\n}').findings
    assert "notebook" in found.message


def test_what_python_prints_of_a_dictionary_is_no_json():
    text = "{'eval_accuracy': 0.92, 'epoch': 1.0}\n{'train_runtime': 100.0}\n"
    assert seconds(log(text)) == [100.0]
