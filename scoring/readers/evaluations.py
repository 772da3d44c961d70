"""Rows of a log, whatever its format -> the learning curve of each task, with what is wrong on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from scoring.readers.clock import BadTime, Clock, RowClock, SpreadClock
from scoring.readers.headers import Columns, MetricColumns
from scoring.readers.notes import Notes
from scoring.readers.numbers import Cell, is_blank, mean, number, times, whole
from scoring.readers.readings import LogReading
from scoring.readers.text import Unreadable
from scoring.readers.thinning import MOST_POINTS, Evaluation, thinned
from scoring.readers.wording import shown
from scoring.rules import Phase, Rules, Task
from scoring.values import Curve, Point

MOST_EVALUATIONS = 200_000
PERCENT = Decimal(100)
FIRST_LINE = "first_line"
"""The clock, if the manifest names it, whose zero is the log's first record with a time."""


@dataclass(frozen=True, slots=True)
class LogRequest:
    """What is wanted of a log."""

    tasks: Sequence[Task]
    rules: Rules
    phase: Phase
    started_at: datetime | None = None
    log_pattern: tuple[str, str] | None = None
    clock: str | None = None

    @property
    def from_first_line(self) -> bool:
        return self.clock == FIRST_LINE

    @property
    def zero_at(self) -> datetime | None:
        """When the manifest says that training started, where that is the clock's zero."""
        return None if self.from_first_line else self.started_at


class Cells(Protocol):
    """One row: the cell at a column's position."""

    def __getitem__(self, position: int) -> Cell: ...


class TaskCurve:
    """Gathers one task's evaluations. Halves of a dev set that stand on rows of their own are put together.

    With `thin` a very long curve is thinned; not where rows of several tasks must stay side by side.
    """

    def __init__(self, task: Task, columns: MetricColumns, notes: Notes, *, thin: bool) -> None:
        self.task = task
        self.columns = columns
        self._notes = notes
        self._highest = [Decimal(0)] * len(columns.positions)
        self._waiting: dict[int, Decimal] = {}
        self._waiting_line = 0
        self.first_line: int | None = None
        """The line of the first value, be it of a part only."""
        self._curve: list[Evaluation] = []
        self._thin = thin
        self._full = MOST_POINTS

    def values(self, cells: Cells, line: int) -> tuple[Decimal, ...] | None:
        """The row's metric, one value a column; None where the row has none, or not yet all of them."""
        for i, position in enumerate(self.columns.positions):
            cell = cells[position]
            if is_blank(cell):
                continue
            value = self._checked(cell, i, line)
            if value is None:
                return None
            if i in self._waiting:
                self._half_missing(i)
            self.first_line = self.first_line or line
            self._waiting[i] = value
            self._waiting_line = line
        if len(self._waiting) < len(self.columns.positions):
            return None
        found = tuple(self._waiting[i] for i in range(len(self._waiting)))
        self._waiting.clear()
        return found

    def add(self, evaluation: Evaluation) -> None:
        self._curve.append(evaluation)
        if self._thin and len(self._curve) > self._full:
            self._curve = thinned(self._curve)
            self._full = max(MOST_POINTS, 2 * len(self._curve))
        if len(self._curve) > MOST_EVALUATIONS:
            raise Unreadable(
                f"The log has more than {MOST_EVALUATIONS:,} evaluations that a curve must keep.",
                remedy="Send fewer evaluations; rows without a metric do not count as one.",
                line=evaluation.line,
            )

    def finished(self, epoch_shift: int) -> Curve:
        """The curve in percent; empty where something about this task is wrong."""
        if self._waiting:
            self._half_missing(next(iter(self._waiting)))
        factors = [PERCENT if highest <= 1 else Decimal(1) for highest in self._highest]
        if not self._curve:
            if not self._notes.wrong(self.task.slug):
                self._notes.add("log-no-metric", f"The column {self._titles()} has no value.", task=self.task.slug)
            return ()
        if self._notes.wrong(self.task.slug):
            return ()
        self._say_how_read(factors)
        return tuple(_point(evaluation, factors, epoch_shift) for evaluation in self._curve)

    def _checked(self, cell: Cell, column: int, line: int) -> Decimal | None:
        value = number(cell)
        title = self.columns.titles[column]
        if value is None:
            self._invalid(f"{shown(cell)} in column `{title}` is not a finite number.", line)
        elif value < 0 or value > PERCENT:
            self._invalid(f"{shown(cell)} in column `{title}` is not between 0 and 100.", line)
        else:
            self._highest[column] = max(self._highest[column], value)
            return value
        return None

    def _invalid(self, message: str, line: int) -> None:
        self._notes.add("log-value-invalid", message, task=self.task.slug, line=line)

    def _half_missing(self, present: int) -> None:
        titles = self.columns.titles
        missing = ", ".join(f"`{title}`" for i, title in enumerate(titles) if i not in self._waiting)
        self._notes.add(
            "log-no-metric",
            f"An evaluation has a value in `{titles[present]}` but none in {missing or 'the other'}.",
            task=self.task.slug,
            line=self._waiting_line,
            remedy="Write a value of each part at each evaluation.",
        )
        self._waiting.clear()

    def _say_how_read(self, factors: Sequence[Decimal]) -> None:
        slug = self.task.slug
        for title, factor in zip(self.columns.titles, factors, strict=True):
            if factor == PERCENT:
                message = f"Every value of `{title}` lies between 0 and 1: read as fractions, times 100."
                self._notes.add("scale-converted", message, task=slug)
        if self.columns.unlabelled:
            parts = " and ".join(part.name for part in self.task.parts)
            message = f"{self._titles()} is one value a point; it was taken as the mean of {parts}."
            self._notes.add("mnli-single-value", message, task=slug, line=self._curve[0].line)

    def _titles(self) -> str:
        return ", ".join(f"`{title}`" for title in self.columns.titles)


class Evaluations:
    """Takes rows in the order of the file; `reading` is what they come to."""

    def __init__(self, columns: Columns, request: LogRequest, notes: Notes, clock: RowClock) -> None:
        self._columns = columns
        self._clock = clock
        self._notes = notes
        self._zero_is_named = request.from_first_line
        alone = len(request.tasks) == 1
        self._tasks = [
            TaskCurve(task, columns.metrics[task.slug], notes, thin=alone)
            for task in request.tasks
            if task.slug in columns.metrics
        ]
        self._before: tuple[float, int | Decimal | None, int] | None = None
        self._epochs = EpochLabels()

    def add(self, line: int, cells: Cells) -> None:
        """One row. Rows without a metric count for the clock only."""
        epoch = None if self._columns.epoch is None else number(cells[self._columns.epoch])
        step = None if self._columns.step is None else whole(cells[self._columns.step])
        seconds = self._seconds(cells, line, step)
        self._epochs.see(epoch)
        found = [(curve, values) for curve in self._tasks if (values := curve.values(cells, line))]
        if seconds is None:
            if found and not self._notes.wrong():
                self._notes.add("log-value-invalid", "The evaluation on this line has no time.", line=line)
            return
        self._check_order(seconds, step if step is not None else epoch, line)
        for curve, values in found:
            curve.add(Evaluation(seconds, values, line, epoch, step))

    def start(self, line: int, cell: Cell) -> None:
        """Training starts at this time: the clock's zero, unless it has a better one."""
        if isinstance(self._clock, Clock):
            try:
                self._clock.start(cell, line)
            except BadTime as error:
                self._notes.add("log-value-invalid", str(error), line=line)

    def reading(self, format: str) -> LogReading:
        """The curves and all findings. No curve where the clock is wrong."""
        self._check_zero()
        shift = self._epochs.shift
        curves = {curve.task.slug: points for curve in self._tasks if (points := curve.finished(shift))}
        words = "; ".join((self._clock.words(), *self._columns.remarks, *self._epochs.remarks))
        if self._notes.wrong():
            curves = {}
        return LogReading(format, words, curves, self._clock.estimated, self._notes.findings)

    def _seconds(self, cells: Cells, line: int, step: int | None) -> float | None:
        if isinstance(self._clock, SpreadClock):
            return None if step is None else self._clock.read(step, line)
        column = self._columns.time
        if column is None or is_blank(cells[column.position]):
            return None
        try:
            return self._clock.read(cells[column.position], line)
        except BadTime as error:
            self._notes.add("log-value-invalid", f"Column `{column.title}`: {error}", line=line)
            return None

    def _check_order(self, seconds: float, progress: int | Decimal | None, line: int) -> None:
        """Time must not fall. Where steps go on meanwhile, a run was resumed and its clock started anew."""
        before, self._before = self._before, (seconds, progress, line)
        if before is None or seconds >= before[0]:
            return
        fall = f"Elapsed time falls from {before[0]:.10g} s (line {before[2]}) to {seconds:.10g} s"
        if progress is not None and before[1] is not None and progress > before[1]:
            self._notes.add("log-clock-restarts", f"{fall} while the run goes on.", line=line)
        else:
            self._notes.add("log-time-backwards", f"{fall}.", line=line)

    def _check_zero(self) -> None:
        clock = self._clock
        if not clock.is_relative or clock.zero_line is None:
            return
        if clock.zero_line in [curve.first_line for curve in self._tasks]:
            self._notes.add(
                "log-no-time",
                "The first time in the log is that of the first evaluation, so nothing tells when training started.",
                line=clock.zero_line,
                remedy="Give `started_at` in the manifest, or log a row at the start of training.",
            )
        elif not self._zero_is_named:
            message = f"The log has no line that says when training started; zero is line {clock.zero_line}."
            self._notes.add("clock-differs", message, line=clock.zero_line)


class EpochLabels:
    """Whether the epochs of a log are whole-number labels that start at 0, which are read as +1."""

    def __init__(self) -> None:
        self._first: Decimal | None = None
        self._whole = True

    def see(self, epoch: Decimal | None) -> None:
        if epoch is None:
            return
        if self._first is None:
            self._first = epoch
        self._whole = self._whole and epoch == epoch.to_integral_value()

    @property
    def shift(self) -> int:
        return 1 if self._first == 0 and self._whole else 0

    @property
    def remarks(self) -> tuple[str, ...]:
        return ("epochs are whole numbers from 0, read as from 1",) if self.shift else ()


def _point(evaluation: Evaluation, factors: Sequence[Decimal], epoch_shift: int) -> Point:
    pairs = zip(evaluation.metrics, factors, strict=True)
    metric = mean([value if factor == 1 else times(value, factor) for value, factor in pairs])
    epoch = None if evaluation.epoch is None else float(evaluation.epoch) + epoch_shift
    return Point(evaluation.seconds, metric, evaluation.line, epoch, evaluation.step)
