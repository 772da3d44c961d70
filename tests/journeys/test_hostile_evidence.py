"""Files that are text but unreadable, or binary: an error finding that names the file, and no trace in the worker."""

import gzip
import json
import logging
import struct
import zlib
from collections.abc import Callable, Iterator

import pytest

from leaderboard.models import Edition
from tests.journeys.actors import Researcher, codes
from tests.journeys.conftest import import_gold
from tests.journeys.evidence import SST2_AT, finetuning, log, shared

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(13) + zlib.compress(bytes(500))
RIGHT = log("sst2")
LOGS: dict[str, bytes] = {
    "a PNG": PNG,
    "noise": bytes(range(256)) * 40,
    "UTF-16": RIGHT.decode().encode("utf-16"),
    "NUL characters": RIGHT.replace(b"15", b"1\x005"),
    "a header alone": b"seconds,accuracy\n",
    "blank lines": b"\n\n\n",
    "no time": b"epoch,accuracy\n1,91\n",
    "no metric": b"seconds,loss\n1,0.3\n",
    "NaN": b"seconds,accuracy\n10,80\n20,nan\n",
    "infinite": b"seconds,accuracy\n10,80\ninf,91\n",
    "negative": b"seconds,accuracy\n-10,80\n20,91\n",
    "above a hundred": b"seconds,accuracy\n10,80\n20,191\n",
    "digits of another script": "seconds,accuracy\n١٠,80\n٢٠,91\n".encode(),
    "an underscore in a number": b"seconds,accuracy\n1_0,80\n2_0,91\n",
    "time backwards": b"seconds,accuracy\n20,80\n10,91\n",
    "a clock that restarts": b"seconds,step,accuracy\n20,1,80\n10,2,91\n",
    "a truncated gzip": gzip.compress(RIGHT * 50)[:-20],
    "gzip of nothing": gzip.compress(b""),
    "gzip of a PNG": gzip.compress(PNG),
    "a bomb": gzip.compress(b"seconds,accuracy\n" + b" " * 30_000_000),
    "a line without an end": b"seconds,accuracy\n1," + b"9" * 1_000_000,
    "a hundred thousand columns": b",".join(b"c%d" % number for number in range(100_000)) + b"\n1,2\n",
    "brackets in brackets": b"[" * 100_000 + b"]" * 100_000,
    "brackets in JSON Lines": b'{"seconds": 1, "accuracy": ' + b"[" * 50_000 + b"]" * 50_000 + b"}\n",
    "half a trainer_state": json.dumps({"log_history": [{"eval_accuracy": 0.91, "step": 1}]}).encode()[:-3],
    "a trainer_state of nothing": b'{"log_history": []}',
    "a trainer_state of something else": b'{"log_history": {"a": [1, 2]}, "max_steps": "many"}',
    "an HTML page": b"<html><body>404 not found</body></html>",
    "crossing at zero": b"seconds,accuracy\n0,91\n",
}
WRONG_SPLIT = "data/predictions/sst2/wrong_split/sst2_cnn_test_output.txt"
PREDICTIONS: dict[str, Callable[[bytes], bytes]] = {
    # made of a file that would be right
    "a PNG": lambda right: PNG,
    "noise": lambda right: bytes(range(256)) * 40,
    "one row": lambda right: b"index\tprediction\n0\t1\n",
    "a row twice": lambda right: right.replace(b"\n100\t", b"\n99\t"),
    "an unknown row": lambda right: right.replace(b"\n871\t", b"\n9871\t"),
    "an unknown label": lambda right: right.replace(b"\n7\t1", b"\n7\t2").replace(b"\n7\t0", b"\n7\t2"),
    "a row too many": lambda right: right + b"872\t1\n",
    "a label too few, without ids": lambda right: b"\n".join(right.split()[5::2]),
    "another split": lambda right: shared(WRONG_SPLIT),
    "a huge id": lambda right: b"index\tprediction\n" + b"9" * 6000 + b"\t1\n",
    "brackets in brackets": lambda right: b"[" * 100_000 + b"]" * 100_000,
    "an object of objects": lambda right: b'{"id": {"id": {"id": 1}}}',
    "a truncated gzip": lambda right: gzip.compress(right)[:-9],
}


@pytest.fixture
def no_trace(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that the worker does ends in a logged error or a traceback."""
    caplog.set_level(logging.INFO)
    yield
    assert [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info] == []


@pytest.fixture
def with_gold(benchmark: Edition) -> None:
    import_gold("sst2")


def refused(ada: Researcher, files: dict[str, bytes], log_content: bytes, name: str) -> set[str]:
    """The error codes about a file, once it is certain that the submitter is told what is wrong, and how to mend it."""
    manifest, _ = finetuning({"sst2": files["sst2/dev.txt"]})
    pk = ada.send_bundle(manifest, {**files, "sst2/log.csv": log_content})
    shown = ada.verification(pk)
    assert shown["status"] == "invalid", (shown["status"], ada.script.get(f"submissions/{pk}/").json())
    found = [one for one in shown["findings"] if one["severity"] == "error" and one["file"] in {name, ""}]
    assert found and all(one["message"] and one["remedy"] for one in found), shown["findings"]
    assert all(len(one["message"]) < 600 for one in found)
    assert name in {one["file"] for one in found}
    assert "sst2" in {one["task"] for one in found}
    return codes(shown, "error")


@pytest.mark.usefixtures("no_trace", "with_gold")
class TestUnreadable:
    @pytest.mark.parametrize("content", LOGS.values(), ids=LOGS)
    def test_as_a_log(self, ada: Researcher, content: bytes) -> None:
        files = {"sst2/dev.txt": shared(SST2_AT)}
        found = refused(ada, files, content, "sst2/log.csv")
        assert {code.partition("-")[0] for code in found} <= {"file", "log", "crossing", "cutoff"}, found

    @pytest.mark.parametrize("content", PREDICTIONS.values(), ids=PREDICTIONS)
    def test_as_predictions(self, ada: Researcher, content: Callable[[bytes], bytes]) -> None:
        found = refused(ada, {"sst2/dev.txt": content(shared(SST2_AT))}, RIGHT, "sst2/dev.txt")
        assert {code.partition("-")[0] for code in found} <= {"file", "predictions"}, found

    @pytest.mark.parametrize(
        "content",
        [
            b"\xef\xbb\xbf" + RIGHT,
            RIGHT.replace(b"\n", b"\r\n"),
            RIGHT + b"\n\n",
            gzip.compress(RIGHT),
            RIGHT.replace(b",", b"\t"),
            b"\n".join(b'{"seconds": %s, "accuracy": %s}' % tuple(line.split(b",")) for line in RIGHT.split()[1:]),
        ],
        ids=["a byte order mark", "CRLF", "blank lines at the end", "gzip", "tabs", "JSON Lines"],
    )
    def test_what_is_tolerated_gives_the_same_result(self, ada: Researcher, content: bytes) -> None:
        shown = ada.verification(ada.send_bundle(*finetuning({"sst2": shared(SST2_AT)}, {"sst2": content})))
        (found,) = [one for one in shown["measurements"] if one["task"] == "sst2"]
        assert (shown["status"], found["value"]) == ("in_review", 28.75)
