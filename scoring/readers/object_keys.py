"""JSON objects as rows of a table: which keys there are, and the templates of rows that come again and again."""

import json
import re
from collections.abc import Iterator
from typing import Any

from scoring.readers.headers import MOST_COLUMNS
from scoring.readers.json_text import ByKey
from scoring.readers.rows import Wanted
from scoring.readers.templates import Template, template_of
from scoring.readers.text import Unreadable

_PIECE = re.compile(
    rb'(?P<space>[ \t\r\n]+)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[{}:,])|(?P<constant>true|false|null|NaN|-?Infinity)'
    rb"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)"
)
_BETWEEN = re.compile(rb"[ \t\r\n]*,?[ \t\r\n]*")

Piece = tuple[str, bytes]
"""What a piece of a row is (`key`, `number`, `constant`, `rest`) and its bytes."""


class ObjectKeys:
    """The keys in the order in which they first appear; a key's place is its column's position."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._known: set[str] = set()

    def cells(self, row: dict[str, Any], line: int) -> ByKey:
        """The row by position, its keys met. Unreadable where the rows have too many keys."""
        if not row.keys() <= self._known:
            self.names += [key for key in row if key not in self._known]
            self._known.update(row)
            if len(self.names) > MOST_COLUMNS:
                raise Unreadable(f"The rows have more than {MOST_COLUMNS:,} different keys.", line=line)
        return ByKey(self.names, row)

    def template(self, row: bytes, wanted: Wanted) -> Template | None:
        """What stays of this row where it is a flat object, of known keys, whose numbers change.

        `row` may go on behind the object with a comma and white space. Where a wanted cell is neither a number nor
        null, the row has to be read by itself.
        """
        pieces = _pieces(row)
        names = [json.loads(piece, strict=False) for kind, piece in pieces or () if kind == "key"]
        if pieces is None or len(set(names)) < len(names) or not self._known.issuperset(names):
            return None
        parts: list[bytes | int] = []
        position = -1
        for kind, piece in pieces:
            if kind == "key":
                position = self.names.index(json.loads(piece, strict=False))
            if kind == "constant" and position in wanted and piece != b"null":
                return None
            parts.append(position if kind == "number" else piece)
        return template_of(parts)


def _pieces(row: bytes) -> list[Piece] | None:
    """The row taken apart without a gap; None where it is no flat object."""
    end = row.rfind(b"}") + 1
    try:
        json.loads(row[:end], strict=False)
    except (ValueError, RecursionError):
        return None
    pieces = list(_lexed(row[:end]))
    marks = [piece for kind, piece in pieces if kind == "rest"]
    is_whole = sum(len(piece) for _, piece in pieces) == end
    if not is_whole or marks.count(b"{") != 1 or not _BETWEEN.fullmatch(row, end):
        return None
    return [*pieces, ("rest", row[end:])]


def _lexed(text: bytes) -> Iterator[Piece]:
    """The pieces up to the first that does not belong into a flat object."""
    at, is_value = 0, False
    while match := _PIECE.match(text, at):
        at = match.end()
        kind = match.lastgroup
        if kind == "mark":
            is_value = match[0] == b":"
        if kind in ("space", "mark"):
            yield "rest", match[0]
        elif kind == "text":
            yield "constant" if is_value else "key", match[0]
        else:
            yield str(kind), match[0]
