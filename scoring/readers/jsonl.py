"""Logs as JSON Lines: an object a line, with the same names as the columns of a CSV log (PROTOCOL section 7)."""

from collections.abc import Iterator

from scoring.readers.base import find_columns
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import MOST_COLUMNS
from scoring.readers.json_text import ByKey, json_object
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.text import Text, Unreadable


class JsonLinesLog:
    """Which keys there are is known only at the end, so the file is gone through twice."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return is_json_lines(head)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        keys = _keys(text)
        found = find_columns(keys, request, notes)
        if found is None:
            return LogReading("JSON Lines", findings=notes.findings)
        evaluations = Evaluations(found.columns, request, notes, found.clock)
        for number, row in json_rows(text, rows=text.limits.log_rows):
            evaluations.add(number, ByKey(keys, row))
        return evaluations.reading("JSON Lines")


def is_json_lines(head: bytes) -> bool:
    """Whether the first line is a whole JSON object."""
    first, newline, _ = head.lstrip().partition(b"\n")
    if not first.startswith(b"{") or not first.rstrip().endswith(b"}"):
        return False
    return b'"log_history"' not in first and (bool(newline) or len(head) < 65_000)


def json_rows(text: Text, *, rows: int) -> Iterator[tuple[int, dict[str, object]]]:
    """(line, object) of each line. Unreadable where a line is not one JSON object."""
    for number, line in text.lines(rows=rows):
        yield number, json_object(line.decode(), number, text.limits.json_depth)


def _keys(text: Text) -> list[str]:
    """All keys of the file, in the order in which they first appear."""
    keys: dict[str, None] = {}
    for number, row in json_rows(text, rows=text.limits.log_rows):
        if row.keys() - keys.keys():
            keys.update(dict.fromkeys(row))
            if len(keys) > MOST_COLUMNS:
                raise Unreadable(f"The rows have more than {MOST_COLUMNS:,} different keys.", line=number)
    return list(keys)
