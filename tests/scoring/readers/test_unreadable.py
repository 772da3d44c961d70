"""Files that cannot be read say what they are and what to send, and limits hold while a file streams."""

import gzip
import io
import json
import pickle
import tarfile
import zipfile
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scoring.readers import LatencyReading, LogReading, read_latencies, read_log
from scoring.rules import Limits, Phase
from tests.scoring.readers.files import codes, log, predictions, sent
from tests.scoring.tasks import CONLL2003, MNLI, RULES, SST2

CSV = "time,accuracy\n1,80\n2,91\n"


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("log.csv", CSV)
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("log.csv")
        info.size = len(CSV)
        archive.addfile(info, io.BytesIO(CSV.encode()))
    return buffer.getvalue()


BAD = [
    (b"", "empty"),
    (b" \r\n\t\n", "empty"),
    (b"\xef\xbb\xbf", "empty"),
    (gzip.compress(b""), "empty"),
    (zipped(), "ZIP"),
    (tarred(), "tar"),
    (gzip.compress(tarred()), "tar"),
    (gzip.compress(gzip.compress(CSV.encode())), "gzip inside gzip"),
    (gzip.compress(CSV.encode() * 100)[:-20], "truncated"),
    (gzip.compress(CSV.encode())[:5] + b"xxxx", "gzip"),
    (pickle.dumps([1, 2]), "pickle"),
    (b"\x89PNG\r\n\x1a\n" + bytes(20), "PNG"),
    (CSV.encode("utf-16"), "UTF-16"),
    (CSV.encode("utf-16-le"), "NUL"),
    (b"time,accuracy\n1,80\n2,\x00\n", "NUL"),
    (b"time,accuracy\n1,\xff\n", "UTF-8"),
    (b"<!DOCTYPE html>\n<html>", "web page"),
]


@pytest.mark.parametrize(("data", "word"), BAD)
def test_a_file_that_is_not_text_says_what_it_is(data, word):
    for reading in (
        log(data),
        read_latencies(sent(data), tasks=[SST2], rules=RULES),
        predictions(data, SST2),
        predictions(data, CONLL2003),
    ):
        assert codes(reading) == ["file-unreadable"]
        assert word in reading.findings[0].message
        assert reading.findings[0].remedy


def test_the_line_of_a_byte_that_is_not_utf8_is_named():
    assert log(b"time,accuracy\n1,80\n2,\xff\n").findings[0].line == 3


@pytest.mark.parametrize("data", ["seconds,accuracy\r10,80\r20,91\r", '{"seconds": 1,\r "accuracy": 91}'])
def test_line_ends_of_an_old_macintosh_are_named(data):
    (found,) = log(data).findings
    assert (found.code, "CR" in found.message, "LF" in found.remedy) == ("file-unreadable", True, True)
    (of_predictions,) = predictions("index\tprediction\r0\t1\r1\t0\r", SST2).findings
    assert of_predictions.message == found.message


def test_prose_is_unreadable():
    assert codes(log("Namespace(batch_size=50, data_name='SST-2')\nSST-2\n{'a': 1}\n")) == ["file-unreadable"]
    assert codes(log("one word\n")) == ["file-unreadable"]


@pytest.mark.parametrize("data", ["time,accuracy\n1,80\n2\n", "time,accuracy\n1,80,7\n"])
def test_a_row_cut_off_or_too_long_is_found_with_its_line(data):
    (found,) = log(data).findings
    assert found.code == "file-unreadable"
    assert found.line == data.count("\n")


@pytest.mark.parametrize("line", ["{", '{"time": 1, "accuracy": 2}{}', "[1]", '{"time": 1, "accu', '{"a": ' * 5000])
def test_json_lines_that_are_broken_are_found_with_their_line(line):
    (found,) = log(f'{{"time": 1, "accuracy": 80}}\n{line}\n').findings
    assert (found.code, found.line) == ("file-unreadable", 2)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ('{"seconds": 1, "accuracy": 80}\n{"seconds": 2, "accuracy": 80, "accuracy": 95}\n', 2),
        ('{"seconds": 1, "accuracy" : 95, "accuracy": 80}', 1),
        ('{"log_history": [\n{"step": 1, "eval_accuracy": 0.8, "eval_accuracy": 0.95},\n{"train_runtime": 1}]}', 2),
        ('{"log_history": [],\n"log_history": [{"step": 1, "eval_accuracy": 0.8}]}', 2),
        ('[{"seconds": 1,\n"accuracy": 95, "accuracy": 80}]', 1),
        ('{"eval_accuracy": 0.95,\n"train_runtime": 9,\n"eval_accuracy": 0.8}', 3),
        (':::MLLOG {"key": "eval_accuracy", "value": 0.95, "value": 0.8, "time_ms": 1}\n', 1),
    ],
)
def test_a_key_that_an_object_has_twice_is_found_as_no_value_can_be_trusted(data, line):
    (found,) = log(data).findings
    assert (found.code, found.line) == ("file-unreadable", line)
    assert "more than once" in found.message


@pytest.mark.parametrize("deep", [40, 900, 20_000])
def test_json_nested_too_deep_is_unreadable(deep):
    nested = "[" * deep + "]" * deep
    assert codes(log(f'{{"time": 1, "accuracy": 80, "x": {nested}}}\n')) == ["file-unreadable"]
    assert codes(log(f'{{\n"x": {nested},\n"log_history": []}}')) == ["file-unreadable"]


def limited(**limits):
    return replace(RULES, limits=replace(Limits(), **limits))


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        ({"file_bytes": 10}, "limit is 10"),
        ({"unpacked_bytes": 10}, "unpacks"),
        ({"line_bytes": 5}, "longer"),
        ({"log_rows": 1}, "rows"),
    ],
)
def test_every_limit_holds(limits, word):
    assert word in log(CSV, rules=limited(**limits)).findings[0].message


def test_a_gzip_bomb_is_stopped_at_the_limit():
    bomb = gzip.compress(b"time,accuracy\n" + b"1,80\n" * 2_000_000)
    (found,) = log(bomb, rules=limited(unpacked_bytes=2_000_000)).findings
    assert (found.code, "2,000,000" in found.message) == ("file-unreadable", True)


def test_a_line_without_an_end_is_stopped():
    assert "longer" in log(b"time,accuracy\n1," + b"9" * 3_000_000).findings[0].message


def test_too_many_columns_or_keys_are_unreadable():
    assert codes(log("time,accuracy," + ",".join(f"c{i}" for i in range(2000)) + "\n")) == ["file-unreadable"]
    rows = "".join(json.dumps({"time": i, f"key{i}": 1}) + "\n" for i in range(1100))
    assert codes(log(rows)) == ["file-unreadable"]


def test_a_cell_in_a_message_is_short_and_printable():
    (found,) = log("time,accuracy\n1,\x1b[31m" + "x" * 500 + "\n").findings
    assert "\x1b" not in found.message
    assert len(found.message) < 150


# --- any bytes --------------------------------------------------------------------------------------------------

LINES = [
    *(b"time,accuracy\n", b"1,80\n", b"index\tprediction\n", b"0\t1\n", b"O\n", b"\n", b"B-LOC O\n", b"-DOCSTART- O\n"),
    *(b"1,2,3,4\n", b"1,2,3,4,5,6\n", b"latency_ms\n", b"0.5\n", b"epoch,", b"dev-1", b"\r\n", b",", b"\t"),
]
JSON = [
    *(b'{"time": 1, "accuracy": 2}\n', b'{"log_history": [', b'{"step": 1, "train_runtime": 1e999}', b"]}", b"null"),
    *(b'{"id": 0, "tags": ["O"]}\n', b'{"idx": 1e5, "label": [1]}\n', b'"\\ud800"', b"{", b"[", b"true", b"NaN", b"-"),
]
TEXT = [
    *(b"INFO:root:10:00:00 ", b"2019-11-17 14:57:35,552 - x - INFO - ", b"11/17/2019 02:57:35 PM ", b"99:99:99 "),
    *(b"Start training\n", b"[Epoch 1 Batch 2/3] loss=1\n", b"validation metrics:accuracy:0.9\n", b"Time cost=1e5s\n"),
    *(
        b"[Epoch 0] dev acc 0.9, x\n",
        b"Total time cost 9s\n",
        b"Epoch: [0] Total time: 0:01:31\n",
        b" * Accuracy 0.9\n",
    ),
    *(
        b"allennlp.training.trainer - Epoch 0/1\n",
        b"accuracy | 0.1 | 0.9\n",
        b"Epoch duration: 9:99:99\n",
        b"Epoch 1/2\n",
    ),
    *(b"step 2/2 - acc: 0.9 - 1.2.3ms/step\n", b"Eval begin...\n", b"Eval samples: 872\n", b"eval loss: 1, acc: 0.9\n"),
    *(b"global step 5/9, epoch: 0, batch: 1, speed: 0.0 step/s\n", b"acc = 0.9\n", b"***** Eval results *****\n"),
    *(b"{'eval_accuracy': 0.9, 'epoch': 1}\n", b"{'train_runtime': 1e99}\n", b"epoch 0: {'accuracy': nan}\n", b"\r"),
    *(b"<table><tr><th>Epoch</th><th>Accuracy</th></tr>", b"<tr><td>1</td><td>0.9</td></tr>\n", b"</table>", b"<tr>"),
    *(
        b"[2/2 01:00, Epoch 1/2]\n",
        b"Epoch\tTraining Loss\tAccuracy\n1\t2\t0.9\n",
        b"Val: 6735\n",
        b"'train_runtime': 9\n",
    ),
    *(
        b'{"training_duration": "0:01:00", "validation_accuracy": 0.9, "epoch": 0}',
        b'[{"accuracy": 0.9}',
        b', {"time": 1}]',
    ),
    *(
        b'{"val_accuracies": [0.9, 1], ',
        b'"epoch_times": [1, 1e999]}',
        b'"train_runtime": 5, "eval_accuracy": 0.9}',
        b"{'",
    ),
]
BYTES = [b"\xef\xbb\xbf", b"\x1f\x8b", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b'"', b"1e999", b"9" * 400]
PIECES = st.one_of(
    st.sampled_from(TEXT), st.sampled_from([*LINES, *JSON, *BYTES, b"2019-01-01T00:00:00"]), st.binary(max_size=4)
)
ANYTHING = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=25).map(b"".join))


@given(ANYTHING, st.sampled_from(list(Phase)), st.booleans())
@example(b'{"time": 1e5, "accuracy": 1E400}', Phase.FINETUNING, False)
@example(b'{"log_history": [{"step": 1e30, "train_runtime": 1}]}', Phase.FINETUNING, False)
def test_any_bytes_as_a_log_give_findings_never_an_exception(data, phase, packed):
    data = gzip.compress(data) if packed else data
    for tasks in ([SST2], [MNLI], RULES.tasks):
        reading = read_log(sent(data), tasks=tasks, rules=RULES, phase=phase)
        assert isinstance(reading, LogReading)
        assert reading.findings or any(reading.curves.values())


PATTERNS = st.one_of(st.text(max_size=20), st.sampled_from(["([0-9.:]+)", "acc.*?([0-9.]+)", "(.*)", "()", "(\\d)?x"]))


@given(ANYTHING, PATTERNS, PATTERNS, st.sampled_from([None, "first_line"]))
def test_any_bytes_and_any_patterns_give_findings_never_an_exception(data, time, metric, clock):
    for tasks in ([SST2], [MNLI], RULES.tasks):
        reading = read_log(
            sent(data), tasks=tasks, rules=RULES, phase=Phase.FINETUNING, log_pattern=(time, metric), clock=clock
        )
        assert reading.findings or any(reading.curves.values())


@given(ANYTHING)
def test_any_bytes_as_latencies_give_findings_never_an_exception(data):
    for tasks in ([SST2], RULES.tasks):
        reading = read_latencies(sent(data), tasks=tasks, rules=RULES)
        assert isinstance(reading, LatencyReading)


@given(ANYTHING, st.sampled_from(["", "matched"]))
def test_any_bytes_as_predictions_give_findings_never_an_exception(data, part):
    for task in (CONLL2003, SST2, MNLI):
        reading = predictions({part: data}, task)
        assert reading.proof is None
        assert reading.findings
