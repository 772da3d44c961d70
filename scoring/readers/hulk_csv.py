"""The original HULK `result.csv`: columns told by their position, header optional (PROTOCOL section 7)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scoring.readers.base import missing_metrics
from scoring.readers.cells import cells_of, delimiter_of, first_line, fit, is_numeric
from scoring.readers.clock import Clock
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import Columns, MetricColumns, TimeColumn, columns, name, time_column, unit_of
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.text import Text
from scoring.readers.times import HOURS, Unit
from scoring.rules import Phase, Task

_FORMAT = "HULK result.csv"


class HulkLog:
    """Fine-tuning: time and result of each task, in the edition's order. Pretraining: hours, then the results."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        titles = first_line(head)
        if titles is None:
            return False
        if request.phase is Phase.PRETRAINING:
            return _is_pretraining(titles, request)
        return request.phase is Phase.FINETUNING and _is_finetuning(titles, request)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        titles = first_line(text.head()) or []
        if is_numeric(titles):
            titles = [f"column {position}" for position in range(1, len(titles) + 1)]
        if request.phase is Phase.PRETRAINING:
            return _read(text, request, notes, titles, _pretraining_columns(titles, request))
        return _read_pairs(text, request, notes, titles)


def _is_pretraining(titles: list[str], request: LogRequest) -> bool:
    """One time without a unit beside as many results as there are tasks; a header need not say more than that."""
    if len(titles) != len(request.rules.tasks) + 1:
        return False
    found = columns(titles, request.tasks)
    if is_numeric(titles):
        return True
    if found.step is not None or found.epoch is not None:
        return False
    if found.time is None:
        return not found.metrics
    in_place = found.time.position == 0 or len(found.metrics) == len(request.tasks)
    return in_place and found.time.unit is None and name(found.time.title).joined == "time"


def _is_finetuning(titles: list[str], request: LogRequest) -> bool:
    """Pairs of time and result; a header, if there is one, says so or says nothing of use."""
    if len(titles) != 2 * len(request.rules.tasks):
        return False
    if is_numeric(titles) or (all(map(_is_time, titles[::2])) and not any(map(_is_time, titles[1::2]))):
        return True
    found = columns(titles, request.tasks)
    return found.time is None and not found.metrics


def _is_time(title: str) -> bool:
    of = name(title)
    return time_column(0, of) is not None or not {"time", "seconds", "secs", "elapsed"}.isdisjoint(of.words)


def _pretraining_columns(titles: Sequence[str], request: LogRequest) -> Columns:
    """By name where the header names the clock and every task, else by position."""
    named = columns(titles, request.tasks)
    if named.time is not None and len(named.metrics) == len(request.tasks):
        return named
    by_position = {task.slug: position for position, task in enumerate(request.rules.tasks, 1)}
    metrics = {
        task.slug: _metric(task, by_position[task.slug], titles) for task in request.tasks if task.slug in by_position
    }
    return Columns(_time(0, titles, HOURS), metrics=metrics)


def _read_pairs(text: Text, request: LogRequest, notes: Notes, titles: Sequence[str]) -> LogReading:
    """Each task has a clock of its own, so the file is gone through once a task (mostly there is one)."""
    readings = []
    for pair, task in enumerate(request.rules.tasks):
        if task.slug in {wanted.slug for wanted in request.tasks}:
            metrics = {task.slug: _metric(task, 2 * pair + 1, titles)}
            found = Columns(_time(2 * pair, titles, None), metrics=metrics)
            alone = replace(request, tasks=[task])
            readings.append(_read(text, alone, notes, titles, found))
    curves = {slug: curve for reading in readings for slug, curve in reading.curves.items()}
    return LogReading(_FORMAT, "; ".join(reading.clock for reading in readings), curves, findings=notes.findings)


def _read(text: Text, request: LogRequest, notes: Notes, titles: Sequence[str], found: Columns) -> LogReading:
    missing_metrics(titles, found, request, notes)
    if found.time is None or not found.metrics:
        return LogReading(_FORMAT, findings=notes.findings)
    is_hours = request.phase is Phase.PRETRAINING
    evaluations = Evaluations(found, request, notes, Clock(found.time, request.zero_at, is_hours=is_hours))
    for number, cells in _rows(text):
        evaluations.add(number, cells)
    return evaluations.reading(_FORMAT)


def _rows(text: Text) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row, without the header."""
    delimiter, width = None, 0
    for number, line in text.lines(rows=text.limits.log_rows + 1):
        if not width:
            delimiter = delimiter_of(line)
            cells = cells_of(line, delimiter)
            width = len(cells)
            if not is_numeric(cells):
                continue
        yield number, fit(cells_of(line, delimiter), width, number)


def _metric(task: Task, position: int, titles: Sequence[str]) -> MetricColumns:
    """A `result.csv` has one value a task, also where the task has parts."""
    return MetricColumns((position,), (name(titles[position]).title,), unlabelled=len(task.parts) > 1)


def _time(position: int, titles: Sequence[str], usual: Unit | None) -> TimeColumn:
    of = name(titles[position])
    return TimeColumn(position, of.title, unit_of(of) or usual, is_clock=False)
