"""What one verification may take of a worker: seconds and memory (PROTOCOL section 7, the table of limits)."""

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from django.conf import settings

from scoring.rules import Limits

STATM = Path("/proc/self/statm")


class OverTime(Exception):
    """The verification took longer than its edition allows."""


@contextmanager
def within(limits: Limits) -> Iterator[None]:
    """Raises OverTime or MemoryError where the block takes more than an edition's limits, or this server's, allow."""
    with _memory(limits.verification_bytes), _time(min(limits.verification_seconds, settings.VERIFICATION_SECONDS)):
        yield


@contextmanager
def _memory(size: int) -> Iterator[None]:
    """At most `size` bytes more than the process has now. Where the system cannot count them (macOS): no limit."""
    if not STATM.exists():
        yield
        return
    pages = int(STATM.read_text().split()[5])
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = pages * resource.getpagesize() + size
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def _time(seconds: int) -> Iterator[None]:
    """A signal ends it, which only a main thread can take: elsewhere Celery's own hard limit has to do."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _raise_over_time)
    # Again each second: Python drops what is raised inside a finaliser, and the block would go on without a limit.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _raise_over_time(number: int, frame: FrameType | None) -> None:
    raise OverTime
