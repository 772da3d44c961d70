"""Free-text logs as programs print them, in variants made up here: which clock counts, which lines are evaluations."""

import gzip
from datetime import UTC, datetime

import pytest

from scoring.rules import Phase
from tests.scoring.readers.files import codes, log, metrics, seconds
from tests.scoring.tasks import CONLL2003, MNLI, RULES, SST2

GLUON = """{0}Namespace(task_name='SST')
{1}processing dataset...
{2}Now we are doing BERT classification training on gpu(0)!
{3}[Epoch 1 Batch 400/2108] loss=0.4074, lr=0.0000076, metrics:accuracy:0.9967
{4}Now we are doing evaluation on dev with gpu(0).
{5}validation metrics:accuracy:0.8955
{5}Time cost=1.82s, throughput=478.56 samples/s
{6}Time cost=41.0s
{7}[Epoch 2 Batch 400/2108] loss=0.4074, lr=0.0000076, metrics:accuracy:0.9999
{8}validation metrics:accuracy:0.9155
{9}Time cost=39.5s
{10}Best model at epoch 1. Validation metrics:accuracy:0.9155
{11}Now we are doing testing on test with gpu(0).
{12}Test loss 0.353302, test acc 0.9910
"""


def gluon(stamp) -> str:
    return GLUON.format(*(stamp(10 * number) for number in range(13)))


def no_stamp(second: int) -> str:
    return "INFO:root:"


def clock(second: int) -> str:
    return f"INFO:root:{10 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02} "


@pytest.mark.parametrize(
    "stamp",
    [
        clock,
        lambda second: f"2019-11-17 10:{second // 60:02}:{second % 60:02},000 - root - INFO - ",
        lambda second: f"2019-11-17T10:{second // 60:02}:{second % 60:02}.000+01:00 ",
        lambda second: f"[2019/11/17 10:{second // 60:02}:{second % 60:02}] ",
        lambda second: f"[INFO|trainer.py:12] 2019-11-17 10:{second // 60:02}:{second % 60:02},000 >> ",
        lambda second: f"11/17/2019 10:{second // 60:02}:{second % 60:02} AM - root - INFO - ",
        lambda second: f"\x1b[32m[2019-11-17 10:{second // 60:02}:{second % 60:02},000] [    INFO]\x1b[0m - ",
    ],
)
def test_stamps_in_many_styles_count_from_the_training_start(stamp):
    reading = log(gluon(stamp))
    assert (seconds(reading), metrics(reading)) == ([30.0, 60.0], ["89.55", "91.55"])
    assert "training start on line 3" in reading.clock
    assert codes(reading) == ["scale-converted"]


def test_without_stamps_the_epochs_times_are_added_up():
    reading = log(gluon(no_stamp))
    assert (seconds(reading), metrics(reading)) == ([41.0, 80.5], ["89.55", "91.55"])
    assert [point.epoch for point in reading.curves["sst2"]] == [1, 2]


def test_percent_stays_percent():
    text = gluon(no_stamp).replace("accuracy:0.8955", "accuracy:89.55").replace("accuracy:0.9155", "accuracy:91.55")
    assert metrics(log(text)) == ["89.55", "91.55"]


def test_the_last_start_before_the_first_evaluation_counts_and_a_later_one_moves_nothing():
    lines = gluon(clock).split("\n")
    again = [lines[2].replace("10:00:20", "10:00:25"), *lines[3:], lines[2].replace("10:00:20", "10:30:00")]
    reading = log("\n".join([*lines[:3], *again]))
    assert seconds(reading)[0] == 25.0
    assert "training starts once more" in reading.clock


def test_times_of_day_wrap_at_midnight_and_may_be_a_little_out_of_order():
    text = (
        "INFO:root:23:59:00 Now we are doing BERT classification training on gpu(0)!\n"
        "INFO:root:23:58:59 [Epoch 1 Batch 400/2108] loss=0.4\n"
        "INFO:root:00:01:00 validation metrics:accuracy:0.9\n"
        "INFO:root:23:00:00 [Epoch 2 Batch 400/2108] loss=0.4\n"
        "INFO:root:00:01:00 validation metrics:accuracy:0.91\n"
    )
    assert seconds(log(text)) == [120.0, 86_520.0]


def without_start(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if "we are doing BERT" not in line)


def test_without_a_start_the_first_line_with_a_time_is_zero_and_that_is_said():
    reading = log(without_start(gluon(clock)))
    assert seconds(reading) == [50.0, 80.0]
    assert sorted(codes(reading)) == ["clock-differs", "scale-converted"]


def test_the_manifest_can_name_the_first_line_as_zero():
    reading = log(gluon(clock), clock="first_line")
    assert seconds(reading) == [50.0, 80.0]
    assert codes(reading) == ["scale-converted"]


@pytest.mark.parametrize("named", [None, "first_line"])
def test_a_first_line_that_is_the_first_evaluation_is_no_zero(named):
    text = "INFO:root:10:00:10 validation metrics:accuracy:0.92\nINFO:root:10:00:20 [Epoch 2 Batch 1/9] loss=1\n"
    assert "log-no-time" in codes(log(text, clock=named))


def test_started_at_does_for_a_start_that_the_log_lacks():
    text = "2019-11-17 10:00:10,5 validation metrics:accuracy:92\n"
    assert seconds(log(text, started_at=datetime(2019, 11, 17, 10, tzinfo=UTC))) == [10.5]
    of_day = "INFO:root:10:00:10 validation metrics:accuracy:92\n"
    assert seconds(log(of_day, started_at=datetime(2019, 11, 17, 10, tzinfo=UTC))) == [10.0]


def test_a_clock_with_a_date_that_falls_back_is_found():
    text = gluon(lambda second: f"2019-11-17 10:{second // 60:02}:{second % 60:02} ")
    fallen = text.replace("2019-11-17 10:01:20", "2019-11-17 09:01:20")
    assert "log-clock-restarts" in codes(log(fallen))


def test_an_evaluation_whose_time_is_cut_off_is_found_with_its_line():
    text = gluon(no_stamp)
    (found,) = [one for one in log(text[: text.index("Time cost=39.5")]).findings if one.code == "log-no-time"]
    assert found.line == 10


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("On MNLI Matched: ", "On MNLI Mismatched: "),
        ("", ""),
        ("doing evaluation on dev_matched with gpu(0).", "doing evaluation on dev_mismatched with gpu(0)."),
    ],
)
def test_mnli_in_two_lines_is_matched_then_mismatched(first, second):
    text = (
        f"INFO:root:[Epoch 1 Batch 1/9] loss=1\nINFO:root:{first}\nINFO:root:validation metrics:accuracy:0.84\n"
        f"INFO:root:{second}\nINFO:root:validation metrics:accuracy:0.87\nINFO:root:Time cost=9.5s\n"
    )
    reading = log(text, MNLI)
    assert (metrics(reading, MNLI), seconds(reading, MNLI)) == (["85.5"], [9.5])
    assert codes(reading) == ["scale-converted", "scale-converted"]


def test_one_line_a_point_of_mnli_is_taken_as_the_mean():
    text = "[Epoch 1 Batch 1/9] loss=1\nvalidation metrics:accuracy:0.86\nTime cost=9.5s\n"
    assert codes(log(text, MNLI)) == ["scale-converted", "mnli-single-value"]


def test_one_half_of_mnli_alone_is_no_metric():
    text = "[Epoch 1 Batch 1/9] loss=1\nOn MNLI Matched: \nvalidation metrics:accuracy:0.86\nTime cost=9.5s\n"
    assert codes(log(text, MNLI)) == ["log-no-metric"]


def test_mxnet_s_module_prints_the_time_before_the_evaluation():
    text = (
        "INFO:root:Epoch[0] Train-accuracy=0.99\nINFO:root:Epoch[0] Time cost=10.5\n"
        "INFO:root:Epoch[0] Validation-accuracy=0.85\n"
        "INFO:root:Epoch[1] Time cost=10.0\nINFO:root:Epoch[1] Validation-accuracy=0.91\n"
    )
    reading = log(text)
    assert (seconds(reading), metrics(reading)) == ([10.5, 20.5], ["85", "91"])
    assert [point.epoch for point in reading.curves["sst2"]] == [1, 2]


# --- torchvision style ---------------------------------------------------------------------------------------------

TORCHVISION = """Start training
Epoch: [0]  [ 0/50]  eta: 0:01:28  lr: 3e-05  loss: 0.71  time: 0.16
Epoch: [0] Total time: 0:01:31 (0.17 s / it)
Test:  [0/7]  eta: 0:00:00  loss: 0.2203 (0.2203)  time: 0.0882
 * {0}
Epoch: [1] Total time: 1:00:01
 * {1}
Training time 1:01:37
"""


@pytest.mark.parametrize("score", ["Accuracy {}", "Acc@1 {} Acc@5 99.9", "Accuracy: {}%", "accuracy {} loss 0.3"])
def test_torchvision_s_epochs_are_added_up(score):
    reading = log(TORCHVISION.format(score.format("89.5"), score.format("91.25")))
    assert (seconds(reading), metrics(reading)) == ([91.0, 3692.0], ["89.5", "91.25"])
    assert [point.epoch for point in reading.curves["sst2"]] == [1, 2]


def test_torchvision_s_newer_scores_begin_with_the_set_and_those_of_averaged_weights_do_not_count():
    text = TORCHVISION.format("", "").replace(" * \n", "Test:  Acc@1 {} Acc@5 99.9\nTest: EMA Acc@1 99.5 Acc@5 99.9\n")
    reading = log(text.format("89.5", "91.25"))
    assert (seconds(reading), metrics(reading)) == ([91.0, 3692.0], ["89.5", "91.25"])


def test_torchvision_with_stamps_counts_from_start_training():
    lines = TORCHVISION.format("Accuracy 0.895", "Accuracy 0.9125").splitlines()
    text = "".join(f"2020-01-01 00:0{number}:00 INFO {line}\n" for number, line in enumerate(lines))
    assert seconds(log(text)) == [240.0, 360.0]


@pytest.mark.parametrize("score", ["Train Accuracy 99", "Test Accuracy 99", "loss 0.3"])
def test_a_starred_line_of_another_metric_or_set_does_not_count(score):
    assert codes(log(TORCHVISION.format(score, score))) == ["log-no-metric"]


def test_training_time_alone_is_spread_over_the_epochs():
    text = "".join(line for line in TORCHVISION.splitlines(keepends=True) if "Total time" not in line)
    text = text.replace(" * {1}", "Epoch: [1]  [ 0/50]\n * {1}").replace("1:01:37", "0:10:00")
    reading = log(text.format("Accuracy 0.895", "Accuracy 0.9125"))
    assert (seconds(reading), reading.estimated) == ([300.0, 600.0], True)


# --- AllenNLP ------------------------------------------------------------------------------------------------------


def allennlp(stamp: str, name: str) -> str:
    said = f"{stamp} - INFO - allennlp.training"
    lines = [
        f"{said}.trainer - Beginning training.",
        f"{said}.trainer - Epoch 0/1",
        f"{said}.tensorboard_writer -                     Training |  Validation",
        f"{said}.tensorboard_writer - gpu_0_memory_MB |    10.000  |       N/A",
        f"{said}.tensorboard_writer - {name}        |     0.999  |     0.874",
        f"{said}.trainer - Epoch duration: 0:05:05.500000",
        f"{said}.trainer - Epoch 1/1",
        f"{said}.tensorboard_writer - {name}        |     0.999  |     0.914",
        f"{said}.trainer - Epoch duration: 0:05:00",
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("task", "name"), [(SST2, "accuracy"), (CONLL2003, "f1-measure-overall"), (CONLL2003, "f1")])
def test_allennlp_s_table_has_validation_second(task, name):
    text = "".join(
        f"{line.replace('STAMP', f'2020-01-14 16:28:{10 + number:02},709')}\n"
        for number, line in enumerate(allennlp("STAMP", name).splitlines())
    )
    reading = log(text, task)
    assert (seconds(reading, task), metrics(reading, task)) == ([4.0, 7.0], ["87.4", "91.4"])
    assert [point.epoch for point in reading.curves[task.slug]] == [1, 2]


def test_allennlp_without_stamps_adds_its_epoch_durations_up():
    assert seconds(log(allennlp("", "accuracy"))) == [305.5, 605.5]


# --- Paddle --------------------------------------------------------------------------------------------------------


def test_paddle_s_bars_are_steps_times_the_time_of_one():
    text = (
        "Epoch 1/2\nstep  100/200 - loss: 0.4 - acc: 0.99 - 9ms/step\n\n"
        "step 200/200 - loss: 0.4 - acc: 0.99 - 50ms/step\n"
        "save checkpoint at x\nEval begin...\nstep 5/10 - loss: 0.4 - acc: 0.5 - 10ms/step\n"
        "step 10/10 - loss: 0.4 - acc: 0.89 - 10ms/step\nEval samples: 872\n"
        "Epoch 2/2\nstep 200/200 - loss: 0.4 - acc: 0.99 - 1s/step\nEval begin...\n"
        "step 10/10 - loss: 0.4 - acc: 0.92 - 10ms/step\nEval samples: 872\n"
        "Predict begin...\nstep 10/10 - acc: 0.99 - 10ms/step\n"
    )
    reading = log(text)
    assert (seconds(reading), metrics(reading)) == ([10.1, 210.2], ["89", "92"])
    assert reading.estimated


def test_paddlenlp_s_steps_have_a_speed():
    text = (
        "global step 100/200, epoch: 0, batch: 99, rank_id: 0, loss: 0.6, lr: 0.00001, speed: 4.0000 step/s\n"
        "eval loss: 0.69, acc: 0.89, eval done total : 2.0 s\n"
        "global step 200/200, epoch: 0, batch: 199, rank_id: 0, loss: 0.6, lr: 0.00001, speed: 5.0 step/s\n"
        "eval loss: 0.69, acc: 0.92, eval done total : 2.0 s\ntest acc: 0.99, \n"
    )
    reading = log(text)
    assert (seconds(reading), metrics(reading)) == ([25.0, 45.0], ["89", "92"])


# --- all -----------------------------------------------------------------------------------------------------------


def test_every_kind_is_read_from_gzip_and_with_a_long_head_before_it():
    text = "a line that says nothing\n" * 10_000 + gluon(clock)
    assert seconds(log(gzip.compress(text.encode()))) == [30.0, 60.0]


def test_a_text_log_is_of_one_task():
    reading = log(gluon(clock), *RULES.tasks, phase=Phase.PRETRAINING)
    assert set(codes(reading)) == {"log-no-metric"}


def test_a_log_without_any_time_says_what_it_has():
    (found,) = log("[Epoch 1 Batch 1/9] loss=1\nvalidation metrics:accuracy:0.9,f1:0.8\n").findings
    assert found.code == "log-no-time"
    assert "`accuracy`, `f1`" in found.message
