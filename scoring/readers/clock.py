"""The clock of a log: elapsed seconds of each row, and where zero is (PROTOCOL section 3, 'Clock')."""

from datetime import datetime

from scoring.readers.headers import TimeColumn
from scoring.readers.numbers import Cell
from scoring.readers.times import HOURS, SECONDS_OF_DAY, Style, epoch_seconds, moment
from scoring.readers.times import SECONDS as IN_SECONDS
from scoring.readers.wording import shown

LONGEST_SECONDS = 1e9


class BadTime(ValueError):
    """A cell that the clock cannot read; the message says why."""


class Clock:
    """Reads the cells of one time column in the order of the file.

    The first cell decides which style of time the column holds. Dates count from `started_at` where the manifest gives
    it, else, as times of day do, from the first row that has a time.
    """

    def __init__(self, column: TimeColumn, started_at: datetime | None, *, is_hours: bool = False) -> None:
        self._column = column
        self._unit = column.unit or (HOURS if is_hours else None)
        self._zero = epoch_seconds(started_at) if started_at else None
        self._declared = started_at is not None
        self._days = 0.0
        self._last = 0.0
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

    @property
    def is_relative(self) -> bool:
        """True where zero is the first row with a time, for want of anything better."""
        if self.style is Style.OF_DAY:
            return True
        return self.style is Style.DATED and not self._declared

    def words(self) -> str:
        """Which clock was read, as the derivation shows it."""
        zero = "from 0"
        if self.is_relative:
            zero = f"from the first row with a time (line {self.zero_line})"
        elif self.style is Style.DATED:
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
        if self.is_relative and self.zero_line is None:
            self._zero, self.zero_line = seconds, line
        return seconds - (self._zero or 0.0)

    def _over_midnight(self, seconds: float) -> float:
        if seconds < self._last:
            self._days += SECONDS_OF_DAY
        self._last = seconds
        return seconds + self._days

    def _checked(self, seconds: float, cell: Cell) -> float:
        if seconds < 0 and self.style is Style.DATED and self._declared:
            raise BadTime(f"{shown(cell)} lies before the manifest's `started_at`.")
        if seconds < 0 and self.style is Style.ELAPSED:
            raise BadTime(f"{shown(cell)} is negative.")
        if seconds > LONGEST_SECONDS:
            raise BadTime(f"{shown(cell)} is out of range.")
        return seconds


class SpreadClock:
    """A clock for logs without one: a total time spread evenly over the steps."""

    def __init__(self, seconds: float, steps: int, total_name: str) -> None:
        self._seconds_a_step = seconds / steps
        self._text = f"estimated: {seconds:g} s of `{total_name}` spread evenly over {steps:,} steps"

    def read(self, step: int) -> float:
        return step * self._seconds_a_step

    def words(self) -> str:
        return self._text
