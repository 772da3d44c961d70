"""Keeps a handful of processes up, says when one dies, and leaves none behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from hulk_site.embedded import Unusable, last_line

GUARD = Path(__file__).with_name("guard.py")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DEATHS_ALLOWED = 3
"""A process that dies is started again, as `restart: unless-stopped` does in production; as often as this in …"""
DEATHS_WINDOW_SECONDS = 60.0
KILL_AFTER_SECONDS = 15.0


class Asked(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM. Not an Exception, as nothing on the way may take it for an error."""


class GaveUp(Exception):
    """A process keeps dying; the message is what to tell."""


@dataclass
class Process:
    """What to start, how to know that it works, and how to ask it to stop."""

    name: str
    log: Path
    start: Callable[[], "subprocess.Popen[bytes]"]
    ready: Callable[["subprocess.Popen[bytes]"], None] = lambda running: None
    stop_signal: signal.Signals = signal.SIGTERM
    running: "subprocess.Popen[bytes] | None" = None
    deaths: list[float] = field(default_factory=list)


class Supervisor:
    """Starts processes in their order and stops them in the opposite one. Used as a context manager.

    A guard, a process of its own, ends everything even if this one is killed.
    """

    def __init__(self, say: Callable[[str], None], lock: int | None = None) -> None:
        """`lock` is a locked file that the guard holds, too: it is free again only when everything has ended."""
        self.say = say
        self._locks = () if lock is None else (lock,)
        self.processes: list[Process] = []
        self._held = 0
        self._asked = False

    def __enter__(self) -> "Supervisor":
        self._handlers_before = {number: signal.signal(number, self._on_signal) for number in STOP_SIGNALS}
        self._guard = subprocess.Popen(
            [sys.executable, GUARD],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
            text=True,
            pass_fds=self._locks,
        )
        return self

    def __exit__(self, *error: object) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        for process in reversed(self.processes):
            self._stop(process)
        if self._guard.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guard.stdin.close()
        self._guard.wait()
        for number, handler in self._handlers_before.items():
            signal.signal(number, handler)

    def up(self, process: Process) -> None:
        """Starts a process and returns when it works."""
        self.processes.append(process)
        self._start(process)

    def run(self, command: list[str], stop_signal: signal.Signals = signal.SIGTERM, **options: Any) -> int:
        """Runs a command to its end, in a group of its own so that a Ctrl-C stops it as a whole; its exit code."""

        def start() -> "subprocess.Popen[bytes]":
            return subprocess.Popen(command, start_new_session=True, **options)

        process = Process(command[0], Path(os.devnull), start, stop_signal=stop_signal)
        self.up(process)
        assert process.running is not None
        code = process.running.wait()
        self._stop(process)
        self.processes.remove(process)
        return code

    def watch(self) -> None:
        """Returns never: raises Asked when asked to stop, GaveUp when a process cannot be kept up."""
        while True:
            time.sleep(0.5)
            for process in self.processes:
                if process.running is not None and process.running.poll() is not None:
                    self._start_again(process)

    def _start(self, process: Process) -> None:
        with self._signals_held():
            process.running = process.start()
            self._tell_guard(f"+{process.running.pid}")
        process.ready(process.running)

    def _start_again(self, process: Process) -> None:
        assert process.running is not None
        code = process.running.returncode
        now = time.monotonic()
        process.deaths = [death for death in process.deaths if now - death < DEATHS_WINDOW_SECONDS] + [now]
        how = f"was killed (signal {-code})" if code < 0 else f"ended (exit code {code})"
        self._stop(process)
        if len(process.deaths) > DEATHS_ALLOWED:
            raise GaveUp(f"{process.name} {how}, again and again. {tail(process.log)}")
        self.say(f"{process.name} {how} and is started again. {tail(process.log)}")
        try:
            self._start(process)
        except Unusable as error:
            self.say(str(error))

    def _stop(self, process: Process) -> None:
        """Asks the whole group to stop, waits, kills what is left of it."""
        if process.running is None:
            return
        group = process.running.pid
        # Some systems answer "not permitted" for a group of which only the dead are left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if process.running.poll() is None:
                process.running.send_signal(process.stop_signal)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.running.wait(KILL_AFTER_SECONDS)
            os.killpg(group, signal.SIGKILL)
        process.running.wait()
        self._tell_guard(f"-{group}")
        process.running = None

    def _tell_guard(self, line: str) -> None:
        if self._guard.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guard.stdin.write(line + "\n")
                self._guard.stdin.flush()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        if not self._held:
            raise Asked

    @contextlib.contextmanager
    def _signals_held(self) -> Iterator[None]:
        """A signal between starting a process and noting that it runs waits until it is noted."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        if self._asked:
            raise Asked


def tail(log: Path) -> str:
    """The last line of a log, and where the rest is."""
    if not log.is_file():
        return ""
    return f"Its log {log} ends: {last_line(log.read_text(errors='replace'))}"


def exit_code_of(work: Callable[[], int]) -> int:
    """What a command ends with: whatever the machine lacks is one sentence, and being asked to stop is no error."""
    try:
        return work()
    except Asked:
        return 0
    except (Unusable, GaveUp) as error:
        print(error, file=sys.stderr)
    except PermissionError as error:
        print(f"{error.filename} cannot be used; start HULK as the owner of this folder.", file=sys.stderr)
    return 1
