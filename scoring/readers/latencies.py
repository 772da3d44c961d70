"""Latency samples -> milliseconds: one a line, CSV with a header, or HULK's `result.csv` (PROTOCOL section 7)."""

from array import array
from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from scoring.readers.cells import cells_of, delimiter_of, fit, is_numeric
from scoring.readers.headers import Name, name, unit_of
from scoring.readers.notes import Notes
from scoring.readers.numbers import how_to_write, is_blank, number, times
from scoring.readers.readings import LatencyReading
from scoring.readers.text import Text, Unreadable
from scoring.readers.times import MILLISECONDS, Unit
from scoring.readers.wording import named, shown
from scoring.rules import Rules, Task
from scoring.values import Source

_NAMES = ("latency", "latencies", "inferencetime", "time", "elapsed", "duration", "sample")
LONGEST_MS = Decimal(10) ** 12


def read(source: Source, tasks: Sequence[Task], rules: Rules) -> LatencyReading:
    """The samples of each task that the file has a column for."""
    notes = Notes(source.name, tasks[0].slug if len(tasks) == 1 else "")
    try:
        samples = _read(Text(source, rules.limits), tasks, rules, notes)
    except Unreadable as error:
        notes.unreadable(error)
        return LatencyReading(findings=notes.findings)
    if notes.wrong():
        return LatencyReading(findings=notes.findings)
    arrays = {slug: np.frombuffer(values, np.float64) for slug, values in samples.items() if len(values)}
    return LatencyReading(arrays, notes.findings)


class _Column:
    """One task's column: its position, its unit, and the samples read so far."""

    def __init__(self, position: int, of: Name | None) -> None:
        self.position = position
        self.unit: Unit = (unit_of(of) if of else None) or MILLISECONDS
        self.title = of.title if of else ""
        self.samples = array("d")

    def add(self, cell: str, line: int, notes: Notes) -> None:
        if is_blank(cell):
            return
        value = number(cell)
        in_ms = None if value is None else times(times(value, self.unit.seconds), 1000)
        if in_ms is None or not 0 <= in_ms <= LONGEST_MS:
            notes.add("log-value-invalid", f"{shown(cell)} is not a latency.", line=line, remedy=how_to_write(cell))
        else:
            self.samples.append(float(in_ms))


def _read(text: Text, tasks: Sequence[Task], rules: Rules, notes: Notes) -> Mapping[str, "array[float]"]:
    if text.head().lstrip().startswith((b"{", b"[")):
        raise Unreadable("The file is JSON.", remedy="Send the samples in milliseconds, one a line, or as CSV.")
    columns: dict[str, _Column] | None = None
    delimiter: bytes | None = None
    width = 0
    for line_number, line in text.lines(rows=text.limits.log_rows + 1):
        if columns is None:
            delimiter = delimiter_of(line)
            cells = cells_of(line, delimiter)
            width = len(cells)
            is_header = not is_numeric(cells)
            columns = _columns(cells, tasks, rules, is_header=is_header)
            if is_header:
                continue
        cells = fit(cells_of(line, delimiter), width, line_number)
        for column in columns.values():
            column.add(cells[column.position], line_number, notes)
    return {slug: column.samples for slug, column in (columns or {}).items()}


def _columns(cells: Sequence[str], tasks: Sequence[Task], rules: Rules, *, is_header: bool) -> dict[str, _Column]:
    """By name where the header names them, else by position: one column, or one for each of the edition's tasks."""
    names = [name(cell) if is_header else None for cell in cells]
    found = {}
    for position, task in enumerate(rules.tasks):
        if task.slug not in {wanted.slug for wanted in tasks}:
            continue
        at = _position(names, task, rules)
        if at is None and len(cells) == len(rules.tasks):
            at = position
        if at is None and len(cells) == 1 and not is_header:
            at = 0
        if at is not None:
            found[task.slug] = _Column(at, names[at])
    if not found:
        raise Unreadable(
            f"No column holds latencies; found: {named(cells)}.",
            remedy="Send the samples in milliseconds, one a line, or as CSV with a column `latency`.",
        )
    return found


def _position(names: Sequence[Name | None], task: Task, rules: Rules) -> int | None:
    """The task's own column, else the one that is named after latency; a unit at a name's end is left out."""
    slug = "".join(name(task.slug).words)
    stems = [_stem(of) for of in names]
    own = (slug, *(slug + each for each in _NAMES), *(each + slug for each in _NAMES))
    return next((stems.index(want) for want in (*own, *_NAMES, "") if want in stems), None)


def _stem(of: Name | None) -> str | None:
    """None without a header; empty for a column that is named by its unit alone, such as `ms`."""
    if of is None or not of.words:
        return None
    in_name = unit_of(Name(of.title, of.words)) is not None
    return "".join(of.words[:-1] if in_name else of.words)
