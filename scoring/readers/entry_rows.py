"""The objects of a long JSON list as rows: many at a time where they are flat, else one by one."""

from collections.abc import Iterator

import numpy as np

from scoring.readers.json_text import ByKey, JsonReader, separate_object
from scoring.readers.object_keys import ObjectKeys
from scoring.readers.rows import Rows, Wanted
from scoring.readers.templates import Matcher, Template
from scoring.readers.text import Unreadable
from scoring.readers.words import Block

_FIRST_ROWS = 16
"""The first rows go one by one: by them the clock knows its style."""


def entry_rows(reader: JsonReader, keys: ObjectKeys, wanted: Wanted, *, alone: str) -> Iterator[Rows]:
    """The elements of the list that comes next; an element with the key `alone` never fits a template.

    A window of the file is cut before the last `{`. Where all that begins with a `{` in it turns out to be an object
    with a comma behind it, these are the list's next elements; else they are taken one by one.
    """

    def template(entry: bytes) -> Template | None:
        return None if f'"{alone}"'.encode() in entry else keys.template(entry, wanted)

    matcher = Matcher(template, wanted)
    reader.expect("[")
    if reader.take("]"):
        return
    count = 0
    while True:
        reader.peek()
        window = reader.window() if count >= _FIRST_ROWS else ""
        rows, line_feeds = _together(window, reader.line, matcher, keys) if window else (None, 0)
        if rows is not None:
            reader.step_over(window, line_feeds)
            yield rows
            continue
        line, entry = reader.line, reader.value()
        if not isinstance(entry, dict):
            raise Unreadable("An entry of the list is not an object.", line=line)
        count += 1
        yield single(line, keys.cells(entry, line))
        if reader.take("]"):
            return
        reader.expect(",")


def single(line: int, cells: ByKey) -> Rows:
    """One row that is read by itself."""
    return Rows({}, {}, np.zeros(1, np.bool_), np.array([line]), lambda _: cells)


def _together(window: str, line: int, matcher: Matcher, keys: ObjectKeys) -> tuple[Rows | None, int]:
    """The rows of a window and its line feeds; no rows where it holds anything but objects with commas behind them."""
    block = Block(window.encode())
    starts = np.flatnonzero(block.bytes[: block.size] == ord("{"))
    if not len(starts) or starts[0] != 0:
        return None, 0
    ends = np.append(starts[1:], block.size)
    line_feeds = np.flatnonzero(block.bytes[: block.size] == ord("\n"))
    lines = line + np.searchsorted(line_feeds, starts)
    found = matcher.match(block, starts, ends)
    singly: dict[int, ByKey] = {}

    def read(row: int) -> ByKey | None:
        entry = separate_object(block.data[starts[row] : ends[row]].decode())
        return None if entry is None else keys.cells(entry, int(lines[row]))

    for row in np.flatnonzero(~found.fits).tolist():
        cells = read(row)
        if cells is None:
            return None, 0
        singly[row] = cells
    return Rows(found.columns, found.few, found.fits, lines, lambda row: singly.get(row) or read(row)), len(line_feeds)
