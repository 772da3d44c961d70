"""A log as JSON Lines: whole lines only, on the disk before the call returns, and one writer at a time."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

try:
    import fcntl
except ImportError:  # Windows has no such locks: there, nobody is told that two write.
    fcntl = None  # type: ignore[assignment]

SECONDS = "seconds"


class LogFile:
    """Opened for appending. `last` is the last row that was there, None where the log is new.

    A line that a crash left half written is cut off. BlockingIOError where another process writes the same log,
    ValueError where the file is something else.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file: BinaryIO = path.open("a+b", buffering=0)
        try:
            self._lock()
            self.last = self._read()
        except (OSError, ValueError):
            self._file.close()
            raise

    def write(self, row: Mapping[str, Any]) -> None:
        """Appends a row; after a return, no crash of the machine loses it."""
        self._file.write(json.dumps(row, allow_nan=False).encode() + b"\n")
        os.fsync(self._file.fileno())
        self.last = dict(row)

    def close(self) -> None:
        self._file.close()

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BlockingIOError(
                f"{self.path} is being written by another process. In distributed training, record on one of them only."
            ) from error

    def _read(self) -> dict[str, Any] | None:
        last, whole = None, 0
        for number, line in enumerate(self._lines(), start=1):
            if not line.endswith(b"\n"):
                self._file.truncate(whole)
                break
            whole += len(line)
            last = self._row(number, line)
        return last

    def _lines(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            yield from file

    def _row(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            row = json.loads(line)
            if isinstance(row, dict) and isinstance(row[SECONDS], int | float):
                return row
        except (ValueError, KeyError):
            pass
        raise ValueError(f"{self.path}, line {number}, is not of a log that hulk.record wrote. Name another file.")
