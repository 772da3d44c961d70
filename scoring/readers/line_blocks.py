"""A text file as blocks of whole lines, so that many rows can be read at once; memory stays flat however long it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.readers.rows import Rows
from scoring.readers.templates import Matcher
from scoring.readers.text import Text, Unreadable, check_utf8
from scoring.readers.words import Block, Flags, Places

_BYTES = 1 << 20
_FIRST_ROWS = 16
"""The first rows of a log go one by one: by them the clock knows its style."""
_BLANK = 0x20


@dataclass(frozen=True, slots=True, eq=False)
class LineBlock:
    """Lines of a file. Places of shape (rows,), `ends` behind the line feeds; `lines` counts from 1."""

    block: Block
    starts: Places
    ends: Places
    lines: NDArray[np.int64]

    def line(self, row: int) -> bytes:
        """One line without its end."""
        return self.block.data[self.starts[row] : self.ends[row] - 1].removesuffix(b"\r")

    def first(self, rows: int) -> "LineBlock":
        """The first rows only."""
        return LineBlock(self.block, self.starts[:rows], self.ends[:rows], self.lines[:rows])

    def after(self, rows: int) -> "LineBlock":
        """The same without the first rows."""
        return LineBlock(self.block, self.starts[rows:], self.ends[rows:], self.lines[rows:])

    def rows(self, matcher: Matcher, row: Callable[[bytes, int], Any]) -> Rows:
        """The rows, the first ones of a file by themselves. `row` makes cells of a line and its number."""

        def by_itself(number: int) -> Any:
            return row(self.line(number), int(self.lines[number]))

        found = matcher.match(self.block, self.starts, self.ends)
        found.fits[self.lines < _FIRST_ROWS] = False
        return Rows(found.columns, found.few, found.fits, self.lines, by_itself)


def line_blocks(text: Text, *, rows: int) -> Iterator[LineBlock]:
    """The file's lines that are not blank. Unreadable where there are more than `rows`, and as `all_lines` says."""
    count = 0
    for block in all_lines(text):
        keep = _not_blank(block)
        if not keep.all():
            block = LineBlock(block.block, block.starts[keep], block.ends[keep], block.lines[keep])
        count += len(block.starts)
        if count > rows:
            raise Unreadable(f"The file has more than {rows:,} rows.", line=int(block.lines[rows - count]))
        if len(block.starts):
            yield block


def all_lines(text: Text) -> Iterator[LineBlock]:
    """Every line of the file, in its order. Unreadable where one is too long or not UTF-8, or most must be blank."""
    line = 1
    for data in _whole_lines(text):
        if not data.isascii():
            check_utf8(data, line)
        block = Block(data)
        ends = block.ends()
        if not len(ends):
            raise text.too_long(line)
        starts = np.concatenate(([0], ends[:-1]))
        lines = np.arange(line, line + len(ends))
        too_long = np.flatnonzero(ends - starts > text.limits.line_bytes + 1)
        if len(too_long):
            raise text.too_long(int(lines[too_long[0]]))
        line += len(ends)
        yield LineBlock(block, starts, ends, lines)
        text.check_count(line)


def _whole_lines(text: Text) -> Iterator[bytes]:
    """Pieces of about `_BYTES` that end with a line feed; one without an end where a line is too long."""
    size = max(_BYTES, text.limits.line_bytes + 2)
    rest = b""
    for block in text.blocks():
        data = rest + block
        start = 0
        while len(data) - start >= size:
            end = data.rfind(b"\n", start, start + size) + 1 or start + size
            yield data[start:end]
            start = end
        rest = data[start:]
    if rest:
        yield rest if rest.endswith(b"\n") else rest + b"\n"


def _not_blank(lines: LineBlock) -> Flags:
    block = lines.block
    keep = lines.ends - lines.starts > 1
    for row in np.flatnonzero(keep & (block.bytes[lines.starts] <= _BLANK)).tolist():
        keep[row] = not block.data[lines.starts[row] : lines.ends[row]].isspace()
    return keep
