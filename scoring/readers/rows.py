"""Many rows of a log at once: columns of exact numbers, and each row by itself where that is needed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.readers.numbers import number
from scoring.readers.words import Block, Exponents, Flags, Places, Words, power


@dataclass(slots=True, eq=False)
class Column:
    """The numbers of one column: `mantissa / 10**decimals` where `present`. Shapes (rows,)."""

    mantissa: Words
    decimals: Exponents
    present: Flags

    @classmethod
    def empty(cls, rows: int) -> "Column":
        return cls(np.zeros(rows, np.uint64), np.zeros(rows, np.int8), np.zeros(rows, np.bool_))

    def floats(self) -> NDArray[np.float64]:
        """The values, off by less than one part in 10**15; 0 where there is none."""
        return self.mantissa / power(self.decimals)

    def exact(self, row: int) -> Decimal | None:
        """The value as written; None where there is none."""
        if not self.present[row]:
            return None
        return Decimal(int(self.mantissa[row])).scaleb(-int(self.decimals[row]))

    def values(self, rows: Places) -> list[Decimal | None]:
        """The values of some rows as written, None where there is none."""
        parts = zip(self.mantissa[rows].tolist(), (-self.decimals[rows]).tolist(), strict=True)
        found: list[Decimal | None] = [Decimal(mantissa).scaleb(exponent) for mantissa, exponent in parts]
        for i in np.flatnonzero(~self.present[rows]).tolist():
            found[i] = None
        return found

    def part(self, start: int, end: int) -> "Column":
        return Column(self.mantissa[start:end], self.decimals[start:end], self.present[start:end])


@dataclass(slots=True, eq=False)
class Written:
    """A column of which only a few values are ever asked for: where they stand in the block. Shapes (rows,)."""

    block: Block
    starts: Places
    ends: Places

    @classmethod
    def empty(cls, block: Block, rows: int) -> "Written":
        return cls(block, np.zeros(rows, np.int64), np.zeros(rows, np.int64))

    def exact(self, row: int) -> Decimal | None:
        """The value as written; None where there is none."""
        return number(self.block.data[self.starts[row] : self.ends[row]].decode())

    def values(self, rows: Places) -> list[Decimal | None]:
        """The values of some rows as written, None where there is none."""
        return [self.exact(row) for row in rows.tolist()]

    def part(self, start: int, end: int) -> "Written":
        return Written(self.block, self.starts[start:end], self.ends[start:end])


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """The positions of the columns that are read: of every row, or only of the few that are kept."""

    every: frozenset[int] = frozenset()
    few: frozenset[int] = frozenset()

    def __contains__(self, position: int) -> bool:
        return position in self.every or position in self.few


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows that follow one another. Shapes (rows,); `columns` by position, only those that were asked for.

    `fits` marks the rows whose wanted cells are all in `columns` or blank; the others have to be read by themselves.
    """

    columns: dict[int, Column]
    few: dict[int, Written]
    fits: Flags
    lines: NDArray[np.int64]
    row: Callable[[int], Any]
    """Any row by its number, as a mapping of positions to cells."""
    first: int = 0

    def part(self, start: int, end: int) -> "Rows":
        columns = {position: column.part(start, end) for position, column in self.columns.items()}
        few = {position: column.part(start, end) for position, column in self.few.items()}
        return Rows(columns, few, self.fits[start:end], self.lines[start:end], self.row, self.first + start)

    def singly(self) -> Iterator[tuple[int, Any]]:
        """(line, cells) of each row."""
        for i, line in enumerate(self.lines.tolist()):
            yield line, self.row(self.first + i)

    def stretches(self) -> Iterator["Rows"]:
        """Parts in which all rows fit or none does."""
        if self.fits.all() or not self.fits.any():
            yield self
            return
        edges = np.flatnonzero(self.fits[1:] != self.fits[:-1]) + 1
        for start, end in zip((0, *edges.tolist()), (*edges.tolist(), len(self.fits)), strict=True):
            yield self.part(start, end)
