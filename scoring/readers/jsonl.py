"""Logs as JSON Lines: an object a line, with the same names as the columns of a CSV log (PROTOCOL section 7)."""

import json
import re
from collections.abc import Collection, Iterator

from scoring.readers.base import find_columns
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import MOST_COLUMNS, Columns, columns
from scoring.readers.json_text import ByKey, json_object
from scoring.readers.line_blocks import line_blocks
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.templates import Matcher, Template, template_of
from scoring.readers.text import Text, Unreadable

_FORMAT = "JSON Lines"
_PIECE = re.compile(
    rb'(?P<space>[ \t\r\n]+)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[{}:,])|(?P<constant>true|false|null|NaN|-?Infinity)'
    rb"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)"
)


class JsonLinesLog:
    """Which keys there are is known only at the end: the columns are chosen by the first rows, and where later keys
    would have changed the choice, the file is gone through once more."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return is_json_lines(head)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        keys = Keys(text)
        chosen = columns(keys.names, request.tasks)
        if chosen.time is not None and len(chosen.metrics) == len(request.tasks):
            reading = _evaluated(text, keys, request, Notes(notes.file, notes.task))
            if chosen == columns(keys.names, request.tasks):
                return reading
        else:
            keys.go_through(())
        return _evaluated(text, keys, request, notes)


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


def _evaluated(text: Text, keys: "Keys", request: LogRequest, notes: Notes) -> LogReading:
    found = find_columns(keys.names, request, notes)
    if found is None:
        return LogReading(_FORMAT, findings=notes.findings)
    evaluations = Evaluations(found.columns, request, notes, found.clock)
    keys.go_through(evaluations.wanted, evaluations)
    return evaluations.reading(_FORMAT)


class Keys:
    """The keys of a file's rows in the order in which they first appear; a key's place is its column's position."""

    def __init__(self, text: Text) -> None:
        """The keys of the first rows."""
        self.names: list[str] = []
        self._text = text
        self._known: set[str] = set()
        self._wanted: Collection[int] = ()
        first = next(line_blocks(text, rows=text.limits.log_rows))
        for row in range(min(len(first.lines), _FIRST_KEYS)):
            self._cells(first.line(row), int(first.lines[row]))

    def go_through(self, wanted: Collection[int], evaluations: Evaluations | None = None) -> None:
        """Meets the keys of every row; hands the rows to `evaluations`. Unreadable where one is not a JSON object."""
        self._wanted = wanted
        matcher = Matcher(self._template, wanted)
        for block in line_blocks(self._text, rows=self._text.limits.log_rows):
            rows = block.rows(matcher, self._cells)
            if evaluations is not None:
                evaluations.add_rows(rows)
                continue
            for row in (~rows.fits).nonzero()[0].tolist():
                rows.row(row)

    def _cells(self, line: bytes, number: int) -> ByKey:
        row = json_object(line.decode(), number, self._text.limits.json_depth)
        if not row.keys() <= self._known:
            self._meet(row, number)
        return ByKey(self.names, row)

    def _meet(self, keys: Collection[str], line: int) -> None:
        self.names += [key for key in keys if key not in self._known]
        self._known.update(keys)
        if len(self.names) > MOST_COLUMNS:
            raise Unreadable(f"The rows have more than {MOST_COLUMNS:,} different keys.", line=line)

    def _template(self, line: bytes) -> Template | None:
        """What stays of this row where it is a flat object whose numbers change."""
        pairs = _pairs(line)
        if pairs is None:
            return None
        names = [name for name, _ in pairs if name is not None]
        if len(set(names)) < len(names) or not self._known.issuperset(names):
            return None
        parts: list[bytes | int] = []
        for name, piece in pairs:
            position = -1 if name is None else self.names.index(name)
            if position >= 0 and _is_number(piece):
                parts.append(position)
            elif position in self._wanted and piece != b"null":
                return None
            else:
                parts.append(piece)
        return template_of(parts)


_FIRST_KEYS = 1000


def _is_number(piece: bytes) -> bool:
    return piece[:1] in b"-0123456789" and piece != b"-Infinity"


def _pairs(line: bytes) -> list[tuple[str | None, bytes]] | None:
    """The line in pieces: (key, its value), and with None what stands between; None where it is no flat object."""
    try:
        if not isinstance(json.loads(line, strict=False), dict):
            return None
    except (ValueError, RecursionError):
        return None
    pieces: list[tuple[str | None, bytes]] = []
    key: str | None = None
    is_value = False
    at = 0
    while at < len(line):
        match = _PIECE.match(line, at)
        if match is None:
            return None
        at = match.end()
        if match.lastgroup == "mark":
            is_value = match[0] == b":"
        if match.lastgroup in ("space", "mark"):
            pieces.append((None, match[0]))
        elif is_value:
            pieces.append((key, match[0]))
        else:
            key = json.loads(match[0], strict=False)
            pieces.append((None, match[0]))
    nested = sum(piece == b"{" for name, piece in pieces if name is None)
    return pieces if nested == 1 else None
