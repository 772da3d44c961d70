"""JSON as it comes in evidence files: exact numbers, bounded depth, and files larger than memory should hold."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from scoring.readers.numbers import json_number
from scoring.readers.text import HEAD_BYTES, Text, Unreadable
from scoring.readers.wording import shown

MOST_CHARACTERS = 1 << 20
_SPACE = re.compile(r"[ \t\r\n]*")


class _KeyTwice(Exception):
    """An object has a key more than once: which value counts is anybody's guess."""


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        first = dict(reversed([(key, place) for place, (key, _) in enumerate(pairs)]))
        raise _KeyTwice(next(key for place, (key, _) in enumerate(pairs) if first[key] != place))
    return row


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once_each,
    parse_float=json_number,
    parse_int=json_number,
    parse_constant=json_number,
    strict=False,
)


class ByKey:
    """A JSON object as a row: the cell at the position of its key in `keys`."""

    __slots__ = ("_keys", "_row")

    def __init__(self, keys: Sequence[str], row: dict[str, Any]) -> None:
        self._keys = keys
        self._row = row

    def __getitem__(self, position: int) -> Any:
        return self._row.get(self._keys[position])

    @property
    def row(self) -> dict[str, Any]:
        """The object itself."""
        return self._row


def json_object(text: str, line: int, deepest: int) -> dict[str, Any]:
    """The one object on a line. Unreadable where it is something else, broken, or nested too deep."""
    text = text.strip()
    try:
        value, end = _DECODER.raw_decode(text)
    except _KeyTwice as error:
        raise key_twice(str(error), line) from None
    except (ValueError, RecursionError):
        raise _broken(line) from None
    if end != len(text) or not isinstance(value, dict):
        raise _broken(line)
    _check_depth(value, deepest, line)
    return value


def leading_object(text: str, line: int, deepest: int) -> dict[str, Any] | None:
    """The object a text starts with, whatever follows it; None where it has none. Unreadable where it is too deep."""
    try:
        value, _ = _DECODER.raw_decode(text.lstrip())
    except _KeyTwice as error:
        raise key_twice(str(error), line) from None
    except (ValueError, RecursionError):
        return None
    _check_depth(value, deepest, line)
    return value if isinstance(value, dict) else None


def separate_object(text: str) -> dict[str, Any] | None:
    """The object of a text that holds nothing else but a comma behind it; None where it holds anything else."""
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError, _KeyTwice):
        return None
    return value if isinstance(value, dict) and text[end:].strip(" \t\r\n") == "," else None


def one_object(head: bytes) -> dict[str, Any] | None:
    """The object that a short file of one line is; None where it is something else or longer."""
    text = head.decode(errors="replace").strip()
    if len(head) >= HEAD_BYTES or "\n" in text:
        return None
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError, _KeyTwice):
        return None
    return value if end == len(text) and isinstance(value, dict) else None


class JsonReader:
    """Pulls values out of one large JSON object as it streams. Numbers are exact; `line` is that of the next one."""

    def __init__(self, text: Text) -> None:
        self._blocks = _decoded(text)
        self._depth = text.limits.json_depth
        self._buffer = ""
        self._at = 0
        self._ended = False
        self._is_fresh = False
        self.line = 1

    def peek(self) -> str:
        """The next character that is not white space; empty at the end of the file."""
        while True:
            self._advance(_SPACE.match(self._buffer, self._at).end())  # type: ignore[union-attr]  # always matches
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._fill():
                return ""

    def take(self, wanted: str) -> bool:
        """Steps over `wanted` where it comes next."""
        if self.peek() != wanted:
            return False
        self._advance(self._at + 1)
        return True

    def value(self) -> Any:
        """The next value, however it is nested. Unreadable where it is broken, cut off, too long or too deep."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except _KeyTwice as error:
                raise key_twice(str(error), self.line) from None
            except (ValueError, RecursionError):
                value, end = None, 0
            if end and (self._ended or end < len(self._buffer)):  # at the edge a number may go on in the next block
                _check_depth(value, self._depth, self.line)
                self._advance(end)
                return value
            if len(self._buffer) - self._at > MOST_CHARACTERS or not self._fill():
                raise _broken(self.line)

    def items(self) -> Iterator[str]:
        """The keys of the object that comes next, as often as they stand there; the caller takes each one's value
        before going on."""
        self.expect("{")
        if self.take("}"):
            return
        while True:
            key = self.value()
            if not isinstance(key, str):
                raise _broken(self.line)
            self.expect(":")
            yield key
            if self.take("}"):
                return
            self.expect(",")

    def elements(self) -> Iterator[tuple[int, Any]]:
        """(line, value) of each element of the array that comes next."""
        self.expect("[")
        if self.take("]"):
            return
        while True:
            self.peek()
            line = self.line
            yield line, self.value()
            if self.take("]"):
                return
            self.expect(",")

    def expect(self, wanted: str) -> None:
        """Steps over `wanted`. Unreadable where something else comes next."""
        if not self.take(wanted):
            raise _broken(self.line)

    def _advance(self, end: int) -> None:
        self.line += self._buffer.count("\n", self._at, end)
        self._at = end

    def _fill(self) -> bool:
        block = next(self._blocks, None)
        if block is None:
            changed, self._ended = not self._ended, True
            return changed
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        self._is_fresh = True
        return True

    def window(self) -> str:
        """What was read into memory since the last window, up to the last `{`; mostly that is empty.

        Where the next elements are flat objects, these are whole ones, each with the comma behind it.
        """
        if not self._is_fresh:
            return ""
        self._is_fresh = False
        return self._buffer[self._at : max(self._at, self._buffer.rfind("{"))]

    def step_over(self, window: str, lines: int) -> None:
        """Goes on behind a window that has so many line feeds."""
        self._at += len(window)
        self.line += lines


def is_array(head: bytes) -> bool:
    """Whether a file is one JSON list of objects."""
    head = head.lstrip()
    return head[:1] == b"[" and head[1:].lstrip()[:1] in (b"{", b"]")


def array_rows(text: Text) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, object) of each element of the list that the file is. Unreadable where one is no object."""
    reader = JsonReader(text)
    for rows, (line, entry) in enumerate(reader.elements()):
        if not isinstance(entry, dict) or rows >= text.limits.log_rows:
            raise Unreadable("An entry of the list is not an object, or there are too many.", line=line)
        yield line, entry
    _check_end(reader)


def object_items(text: Text) -> Iterator[tuple[int, str, Any]]:
    """(line, key, value) of each item of the object that the file is."""
    reader = JsonReader(text)
    for key in reader.items():
        reader.peek()
        line = reader.line
        yield line, key, reader.value()
    _check_end(reader)


def _check_end(reader: "JsonReader") -> None:
    if reader.peek():
        raise _broken(reader.line)


def _decoded(text: Text) -> Iterator[str]:
    """The file as text, cut between lines or, in a file of one line, wherever a block ends."""
    rest = b""
    for block in text.blocks():
        data = rest + block
        whole = data[: _last_whole(data)]
        rest = data[len(whole) :]
        yield _utf8(whole)
    if rest:
        yield _utf8(rest)


def _last_whole(data: bytes) -> int:
    """Where the last whole UTF-8 character ends, so that a block does not cut one in two."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            return len(data)
        if byte >= 0xC0:
            return len(data) - back
    return len(data)


def _utf8(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Unreadable("The file is not UTF-8 text.", remedy="Save it as UTF-8 and send that.") from None


def _check_depth(value: Any, deepest: int, line: int) -> None:
    """Level by level, so that no nesting can exhaust the stack."""
    level = [value]
    for _ in range(deepest + 1):
        level = [inner for outer in level if isinstance(outer, (dict, list)) for inner in _inside(outer)]
        if not level:
            return
    raise Unreadable(f"The JSON is nested more than {deepest} levels deep.", line=line)


def _inside(value: dict[str, Any] | list[Any]) -> list[Any]:
    inner = list(value.values()) if isinstance(value, dict) else value
    return [item for item in inner if isinstance(item, (dict, list))]


def key_twice(key: str, line: int) -> Unreadable:
    """What to raise about an object, from this line on, that has a key more than once."""
    return Unreadable(
        f"An object has the key {shown(key)} more than once.", remedy="Keep one value for each key.", line=line
    )


def _broken(line: int) -> Unreadable:
    return Unreadable(
        "The JSON is broken or cut off here.",
        remedy="Send the whole file as it was written; JSON Lines need one object a line.",
        line=line,
    )
