"""Labels a line, with or without a row number before them, read without a loop over lines (see `words`).

This is the usual file: `index<TAB>prediction`, or a label alone. Every label is compared whole, as two machine words,
with each spelling of the task's few labels. Whatever is out of the ordinary (other columns, an unknown label, quotes)
is left to the reader of single rows, which says what is wrong with it and where.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.readers.cells import cells_of, delimiter_of
from scoring.readers.jsonl import is_json_lines
from scoring.readers.label_rows import PREDICTED, Layout, layout_of
from scoring.readers.line_blocks import LineBlock, line_blocks
from scoring.readers.text import Text
from scoring.readers.words import Block, Flags, Places, Words, numbers

_LONGEST = 16
_WORD = 8
_MASKS = np.array([(1 << (8 * count)) - 1 for count in range(_WORD + 1)], np.uint64)
_LABEL_ALONE, _AFTER_A_NUMBER = Layout(0), Layout(1, 0)


@dataclass(frozen=True, slots=True, eq=False)
class LabelLines:
    """Codes of shape (rows,), and the rows' numbers where the file has them."""

    codes: NDArray[np.int8]
    ids: NDArray[np.int64] | None


def read_label_lines(text: Text, codes: Mapping[bytes, int], *, rows: int) -> LabelLines | None:
    """The file's labels by `codes` of spellings; None where something in it has to be read row by row."""
    if is_json_lines(text.head()):
        return None
    spellings = {spelling: code for spelling, code in codes.items() if len(spelling) <= _LONGEST}
    labels: list[NDArray[np.int8]] = []
    ids: list[NDArray[np.int64]] = []
    delimiter: bytes | None = None
    for block in line_blocks(text, rows=text.limits.log_rows):
        if not labels:
            head = block.line(0)
            delimiter = delimiter_of(head)
            layout, has_header = layout_of(cells_of(head, delimiter), PREDICTED)
            if layout != (_LABEL_ALONE if delimiter is None else _AFTER_A_NUMBER):
                return None
            block = block.after(int(has_header))
        found = _read(block, delimiter, spellings)
        if found is None or len(labels) * len(found[0]) > rows:
            return None
        labels.append(found[0])
        ids.append(found[1])
    if not labels:
        return None
    return LabelLines(np.concatenate(labels), None if delimiter is None else np.concatenate(ids))


def _read(
    lines: LineBlock, delimiter: bytes | None, spellings: Mapping[bytes, int]
) -> tuple[NDArray[np.int8], NDArray[np.int64]] | None:
    """(codes, row numbers) of a block's lines; None where one is out of the ordinary."""
    block, starts = lines.block, lines.starts
    ends = lines.ends - 1
    ends = ends - (block.bytes[np.maximum(ends - 1, 0)] == ord("\r"))
    numbered = np.zeros(0, np.int64)
    if delimiter is not None:
        ids = numbers(block, starts)
        if not (ids.plain & (ids.decimals == 0) & (block.bytes[ids.end] == delimiter[0])).all():
            return None
        numbered, starts = ids.mantissa.astype(np.int64), ids.end + 1
    codes = _coded(block, starts, ends - starts, spellings)
    return None if codes is None else (codes, numbered)


def _coded(block: Block, starts: Places, lengths: Places, spellings: Mapping[bytes, int]) -> NDArray[np.int8] | None:
    if len(lengths) and (lengths.min() < 1 or lengths.max() > _LONGEST):
        return None
    first = block.words[starts] & _MASKS[np.minimum(lengths, _WORD)]
    second = block.words[starts + _WORD] & _MASKS[np.maximum(lengths - _WORD, 0)]
    codes = np.zeros(len(starts), np.int8)
    known = np.zeros(len(starts), np.bool_)
    for spelling, code in spellings.items():
        same = _equal(first, second, spelling)
        codes[same] = code
        known |= same
    return codes if known.all() else None


def _equal(first: Words, second: Words, spelling: bytes) -> Flags:
    of_first = np.uint64(int.from_bytes(spelling[:_WORD], "little"))
    of_second = np.uint64(int.from_bytes(spelling[_WORD:], "little"))
    same: Flags = (first == of_first) & (second == of_second)
    return same
