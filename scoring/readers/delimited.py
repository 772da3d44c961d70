"""Logs as CSV or TSV with a header (PROTOCOL section 7)."""

import re
from itertools import chain

from scoring.readers.base import FORMATS, find_columns
from scoring.readers.cells import cells_of, delimiter_of, first_line, fit, is_numeric
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import MOST_COLUMNS, Columns, columns
from scoring.readers.line_blocks import line_blocks
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.rows import Wanted
from scoring.readers.templates import Matcher, Template, template_of
from scoring.readers.text import Text, Unreadable

_NUMBER_CELL = re.compile(rb"([ \t]*)-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?([ \t]*)")

_PROSE = re.compile(r"[{\[=|]|[0-9]:[0-5][0-9]")
"""What cells of a text hold that is no header: brackets, assignments, bars, time stamps."""


class DelimitedLog:
    """Columns in any order, told by their names; rows without a metric are training rows."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        """A header that names something known, or under which lies a row with as many columns: prose has neither."""
        titles = first_line(head)
        if titles is None:
            return _is_one_column(head, request)
        if is_numeric(titles):
            return False
        found = columns(titles, request.tasks)
        if found.time is not None or found.metrics:
            return True
        rest = head.lstrip().partition(b"\n")[2]
        return not rest.strip() or len(first_line(rest) or ()) == len(titles)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        blocks = line_blocks(text, rows=text.limits.log_rows + 1)
        first = next(blocks)
        header = first.line(0)
        delimiter = delimiter_of(header)
        titles = cells_of(header, delimiter)
        format = "TSV" if delimiter == b"\t" else "CSV"
        if len(titles) > MOST_COLUMNS:
            raise Unreadable(f"The header has {len(titles):,} columns; at most {MOST_COLUMNS:,} are read.")
        if columns(titles, request.tasks) == Columns() and any(map(_PROSE.search, titles)):
            message = "No known format was recognised: it is not JSON, has no lines of a known program, and no header."
            raise Unreadable(message, remedy=FORMATS)
        found = find_columns(titles, request, notes)
        if found is None:
            return LogReading(format, findings=notes.findings)
        evaluations = Evaluations(found.columns, request, notes, found.clock)
        shape = _Shape(delimiter, len(titles), evaluations.wanted)
        matcher = Matcher(shape.template, evaluations.wanted)
        for block in chain([first.after(1)], blocks):
            evaluations.add_rows(block.rows(matcher, shape.cells))
        return evaluations.reading(format)


def _is_one_column(head: bytes, request: LogRequest) -> bool:
    """A known name over a number: with nothing beside it, it is still a log, of which can be said what it lacks."""
    title, _, rest = head.decode(errors="replace").strip().partition("\n")
    if title.startswith(("{", "[", "<")) or not is_numeric([rest.lstrip().partition("\n")[0]]):
        return False
    found = columns([title.strip()], request.tasks)
    return found.time is not None or bool(found.metrics)


class _Shape:
    """How a row of this file is taken apart."""

    def __init__(self, delimiter: bytes | None, width: int, wanted: Wanted) -> None:
        self._delimiter = delimiter
        self._width = width
        self._wanted = wanted

    def cells(self, line: bytes, number: int) -> list[str]:
        return fit(cells_of(line, self._delimiter), self._width, number)

    def template(self, line: bytes) -> Template | None:
        """What stays of this row where it is numbers, blanks and constant words, without quotes."""
        body = line.rstrip(b"\r\n")
        cells = body.split(self._delimiter)
        if len(cells) != self._width or self._delimiter is None or b'"' in body:
            return None
        parts: list[bytes | int] = []
        for position, cell in enumerate(cells):
            number = _NUMBER_CELL.fullmatch(cell)
            if number is None and position in self._wanted and cell.strip():
                return None
            parts += [number[1], position, number[2]] if number else [cell]
            parts.append(self._delimiter)
        parts[-1] = line[len(body) :]
        return template_of(parts)
