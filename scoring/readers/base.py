"""What a log reader is. A new format is one new file with one, named in `readers/logs.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scoring.readers.clock import Clock
from scoring.readers.evaluations import LogRequest
from scoring.readers.headers import Columns, columns
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.text import Text
from scoring.readers.wording import named

FORMATS = "Send one of the formats that the rules page lists, or bring two patterns in `log_pattern`."


class LogReader(Protocol):
    """Reads one format of logs. Formats are told apart by content, never by a file's name."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        """Whether the file is of this format, by its first 64 KiB."""

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        """The curves. Raises Unreadable where the file breaks off or breaks a limit."""


class TextReader(LogReader, Protocol):
    """Reads a kind of free text."""

    def recognises_block(self, block: bytes) -> bool:
        """Whether a piece of the file has lines of this kind."""


@dataclass(frozen=True, slots=True)
class Found:
    """The columns of a log that can be read, and its clock."""

    columns: Columns
    clock: Clock


def find_columns(titles: Sequence[str], request: LogRequest, notes: Notes, *, is_hours: bool = False) -> Found | None:
    """The columns for the tasks asked for; None, with findings that name what was there, where clock or metric lack."""
    found = columns(titles, request.tasks)
    missing_metrics(titles, found, request, notes)
    if found.time is None:
        notes.add("log-no-time", f"No column is an elapsed time; found: {named(titles)}.")
    if found.time is None or not found.metrics:
        return None
    return Found(found, Clock(found.time, request.zero_at, is_hours=is_hours))


def missing_metrics(
    titles: Sequence[str], found: Columns, request: LogRequest, notes: Notes, *, place: str = "column"
) -> None:
    """A finding for each task whose metric no column, or whatever `place` is called, holds."""
    for task in request.tasks:
        if task.slug in found.metrics:
            continue
        message = f"No {place} is the dev {task.metric_names[0] if task.metric_names else 'metric'} of {task.title}"
        parts = " and ".join(part.name for part in task.parts)
        halves = f" It needs {parts} both, or one value that is their mean." if len(task.parts) > 1 else ""
        remedy = f"Log {parts} {task.metric_names[0] if task.metric_names else 'values'} at each evaluation."
        notes.add(
            "log-no-metric",
            f"{message}; found: {named(titles)}.{halves}",
            task=task.slug,
            remedy=remedy if halves else "",
        )
