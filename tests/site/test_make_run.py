"""`make run` with real processes, in a copy of the project: it starts, takes the printed sample, and leaves nothing."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from hulk_site.embedded import Home, Unusable
from hulk_site.local import up

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "tests", "docs", "__pycache__", ".*_cache", ".hypothesis")
PATIENCE = 300
"""Seconds, for a machine that does much else: no test is about time."""
SETTINGS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL", "DJANGO_SETTINGS_MODULE", "STATICFILES_STORAGE")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]


class Copy:
    """A copy of the project, and a `make run` in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        shutil.copytree(ROOT / "tests" / "bundles", folder / "tests" / "bundles")
        (folder / "var").mkdir()
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.output = folder.parent / "output"
        self.running: subprocess.Popen[bytes] | None = None

    def up(self, **extra: str) -> "subprocess.Popen[bytes]":
        """What dev.py does once the environment stands."""
        kept = {
            name: value for name, value in os.environ.items() if name not in SETTINGS and not name.startswith("HULK_")
        }
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.Popen(
            [sys.executable, "-m", "hulk_site.local.up"],
            cwd=self.folder,
            env={**kept, "PATH": path, "PORT": str(self.port), "DJANGO_SETTINGS_MODULE": "hulk_site.settings", **extra},
            stdout=self.output.open("wb"),
            stderr=subprocess.STDOUT,
        )

    def start(self, **extra: str) -> str:
        """Starts it and returns what it printed when it was ready."""
        self.running = self.up(**extra)
        return self.wait_for("Stop with Ctrl-C")

    def wait_for(self, text: str) -> str:
        give_up = time.monotonic() + PATIENCE
        while text not in (said := self.output.read_text()):
            assert time.monotonic() < give_up and self.running.poll() is None, said
            time.sleep(0.05)
        return said

    def refused(self, **extra: str) -> str:
        """What a start says that ends at once with exit code 1."""
        self.output = self.folder.parent / "refused"
        assert self.up(**extra).wait(PATIENCE) == 1
        return self.output.read_text()

    def processes(self) -> list[psutil.Process]:
        """All that belongs to it: itself, what it started, and what those started."""
        own = psutil.Process(self.running.pid)
        return [own, *own.children(recursive=True)]

    def process(self, *words: str) -> psutil.Process:
        return next(one for one in self.processes() if all(word in one.cmdline() for word in words))

    def get(self, path: str, token: str = "") -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def manage(self, *arguments: str) -> str:
        """`manage.py …` in the same folder, without any setting."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=self.folder, env=kept, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    copied = Copy(tmp_path / "hulk")
    yield copied
    if copied.running is not None and copied.running.poll() is None:
        copied.running.terminate()
        copied.running.wait(PATIENCE)
    mark = copied.folder / "var" / "services.mark"
    for folder in Path("/var/tmp").glob("hulk-*/mark"):
        if mark.exists() and folder.read_text() == mark.read_text():
            shutil.rmtree(folder.parent)


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_from_a_start_to_a_verified_sample_to_a_second_start(copy: Copy) -> None:
    small = {"HULK_WEB_WORKERS": "1", "HULK_WORKER_PROCESSES": "1"}
    welcome = copy.start(HULK_DAILY_ATTEMPTS="0", HULK_SWEEP_SECONDS="1", **small)
    assert not list((copy.folder / "var" / "static").rglob("*.br"))
    assert f"HULK runs at http://127.0.0.1:{copy.port}\n" in welcome
    assert f"\nData: {'evidence in ' if os.geteuid() == 0 else ''}{copy.folder}/var/" in welcome

    demo = json.loads((copy.folder / "var" / "demo.json").read_text())
    assert demo["url"] == f"http://127.0.0.1:{copy.port}"
    assert all(user["password"] in welcome for user in demo["users"].values())
    assert (copy.folder / "var" / "services.json").stat().st_mode & 0o777 == 0o600
    assert b"ROBERTA" in copy.get("/boards/finetuning/time/").upper()

    (command,) = re.findall(r"^\(cd .*?\)$", welcome, re.MULTILINE | re.DOTALL)
    sent = json.loads(subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout)
    worker = copy.process("celery", "worker")
    worker.kill()
    copy.wait_for("worker was killed (signal 9) and is started again.")
    token = demo["users"]["researcher"]["token"]
    give_up = time.monotonic() + PATIENCE
    while (seen := json.loads(copy.get(f"/api/v1/submissions/{sent['id']}/verification/", token)))["status"] in {
        "queued",
        "verifying",
    }:
        assert time.monotonic() < give_up, seen
        time.sleep(0.1)
    assert seen["status"] == "in_review"

    assert "HULK already runs in this folder" in copy.refused()
    counting = "from submissions.models import Submission; print('rows', Submission.objects.count())"
    assert "rows 2" in copy.manage("shell", "-c", counting)

    everything = copy.processes()
    copy.running.send_signal(signal.SIGINT)
    assert copy.running.wait(PATIENCE) == 0
    assert all(map(has_ended, everything))

    copy.output = copy.folder.parent / "second"
    copy.start(**small)
    assert json.loads((copy.folder / "var" / "demo.json").read_text()) == demo
    assert json.loads(copy.get(f"/api/v1/submissions/{sent['id']}/", token))["status"] == "in_review"
    everything = copy.processes()
    copy.running.terminate()
    assert copy.running.wait(PATIENCE) == 0
    assert all(map(has_ended, everything))


def test_a_taken_port_is_one_sentence_with_another_one(copy: Copy) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", copy.port))
        other.listen()
        said = copy.refused()
    found = re.fullmatch(rf"Port {copy.port} is taken; choose another one: make run PORT=(\d+)\n", said)
    assert found, said
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", int(found.group(1))))


def test_ctrl_c_before_it_is_ready_is_answered_and_leaves_nothing(copy: Copy) -> None:
    copy.running = copy.up()
    copy.wait_for("Preparing database")
    everything = copy.processes()
    copy.running.send_signal(signal.SIGINT)
    assert copy.running.wait(PATIENCE) == 0
    assert copy.output.read_text().endswith("Stopping …\nHULK has stopped; its data is kept for the next start.\n")
    assert all(map(has_ended, everything))


def test_the_welcome_says_where_the_data_is_and_what_may_remove_it() -> None:
    assert up.where_data_is(Home(up.VAR / "services", None)) == f"Data: {up.VAR}/"
    for_root = up.where_data_is(Home(Path("/var/tmp/hulk-0123456789ab"), "nobody"))
    assert "/var/tmp/hulk-0123456789ab/" in for_root and "30 days" in for_root
    assert "DATABASE_URL" in up.where_data_is(None)


def test_a_port_that_is_none_is_one_sentence(copy: Copy) -> None:
    assert copy.refused(PORT="x") == "PORT is 'x'; it must be a number from 1 to 65535.\n"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "8000.0"])
def test_a_port_is_a_number_that_a_port_can_have(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Unusable, match=f"PORT is '{port}'; it must be a number from 1 to 65535."):
        up.wanted_port()
