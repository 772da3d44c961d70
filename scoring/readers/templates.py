"""Rows of one shape, many at a time: the text between the numbers is compared, the numbers are read (see `words`).

The rows of a real log come in very few shapes: a training row, an evaluation, and nothing else for ten million lines.
A template is one such shape: the bytes that stay, piece by piece, and the columns whose numbers stand between them.
Every byte of a row is looked at: a row that differs from all templates in one byte is handed back to be read by itself,
so the columns come out exactly as the reader of single rows would give them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.readers.rows import Column, Wanted, Written
from scoring.readers.words import Block, Flags, Numbers, Places, extents, numbers

MOST_TEMPLATES = 16
_LONGEST_PIECE, _MOST_VALUES = 400, 64  # so that wherever a row leads that does not fit, there is padding
_ROWS = 8192  # what a processor's cache holds together with the columns that come of it
_WORD = 8


@dataclass(frozen=True, slots=True)
class Template:
    """`pieces[0]`, a number, `pieces[1]`, …; `columns[i]` is the position of the number after `pieces[i]`."""

    pieces: tuple[bytes, ...]
    columns: tuple[int, ...]

    @property
    def is_usable(self) -> bool:
        return len(self.columns) <= _MOST_VALUES and max(map(len, self.pieces)) <= _LONGEST_PIECE


Learn = Callable[[bytes], Template | None]
"""Makes a template of one row; None where the row must be read by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """The rows of a block: the wanted columns by position, and which rows fit a template at all."""

    columns: dict[int, Column]
    few: dict[int, Written]
    fits: Flags


class Matcher:
    """Learns the templates of a log as they come up, and reads rows by them."""

    def __init__(self, learn: Learn, wanted: Wanted) -> None:
        self._learn = learn
        self._wanted = wanted
        self._templates: list[Template] = []
        self._refused = 0

    def match(self, block: Block, starts: Places, ends: Places) -> Matched:
        """Reads the rows from `starts` to `ends`; those that fit no template have to be read by themselves."""
        count = len(starts)
        found = Matched(
            {column: Column.empty(count) for column in self._wanted.every},
            {column: Written.empty(block, count) for column in self._wanted.few},
            np.zeros(count, np.bool_),
        )
        for first in range(0, count, _ROWS):
            self._match_some(found, block, starts, ends, np.arange(first, min(first + _ROWS, count)))
        return found

    def _match_some(self, found: Matched, block: Block, starts: Places, ends: Places, rows: Places) -> None:
        rest = rows
        tried = 0
        while len(rest) and (tried < len(self._templates) or self._learned(block, starts, ends, rest)):
            before = len(rest)
            rest = self._fill(found, self._templates[tried], block, starts, ends, rest)
            if 2 * (before - len(rest)) > len(rows):  # the usual shape first
                self._templates.insert(0, self._templates.pop(tried))
            tried += 1

    def _fill(
        self, found: Matched, template: Template, block: Block, starts: Places, ends: Places, rows: Places
    ) -> Places:
        """Puts what fits into `found`; the rows that do not fit."""
        fits, values, places = _read(template, block, starts[rows], ends[rows], self._wanted)
        all_fit = bool(fits.all())
        some = np.flatnonzero(fits)
        chosen = rows[some]
        found.fits[chosen] = True
        for column, of in values.items():
            into = found.columns[column]
            into.mantissa[chosen] = of.mantissa if all_fit else of.mantissa[some]
            into.decimals[chosen] = of.decimals if all_fit else of.decimals[some]
            into.present[chosen] = True
        for column, (start, end) in places.items():
            found.few[column].starts[chosen] = start if all_fit else start[some]
            found.few[column].ends[chosen] = end if all_fit else end[some]
        return rows[:0] if all_fit else rows[~fits]

    def _learned(self, block: Block, starts: Places, ends: Places, rest: Places) -> bool:
        """Whether a new template came of the first row that fits none."""
        if len(self._templates) >= MOST_TEMPLATES or self._refused >= MOST_TEMPLATES:
            return False
        template = self._learn(block.data[starts[rest[0]] : ends[rest[0]]])
        if template is None or not template.is_usable or template in self._templates:
            self._refused += 1
            return False
        self._templates.append(template)
        return True


def _read(
    template: Template, block: Block, starts: Places, ends: Places, wanted: Wanted
) -> tuple[Flags, dict[int, Numbers], dict[int, tuple[Places, Places]]]:
    """Which rows are of this shape from end to end, the numbers wanted of each, and where those wanted of few stand."""
    fits = np.ones(len(starts), np.bool_)
    at = starts
    values: dict[int, Numbers] = {}
    places: dict[int, tuple[Places, Places]] = {}
    for piece, column in zip(template.pieces[:-1], template.columns, strict=True):
        at = _over_piece(piece, block, at, fits)
        if column in wanted.every:
            of = values[column] = numbers(block, at)
            fits &= of.plain
            at = of.end
        else:
            extent = extents(block, at)
            fits &= extent.valid
            if column in wanted.few:
                places[column] = (at, extent.end)
            at = extent.end
    at = _over_piece(template.pieces[-1], block, at, fits)
    fits &= at == ends
    return fits, values, places


def _over_piece(piece: bytes, block: Block, at: Places, fits: Flags) -> Places:
    """The places after the piece; clears `fits` where other bytes stand there."""
    length = len(piece)
    if not length:
        return at
    if length < _WORD:
        fits &= block.words[at] << np.uint64(8 * (_WORD - length)) == _word(piece.rjust(_WORD, b"\0"))
        return at + length
    for start in range(0, length, 2 * _WORD):
        part = piece[start : start + 2 * _WORD]
        if len(part) > _WORD:
            pair = block.pairs[at + start if start else at].view("<u8").reshape(-1, 2)
            rest = len(part) - _WORD
            fits &= pair[:, 0] == _word(part[:_WORD])
            fits &= pair[:, 1] << np.uint64(8 * (_WORD - rest)) == _word(part[_WORD:].rjust(_WORD, b"\0"))
        else:  # this word may overlap the one before it
            fits &= block.words[at + (length - _WORD)] == _word(piece[-_WORD:])
    return at + length


def _word(text: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(text, "little"))


def template_of(parts: Sequence[bytes | int]) -> Template:
    """From bytes that stay and positions of columns in the order of the row."""
    pieces = [b""]
    columns: list[int] = []
    for part in parts:
        if isinstance(part, int):
            columns.append(part)
            pieces.append(b"")
        else:
            pieces[-1] += part
    return Template(tuple(pieces), tuple(columns))
