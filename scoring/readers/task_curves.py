"""One task's evaluations as they are gathered from a log: by rows, or by many rows at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.readers.halves import Halves
from scoring.readers.headers import MetricColumns
from scoring.readers.notes import Notes
from scoring.readers.numbers import Cell, how_to_write, is_blank, number, times
from scoring.readers.rows import Rows
from scoring.readers.thinning import LEVELS_A_POINT, MOST_POINTS, Evaluation, Levels, kept, level, percent
from scoring.readers.wording import shown
from scoring.readers.words import Places, power
from scoring.rules import Task
from scoring.values import Curve, Point

PERCENT = Decimal(100)
_FRACTION_DIGITS, _PERCENT_DIGITS = 17, 15
_LOWEST_LEVEL = -1


class Cells(Protocol):
    """One row: the cell at a column's position."""

    def __getitem__(self, position: int) -> Cell: ...


@dataclass(frozen=True, slots=True, eq=False)
class Heights:
    """The evaluations among many rows: which rows, shape (evaluations,), and their metrics as exact whole numbers.

    A height is the sum over the parts in units of 10**-15 percent. `highest` is each column's largest value so far.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.int64]
    highest: tuple[Decimal, ...]


class TaskCurve:
    """Gathers one task's evaluations. Halves of a dev set that stand on rows of their own are put together."""

    def __init__(self, task: Task, columns: MetricColumns, notes: Notes, *, alone: bool) -> None:
        self.task = task
        self.columns = columns
        self.curve: list[Evaluation] = []
        self.halves = Halves(task.parts if alone and columns.unlabelled else ())
        self.first_line: int | None = None
        """The line of the first value, be it of a part only."""
        self._notes = notes
        self._highest = [Decimal(0)] * len(columns.positions)
        self._waiting: dict[int, Decimal] = {}
        self._waiting_line = 0
        self._best = _LOWEST_LEVEL

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

    def append(self, evaluation: Evaluation) -> None:
        """One more evaluation; of a part only where those of the parts follow each other at each step."""
        self.halves.add(evaluation, self.curve)
        self._say_incomplete()

    def heights(self, rows: Rows) -> Heights | None:
        """The metrics of many rows; None where they have to be looked at one by one."""
        columns = [rows.columns[position] for position in self.columns.positions]
        present = columns[0].present
        if self._waiting or any((column.present != present).any() for column in columns[1:]):
            return None
        chosen = np.flatnonzero(present)
        total = np.zeros(len(chosen), np.int64)
        highest = []
        for column, before in zip(columns, self._highest, strict=True):
            mantissa, decimals = column.mantissa, column.decimals
            if len(chosen) < len(present):
                mantissa, decimals = mantissa[chosen], decimals[chosen]
            if len(chosen) and decimals.max() > _FRACTION_DIGITS:
                return None
            ones = power(decimals)
            if (mantissa > ones * np.uint64(100)).any():
                return None
            above_one = np.flatnonzero(mantissa > ones)
            highest.append(max(before, *filter(None, column.values(chosen[above_one[:1]])), Decimal(0)))
            digits = _FRACTION_DIGITS if highest[-1] <= 1 else _PERCENT_DIGITS
            if len(chosen) and decimals.max() > digits:
                return None
            total += (mantissa * power(np.int8(digits) - decimals)).astype(np.int64)
        return Heights(chosen, total, tuple(highest))

    def levels_of(self, heights: Heights) -> Levels:
        """What `thinning.level` is for single metrics."""
        parts = len(self._highest)
        return heights.values // (parts * 10**_PERCENT_DIGITS // LEVELS_A_POINT) + self.reach(heights)

    def reach(self, heights: Heights) -> NDArray[np.bool_]:
        """Which of them are at or above the cut-off."""
        cutoff = times(self.task.cutoff, len(self._highest) * 10**_PERCENT_DIGITS)
        return heights.values >= int(cutoff.to_integral_value(ROUND_CEILING))

    def needed(self, heights: Heights, epochs: NDArray[np.float64] | None, limits: Sequence[float]) -> Places:
        """The rows among them that a curve of this length must keep: all, until it is long."""
        if len(self.curve) + len(heights.rows) <= MOST_POINTS or not len(heights.rows):
            return heights.rows
        levels = self.levels_of(heights)
        mask = kept(levels, None if epochs is None else epochs[heights.rows], limits, above=self._best)
        self._best = max(self._best, int(levels.max()))
        return heights.rows[mask]

    def accept(self, heights: Heights, rows: Rows) -> None:
        """Takes over what was learnt from rows that were looked at together."""
        self._highest = list(heights.highest)
        if len(heights.rows) and self.first_line is None:
            self.first_line = int(rows.lines[heights.rows[0]])

    def factors(self) -> list[Decimal]:
        """What makes each column's values percent, by all that was seen so far."""
        return [PERCENT if highest <= 1 else Decimal(1) for highest in self._highest]

    def finished(self, epoch_shift: int) -> Curve:
        """The curve in percent; empty where something about this task is wrong."""
        if self._waiting:
            self._half_missing(next(iter(self._waiting)))
        self.halves.close(self.curve)
        self._say_incomplete()
        if not self.curve:
            if not self._notes.wrong(self.task.slug):
                self._notes.add("log-no-metric", f"The column {self._titles()} has no value.", task=self.task.slug)
            return ()
        if self._notes.wrong(self.task.slug):
            return ()
        factors = self.factors()
        self._say_how_read(factors)
        return tuple(_point(evaluation, factors, epoch_shift) for evaluation in self.curve)

    def _checked(self, cell: Cell, column: int, line: int) -> Decimal | None:
        value = number(cell)
        title = self.columns.titles[column]
        if value is None:
            self._invalid(f"{shown(cell)} in column `{title}` is not a finite number.", line, how_to_write(cell))
        elif value < 0 or value > PERCENT:
            self._invalid(f"{shown(cell)} in column `{title}` is not between 0 and 100.", line)
        else:
            self._highest[column] = max(self._highest[column], value)
            return value
        return None

    def _invalid(self, message: str, line: int, remedy: str = "") -> None:
        self._notes.add("log-value-invalid", message, task=self.task.slug, line=line, remedy=remedy)

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

    def _say_incomplete(self) -> None:
        """A finding for evaluations of which a part lacks."""
        for evaluation in self.halves.incomplete():
            self._notes.add(
                "log-no-metric",
                f"Step {evaluation.step:,} has one value in {self._titles()}, where the steps before have one of each "
                f"of {' and '.join(part.name for part in self.task.parts)}.",
                task=self.task.slug,
                line=evaluation.line,
                remedy="Write a value of each part at each evaluation.",
            )

    def _say_how_read(self, factors: Sequence[Decimal]) -> None:
        slug = self.task.slug
        for title, factor in zip(self.columns.titles, factors, strict=True):
            if factor == PERCENT:
                message = f"Every value of `{title}` lies between 0 and 1: read as fractions, times 100."
                self._notes.add("scale-converted", message, task=slug)
        if self.columns.unlabelled and not self.halves.paired:
            parts = " and ".join(part.name for part in self.task.parts)
            message = f"{self._titles()} is one value a point; it was taken as the mean of {parts}."
            self._notes.add("mnli-single-value", message, task=slug, line=self.curve[0].line)

    def _titles(self) -> str:
        return ", ".join(f"`{title}`" for title in self.columns.titles)


def thin(curves: Sequence[TaskCurve], limits: Sequence[float]) -> None:
    """Leaves out what nothing depends on. What one task needs of a row stays for all, as rows stand side by side."""
    lines: set[int] = set()
    metrics = [
        {evaluation.line: percent(evaluation, factors) for evaluation in curve.curve}
        for curve, factors in ((curve, curve.factors()) for curve in curves)
    ]
    for curve, of_curve in zip(curves, metrics, strict=True):
        levels = [level(metric, curve.task.cutoff) for metric in of_curve.values()]
        lines |= _kept_lines(curve.curve, levels, limits)
    if len(curves) > 1:
        together = [each for each in curves[0].curve if all(each.line in of_curve for of_curve in metrics)]
        reached = [
            int(all(of[each.line] >= curve.task.cutoff for curve, of in zip(curves, metrics, strict=True)))
            for each in together
        ]
        lines |= _kept_lines(together, reached, limits)
    for curve in curves:
        curve.curve = [evaluation for evaluation in curve.curve if evaluation.line in lines]


def _kept_lines(curve: Sequence[Evaluation], levels: Sequence[int], limits: Sequence[float]) -> set[int]:
    if not curve:
        return set()
    epochs = np.array([np.nan if each.epoch is None else float(each.epoch) for each in curve])
    mask = kept(np.array(levels, np.int64), epochs, limits)
    return {curve[i].line for i in np.flatnonzero(mask).tolist()}


def _point(evaluation: Evaluation, factors: Sequence[Decimal], epoch_shift: int) -> Point:
    epoch = None if evaluation.epoch is None else float(evaluation.epoch) + epoch_shift
    return Point(evaluation.seconds, percent(evaluation, factors), evaluation.line, epoch, evaluation.step)
