"""The clock of a log: elapsed seconds of each row, and where zero is (PROTOCOL section 3, 'Clock')."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.readers.headers import TimeColumn
from scoring.readers.numbers import Cell
from scoring.readers.rows import Column
from scoring.readers.times import HOURS, SECONDS_OF_DAY, Style, epoch_seconds, moment
from scoring.readers.times import SECONDS as IN_SECONDS
from scoring.readers.wording import shown

LONGEST_SECONDS = 1e9
_MOST_EXACT = 2**53  # the largest whole number up to which floats have them all


class BadTime(ValueError):
    """A cell that the clock cannot read; the message says why."""


class RowClock(Protocol):
    """Gives rows their elapsed seconds."""

    @property
    def estimated(self) -> bool: ...

    @property
    def is_relative(self) -> bool:
        """True where zero is the first row with a time, for want of anything better."""

    @property
    def zero_line(self) -> int | None: ...

    def read(self, cell: Cell, line: int) -> float:
        """Elapsed seconds of a row. BadTime where the cell cannot be read as its time."""

    def words(self) -> str:
        """Which clock was read, as the derivation shows it."""


class Clock:
    """Reads the cells of one time column in the order of the file.

    The first cell decides which style of time the column holds. Dates count from `started_at` where the manifest gives
    it, else from the last start of training that is told, else from the first row that has a time.
    """

    estimated = False

    def __init__(self, column: TimeColumn, started_at: datetime | None, *, is_hours: bool = False) -> None:
        self._column = column
        self._unit = column.unit or (HOURS if is_hours else None)
        self._started_at = started_at
        self._zero: float | None = None
        self._from_start = False
        self._days = 0.0
        self._last = 0.0
        self._now = 0.0
        self.style: Style | None = None
        self.zero_line: int | None = None

    def read(self, cell: Cell, line: int) -> float:
        """Elapsed seconds of this row. BadTime where the cell is no time, or not of the column's style."""
        found = moment(cell, unit=self._unit, of_day=self._column.is_clock)
        if found is None:
            raise BadTime(f"{shown(cell)} is not a time.")
        if self.style is None:
            self.style = found.style
        if found.style is not self.style:
            raise BadTime(f"{shown(cell)} is not {self._words()}, as the rows before it are.")
        return self._checked(self._since_zero(found.seconds, line), cell)

    def elapsed(self, column: Column) -> NDArray[np.float64] | None:
        """The elapsed seconds of many rows, to be trusted where `is_exact`; None where they must be read one by one."""
        if self.style is not Style.ELAPSED or not column.present.all():
            return None
        seconds = column.floats() * float((self._unit or IN_SECONDS).seconds)
        return seconds if seconds.max() < 0.99 * LONGEST_SECONDS else None

    def is_exact(self, column: Column) -> bool:
        """Whether `elapsed` gives what `read` does: one division of whole floats rounds as the parsing of text does."""
        return (self._unit or IN_SECONDS).seconds == 1 and bool(column.mantissa.max() <= _MOST_EXACT)

    @property
    def is_relative(self) -> bool:
        """True where zero is the first row with a time, for want of anything better."""
        return self.style not in (None, Style.ELAPSED) and not self._from_start and self._started_at is None

    def start(self, cell: Cell, line: int) -> None:
        """Training starts at this row's time: zero, unless the manifest gives it or the times are elapsed ones."""
        self.read(cell, line)
        if self.is_relative or self._from_start:
            self._from_start, self._zero, self.zero_line = True, self._now, line

    def words(self) -> str:
        """Which clock was read, as the derivation shows it."""
        if self.style is None:
            return f"column `{self._column.title}`, of which no time could be read"
        zero = "from 0"
        if self.is_relative:
            zero = f"from the first row with a time (line {self.zero_line})"
        elif self._from_start:
            zero = f"from the training start on line {self.zero_line}"
        elif self.style is not Style.ELAPSED:
            zero = "from the manifest's `started_at`"
        return f"column `{self._column.title}`, {self._words()}, {zero}"

    def _words(self) -> str:
        if self.style is Style.ELAPSED:
            return f"elapsed {(self._unit or IN_SECONDS).title}"
        return str(self.style)

    def _since_zero(self, seconds: float, line: int) -> float:
        if self.style is Style.ELAPSED:
            return seconds
        if self.style is Style.OF_DAY:
            seconds = self._over_midnight(seconds)
        self._now = seconds
        if self._zero is None and self._started_at is not None:
            self._zero = zero_of(self._started_at, self.style, seconds)
        elif self._zero is None:
            self._zero, self.zero_line = seconds, line
        return seconds - self._zero

    def _over_midnight(self, seconds: float) -> float:
        if seconds < self._last:
            self._days += SECONDS_OF_DAY
        self._last = seconds
        return seconds + self._days

    def _checked(self, seconds: float, cell: Cell) -> float:
        if seconds < 0 and self.style is Style.DATED and self._started_at is not None:
            raise BadTime(f"{shown(cell)} lies before the manifest's `started_at`.")
        if seconds < 0 and self.style is Style.ELAPSED:
            raise BadTime(f"{shown(cell)} is negative.")
        if seconds > LONGEST_SECONDS:
            raise BadTime(f"{shown(cell)} is out of range.")
        return seconds


def zero_of(started_at: datetime, style: Style | None, first: float) -> float:
    """`started_at` on the scale of the log's times, of which `first` is the first: since 1970, or since midnight."""
    if style is not Style.OF_DAY:
        return epoch_seconds(started_at)
    of_day = started_at.hour * 3600 + started_at.minute * 60 + started_at.second + started_at.microsecond / 1e6
    return of_day - SECONDS_OF_DAY if of_day > first else of_day


@dataclass(slots=True)
class ReadyClock:
    """A clock for rows whose elapsed seconds the format's reader has already worked out."""

    text: str
    estimated: bool = False
    is_relative: bool = False
    zero_line: int | None = None
    has_begun: bool = False

    def read(self, cell: Cell, line: int) -> float:
        """Elapsed seconds of this row. BadTime where they are out of range; only the first may not lie before zero."""
        seconds = float(cell)
        if abs(seconds) > LONGEST_SECONDS or (seconds < 0 and not self.has_begun):
            raise BadTime(f"{seconds:.10g} s after zero is out of range.")
        self.has_begun = True
        return seconds

    def words(self) -> str:
        return self.text


class SpreadClock:
    """A clock for logs without one: a total time spread evenly over the steps."""

    estimated = True
    is_relative = False
    zero_line = None

    def __init__(self, seconds: float, steps: int, total_name: str) -> None:
        self._seconds_a_step = seconds / steps
        self._text = f"estimated: {seconds:g} s of `{total_name}` spread evenly over {steps:,} steps"

    def read(self, step: Cell, line: int) -> float:
        """Elapsed seconds at a step."""
        return int(step) * self._seconds_a_step

    def elapsed(self, column: Column) -> NDArray[np.float64] | None:
        """The elapsed seconds at the steps of many rows; None where they have to be read one by one."""
        if column.decimals.any() or not column.present.all() or not self.is_exact(column):
            return None
        seconds: NDArray[np.float64] = column.mantissa.astype(np.float64) * self._seconds_a_step
        return seconds

    def is_exact(self, column: Column) -> bool:
        """Whether `elapsed` gives what `read` does."""
        return bool(column.mantissa.max() <= _MOST_EXACT)

    def words(self) -> str:
        return self._text
