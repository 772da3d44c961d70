"""Uploads of the command to a real gunicorn over a wire that is cut, and a command that is killed on the way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from hulk_cli.client import Client
from submissions.models import Evidence, Status, Submission
from tests import editions
from tests.cli.server.cutting import Wire
from tests.factories_submissions import make_token, make_user
from tests.reliability.processes import Site, wait_for

MEGABYTE = 1_000_000
SIZE = 40 * MEGABYTE
PIECE = 8 * 1024 * 1024
AROUND = MEGABYTE
"""What all the other requests of a sending have at most."""
ROOT = Path(__file__).resolve().parents[3]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("web")]


@pytest.fixture
def wire(web_site: tuple[Site, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    editions.paper_and_demo()
    with Wire(web_site[1]) as wire:
        monkeypatch.setenv("HULK_URL", wire.url)
        monkeypatch.setenv("HULK_TOKEN", make_token(make_user("ada")))
        yield wire


@pytest.fixture
def large(folder: Path) -> Path:
    """A folder whose first file has forty megabytes."""
    with (folder / "tiny-ner" / "log.csv").open("ab") as log:
        log.write(b"\n" * (SIZE - log.tell()))
    return folder


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_connection_costs_a_piece_and_not_the_file(wire: Wire, large: Path, share: float) -> None:
    wire.cuts = [int(SIZE * share)]
    seen: list[int] = []
    before = psutil.Process().memory_info().rss
    with Client() as client:
        sent = client.send(large, progress=lambda name, done, total: seen.append(done))
    assert sent.submission["status"] == Status.QUEUED
    assert wire.cuts == []
    assert Evidence.objects.filter(size=SIZE).exists()
    assert wire.sent < SIZE + PIECE + AROUND
    assert seen[-1] >= SIZE
    assert psutil.Process().memory_info().rss - before < 20 * MEGABYTE


@pytest.mark.parametrize(("ended", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_command_that_is_killed_or_interrupted_goes_on_with_what_the_server_has(
    wire: Wire, large: Path, ended: signal.Signals, code: int
) -> None:
    command = [sys.executable, "-m", "hulk_cli", "submit", str(large), "--no-check", "--json"]

    def start() -> "subprocess.Popen[str]":
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), **pipes)

    wire.hold_after(SIZE // 2)
    first = start()
    assert wire.reached.wait(60)
    first.send_signal(ended)
    _, error = first.communicate(timeout=60)
    assert (first.returncode, "Traceback" in error) == (code, False)
    before, begun = wire.sent, Submission.objects.get()
    assert begun.status == Status.DRAFT
    wire.hold_after(None)
    second = start()
    out, error = second.communicate(timeout=120)
    assert second.returncode == 0, error
    assert (json.loads(out)["id"], json.loads(out)["resumed"]) == (str(begun.pk), True)
    assert Evidence.objects.filter(size=SIZE).exists()
    assert wire.sent - before < SIZE - SIZE // 2 + PIECE + AROUND


def test_a_server_that_is_away_for_a_moment_is_waited_for(wire: Wire, folder: Path) -> None:
    wire.hold_after(5000)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        wire.hold_after(None)

    with Client(sleep=pause) as client:
        assert client.send(folder).submission["status"] == Status.QUEUED
    assert len(pauses) == 1
    assert Submission.objects.count() == 1
    wait_for(lambda: Evidence.objects.count() == 7)
