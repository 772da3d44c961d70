"""Time stamps at the start of a log's lines, in the styles that loggers write (PROTOCOL section 7, 'Times')."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scoring.readers.text import Text
from scoring.readers.times import SECONDS_OF_DAY, Style

LONGEST_LINE = 2_000
"""Characters of a line that are looked at: what a program prints of an evaluation is shorter."""
JITTER_SECONDS = 60.0
"""Processes that share a log write a little out of order; a time of day that falls by more has passed midnight."""

_LEVEL = r"(?:\[?[A-Z]{4,8}(?:\|[\w./]{1,80}:[0-9]{1,6})?[\]:]?(?:[\w.-]{1,60}:)?[ ]{0,4})?"
_CLOCK = r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]{1,9}))?"
_STAMP = re.compile(
    rf"[ ]{{0,12}}{_LEVEL}[\[(]?"
    rf"(?:([0-9]{{4}})[-/.]([0-9]{{2}})[-/.]([0-9]{{2}})[T ,_]{{1,2}}{_CLOCK}(?:Z|([+-][0-9]{{2}}):?([0-9]{{2}}))?"
    rf"|([0-9]{{2}})/([0-9]{{2}})/([0-9]{{4}})[ ,]{{1,2}}{_CLOCK}(?:[ ]([AP])M)?"
    rf"|{_CLOCK})(?![0-9:/])"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m|\[[0-9]{1,2}m(?=\[)")
_TIME_PARTS = 4
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a text log. `when` is its stamp in seconds on the file's own scale, None where it has none."""

    number: int
    text: str
    when: float | None


class Stamps:
    """Reads the stamps of one file in its order. The first one decides their style; times of day wrap at midnight."""

    def __init__(self) -> None:
        self.style: Style | None = None
        self.first: float | None = None
        self.first_line: int | None = None
        self._days = 0.0
        self._last = 0.0

    def read(self, text: str, line: int) -> float | None:
        """The seconds of the stamp that the line starts with; None where it has none of the file's style."""
        found = stamp_of(text)
        if found is None:
            return None
        style, seconds = found
        if self.style is None:
            self.style = style
        if style is not self.style:
            return None
        if style is Style.OF_DAY:
            seconds = self._over_midnight(seconds)
        if self.first is None:
            self.first, self.first_line = seconds, line
        return seconds

    def _over_midnight(self, seconds: float) -> float:
        if seconds + self._days < self._last - JITTER_SECONDS:
            self._days += SECONDS_OF_DAY
        self._last = max(self._last, seconds + self._days)
        return seconds + self._days


def stamp_of(text: str) -> tuple[Style, float] | None:
    """The stamp that a line starts with, after a logger's level and name: since 1970, or since midnight."""
    match = _STAMP.match(text)
    if match is None:
        return None
    groups = match.groups()
    if groups[0] is not None:
        return _dated(groups[0:3], groups[3:7], zone=groups[7:9])
    if groups[9] is not None:
        return _dated((groups[11], groups[9], groups[10]), groups[12:16], half=groups[16])
    seconds = _of_day(groups[17:21], None)
    return None if seconds is None else (Style.OF_DAY, seconds)


def stamp_end(text: str) -> int:
    """Where the stamp that a line starts with ends; 0 where it has none."""
    match = _STAMP.match(text)
    return match.end() if match else 0


def text_lines(text: Text, stamps: Stamps, *, longest: int = LONGEST_LINE) -> Iterator[TextLine]:
    """Every line that is not blank, its first `longest` characters.

    What a progress bar wrote over is a line of its own, with the same number.
    """
    for number, line in text.lines(rows=text.limits.log_rows):
        decoded = line.decode()
        if "\x1b" in decoded or "m[" in decoded:
            decoded = _COLOUR.sub("", decoded)
        for part in decoded.split("\r") if "\r" in decoded else (decoded,):
            yield TextLine(number, part[:longest], stamps.read(part, number))


def _dated(
    day: tuple[str | None, ...],
    clock: tuple[str | None, ...],
    *,
    zone: tuple[str | None, ...] = (None, None),
    half: str | None = None,
) -> tuple[Style, float] | None:
    try:
        days = date(int(day[0] or 0), int(day[1] or 0), int(day[2] or 0)).toordinal() - _EPOCH
    except ValueError:
        return None
    seconds = _of_day(clock, half)
    if seconds is None:
        return None
    return Style.DATED, days * SECONDS_OF_DAY + seconds - _offset(zone)


def _of_day(clock: tuple[str | None, ...], half: str | None) -> float | None:
    """Seconds since midnight; `half` is A or P of a clock of twelve hours."""
    hours, minutes, seconds = (int(part or 0) for part in clock[: _TIME_PARTS - 1])
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    if half is not None:
        hours = hours % 12 + (12 if half == "P" else 0)
    fraction = float(f"0.{clock[_TIME_PARTS - 1] or 0}")
    return hours * 3600 + minutes * 60 + seconds + fraction


def _offset(zone: tuple[str | None, ...]) -> float:
    """Seconds that a zone such as +01:30 is ahead."""
    if zone[0] is None:
        return 0.0
    sign = -1 if zone[0].startswith("-") else 1
    return sign * (abs(int(zone[0])) * 3600 + int(zone[1] or 0) * 60)
