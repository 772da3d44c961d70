"""Logs as JSON Lines: an object a line, with the same names as the columns of a CSV log (PROTOCOL section 7)."""

from collections.abc import Iterator
from functools import partial

from scoring.readers.base import find_columns
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import columns
from scoring.readers.json_text import ByKey, json_object
from scoring.readers.line_blocks import line_blocks
from scoring.readers.notes import Notes
from scoring.readers.object_keys import ObjectKeys
from scoring.readers.readings import LogReading
from scoring.readers.rows import Rows, Wanted
from scoring.readers.templates import Matcher
from scoring.readers.text import Text

_FORMAT = "JSON Lines"
_FIRST_KEYS, _FIRST_SHAPES = 1000, 16


class JsonLinesLog:
    """Which keys there are is known only at the end: the columns are chosen by the first rows, and where later keys
    would have changed the choice, the file is gone through once more."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return is_json_lines(head)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        lines = _Lines(text)
        chosen = columns(lines.keys.names, request.tasks)
        if chosen.time is not None and len(chosen.metrics) == len(request.tasks):
            reading = _evaluated(lines, request, Notes(notes.file, notes.task))
            if chosen == columns(lines.keys.names, request.tasks):
                return reading
        else:
            lines.go_through(Wanted())
        return _evaluated(lines, request, notes)


def is_json_lines(head: bytes) -> bool:
    """Whether the first line is a whole JSON object."""
    first, newline, _ = head.lstrip().partition(b"\n")
    if not first.startswith(b"{") or first.startswith(b"{'") or not first.rstrip().endswith(b"}"):
        return False
    return b'"log_history"' not in first and (bool(newline) or len(head) < 65_000)


def json_rows(text: Text, *, rows: int) -> Iterator[tuple[int, dict[str, object]]]:
    """(line, object) of each line. Unreadable where a line is not one JSON object."""
    for number, line in text.lines(rows=rows):
        yield number, json_object(line.decode(), number, text.limits.json_depth)


def _evaluated(lines: "_Lines", request: LogRequest, notes: Notes) -> LogReading:
    found = find_columns(lines.keys.names, request, notes)
    if found is None:
        return LogReading(_FORMAT, findings=notes.findings)
    evaluations = Evaluations(found.columns, request, notes, found.clock)
    lines.go_through(evaluations.wanted, evaluations)
    return evaluations.reading(_FORMAT)


class _Lines:
    """The objects of a file, a line each, and the keys met in them."""

    def __init__(self, text: Text) -> None:
        """With the keys of the first rows."""
        self.keys = ObjectKeys()
        self._text = text
        rows = next(line_blocks(text, rows=text.limits.log_rows)).first(_FIRST_KEYS)
        for some in (rows.first(_FIRST_SHAPES), rows.after(_FIRST_SHAPES)):  # templates are of keys that are known
            self._meet(some.rows(self._matcher(Wanted()), self._cells))

    def go_through(self, wanted: Wanted, evaluations: Evaluations | None = None) -> None:
        """Meets the keys of every row; hands the rows to `evaluations`. Unreadable where one is not a JSON object."""
        matcher = self._matcher(wanted)
        for block in line_blocks(self._text, rows=self._text.limits.log_rows):
            rows = block.rows(matcher, self._cells)
            if evaluations is not None:
                evaluations.add_rows(rows)
            else:
                self._meet(rows)

    def _matcher(self, wanted: Wanted) -> Matcher:
        return Matcher(partial(self.keys.template, wanted=wanted), wanted)

    def _meet(self, rows: Rows) -> None:
        """Meets the keys of rows that fit no template; the others have known ones."""
        for row in (~rows.fits).nonzero()[0].tolist():
            rows.row(row)

    def _cells(self, line: bytes, number: int) -> ByKey:
        return self.keys.cells(json_object(line.decode(), number, self._text.limits.json_depth), number)
