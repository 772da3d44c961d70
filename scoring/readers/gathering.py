"""Values of one evaluation that a log keeps in records of their own -> one row."""

from collections.abc import Collection, Mapping

from scoring.readers.evaluations import Evaluations
from scoring.readers.numbers import Cell


class Row(dict[int, Cell]):
    """The cells of a row by column; a column that the row lacks is blank."""

    def __missing__(self, column: int) -> Cell:
        return None


class Gatherer:
    """Puts records of the same progress (step or epoch) that follow one another into one row.

    A metric that comes again opens a new row. The row's time and line are those of its last metric; rows without a
    metric are left out.
    """

    def __init__(self, evaluations: Evaluations, *, metrics: Collection[int], time: int) -> None:
        self._evaluations = evaluations
        self._metrics = frozenset(metrics)
        self._time = time
        self._row = Row()
        self._line = 0
        self._progress: Cell = None

    def add(self, line: int, time: Cell, progress: Cell, cells: Mapping[int, Cell]) -> None:
        """One record: its time, its progress, and its values by column."""
        if progress != self._progress or any(column in self._row for column in self._metrics.intersection(cells)):
            self.flush()
        self._progress = progress
        self._row.update(cells)
        if not self._metrics.isdisjoint(cells):
            self._row[self._time] = time
            self._line = line

    def flush(self) -> None:
        """Hands the row on. To be called once more at the end."""
        if self._line:
            self._evaluations.add(self._line, self._row)
        self._row = Row()
        self._line = 0
