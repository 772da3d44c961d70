"""Logs as CSV or TSV with a header (PROTOCOL section 7)."""

from scoring.readers.base import find_columns
from scoring.readers.cells import cells_of, delimiter_of, first_line, fit, is_numeric
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import MOST_COLUMNS, columns
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.text import Text, Unreadable


class DelimitedLog:
    """Columns in any order, told by their names; rows without a metric are training rows."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        """A header that names something known, or under which lies a row with as many columns: prose has neither."""
        titles = first_line(head)
        if titles is None or is_numeric(titles):
            return False
        found = columns(titles, request.tasks)
        if found.time is not None or found.metrics:
            return True
        rest = head.lstrip().partition(b"\n")[2]
        return not rest.strip() or len(first_line(rest) or ()) == len(titles)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        lines = text.lines(rows=text.limits.log_rows + 1)
        _, header = next(lines)
        delimiter = delimiter_of(header)
        titles = cells_of(header, delimiter)
        format = "TSV" if delimiter == b"\t" else "CSV"
        if len(titles) > MOST_COLUMNS:
            raise Unreadable(f"The header has {len(titles):,} columns; at most {MOST_COLUMNS:,} are read.")
        found = find_columns(titles, request, notes)
        if found is None:
            return LogReading(format, findings=notes.findings)
        evaluations = Evaluations(found.columns, request, notes, found.clock)
        for number, line in lines:
            evaluations.add(number, fit(cells_of(line, delimiter), len(titles), number))
        return evaluations.reading(format)
