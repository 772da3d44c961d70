"""A token a line, its tag in the last column: the usual layout of tags, read without a loop over lines (see `words`).

The eight bytes before each line's end hold its tag; what stands before the last blank among them is masked away, and
the rest is coded by a perfect hash. Whatever is out of the ordinary here (an unknown tag, one of more than seven
characters, a blank at a line's end) is left to the reader of single lines, which names it with its line.
"""

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoring.readers.line_blocks import LineBlock, all_lines
from scoring.readers.tags import DOCSTART, TagBook
from scoring.readers.text import Text
from scoring.readers.word_codes import UNKNOWN, WordCodes
from scoring.readers.words import Places, Words

_HIGH, _LOW_BITS = np.uint64(0x8080808080808080), np.uint64(0x7F7F7F7F7F7F7F7F)
_ABOVE_BLANK = np.uint64(0x5F5F5F5F5F5F5F5F)  # 0x7f - 0x20: takes what is above a blank over 0x7f
_7, _8, _16, _32, _56, _BYTE, _LINE_FEED = (np.uint64(value) for value in (7, 8, 16, 32, 56, 0xFF, 10))
_ROWS = 8192  # what a processor's cache holds together with what comes of it
_DOCUMENT = re.compile(rb"(?m)^[ \t]*-DOCSTART-(?=[ \t\r\n])")


@dataclass(slots=True)
class TokenLines:
    """Tag codes and line numbers of the tokens read so far, a pair of arrays a block; all other lines end sentences."""

    codes: list[NDArray[np.int8]] = field(default_factory=list)
    lines: list[NDArray[np.int64]] = field(default_factory=list)
    tokens: int = 0

    def sentences(self) -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32]]:
        """(codes by token, lengths by sentence, first lines by sentence)."""
        lines = np.concatenate(self.lines) if self.lines else np.zeros(0, np.int64)
        starts = np.flatnonzero(np.diff(lines, prepend=-1) > 1)
        lengths = np.diff(starts, append=len(lines))
        codes = np.concatenate(self.codes) if self.codes else np.zeros(0, np.int8)
        return codes, lengths.astype(np.int32), lines[starts].astype(np.int32)


def read_tag_lines(text: Text, book: TagBook, *, most_tokens: int) -> TokenLines | None:
    """The file's tokens; None where something in it has to be read line by line. May teach `book` new types."""
    found = TokenLines()
    codes = WordCodes(_words_of(book))
    for lines in all_lines(text):
        tags = _tags(lines)
        if tags is None:
            return None
        coded = codes.of(tags)
        while (coded == UNKNOWN).any():
            if book.code(_text(tags[coded == UNKNOWN][0])) is None:
                return None
            codes = WordCodes(_words_of(book))
            coded = codes.of(tags)
        is_token = tags != 0
        found.tokens += int(is_token.sum())
        if found.tokens > most_tokens:
            return None
        found.codes.append(coded[is_token])
        found.lines.append(lines.lines[is_token])
    return found


def _words_of(book: TagBook) -> dict[int, int]:
    """Every tag of seven characters at most as a word whose highest byte is its last character; 0 is a blank line."""
    return {0: 0} | {
        int.from_bytes(tag.rjust(8, b"\0"), "little"): code for tag, code in book.known().items() if len(tag) < 8
    }


def _text(word: np.uint64) -> bytes:
    return int(word).to_bytes(8, "little").lstrip(b"\0")


def _tags(lines: LineBlock) -> Words | None:
    """The last cell of each line as a word, 0 where the line is blank or starts a document."""
    block, data = lines.block, lines.block.data
    controls = int(np.count_nonzero(block.bytes[: block.size] < 0x20))
    if controls != len(lines.ends) + data.count(b"\r") + data.count(b"\t"):
        return None
    ends = lines.ends - 1
    if b"\r" in data:
        ends = ends - (block.bytes[np.maximum(ends - 1, 0)] == ord("\r"))
    last = block.words_before[ends]
    words = _after_last_blank(last)
    if words is None or not _is_line_feed(last[words == 0]).all():
        return None
    for row in _documents(data, lines.starts):
        words[row] = 0
    return words


def _after_last_blank(words: Words) -> Words | None:
    """The bytes after the last one that is a blank or a line's end; None where one of the words has none."""
    found = np.empty_like(words)
    for first in range(0, len(words), _ROWS):
        some = words[first : first + _ROWS]
        blank = some & _LOW_BITS
        blank += _ABOVE_BLANK
        blank |= some
        np.invert(blank, out=blank)
        blank &= _HIGH
        if not blank.all():
            return None
        for bits in (_8, _16, _32):
            blank |= blank >> bits
        blank >>= _7
        blank *= _BYTE
        np.invert(blank, out=blank)
        np.bitwise_and(some, blank, out=found[first : first + _ROWS])
    return found


def _is_line_feed(words: Words) -> NDArray[np.bool_]:
    """Whether the last byte of each word is one: then the line after it is blank."""
    return words >> _56 == _LINE_FEED


def _documents(data: bytes, starts: Places) -> NDArray[np.int64]:
    """The rows of -DOCSTART- lines."""
    if DOCSTART not in data:
        return np.zeros(0, np.int64)
    places = [match.start() for match in _DOCUMENT.finditer(data)]
    return np.searchsorted(starts, places, side="right") - 1
