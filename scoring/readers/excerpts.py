"""A few numbered lines of an evidence file, to show where a number stands. Bounded in bytes read and shown."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from scoring.readers.text import Text, Unreadable
from scoring.rules import Limits
from scoring.values import Source

DEEPEST_BYTE = 64 * 1024 * 1024
"""Lines further into the unpacked file are not looked for: whoever wants them has the file."""
LONGEST_LINE = 600
"""Bytes of a line that are shown."""
PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if code != 0x09} | {0x7F: "\u2421"}
"""Control characters as the signs that Unicode has for them: a page must not be written by a log."""


class NumberedLine(NamedTuple):
    """One line; `is_cut` where it is longer than what is shown."""

    number: int
    text: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines in order; `reason` says in a sentence why there are none. `last` is the file's last line where known."""

    lines: tuple[NumberedLine, ...] = ()
    reason: str = ""
    last: int | None = None

    @property
    def has_earlier(self) -> bool:
        return bool(self.lines) and self.lines[0].number > 1

    @property
    def has_later(self) -> bool:
        return bool(self.lines) and self.lines[-1].number != self.last


def excerpt(source: Source, limits: Limits, first: int, last: int) -> Excerpt:
    """The lines from `first` to `last`, counted from 1 in the unpacked file, as many of them as there are."""
    first = max(first, 1)
    bounded = replace(limits, unpacked_bytes=min(limits.unpacked_bytes, DEEPEST_BYTE))
    kept: dict[int, bytes] = {}
    number, is_empty = 1, True
    try:
        for at, piece in _pieces(Text(source, bounded), first):
            number, is_empty = at, not piece and (is_empty or at != number)
            if number > last and not is_empty:
                return Excerpt(_shown(kept))
            if first <= number <= last:
                kept[number] = (kept.get(number, b"") + piece)[: LONGEST_LINE + 1]
    except Unreadable as unreadable:
        return Excerpt(reason=unreadable.message)
    if is_empty:
        # What stands after the last line end is no line.
        kept.pop(number, None)
        number -= 1
    reason = "" if kept else f"The file has {number:,} line{'' if number == 1 else 's'}."
    return Excerpt(_shown(kept), reason, last=number)


def _pieces(text: Text, first: int) -> Iterator[tuple[int, bytes]]:
    """(number of the line, piece of it); of blocks that lie wholly before `first` only their last line."""
    number = 1
    for block in text.blocks():
        ends = block.count(b"\n")
        if number + ends < first:
            number += ends
            yield number, block.rpartition(b"\n")[2]
            continue
        yield from enumerate(block.split(b"\n"), number)
        number += ends


def _shown(kept: dict[int, bytes]) -> tuple[NumberedLine, ...]:
    return tuple(NumberedLine(number, _text(line), len(line) > LONGEST_LINE) for number, line in kept.items())


def _text(line: bytes) -> str:
    return harmless(line[:LONGEST_LINE].removesuffix(b"\r").decode(errors="replace"))


def harmless(text: str) -> str:
    """Text that can be printed: what steers a terminal has its picture, what is unseen or turns text round a mark."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_hidden(letter) else letter for letter in text.translate(PICTURES))


def _is_hidden(letter: str) -> bool:
    return letter != "\t" and unicodedata.category(letter).startswith("C")
