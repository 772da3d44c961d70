"""The progress table of the Hugging Face Trainer in a notebook's output (PROTOCOL section 7), as HTML or as text.

Its rows have an epoch or a step and no time: the bar's elapsed time or `train_runtime` is spread over them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from scoring.readers.base import missing_metrics
from scoring.readers.clock import ReadyClock
from scoring.readers.evaluations import MOST_EVALUATIONS, Evaluations, LogRequest
from scoring.readers.events import Sized, seconds_of
from scoring.readers.free_text import check_sizes, note_size
from scoring.readers.headers import MOST_COLUMNS, Columns, TimeColumn, columns, name
from scoring.readers.notes import Notes
from scoring.readers.numbers import number
from scoring.readers.readings import LogReading
from scoring.readers.stamps import Stamps, TextLine, text_lines
from scoring.readers.text import Text, Unreadable

_FORMAT = "Hugging Face progress table"
_KNOWN = re.compile(
    rb"<th>\s{0,20}(?:Epoch|Step)\s{0,20}</th>|^[ ]{0,20}(?:Epoch|Step)\tTraining Loss\t"
    rb"|\[[0-9]{1,12}/[0-9]{1,12} [0-9:]{4,12}, Epoch ",
    re.MULTILINE,
)
_TAG = re.compile(r"<(/?)(table|tr|th|td)\b[^<>]{0,300}>")
_BAR = re.compile(
    r"\[([0-9]{1,12})/[0-9]{1,12} ([0-9:]{4,12})(?: < [^,]{0,40}, [^,]{0,40})?, Epoch ([0-9.]{1,12})/[0-9]"
)
_RUNTIME = re.compile(r"'train_runtime': '?([0-9.]{1,20})")
_TEXT_HEADER = re.compile(r"\s*(?:Epoch|Step)\tTraining Loss\t")
_SIZE = re.compile(
    r"\b(?:val|valid|validation|dev|eval)(?: (?:set|split|size|samples|examples)){0,3}\s?[:=]\s?"
    r"([0-9][0-9,]{0,15})(?![\w.%/,])",
    re.IGNORECASE,
)
_LONGEST_CELL = 200
_MOST_TABLES = 1000


@dataclass(slots=True)
class Table:
    """One table: its titles, its rows with their lines, and what was said of the time around it."""

    titles: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    elapsed: Decimal | None = None
    total: Decimal | None = None
    step: Decimal | None = None
    epoch: Decimal | None = None

    @property
    def is_progress(self) -> bool:
        return bool(self.titles) and name(self.titles[0]).joined in ("epoch", "step")

    @property
    def by_step(self) -> bool:
        return bool(self.titles) and name(self.titles[0]).joined == "step"


class ProgressTable:
    """Of several tables the first with the task's metric is read: a later one is another training."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return self.recognises_block(head)

    def recognises_block(self, block: bytes) -> bool:
        return _KNOWN.search(block) is not None

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        reading = _Reading()
        reading.read(text_lines(text, Stamps(), longest=text.limits.line_bytes))
        tables = [table for table in reading.tables if table.is_progress and table.rows]
        if not tables:
            raise Unreadable("The output has no progress table with rows.")
        offered = [table for table in tables if columns(table.titles, request.tasks).metrics]
        table = (offered or tables)[0]
        found = columns(table.titles, request.tasks)
        missing_metrics(table.titles, found, request, notes, place="column of the table")
        check_sizes(reading.sizes, request, notes)
        clock = _clock(table, notes) if found.metrics else None
        if clock is None:
            return LogReading(_FORMAT, findings=notes.findings)
        told = _read_rows(table, found, clock, request, notes)
        if len(tables) > 1:
            words = f"{told.clock}; {len(tables):,} tables are there, the one from line {table.rows[0][0]} was read"
            told = replace(told, clock=words)
        return told


def _read_rows(
    table: Table, found: Columns, clock: tuple[ReadyClock, Decimal], request: LogRequest, notes: Notes
) -> LogReading:
    ready, second = clock
    last = len(table.titles)
    found = replace(found, time=TimeColumn(last, "elapsed", None, is_clock=False))
    evaluations = Evaluations(found, request, notes, ready)
    for line, cells in table.rows:
        at = number(cells[0])
        evaluations.add(line, [*cells, None if at is None else at * second])
    return evaluations.reading(_FORMAT)


def _clock(table: Table, notes: Notes) -> tuple[ReadyClock, Decimal] | None:
    """The clock in words, and the seconds of one epoch or step."""
    total = table.total if table.total is not None else table.elapsed
    ends = [at for _, cells in table.rows if (at := number(cells[0])) is not None]
    end = (table.step if table.by_step else table.epoch) or max(ends, default=None)
    if total is None or not end or not 0 < end < Decimal(10) ** 12:
        notes.add("log-no-time", "The table has neither `train_runtime` nor the elapsed time of its bar beside it.")
        return None
    source = "`train_runtime`" if table.total is not None else "the progress bar"
    unit = "steps" if table.by_step else "epochs"
    words = f"{total:f} s of {source} spread evenly over {end.normalize():f} {unit}"
    notes.add("time-estimated", f"The table has no elapsed time; it is {words}.")
    return ReadyClock(f"estimated: {words}", estimated=True), total / end


class _Reading:
    """One way through the output."""

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self.sizes: dict[int, Sized] = {}
        self._bar = Table()
        self._table: Table | None = None
        self._cells: list[str] | None = None
        self._cell: list[str] | None = None
        self._is_header = False
        self._in_text = False

    def read(self, lines: Iterator[TextLine]) -> None:
        for line in lines:
            self._times(line.text)
            if match := _SIZE.search(line.text):
                rows = int(match.group(1).replace(",", ""))
                note_size(self.sizes, Sized(line.number, rows, match.group(0)))
            if self._in_text or _TEXT_HEADER.match(line.text):
                self._text_row(line)
            elif self._table is not None or "<table" in line.text:
                self._html(line)

    def _times(self, text: str) -> None:
        if match := _BAR.search(text):
            elapsed = seconds_of(match.group(2))
            self._bar = Table(elapsed=elapsed, step=number(match.group(1)), epoch=number(match.group(3)))
        if self.tables and self.tables[-1].total is None and (match := _RUNTIME.search(text)):
            self.tables[-1].total = seconds_of(match.group(1))

    def _open(self) -> Table:
        table = Table(elapsed=self._bar.elapsed, step=self._bar.step, epoch=self._bar.epoch)
        if len(self.tables) >= _MOST_TABLES:
            raise Unreadable(f"The output has more than {_MOST_TABLES:,} tables.")
        self.tables.append(table)
        return table

    def _text_row(self, line: TextLine) -> None:
        cells = [cell.strip() for cell in line.text.split("\t")]
        if not self._in_text:
            self._table, self._in_text = self._open(), True
            self._table.titles = cells[:MOST_COLUMNS]
        elif self._table is not None and len(cells) == len(self._table.titles) and number(cells[0]) is not None:
            self._add(self._table, line.number, cells)
        else:
            self._table, self._in_text = None, False

    def _html(self, line: TextLine) -> None:
        end = 0
        for match in _TAG.finditer(line.text):
            if self._cell is not None:
                self._cell.append(line.text[end : match.start()][:_LONGEST_CELL])
            end = match.end()
            self._tag(match.group(2), line.number, closes=bool(match.group(1)))
        if self._cell is not None and len(self._cell) < MOST_COLUMNS:
            self._cell.append(line.text[end:][:_LONGEST_CELL])

    def _tag(self, tag: str, line: int, *, closes: bool) -> None:
        if tag == "table":
            self._table = None if closes else self._open()
            self._cells = self._cell = None
        elif tag == "tr":
            self._row(line, closes=closes)
        elif closes and self._cell is not None and self._cells is not None:
            if len(self._cells) < MOST_COLUMNS:
                self._cells.append("".join(self._cell).strip()[:_LONGEST_CELL])
            self._cell = None
        elif not closes:
            self._cell, self._is_header = [], tag == "th"

    def _row(self, line: int, *, closes: bool) -> None:
        cells, self._cells = self._cells, None if closes else []
        if not closes or self._table is None or not cells:
            return
        if self._is_header and not self._table.titles:
            self._table.titles = cells
        elif len(cells) == len(self._table.titles) and self._table.is_progress:
            self._add(self._table, line, cells)

    def _add(self, table: Table, line: int, cells: Sequence[str]) -> None:
        table.rows.append((line, list(cells)))
        if len(table.rows) > MOST_EVALUATIONS:
            raise Unreadable(f"The table has more than {MOST_EVALUATIONS:,} rows.", line=line)
