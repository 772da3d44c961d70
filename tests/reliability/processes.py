"""Real processes for the kill tests: workers, beat, web and a Valkey of their own, each ended by its own process id."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import redis
from django.conf import settings
from django.db import connection

from hulk_site.embedded import Home, Valkey, free_port

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 4
"""Short, so that what was killed is soon taken over; long enough for a beat on a machine that does much else."""
SWEEP_SECONDS = 1
PATIENCE = 60
"""Seconds within which RELIABILITY section 4 wants everything final again."""


def wait_for(condition: Callable[[], Any], seconds: float = PATIENCE, what: str = "") -> Any:
    """What the condition gives as soon as it is true; the test fails after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what or condition}")


class Process:
    """One command of bin/ in a process group of its own."""

    def __init__(self, name: str, environment: dict[str, str], log: Path) -> None:
        self.log = log
        self._popen = subprocess.Popen(
            [ROOT / "bin" / name],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.pid = self._popen.pid

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def children(self) -> list[int]:
        """The pool's processes, or gunicorn's workers."""
        return [child.pid for child in psutil.Process(self.pid).children()]

    def kill_group(self) -> None:
        """`kill -9` of all of it at once, as a machine that is switched off."""
        os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()

    def stop(self) -> None:
        if self._popen.poll() is None:
            os.killpg(self.pid, signal.SIGCONT)
            self.kill_group()


class Site:
    """The test's database, a Valkey of its own, and the processes that a test starts on them.

    Evidence and gold are those of the test, or below `folder` where the site outlives a test (`shared`).
    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        self.folder = folder
        self.valkey = Valkey(Home(folder, None))
        self.valkey.prepare()
        self._valkey_process = self._start_valkey()
        self._processes: list[Process] = []
        self.environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DATABASE_URL": _database_url(),
            "REDIS_URL": self.valkey.url,
            "HULK_DATA": str(folder if shared else settings.DATA_DIR),
            "HULK_GOLD": str(folder / "gold" if shared else settings.GOLD_DIR),
            "HULK_LEASE_SECONDS": str(LEASE_SECONDS),
            "HULK_SWEEP_SECONDS": str(SWEEP_SECONDS),
            "HULK_DAILY_ATTEMPTS": "-1",
            "HULK_DAILY_MAILS": "1000",
            "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
            "DJANGO_SETTINGS_MODULE": "hulk_site.settings",
        }

    # --- the broker

    def _start_valkey(self) -> "subprocess.Popen[bytes]":
        process = self.valkey.start()
        self.valkey.ready(process)
        return process

    def kill_valkey(self) -> None:
        self._valkey_process.kill()
        self._valkey_process.wait()

    def restart_valkey_empty(self) -> None:
        """As after a power cut without persistence."""
        shutil.rmtree(self.valkey.data)
        self.valkey.prepare()
        self._valkey_process = self._start_valkey()

    def flush(self) -> None:
        with redis.Redis.from_url(self.valkey.url) as client:
            client.flushall()

    @contextmanager
    def paused_valkey(self) -> Iterator[None]:
        os.kill(self._valkey_process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._valkey_process.pid, signal.SIGCONT)

    # --- the processes

    def worker(self, processes: int = 1) -> Process:
        """A worker that takes messages: returns when it does."""
        worker = self._start("worker", HULK_WORKER_PROCESSES=str(processes))
        wait_for(lambda: " ready." in worker.said(), what=f"worker: {worker.said()}")
        return worker

    def courier(self, mail_port: int) -> Process:
        """A courier that hears the beat, and sends through the mail server at this port."""
        courier = self._start("courier", EMAIL_URL=f"smtp://127.0.0.1:{mail_port}")
        wait_for(lambda: " ready." in courier.said(), what=f"courier: {courier.said()}")
        return courier

    def beat(self) -> Process:
        return self._start("beat", LOG_LEVEL="WARNING")

    def warm_web(self) -> str:
        """The address of a gunicorn whose workers have loaded what they need: that is no part of an answer's time."""
        address = self.web()
        for _ in range(20):
            httpx.get(f"{address}/api/v1/tasks/", timeout=60)
        return address

    def web(self) -> str:
        """gunicorn; the address it answers at."""
        port = free_port()
        web = self._start("web", HULK_BIND=f"127.0.0.1:{port}", HULK_WEB_THREADS="16")
        wait_for(lambda: _listens(port), what=web.said())
        return f"http://127.0.0.1:{port}"

    def _start(self, name: str, **extra: str) -> Process:
        log = self.folder / f"{name}-{len(self._processes)}.log"
        process = Process(name, {**self.environment, **extra}, log)
        self._processes.append(process)
        return process

    def logs(self) -> str:
        return "\n".join(f"--- {process.log.name}\n{process.said()}" for process in self._processes)

    def memory(self) -> int:
        """Bytes that its first process and that one's children hold."""
        first = psutil.Process(self._processes[0].pid)
        return sum(process.memory_info().rss for process in [first, *first.children(recursive=True)])

    def calm_down(self) -> None:
        """Back to its first process, nothing under way, queued, counted or stored: as the next test wants it."""
        for process in self._processes[1:]:
            process.stop()
        del self._processes[1:]
        if self._valkey_process.poll() is None:
            self.flush()
        else:
            self.restart_valkey_empty()
        wait_for(_is_idle, what="requests under way")
        for store in ("evidence", "gold"):
            shutil.rmtree(self.folder / store, ignore_errors=True)

    def stop(self) -> None:
        for process in self._processes:
            process.stop()
        self.kill_valkey()


def post(url: str, token: str, *, headers: dict[str, str] | None = None, **arguments: Any) -> httpx.Response:
    bearer = {"Authorization": f"Bearer {token}"}
    return httpx.post(url, headers={**bearer, **(headers or {})}, timeout=30, **arguments)


def _database_url() -> str:
    """The test's own database, as a child process reads it."""
    facts = connection.settings_dict
    return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


def _is_idle() -> bool:
    """Whether nobody else is in the middle of something in the test's database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend' AND state <> 'idle'"
        )
        return bool(cursor.fetchone()[0] == 0)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0
