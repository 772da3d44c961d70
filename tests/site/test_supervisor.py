"""What keeps `make run` together: processes that die are started again, and none is left behind."""

import functools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hulk_site.local.supervisor import Asked, GaveUp, Process, Supervisor, exit_code_of

FOREVER = [sys.executable, "-c", "import time; time.sleep(1000)"]
WITH_CHILD = [sys.executable, "-c", "import subprocess; subprocess.run(['sleep', '1000'])"]


def process(name: str, command: list[str], log: Path) -> Process:
    return Process(name, log, functools.partial(subprocess.Popen, command, start_new_session=True))


def eventually(true: Callable[[], bool], seconds: float = 10) -> None:
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.05)


def later(seconds: float, what: Callable[[], None]) -> None:
    threading.Timer(seconds, what).start()


def test_a_process_that_is_killed_is_started_again_and_this_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(said.append) as supervisor, pytest.raises(Asked):
        one = process("worker", FOREVER, tmp_path / "log")
        supervisor.up(one)
        first = one.running.pid
        os.kill(first, signal.SIGKILL)
        later(2, functools.partial(os.kill, os.getpid(), signal.SIGTERM))
        supervisor.watch()
    assert [line[:50] for line in said] == ["worker was killed (signal 9) and is started again."]
    assert one.running is None


def test_a_process_that_dies_again_and_again_ends_it_all_with_the_last_line_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("starting\nno such setting\n")
    other = process("web", FOREVER, tmp_path / "other")
    with Supervisor(lambda line: None) as supervisor:
        supervisor.up(other)
        survivor = other.running.pid
        supervisor.up(process("worker", [sys.executable, "-c", "raise SystemExit(3)"], log))
        with pytest.raises(GaveUp, match=r"worker ended \(exit code 3\), again and again.*no such setting"):
            supervisor.watch()
    assert not psutil.pid_exists(survivor)


def test_what_a_process_started_ends_with_it(tmp_path: Path) -> None:
    with Supervisor(lambda line: None) as supervisor:
        one = process("worker", WITH_CHILD, tmp_path / "log")
        supervisor.up(one)
        parent = psutil.Process(one.running.pid)
        eventually(lambda: len(parent.children()) == 1)
        (child,) = parent.children()
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_command_is_run_to_its_end_and_its_exit_code_is_told() -> None:
    with Supervisor(lambda line: None) as supervisor:
        assert supervisor.run([sys.executable, "-c", "raise SystemExit(4)"]) == 4
        assert supervisor.processes == []


def test_a_command_is_stopped_when_somebody_asks_to_stop() -> None:
    with Supervisor(lambda line: None) as supervisor:
        later(1, functools.partial(os.kill, os.getpid(), signal.SIGINT))
        with pytest.raises(Asked):
            supervisor.run(FOREVER)
        running = supervisor.processes[0].running.pid
    assert not psutil.pid_exists(running)


def test_signals_mean_again_what_they_meant_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Supervisor(lambda line: None):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_guard_ends_what_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    script = (
        "import functools, pathlib, subprocess, sys\n"
        "from hulk_site.local.supervisor import Process, Supervisor\n"
        f"start = functools.partial(subprocess.Popen, {FOREVER!r}, start_new_session=True)\n"
        "with Supervisor(print) as supervisor:\n"
        "    one = Process('worker', pathlib.Path('/dev/null'), start)\n"
        "    supervisor.up(one)\n"
        "    print(one.running.pid, flush=True)\n"
        "    supervisor.watch()\n"
    )
    killed = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    orphan = psutil.Process(int(killed.stdout.readline()))
    killed.kill()
    killed.communicate()
    eventually(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE)


def test_a_folder_of_somebody_else_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise PermissionError(13, "Permission denied", "/somewhere/var/run.lock")

    assert exit_code_of(work) == 1
    assert (
        capsys.readouterr().err == "/somewhere/var/run.lock cannot be used; start HULK as the owner of this folder.\n"
    )
