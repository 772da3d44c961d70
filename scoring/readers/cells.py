"""One line of a CSV or TSV file -> its cells. Rows are lines: a quoted cell does not go on to the next one."""

import csv

from scoring.readers.numbers import number
from scoring.readers.text import Unreadable

_DELIMITERS = (b"\t", b",", b";")


def delimiter_of(line: bytes) -> bytes | None:
    """The delimiter of a file whose first line this is; None where there is only one column."""
    return next((delimiter for delimiter in _DELIMITERS if delimiter in line), None)


def cells_of(line: bytes, delimiter: bytes | None) -> list[str]:
    """The cells of a line, without the quotes around them."""
    text = line.decode()
    if delimiter is None:
        return [text.strip().strip('"')]
    if '"' not in text:
        return text.split(delimiter.decode())
    if delimiter == b"\t":  # GLUE's files have single quotation marks in their sentences and quote nothing
        return [_unquoted(cell) for cell in text.split("\t")]
    try:
        return next(csv.reader([text], delimiter=delimiter.decode()))
    except (csv.Error, StopIteration):
        return text.split(delimiter.decode())


def _unquoted(cell: str) -> str:
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def is_numeric(cells: list[str]) -> bool:
    """Whether every cell that holds something is a number: then the line is no header."""
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(number(cell) is not None for cell in filled)


def fit(cells: list[str], width: int, line: int) -> list[str]:
    """The cells, as many as the header has. Unreadable where there are fewer or more."""
    if len(cells) == width:
        return cells
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    raise Unreadable(
        f"The line has {len(cells):,} columns where the first has {width:,}; the file may be cut off.",
        remedy="Send the whole file, with as many columns on every line as in the header.",
        line=line,
    )


def first_line(head: bytes) -> list[str] | None:
    """The cells of a file's first line; None where they are not those of a CSV or TSV file."""
    first = head.lstrip().split(b"\n", 1)[0].removesuffix(b"\r")
    delimiter = delimiter_of(first)
    if delimiter is None or first.startswith((b"{", b"[", b"<")):
        return None
    return [cell.strip() for cell in cells_of(first.decode(errors="replace").encode(), delimiter)]
