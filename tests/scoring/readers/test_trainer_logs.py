"""What the Hugging Face Trainer and its example scripts print: dictionaries, key = value lines, the progress table."""

import json
from decimal import Decimal

import pytest

from tests.scoring.readers.files import codes, log, metrics, seconds
from tests.scoring.tasks import MNLI


def test_dictionaries_of_the_trainer_are_spread_over_the_epochs():
    text = (
        "{'loss': 0.4, 'learning_rate': 1e-05, 'epoch': 0.5}\n"
        " 50%|#####| 10/20 [00:10<00:10]\r"
        "{'eval_loss': 0.3, 'eval_accuracy': 0.89, 'eval_runtime': 3.2, 'epoch': 1.0}\n"
        "{'eval_loss': '0.3', 'eval_accuracy': '0.92', 'eval_runtime': '3.2', 'epoch': '2'}\n"
        "{'train_runtime': 100.0, 'train_loss': 0.2, 'epoch': 2.0}\n"
        "{'test_accuracy': 0.99}\n"
    )
    reading = log(text)
    assert (seconds(reading), metrics(reading), reading.estimated) == ([50.0, 100.0], ["89", "92"], True)


def test_a_total_is_spread_over_the_epochs_to_its_own_end():
    text = "{'eval_loss': 0.3, 'eval_accuracy': 0.91, 'epoch': 1.0}\n{'train_runtime': 600.0, 'epoch': 2.0}\n"
    assert seconds(log(text)) == [300.0]


def test_an_example_script_with_stamps_prints_epochs_from_zero():
    text = (
        "03/16/2022 10:00:00 - INFO - __main__ - ***** Running training *****\n"
        "03/16/2022 10:05:00 - INFO - __main__ - epoch 0: {'accuracy': 0.89}\n"
        "03/16/2022 10:10:00 - INFO - __main__ - epoch 1: {'accuracy': 0.92}\n"
    )
    reading = log(text)
    assert (seconds(reading), [point.epoch for point in reading.curves["sst2"]]) == ([300.0, 600.0], [1, 2])


def test_evaluations_over_other_rows_are_none_of_the_dev_set():
    text = "***** Running Evaluation *****\n  Num examples = 6735\n{'eval_accuracy': 0.9, 'epoch': 1.0}\n"
    text += "{'train_runtime': 9}\n"
    assert codes(log(text)) == ["log-no-metric", "time-estimated"]
    assert "log-no-metric" not in codes(log(text.replace("6735", "872")))


@pytest.mark.parametrize("name", ["{}", "eval_{}", "sst-2/{}"])
def test_key_value_results_with_stamps_are_evaluations(name):
    key = name.format("acc")
    said = "02/10/2020 14:{:02}:00 - INFO - __main__ -   {}\n"
    text = "".join(
        said.format(minute, words)
        for minute, words in (
            *((0, "learning_rate = 2e-05"), (1, "***** Running training *****"), (1, "Num Epochs = 3")),
            *((5, "***** Eval results *****"), (5, f"{key} = 0.89"), (5, "loss = 0.3")),
            *((9, "***** Eval results *****"), (9, f"{key} = 0.92"), (10, "***** Test results *****")),
            (10, f"{key} = 0.99"),
        )
    )
    reading = log(text)
    assert (seconds(reading), metrics(reading)) == ([240.0, 480.0], ["89", "92"])


@pytest.mark.parametrize("rows", [872, 870, 100, 6735])
def test_results_over_other_rows_than_the_dev_set_s_are_none_of_it(rows):
    text = "***** train metrics *****\n  train_runtime = 0:01:40.5\n***** eval metrics *****\n  eval_accuracy = 0.91\n"
    text += f"  eval_samples = {rows}\n"
    reading = log(text)
    assert ("log-no-metric" in codes(reading)) is (rows not in (872, 870))
    assert (f"{rows:,} rows" in reading.findings[0].message) is (rows not in (872, 870))


def test_key_value_results_of_mnli_are_told_by_their_titles():
    text = "***** train metrics *****\n  train_runtime = 0:01:40.5\n***** Eval results mnli *****\nacc = 0.84\n"
    reading = log(text + "***** Eval results mnli-mm *****\nacc = 0.87\n", MNLI)
    assert metrics(reading, MNLI) == ["85.5"]


def test_key_value_results_with_a_total_are_at_its_end():
    text = "***** train metrics *****\n  epoch = 3.0\n  train_runtime = 0:16:59.10\n***** eval metrics *****\n"
    reading = log(text + "  epoch = 3.0\n  eval_accuracy           =     0.9266\n")
    assert (seconds(reading), reading.estimated) == ([1019.1], True)


TABLE = """Downloading: 0%
<div><progress value='{0}' max='40'></progress> [{0}/40 1:00:10{1}, Epoch {2}/4]</div>
<table border="1" class="dataframe"><thead><tr style="text-align: left;">
<th>{3}</th><th>Training Loss</th><th>Validation Loss</th><th>Accuracy</th></tr></thead><tbody>
<tr><td>{4}</td><td>No log</td><td>0.2</td><td>0.890000</td></tr>
<tr>
  <td>{5}</td>
  <td>0.1</td>
  <td>0.2</td>
  <td>0.920000</td>
</tr>
</tbody></table><p>
"""


@pytest.mark.parametrize(
    ("cells", "times"),
    [
        (("40", "", "4", "Epoch", "2", "4"), [1805.0, 3610.0]),
        (("20", " < 1:00:10, 0.01 it/s", "2", "Epoch", "1", "2"), [1805.0, 3610.0]),
        (("40", "", "4", "Step", "10", "20"), [902.5, 1805.0]),
    ],
)
def test_the_progress_table_is_spread_over_the_time_of_its_bar(cells, times):
    reading = log(TABLE.format(*cells))
    assert (seconds(reading), metrics(reading), reading.estimated) == (times, ["89", "92"], True)
    assert "time-estimated" in codes(reading)


def test_train_runtime_is_better_than_the_bar():
    text = (
        TABLE.format("40", "", "4", "Epoch", "2", "4") + "TrainOutput(metrics={'train_runtime': 100.0, 'epoch': 4.0})\n"
    )
    assert seconds(log(text)) == [50.0, 100.0]


def test_of_several_tables_the_first_with_the_metric_is_read():
    other = TABLE.replace("Accuracy", "Perplexity").format("40", "", "4", "Epoch", "2", "4")
    data = "<table><tr><th>text</th><th>Accuracy</th></tr><tr><td>a</td><td>1</td></tr></table>\n"
    reading = log(
        data + other + TABLE.format("40", "", "4", "Step", "10", "20") + TABLE.format("1", "", "4", "Step", "1", "1")
    )
    assert seconds(reading) == [902.5, 1805.0]
    assert "3 tables" in reading.clock


def test_the_table_copied_as_text_is_read():
    text = " [40/40 01:40, Epoch 2/2]\nEpoch\tTraining Loss\tValidation Loss\tAccuracy\n"
    text += "1\tNo log\t0.3\t0.89\n2\t0.1\t0.3\t0.92\n"
    assert seconds(log(text)) == [50.0, 100.0]


def halves_at_each_step(*rows: tuple[int, float]) -> list[dict[str, float]]:
    return [{"step": step, "epoch": step / 100, "eval_accuracy": value} for step, value in rows]


TWO_HALVES = halves_at_each_step((100, 0.84), (100, 0.85), (200, 0.86), (200, 0.87))


def test_two_values_of_one_name_at_a_step_of_the_trainer_are_matched_and_mismatched():
    history = [*TWO_HALVES, {"step": 200, "epoch": 2.0, "train_runtime": 1000.0}]
    reading = log(json.dumps({"log_history": history}), MNLI)
    assert (seconds(reading, MNLI), metrics(reading, MNLI)) == ([500.0, 1000.0], ["84.5", "86.5"])
    assert codes(reading) == ["time-estimated", "scale-converted"]
    assert "matched and mismatched" in reading.clock


@pytest.mark.parametrize("is_csv", [True, False])
def test_two_values_of_one_name_at_a_step_of_rows_are_matched_and_mismatched(is_csv):
    rows = [row | {"time": 10 * (i + 1)} for i, row in enumerate(TWO_HALVES)]
    lines = [json.dumps(row) for row in rows]
    if is_csv:
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    reading = log("\n".join(lines) + "\n", MNLI)
    assert (seconds(reading, MNLI), metrics(reading, MNLI)) == ([20.0, 40.0], ["84.5", "86.5"])
    assert codes(reading) == ["scale-converted"]


def test_a_step_with_one_of_the_two_values_is_named():
    rows = halves_at_each_step((100, 0.84), (100, 0.85), (200, 0.86), (300, 0.87), (300, 0.88))
    reading = log("".join(json.dumps(row | {"time": row["step"]}) + "\n" for row in rows), MNLI)
    assert [(found.code, found.line) for found in reading.findings] == [("log-no-metric", 3)]
    assert "Step 200" in reading.findings[0].message


def test_one_value_a_step_stays_the_mean_and_one_more_at_the_end_is_an_evaluation():
    rows = halves_at_each_step((100, 0.84), (200, 0.86), (200, 0.87))
    reading = log("".join(json.dumps(row | {"time": row["step"]}) + "\n" for row in rows), MNLI)
    assert metrics(reading, MNLI) == ["84", "86", "87"]
    assert "mnli-single-value" in codes(reading)


def test_pairs_of_a_long_log_are_all_put_together():
    header = "time,step,accuracy\n"
    rows = "".join(f"{i},{i // 2},{80 + i % 2 + i / 10_000:.4f}\n" for i in range(20_000))
    reading = log(header + rows, MNLI)
    assert max(point.metric for point in reading.curves["mnli"]) == Decimal("82.49985")
    assert all(point.line % 2 for point in reading.curves["mnli"])


@pytest.mark.parametrize("start", ["0,0,0,\n", "0,0,0,50\n"])
def test_a_row_at_the_start_does_not_make_epochs_labels_from_zero(start):
    rows = "".join(f"{100 * epoch},{epoch},{10 * epoch},{80 + epoch}\n" for epoch in range(1, 6))
    reading = log(f"time,epoch,step,accuracy\n{start}{rows}")
    assert [point.epoch for point in reading.curves["sst2"]][-5:] == [1, 2, 3, 4, 5]


def test_a_row_at_the_start_without_a_step_or_a_metric_does_not_either():
    rows = "".join(f"{100 * epoch},{epoch},{80 + epoch}\n" for epoch in range(1, 6))
    assert [point.epoch for point in log(f"time,epoch,accuracy\n0,0,\n{rows}").curves["sst2"]] == [1, 2, 3, 4, 5]
    assert [point.epoch for point in log(f"time,epoch,accuracy\n5,0,70\n{rows}").curves["sst2"]] == [1, 2, 3, 4, 5, 6]
