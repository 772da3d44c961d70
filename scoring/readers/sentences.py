"""Files of entity tags, in every layout people write them in -> sentences of tag codes (PROTOCOL section 7)."""

import json
import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.readers.json_text import array_rows, is_array, object_items, one_object
from scoring.readers.jsonl import is_json_lines, json_rows
from scoring.readers.numbers import whole
from scoring.readers.tag_lines import read_tag_lines
from scoring.readers.tags import DOCSTART, TagBook, is_tag
from scoring.readers.text import HEAD_BYTES, Text, Unreadable
from scoring.readers.wording import named

_ID_KEYS = ("id", "idx", "index", "guid")
_TAG_KEYS = (
    *("predictions", "prediction", "predicted_tags", "pred_tags", "predicted_labels", "pred_labels", "preds"),
    *("tags", "ner_tags", "labels", "label"),
)
"""Those that say they are predicted first: beside them `tags` or `labels` are the gold."""

_AS_ROWS = 'Write rows as {"id": 0, "tags": ["O", "B-LOC"]}.'
_TAG_BYTES = 80
"""More than a tag takes in JSON with its quotes, comma and white space."""

_SHOWN_OF_A_LIST = 10

_LISTS = re.compile(rb'\s{0,100}\[\s{0,100}\[\s{0,100}["\]]')

_LIST = re.compile(rb'\s{0,100}\[\s{0,100}"(?:O|[BIESLU]-[^"\s]{1,64})"')

UnknownTag = Callable[[bytes, int], None]
"""Told of a tag that is none, with its line."""


class TooMany(Exception):
    """More sentences or tokens than any reading of the dev set could have; `line` is where it was clear."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """Tag codes of shape (tokens,); lengths and first lines of shape (sentences,); ids where the rows have them."""

    codes: NDArray[np.int8]
    lengths: NDArray[np.int32]
    lines: NDArray[np.int32]
    ids: tuple[str, ...] | None = None

    @property
    def lone_outside(self) -> NDArray[np.bool_]:
        """Which sentences are a single O, as -DOCSTART- lines are once the words are gone."""
        starts = np.cumsum(self.lengths) - self.lengths
        lone = self.lengths == 1
        lone[lone] = self.codes[starts[lone]] == 0
        return lone

    def kept(self, keep: NDArray[np.bool_]) -> "Sentences":
        """Only the sentences marked."""
        tokens = np.repeat(keep, self.lengths)
        return Sentences(self.codes[tokens], self.lengths[keep], self.lines[keep])


class _Gathering:
    """Sentences as they are read, compactly, with the two limits that keep a hostile file small."""

    def __init__(self, book: TagBook, unknown: UnknownTag, most_sentences: int, most_tokens: int) -> None:
        self._book = book
        self._unknown = unknown
        self._most = (most_sentences, most_tokens)
        self._codes = bytearray()
        self._lengths = array("i")
        self._lines = array("i")
        self._start = 0
        self._line = 0

    def code(self, tag: bytes, line: int) -> int:
        """The tag's code; that of O where it is unknown, which is told."""
        code = self._book.code(tag)
        if code is None:
            self._unknown(tag, line)
        return code or 0

    def tag(self, tag: bytes, line: int) -> None:
        code = self.code(tag, line)
        if len(self._codes) == self._start:
            self._line = line
        self._codes.append(code)

    def sentence(self, tags: Sequence[str], codes: dict[str, int], line: int) -> None:
        """A whole sentence of tags whose codes are known."""
        self._line = line
        self._codes += bytes(map(codes.__getitem__, tags))
        self.end(line)

    def end(self, line: int) -> None:
        """The sentence ends; nothing happens where none has begun."""
        length = len(self._codes) - self._start
        if length:
            self._lengths.append(length)
            self._lines.append(self._line)
            self._start = len(self._codes)
        if len(self._lengths) > self._most[0] or len(self._codes) > self._most[1]:
            raise TooMany(line)

    def finished(self, ids: list[str] | None = None) -> Sentences:
        return Sentences(
            np.frombuffer(bytes(self._codes), np.int8),
            np.array(self._lengths, np.int32),
            np.array(self._lines, np.int32),
            tuple(ids) if ids is not None else None,
        )


def read_sentences(
    text: Text, book: TagBook, unknown: UnknownTag, *, most_sentences: int, most_tokens: int
) -> Sentences:
    """The file's sentences. Unreadable where it is of no known layout; TooMany as soon as it cannot fit."""
    gathering = _Gathering(book, unknown, most_sentences, most_tokens)
    head = text.head()
    if head.lstrip().startswith(b"{") or is_array(head) or _LISTS.match(head):
        return gathering.finished(_read_structured(text, head, gathering, most_tokens))
    if _LIST.match(head):
        raise Unreadable("The file is a JSON array of tags, which does not tell sentences apart.", remedy=_AS_ROWS)
    if is_sentence_a_line(head):
        _read_lines(text, gathering)
        return gathering.finished()
    together = read_tag_lines(text, book, most_tokens=most_tokens)
    sentences = Sentences(*together.sentences()) if together is not None else None
    if sentences is not None and len(sentences.lengths) <= most_sentences:
        return sentences
    _read_columns(text, gathering, most_tokens)
    return gathering.finished()


def _read_structured(text: Text, head: bytes, gathering: _Gathering, most_tokens: int) -> list[str] | None:
    """JSON of any layout; the ids of the sentences where it has them."""
    if is_array(head):
        return _read_json(array_rows(text), gathering)
    if _LISTS.match(head):
        _read_lists(text, gathering, most_tokens)
        return None
    if _is_by_id(head):
        return _read_by_id(text, gathering)
    return _read_json(json_rows(text, rows=text.limits.log_rows), gathering)


def is_sentence_a_line(head: bytes) -> bool:
    """Whether lines hold the tags of whole sentences, not one token with its columns."""
    if b" " not in head and b"\t" not in head:
        return False
    lines = head.split(b"\n")
    if len(head) >= HEAD_BYTES:
        lines.pop()
    while lines and not lines[-1].strip():
        lines.pop()
    widths: set[int] = set()
    has_blank_lines = False
    for line in lines:
        cells = line.split()
        if not cells:
            has_blank_lines = True
        elif cells[0] != DOCSTART:
            widths.add(len(cells))
            if not all(map(is_tag, cells)):
                return False
    if max(widths, default=1) == 1:
        return False
    return not has_blank_lines or len(widths) > 1


def _read_columns(text: Text, gathering: _Gathering, most_tokens: int) -> None:
    """A token a line, the last column its tag; blank lines and -DOCSTART- lines end a sentence."""
    number = since = 0
    for number, line in text.numbered():
        cells = line.split()
        if not cells or cells[0] == DOCSTART:
            gathering.end(number)
            since = 0
            continue
        gathering.tag(cells[-1], number)
        since += 1
        if since > most_tokens:
            raise TooMany(number)
    gathering.end(number)


def _read_lines(text: Text, gathering: _Gathering) -> None:
    for number, line in text.numbered():
        cells = line.split()
        if cells and cells[0] != DOCSTART:
            for cell in cells:
                gathering.tag(cell, number)
            gathering.end(number)


def _is_by_id(head: bytes) -> bool:
    """Whether a file is one JSON object of `id: tags`, not JSON Lines with rows of tags."""
    if not is_json_lines(head):
        return True
    row = one_object(head)
    return row is not None and not set(row).intersection((*_ID_KEYS, *_TAG_KEYS))


def _read_by_id(text: Text, gathering: _Gathering) -> list[str]:
    ids = []
    for line, key, value in object_items(text):
        for tag in _tags_in({"tags": value}, line):
            gathering.tag(tag, line)
        gathering.end(line)
        ids.append(key)
    return ids


def _read_json(objects: Iterator[tuple[int, dict[str, Any]]], gathering: _Gathering) -> list[str] | None:
    """An object a sentence, with a list of tags; the ids where every row has one."""
    ids: list[str] = []
    rows = 0
    for number, row in objects:
        rows += 1
        for tag in _tags_in(row, number):
            gathering.tag(tag, number)
        gathering.end(number)
        key = next((key for key in _ID_KEYS if key in row), None)
        if key is not None:
            ids.append(id_text(row[key]))
    if ids and len(ids) != rows:
        raise Unreadable("Some rows have an id and some have none.", remedy="Give every row its id.")
    return ids or None


def _read_lists(text: Text, gathering: _Gathering, most_tokens: int) -> None:
    """One JSON list with a list of tags for each sentence. Each tag is looked up once, however often it comes."""
    data = b""
    for block in text.blocks():
        data += block
        if len(data) > _TAG_BYTES * most_tokens:
            raise TooMany(1)
    try:
        rows = json.loads(data)
        is_lists = isinstance(rows, list) and all(type(row) is list for row in rows)
        different = {tag for row in rows for tag in row} if is_lists else {None}
    except (ValueError, RecursionError, TypeError):
        different = {None}
    if not all(isinstance(tag, str) for tag in different):
        raise Unreadable("The JSON is not a list with a list of tags for each sentence.", remedy=_AS_ROWS)
    tags: set[str] = set(map(str, different))
    codes = {tag: gathering.code(tag.encode(errors="replace"), 1) for tag in tags}
    for row in rows:
        gathering.sentence(row, codes, 1)


def _tags_in(row: dict[str, object], line: int) -> list[bytes]:
    key = next((key for key in _TAG_KEYS if key in row), None)
    value = row[key] if key is not None else None
    if isinstance(value, str):
        value = value.split()
    if not isinstance(value, list) or not value:
        raise Unreadable(
            f"The row has no list of tags; found: {named(list(row))}.",
            remedy=_AS_ROWS,
            line=line,
        )
    return [str(tag).encode(errors="replace") for tag in value]


def id_text(cell: object) -> str:
    """An id or a label as text, whether JSON had it as a number or as a string."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, list):
        return f"[{', '.join(map(id_text, cell[:_SHOWN_OF_A_LIST]))}]"
    number = whole(cell)
    return str(cell) if number is None else str(number)
