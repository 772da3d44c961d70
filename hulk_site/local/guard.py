"""Ends what `make run` started if `make run` itself is killed.

Reads `+PID` and `-PID` lines from standard input, one for each process group that starts and ends. When the input
closes, its writer is gone: whatever is still listed is asked to stop, and killed where it does not. Standard library
only, run as a file of its own.
"""

import contextlib
import os
import signal
import sys
import time

PATIENCE_SECONDS = 10


def main() -> None:
    groups: list[int] = []
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.append(group)
        elif group in groups:
            groups.remove(group)
    # The newest first: the web server and the worker before the database.
    for group in reversed(groups):
        end(group)


def end(group: int) -> None:
    """SIGINT is a quick and clean stop for gunicorn, Celery, PostgreSQL and Valkey alike."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGINT)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            os.killpg(group, 0)
            time.sleep(0.1)
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
