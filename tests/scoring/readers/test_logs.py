"""Logs of the four formats: which columns are read, in which scale, and what is found wrong with its line."""

import gzip
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import Phase
from tests.scoring.readers.files import codes, log, metrics, seconds
from tests.scoring.tasks import CONLL2003, MNLI, RULES, SST2

CSV = "step,seconds,dev_accuracy\n1,10,80\n2,20.5,91.25\n"


def test_a_csv_with_a_header_gives_times_metrics_lines_and_steps():
    point = log(CSV).curves["sst2"][1]
    assert (point.seconds, point.metric, point.line, point.step) == (20.5, Decimal("91.25"), 3, 2)


def test_a_log_of_one_column_is_told_what_it_lacks():
    (lacks_time,) = log("accuracy\n0.8\n0.9\n").findings
    assert lacks_time.code == "log-no-time" and "`accuracy`" in lacks_time.message
    (lacks_metric,) = log("seconds\n10\n20\n").findings
    assert lacks_metric.code == "log-no-metric" and "`seconds`" in lacks_metric.message


@pytest.mark.parametrize(
    "data",
    [
        CSV.replace(",", "\t"),
        CSV.replace(",", ";"),
        CSV.replace("\n", "\r\n"),
        "\ufeff" + CSV,
        CSV + "\n\n  \n",
        CSV.rstrip("\n"),
        CSV.replace("dev_accuracy", '"dev_accuracy"').replace("20.5", '"20.5"'),
        "dev_accuracy,seconds,step\n80,10,1\n91.25,20.5,2\n",
        '{"step": 1, "seconds": 10, "dev_accuracy": 80}\n{"step": 2, "seconds": 20.5, "dev_accuracy": 91.25}\n',
    ],
)
def test_layouts_that_mean_the_same_are_read_the_same(data):
    assert (seconds(log(data)), metrics(log(data))) == ([10.0, 20.5], ["80", "91.25"])


def test_gzip_of_one_file_is_read():
    assert log(gzip.compress(CSV.encode())).curves == log(CSV).curves


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        *(("time", 1), ("seconds", 1), ("elapsed", 1), ("elapsed_s", 1), ("wall_time", 1), ("Wall time", 1)),
        *(("hours", 3600), ("minutes", 60), ("time_ms", 0.001), ("elapsed_ms", 0.001), ("_runtime", 1)),
        *(("time (min)", 60), ("time [h]", 3600), ("Time (ms)", 0.001), ("elapsed_hours", 3600)),
    ],
)
def test_the_unit_in_the_header_wins(header, factor):
    reading = log(f"{header},accuracy\n2,91\n")
    assert seconds(reading) == [2 * factor]
    assert f"`{header}`" in reading.clock


def test_a_time_column_of_an_unknown_unit_is_none():
    assert codes(log("time (fortnights),accuracy\n1,91\n")) == ["log-no-time"]


@pytest.mark.parametrize(
    "name", ["accuracy", "acc", "eval_accuracy", "dev_acc", "val_accuracy", "sst2", "sst2_accuracy"]
)
def test_the_metric_column_is_named_after_metric_or_task(name):
    assert metrics(log(f"time,{name}\n1,91\n")) == ["91"]


@pytest.mark.parametrize("name", ["eval/accuracy", "Dev Accuracy", "eval_sst2_accuracy", "SST-2"])
def test_names_are_compared_without_case_and_separators(name):
    assert metrics(log(f"time,{name}\n1,91\n")) == ["91"]


@pytest.mark.parametrize("name", ["train_accuracy", "test_acc", "TEST_accuracy", "best_val_acc", "mnli_accuracy", "f1"])
def test_what_is_no_dev_metric_of_the_task_never_counts(name):
    reading = log(f"time,{name}\n1,91\n")
    assert codes(reading) == ["log-no-metric"]
    assert f"`{name}`" in reading.findings[0].message


def test_keras_writes_training_accuracy_bare_so_the_one_that_says_val_is_read():
    reading = log("time,accuracy,val_accuracy\n1,99,80\n")
    assert metrics(reading) == ["80"]
    assert "`val_accuracy` was read, not `accuracy`" in reading.clock


def test_two_columns_of_one_name_are_told():
    reading = log("time,accuracy,accuracy\n1,80,99\n")
    assert metrics(reading) == ["80"]
    assert "first" in reading.clock


def test_a_scale_from_0_to_1_is_decided_over_the_whole_file_and_told():
    reading = log("time,accuracy\n1,0.909875\n2,1\n")
    assert (metrics(reading), codes(reading)) == (["90.9875", "100"], ["scale-converted"])
    percent = log("time,accuracy\n1,0.909875\n2,1.01\n")
    assert (metrics(percent), codes(percent)) == (["0.909875", "1.01"], [])


def test_metrics_stay_exact():
    assert metrics(log("time,accuracy\n1,89.99999999999999999999999999999999999\n"))[0].startswith(
        "89.99999999999999999999"
    )
    assert metrics(log("time,accuracy\n1,0.91\n")) == ["91"]


def test_training_rows_without_a_metric_are_skipped():
    assert seconds(log("time,loss,accuracy\n1,3,\n2,2,90\n3,1,\n")) == [2.0]


@pytest.mark.parametrize("cell", ["NaN", "inf", "-1", "100.1", "91%", "1_0", "+3", "٣", "1e400", "0x1p3", "9,1"])
def test_a_metric_that_is_no_plain_number_in_range_is_found_with_its_line(cell):
    (found,) = log(f'time,accuracy\n1,80\n2,"{cell}"\n').findings
    assert (found.code, found.line, found.task) == ("log-value-invalid", 3, "sst2")


@pytest.mark.parametrize("cell", ["-1", "nan", "soon", "1e300", "12:3", ""])
def test_a_time_that_is_none_is_found_with_its_line(cell):
    reading = log(f"time,accuracy\n1,80\n{cell},91\n")
    assert [(found.code, found.line) for found in reading.findings] == [("log-value-invalid", 3)]
    assert not reading.curves


def test_many_bad_rows_give_a_handful_of_findings():
    reading = log("time,accuracy\n" + "".join(f"{row},x\n" for row in range(1000)))
    assert len(reading.findings) == 6
    assert "995 more" in reading.findings[-1].message


def test_time_that_falls_with_the_steps_ran_backwards():
    (found,) = log("step,time,accuracy\n5,20,80\n4,10,91\n").findings
    assert (found.code, found.line) == ("log-time-backwards", 3)


def test_time_that_falls_without_steps_ran_backwards():
    assert codes(log("time,accuracy\n20,84\n10,91\n")) == ["log-time-backwards"]


def test_time_that_falls_while_steps_go_on_restarted_also_between_training_rows():
    (found,) = log("step,time,accuracy\n1,20,80\n2,1,\n3,30,91\n").findings
    assert (found.code, found.line) == ("log-clock-restarts", 3)


def test_epochs_do_for_steps():
    assert codes(log("epoch,time,accuracy\n1,20,80\n2,10,91\n")) == ["log-clock-restarts"]


def test_whole_epochs_from_0_are_read_as_from_1():
    reading = log("epoch,time,accuracy\n0,1,80\n1,2,91\n")
    assert [point.epoch for point in reading.curves["sst2"]] == [1, 2]
    assert "epochs" in reading.clock


def test_epochs_with_fractions_stay_as_they_are():
    reading = log("epoch,time,accuracy\n0,1,50\n0.5,2,80\n1,3,91\n")
    assert [point.epoch for point in reading.curves["sst2"]] == [0, 0.5, 1]


# --- MNLI: two halves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "matched_accuracy,mismatched_accuracy",
        "mnli_m,mnli_mm",
        "eval_accuracy,eval_accuracy_mm",
        "eval_matched_acc,eval_mismatched_acc",
        "accuracy,accuracy",
        "matched,mismatched",
    ],
)
def test_two_values_a_point_are_the_halves_and_their_mean_counts(header):
    reading = log(f"time,{header}\n1,84.5,85.6\n", MNLI)
    assert (metrics(reading, MNLI), codes(reading)) == (["85.05"], [])


def test_one_unlabelled_value_is_taken_as_the_mean_with_a_warning():
    reading = log("time,accuracy\n1,86\n", MNLI)
    assert (metrics(reading, MNLI), codes(reading)) == (["86"], ["mnli-single-value"])


@pytest.mark.parametrize(
    "name", ["matched_accuracy", "accuracy_mm", "mnli_m", "pooled", "accuracy_pooled", "mismatched"]
)
def test_one_half_or_the_pool_alone_is_no_metric(name):
    assert codes(log(f"time,{name}\n1,86\n", MNLI)) == ["log-no-metric"]


def test_halves_on_rows_of_their_own_are_put_together():
    rows = '{"time": 1, "eval_accuracy": 0.8}\n{"time": 2, "eval_accuracy_mm": 0.9}\n'
    reading = log(rows, MNLI)
    assert (metrics(reading, MNLI), seconds(reading, MNLI)) == (["85"], [2.0])


def test_a_point_with_one_half_only_is_found():
    reading = log("time,matched,mismatched\n1,80,82\n2,83,\n3,84,86\n", MNLI)
    assert [(found.code, found.line) for found in reading.findings] == [("log-no-metric", 3)]


# --- HULK result.csv --------------------------------------------------------------------------------------------

PAIRS = "43.4,91.1,207.1,90.2,9106.7,85.1\n44,92,208,91,9107,86\n"


@pytest.mark.parametrize("header", ["", "time,result,time,result,time,result\n", "a,b,c,d,e,f\n"])
@pytest.mark.parametrize(("task", "first"), [(CONLL2003, 43.4), (SST2, 207.1), (MNLI, 9106.7)])
def test_result_csv_of_fine_tuning_has_a_time_and_a_result_a_task(header, task, first):
    reading = log(header + PAIRS, task)
    assert seconds(reading, task)[0] == first
    assert reading.format == "HULK result.csv"


def test_result_csv_units_in_the_header_win():
    header = "conll time (min),f1,sst time (h),acc,mnli time,acc\n"
    assert seconds(log(header + PAIRS, SST2)) == [207.1 * 3600, 208 * 3600]


@pytest.mark.parametrize("header", ["", "time,conll2003,sst2,mnli\n", "Time,CoNLL-2003,SST-2,MNLI\n", "a,b,c,d\n"])
def test_result_csv_of_pretraining_is_in_hours(header):
    reading = log(header + "1,90,80,70\n2.5,91,92,86\n", *RULES.tasks, phase=Phase.PRETRAINING)
    assert all(seconds(reading, task) == [3600.0, 9000.0] for task in RULES.tasks)
    assert "hours" in reading.clock


def test_columns_of_a_named_result_csv_may_stand_in_any_order():
    reading = log("mnli,time,sst2,conll2003\n70,1,80,90\n", *RULES.tasks, phase=Phase.PRETRAINING)
    assert {task.slug: metrics(reading, task) for task in RULES.tasks} == {
        "conll2003": ["90"],
        "sst2": ["80"],
        "mnli": ["70"],
    }


def test_a_pretraining_log_that_says_seconds_is_in_seconds():
    reading = log("seconds,conll2003,sst2,mnli\n7200,90,80,70\n", *RULES.tasks, phase=Phase.PRETRAINING)
    assert seconds(reading) == [7200.0]


def test_a_pretraining_log_must_have_every_task():
    reading = log("step,time,conll2003_f1,accuracy\n1,2,90,80\n", *RULES.tasks, phase=Phase.PRETRAINING)
    assert [(found.code, found.task) for found in reading.findings] == [
        ("log-no-metric", "sst2"),
        ("log-no-metric", "mnli"),
    ]


# --- trainer_state.json -----------------------------------------------------------------------------------------


def state(*entries: dict, indent: int | None = 2) -> str:
    return json.dumps({"best_metric": None, "epoch": 3.0, "log_history": list(entries), "max_steps": 10}, indent=indent)


@pytest.mark.parametrize("indent", [None, 2])
def test_trainer_state_spreads_train_runtime_over_the_steps(indent):
    reading = log(
        state(
            {"step": 5, "epoch": 0.5, "loss": 1.5},
            {"step": 5, "epoch": 0.5, "eval_accuracy": 0.8},
            {"step": 10, "epoch": 1.0, "eval_accuracy": 0.92},
            {"step": 10, "epoch": 1.0, "train_runtime": 200.0},
            indent=indent,
        )
    )
    assert (seconds(reading), metrics(reading)) == ([100.0, 200.0], ["80", "92"])
    assert reading.estimated
    assert codes(reading) == ["time-estimated", "scale-converted"]


def test_trainer_state_with_times_of_its_own_is_not_estimated():
    reading = log(state({"step": 5, "elapsed": 7.5, "eval_accuracy": 91}))
    assert (seconds(reading), reading.estimated) == ([7.5], False)


def test_lines_of_a_trainer_state_are_those_of_the_entries():
    text = state({"step": 5, "elapsed": 7.5, "eval_accuracy": 91}, {"step": 6, "elapsed": 8, "eval_accuracy": 92})
    lines = text.split("\n")
    assert [lines[point.line - 1].strip() for point in log(text).curves["sst2"]] == ["{", "{"]


def test_trainer_state_without_any_time_says_so():
    assert codes(log(state({"step": 5, "eval_accuracy": 0.9}))) == ["log-no-time"]


@pytest.mark.parametrize("cut", [10, 60, 100, -3])
def test_a_truncated_trainer_state_is_unreadable(cut):
    text = state({"step": 5, "elapsed": 7.5, "eval_accuracy": 91}, {"step": 6, "elapsed": 8, "eval_accuracy": 92})
    assert codes(log(text[:cut])) == ["file-unreadable"]


def test_other_json_says_what_it_holds():
    assert codes(log('{\n"val_accuracies": [0.1, 0.2]\n}')) == ["log-no-time"]
    reading = log('{\n"best_metric": 0.92,\n"global_step": 500\n}')
    assert codes(reading) == ["log-no-metric", "log-no-time"]
    assert all("`best_metric`" in found.message for found in reading.findings)


def test_a_trainer_state_without_entries_says_so():
    reading = log(state())
    assert codes(reading) == ["log-no-metric", "log-no-time"]
    assert "nothing" in reading.findings[0].message


@pytest.mark.parametrize("key", ["elapsed", "elapsed_s", "time", "seconds", "wall_time"])
def test_a_trainer_state_with_elapsed_times_never_takes_the_time_of_an_evaluation_for_one(key):
    reading = log(state({"step": 5, "eval_runtime": 3.2, key: 7.5, "eval_accuracy": 91}))
    assert seconds(reading) == [7.5]


@given(st.floats(1e-3, 1e3), st.lists(st.floats(0, 1e4), min_size=1, max_size=20))
def test_scaling_time_scales_the_result(factor, times):
    times = sorted(times)
    text = "time,accuracy\n" + "".join(f"{time!r},91\n" for time in times)
    scaled = "time,accuracy\n" + "".join(f"{time * factor!r},91\n" for time in times)
    assert seconds(log(scaled)) == pytest.approx([time * factor for time in seconds(log(text))])
