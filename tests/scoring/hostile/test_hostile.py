"""Whatever is sent as evidence: clear findings, no exception, memory that stays flat, an end in sight."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scoring.values import Outcome, Source
from scoring.verify import as_json, curves_json
from tests.scoring.hostile.corpus import SMALL
from tests.scoring.hostile.sent import KINDS
from tests.scoring.hostile.streams import MEGABYTE, repeated, source
from tests.scoring.tasks import RULES

ROOT = Path(__file__).resolve().parents[3]
MOST_GROWTH = 200 * MEGABYTE
MOST_SECONDS = 120
"""Of CPU, a file. The edition allows ten minutes; a slow machine must still be far from them."""

NAMES = [
    "../../../etc/passwd",
    "/etc/passwd",
    "log.csv\x00.png",
    "\u202egpj.vsc",
    "a" * 5000,
    "C:\\CON",
    "<script>alert(1)</script>.csv",
    "$(echo broken).csv",
    "%s%n{0}",
    "",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", SMALL.values(), ids=SMALL)
def test_a_small_file_gives_findings_that_can_be_read(kind: str, content: bytes) -> None:
    _is_sound(KINDS[kind](source("sent", repeated(content, 1), len(content))))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_s_name_is_only_ever_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("builtins.open", _refuse)
    for send in KINDS.values():
        _is_sound(send(source(name, repeated(b"x\n", 5))))
    assert list(tmp_path.iterdir()) == []


def _refuse(*args: object, **kwargs: object) -> None:
    raise AssertionError(f"somebody opened {args}")


def _is_sound(report) -> None:
    """A verdict in words: JSON without NaN, sentences of a readable length, no number that rests on an error."""
    json.dumps([as_json(report), curves_json(report, RULES)], allow_nan=False)
    assert all(0 < len(one.message) < 1000 and one.remedy for one in report.findings)
    assert len(report.findings) < 100
    for measured in report.measurements:
        assert (measured.value is not None) == (measured.outcome is Outcome.REACHED)


def test_a_file_over_the_limit_is_not_even_opened() -> None:
    for send in KINDS.values():
        report = send(Source("sent", 10**9, "0" * 64, _refuse))
        assert [one.code for one in report.findings if one.file == "sent"][:1] == ["file-unreadable"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_large_files_end_in_a_finding_and_take_no_memory(kind: str) -> None:
    command = [sys.executable, "-m", "tests.scoring.hostile.probe", kind]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["name"]: one["growth"] for one in told if one["growth"] > MOST_GROWTH} == {}
    assert {one["name"]: one["seconds"] for one in told if one["seconds"] > MOST_SECONDS} == {}
    for one in told:
        assert all(0 < len(message) < 1000 for _, _, message, _ in one["findings"]), one
        assert one["findings"], one
