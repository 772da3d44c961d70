"""Rows of a log, whatever its format -> the learning curve of each task, with what is wrong on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from scoring.readers.clock import BadTime, Clock, RowClock, SpreadClock
from scoring.readers.headers import Columns
from scoring.readers.notes import Notes
from scoring.readers.numbers import Cell, is_blank, number, whole
from scoring.readers.readings import LogReading
from scoring.readers.rows import Column, Rows, Wanted, Written
from scoring.readers.task_curves import Cells, Heights, TaskCurve, thin
from scoring.readers.thinning import MOST_POINTS, Evaluation, kept, limits_for
from scoring.readers.times import how_to_write_time
from scoring.readers.words import Places, power
from scoring.rules import Phase, Rules, Task

MOST_EVALUATIONS = 200_000
"""More rows than this a reader that must hold them all does not take."""
_COARSE = 1e-15
_NOWHERE = -1
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


class Evaluations:
    """Takes rows in the order of the file; `reading` is what they come to."""

    def __init__(self, columns: Columns, request: LogRequest, notes: Notes, clock: RowClock) -> None:
        self._columns = columns
        self._clock = clock
        self._notes = notes
        self._zero_is_named = request.from_first_line
        self._tasks = [
            TaskCurve(task, columns.metrics[task.slug], notes, alone=len(request.tasks) == 1)
            for task in request.tasks
            if task.slug in columns.metrics
        ]
        self._limits = limits_for(request.rules.epoch_limit)
        self._full = MOST_POINTS
        self._before: tuple[float, int | Decimal | None, int] | None = None
        self._epochs = EpochLabels()

    def add(self, line: int, cells: Cells) -> None:
        """One row. Rows without a metric count for the clock only."""
        epoch = None if self._columns.epoch is None else number(cells[self._columns.epoch])
        step = None if self._columns.step is None else whole(cells[self._columns.step])
        seconds = self._seconds(cells, line, step)
        found = [(curve, values) for curve in self._tasks if (values := curve.values(cells, line))]
        self._epochs.see(epoch, is_label=bool(found) and step != 0)
        if seconds is None:
            if found and not self._notes.wrong():
                self._notes.add("log-value-invalid", "The evaluation on this line has no time.", line=line)
            return
        self._check_order(seconds, step if step is not None else epoch, line)
        for curve, values in found:
            curve.append(Evaluation(seconds, values, line, epoch, step))
        self._stay_small()

    @property
    def wanted(self) -> Wanted:
        """The positions of the columns that are read."""
        metrics = {position for curve in self._tasks for position in curve.columns.positions}
        every = metrics | {self._clock_position} | _position(self._columns.epoch)
        return Wanted(frozenset(every), frozenset(_position(self._columns.step) - every))

    def add_rows(self, rows: Rows) -> None:
        """Many rows. Those that are all in order go together, the others one by one: the outcome is the same."""
        for part in rows.stretches():
            if not (part.fits[:1].any() and self._add_together(part)):
                for line, cells in part.singly():
                    self.add(line, cells)

    def start(self, line: int, cell: Cell) -> None:
        """Training starts at this time: the clock's zero, unless it has a better one."""
        if isinstance(self._clock, Clock):
            try:
                self._clock.start(cell, line)
            except BadTime as error:
                self._notes.add("log-value-invalid", str(error), line=line)

    def spread(self, clock: SpreadClock) -> None:
        """Gives every evaluation its time, where the steps stood for it until the total was known."""
        self._clock = clock
        for curve in self._tasks:
            curve.curve = [each._replace(seconds=clock.read(each.step, each.line)) for each in curve.curve]

    def reading(self, format: str) -> LogReading:
        """The curves and all findings. No curve where the clock is wrong."""
        self._check_zero()
        shift = self._epochs.shift
        curves = {curve.task.slug: points for curve in self._tasks if (points := curve.finished(shift))}
        halves = (remark for curve in self._tasks for remark in curve.halves.remarks)
        words = "; ".join((self._clock.words(), *self._columns.remarks, *halves, *self._epochs.remarks))
        if self._notes.wrong():
            curves = {}
        return LogReading(format, words, curves, self._clock.estimated, self._notes.findings)

    def _add_together(self, rows: Rows) -> bool:
        """Takes rows in which nothing is wrong or out of the ordinary; False, and nothing done, where something is."""
        column = rows.columns.get(self._clock_position)
        if column is None or not isinstance(self._clock, (Clock, SpreadClock)):
            return False
        if any(curve.halves.go_singly for curve in self._tasks):
            return False
        seconds = self._clock.elapsed(column)
        if seconds is None or not self._in_order(seconds, column, rows):
            return False
        found = [heights for curve in self._tasks if (heights := curve.heights(rows)) is not None]
        if len(found) < len(self._tasks):
            return False
        epochs = self._take_epochs(rows, found)
        for curve, heights in zip(self._tasks, found, strict=True):
            curve.accept(heights, rows)
        chosen = self._needed(found, epochs)
        exact = seconds if self._clock.is_exact(column) else None
        self._add_evaluations(rows, chosen, exact)
        self._stay_small()
        last = len(rows.lines) - 1
        step, epoch = self._progress(rows, last)
        line = int(rows.lines[last])
        self._before = (self._clock.read(column.exact(last), line), step if step is not None else epoch, line)
        return True

    @property
    def _clock_position(self) -> int:
        """Where the cells stand that the clock reads; -1 where the log has no such column."""
        if isinstance(self._clock, SpreadClock):
            return _NOWHERE if self._columns.step is None else self._columns.step
        return _NOWHERE if self._columns.time is None else self._columns.time.position

    def _in_order(self, seconds: NDArray[np.float64], column: Column, rows: Rows) -> bool:
        """Whether time never falls; False also where floats are too coarse to tell."""
        if self._before is None or self._clock.read(column.exact(0), int(rows.lines[0])) < self._before[0]:
            return False
        close = np.flatnonzero(np.diff(seconds) <= seconds[1:] * _COARSE)
        same = column.mantissa[close] == column.mantissa[close + 1]
        return bool((same & (column.decimals[close] == column.decimals[close + 1])).all())

    def _take_epochs(self, rows: Rows, found: Sequence[Heights]) -> NDArray[np.float64] | None:
        """The epochs of many rows, NaN where there is none; None where the log has no such column."""
        if self._columns.epoch is None:
            return None
        column = rows.columns[self._columns.epoch]
        evaluated = found[0].rows if len(found) == 1 else np.unique(np.concatenate([of.rows for of in found]))
        if len(evaluated) and self._progress(rows, int(evaluated[0]))[0] == 0:
            evaluated = evaluated[1:]
        self._epochs.see_all(column, evaluated)
        return np.where(column.present, column.floats(), np.nan)

    def _needed(self, found: Sequence[Heights], epochs: NDArray[np.float64] | None) -> Places:
        """The rows of which evaluations must be kept, those of several tasks side by side."""
        chosen = [curve.needed(of, epochs, self._limits) for curve, of in zip(self._tasks, found, strict=True)]
        if len(chosen) > 1:
            together = found[0].rows
            for of in found[1:]:
                together = np.intersect1d(together, of.rows, assume_unique=True)
            reach = [curve.reach(of)[np.isin(of.rows, together)] for curve, of in zip(self._tasks, found, strict=True)]
            mask = kept(
                np.all(reach, axis=0).astype(np.int64), None if epochs is None else epochs[together], self._limits
            )
            chosen.append(together[mask])
        return np.unique(np.concatenate(chosen)) if len(chosen) > 1 else chosen[0]

    def _add_evaluations(self, rows: Rows, chosen: Places, seconds: NDArray[np.float64] | None) -> None:
        """The evaluations of the chosen rows; `seconds` of all rows where they are exact."""
        columns, lines = rows.columns, rows.lines[chosen].tolist()
        none = [None] * len(lines)
        epochs = none if self._columns.epoch is None else columns[self._columns.epoch].values(chosen)
        steps = none if self._columns.step is None else _steps(rows, self._columns.step).values(chosen)
        times = columns[self._clock_position].values(chosen) if seconds is None else seconds[chosen].tolist()
        if seconds is None:
            times = [self._clock.read(time, line) for time, line in zip(times, lines, strict=True)]
        for curve in self._tasks:
            values = zip(*(columns[position].values(chosen) for position in curve.columns.positions), strict=True)
            curve.curve += [
                Evaluation(time, metrics, line, epoch, None if step is None else whole(step))
                for time, metrics, line, epoch, step in zip(times, values, lines, epochs, steps, strict=True)
                if None not in metrics
            ]

    def _progress(self, rows: Rows, row: int) -> tuple[int | None, Decimal | None]:
        """(step, epoch) of one row."""
        step = None if self._columns.step is None else whole(_steps(rows, self._columns.step).exact(row))
        epoch = None if self._columns.epoch is None else rows.columns[self._columns.epoch].exact(row)
        return step, epoch

    def _stay_small(self) -> None:
        longest = max((len(curve.curve) for curve in self._tasks), default=0)
        if longest > self._full:
            thin(self._tasks, self._limits)
            longest = max(len(curve.curve) for curve in self._tasks)
            self._full = max(MOST_POINTS, 2 * longest)

    def _seconds(self, cells: Cells, line: int, step: int | None) -> float | None:
        if isinstance(self._clock, SpreadClock):
            return None if step is None else self._clock.read(step, line)
        column = self._columns.time
        if column is None or is_blank(cells[column.position]):
            return None
        try:
            return self._clock.read(cells[column.position], line)
        except BadTime as error:
            remedy = how_to_write_time(cells[column.position])
            self._notes.add("log-value-invalid", f"Column `{column.title}`: {error}", line=line, remedy=remedy)
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
                remedy="Give `started_at` in the manifest (in the form: 'Start of training'), or log a row at the "
                "start of training.",
            )
        elif not self._zero_is_named:
            message = f"The log has no line that says when training started; zero is line {clock.zero_line}."
            self._notes.add("clock-differs", message, line=clock.zero_line)


class EpochLabels:
    """Whether the epochs of a log are whole-number labels that start at 0, which are read as +1.

    Only evaluations of some training tell: a row at the start, or an evaluation at step 0, is at epoch 0 in any case.
    """

    def __init__(self) -> None:
        self._first: Decimal | None = None
        self._whole = True

    def see(self, epoch: Decimal | None, *, is_label: bool) -> None:
        """A row's epoch; `is_label` where it is that of an evaluation after some training."""
        if epoch is None:
            return
        if self._first is None and is_label:
            self._first = epoch
        self._whole = self._whole and epoch == epoch.to_integral_value()

    def see_all(self, column: Column, evaluated: NDArray[np.int64]) -> None:
        """The epochs of many rows, of which those `evaluated` are evaluations after some training."""
        labels = evaluated[column.present[evaluated]][:1].tolist() if self._first is None else []
        for row in labels:
            self.see(column.exact(row), is_label=True)
        self._whole = self._whole and not (column.mantissa % power(column.decimals)).any()

    @property
    def shift(self) -> int:
        return 1 if self._first == 0 and self._whole else 0

    @property
    def remarks(self) -> tuple[str, ...]:
        return ("epochs are whole numbers from 0, read as from 1",) if self.shift else ()


def _position(column: int | None) -> set[int]:
    return set() if column is None else {column}


def _steps(rows: Rows, position: int) -> Column | Written:
    """The column of steps, which is read of every row only where it is the clock."""
    return rows.columns.get(position) or rows.few[position]
