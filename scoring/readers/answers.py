"""The sources of one task's classification predictions -> the label of each row of each part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.goldset import Gold
from scoring.readers.label_lines import LabelLines, read_label_lines
from scoring.readers.label_rows import PREDICTED, LabelRow, read_labels
from scoring.readers.notes import Notes
from scoring.readers.numbers import whole
from scoring.readers.row_ids import Place, RowIds, Unclear, pair_places
from scoring.readers.text import Text
from scoring.readers.wording import shown
from scoring.rules import WHOLE, Task

MISSING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """By part, shape (rows,): the label's number in `task.labels`; `len(labels) + i` for the integer i, whose meaning
    depends on the order; -1 where there is no prediction."""

    task: Task
    parts: Mapping[str, NDArray[np.int8]]

    @property
    def has_integers(self) -> bool:
        return any(bool((part >= len(self.task.labels)).any()) for part in self.parts.values())

    def decoded(self, order: Sequence[str]) -> dict[str, NDArray[np.int8]]:
        """Integers read as `order` says, by part: numbers in `task.labels`, -1 where there is no prediction."""
        labels = self.task.labels
        code = np.array([*range(len(labels)), *(labels.index(label) for label in order), MISSING], np.int8)
        return {name: code[part] for name, part in self.parts.items()}


class AnswerReader:
    """Reads the files of one task; what does not fit becomes findings."""

    def __init__(self, task: Task, gold: Gold | None) -> None:
        self._task = task
        self._pairs = pair_places(gold)
        self._spellings = _spellings(task.labels)
        self._codes = {label.lower(): number for number, label in enumerate(task.labels)}
        self.parts = {part.name: np.full(part.size, MISSING, np.int8) for part in task.parts}

    def read(self, text: Text, part: str, notes: Notes) -> None:
        """One file. `part` is `WHOLE` where it is for the whole dev set.

        A row more than there are is read as well: where rows have ids, one of them is unknown or stands there twice.
        """
        size = sum(each.size for each in self._task.parts if part in (WHOLE, each.name))
        if self._put_together(read_label_lines(text, self._spellings, rows=size + 1), part, size):
            return
        rows = read_labels(text, PREDICTED, rows=size + 1)
        ids = RowIds(self._task, None if part == WHOLE else part, self._pairs)
        unnamed: list[int] = []
        count = 0
        for count, row in enumerate(rows, 1):
            if count > size and row.id is None and row.pair is None:
                notes.add("predictions-length", f"The file has more than the dev set's {size:,} rows.", line=row.line)
                return
            code = self._code(row, notes)
            if row.id is None and row.pair is None:
                unnamed.append(code)
            elif (place := self._place(row, ids, notes)) is not None:
                self._put(place, code, row, notes)
        _say_no_labels(notes, count)
        if unnamed:
            self._put_in_order(unnamed, part, size, notes)

    def _put_together(self, lines: LabelLines | None, part: str, size: int) -> bool:
        """Takes a file in which nothing is out of the ordinary; False, and nothing done, where something is."""
        if lines is None or len(lines.codes) > size:
            return False
        if lines.ids is None:
            if len(lines.codes) == size:
                self._fill(lines.codes, part)
            return len(lines.codes) == size
        name = WHOLE if len(self._task.parts) == 1 else part
        if name not in self.parts or (lines.ids >= size).any() or (np.bincount(lines.ids) > 1).any():
            return False
        self.parts[name][lines.ids] = lines.codes
        return True

    def _code(self, row: LabelRow, notes: Notes) -> int:
        labels = len(self._task.labels)
        code = self._codes.get(row.label.lower())
        if code is not None:
            return code
        number = whole(row.label.upper().removeprefix("LABEL_"))
        if number is not None and 0 <= number < labels:
            return labels + number
        allowed = f"{', '.join(self._task.labels)} or 0 to {labels - 1}"
        what = shown(row.label) if row.label else "An empty cell"
        notes.add("predictions-unknown-label", f"{what} is none of the labels {allowed}.", line=row.line)
        return MISSING

    def _place(self, row: LabelRow, ids: RowIds, notes: Notes) -> Place | None:
        by_pair = row.pair is not None and (bool(self._pairs) or row.id is None)
        text = (row.pair if by_pair else row.id) or ""
        try:
            place = ids.find(text, row.split, is_pair=by_pair)
        except Unclear:
            notes.add("predictions-unknown-id", self._unclear(text), line=row.line, remedy=self._two_files())
            return None
        if place is None:
            message = f"The dev set has no row {shown(text)}."
            if by_pair and not self._pairs:
                message = "This server's gold labels have no pair ids, and the rows have no other."
                notes.add_once("predictions-unknown-id", message, remedy="Send rows with `index`.")
            else:
                notes.add("predictions-unknown-id", message, line=row.line)
        return place

    def _put(self, place: Place, code: int, row: LabelRow, notes: Notes) -> None:
        part = self.parts[place[0]]
        if part[place[1]] != MISSING:
            message = f"The id {shown(row.id or row.pair or '')} stands on more than one row."
            notes.add("predictions-duplicate-id", message, line=row.line)
        part[place[1]] = code

    def _put_in_order(self, codes: Sequence[int], part: str, size: int, notes: Notes) -> None:
        """Rows without ids: all of them, in the dev set's order, its parts one after the other."""
        if len(codes) != size:
            message = f"The file has {len(codes):,} rows without ids, and the dev set has {size:,}."
            notes.add("predictions-length", message)
            return
        self._fill(np.array(codes, np.int8), part)

    def _fill(self, codes: NDArray[np.int8], part: str) -> None:
        """All rows of the part or of all parts, one after the other."""
        start = 0
        for each in self._task.parts:
            if part in (WHOLE, each.name):
                self.parts[each.name][:] = codes[start : start + each.size]
                start += each.size

    def _unclear(self, text: str) -> str:
        parts = " and ".join(each.name for each in self._task.parts)
        return f"{shown(text)} is a row of {parts} both, and nothing on the line says which is meant."

    def _two_files(self) -> str:
        parts = " and ".join(each.name for each in self._task.parts)
        return f"Send {parts} as a file each, or add a column `split` or `pairID`."


def _say_no_labels(notes: Notes, rows: int) -> None:
    """One finding for all rows where each fails in the same way: then another column, or another task's, was sent."""
    remedies = {
        "predictions-unknown-label": "The column `prediction` must hold the task's labels, or their integers.",
        "predictions-unknown-id": "The ids must be those of the dev set: its row numbers, counted from 0.",
    }
    for code, remedy in remedies.items():
        if first := notes.first(code, of=rows):
            message = f"All {rows:,} rows fail in this way. The first: {first.message}"
            notes.add_once(code, message, line=first.line, remedy=first.remedy or remedy)


def _spellings(labels: Sequence[str]) -> dict[bytes, int]:
    """The usual spellings of the labels and of their integers, with the codes of `Answers`."""
    spellings: dict[bytes, int] = {}
    for number in range(len(labels)):
        spellings |= {b"%d" % number: len(labels) + number, b"LABEL_%d" % number: len(labels) + number}
    for code, label in enumerate(labels):
        spellings |= {each.encode(): code for each in (label, label.lower(), label.upper(), label.capitalize())}
    return spellings
