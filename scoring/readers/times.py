"""Times as logs write them: numbers in a unit, `H:MM:SS`, ISO 8601, seconds since 1970 or parts of them (section 7)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from scoring.readers.numbers import Cell, how_to_write, number, times

SECONDS_OF_DAY = 86_400.0
_EPOCH_SECONDS = Decimal(10) ** 9  # 2001 as a date, 31 years as a duration
_EPOCH_PARTS = tuple((Decimal(10) ** (9 + digits - 1), Decimal(10) ** -digits) for digits in (9, 6, 3))
"""From where up a number counts nano-, micro- or milliseconds since 1970, and the seconds of one of them."""
_LAST_SECOND = Decimal(253_402_300_800)  # the year 10,000

_UNITS: dict[str, tuple[str, Decimal]] = {
    word: (title, Decimal(factor))
    for title, factor, words in (
        ("milliseconds", "0.001", "ms msec msecs millis millisecond milliseconds"),
        ("microseconds", "0.000001", "us usec µs microsecond microseconds"),
        ("nanoseconds", "0.000000001", "ns nsec nanosecond nanoseconds"),
        ("seconds", "1", "s sec secs second seconds"),
        ("minutes", "60", "min mins minute minutes"),
        ("hours", "3600", "h hr hrs hour hours"),
        ("days", "86400", "d day days"),
    )
    for word in words.split()
}

_CLOCK = re.compile(r"(?:([0-9]{1,4}) days?,? )?([0-9]{1,5}):([0-5][0-9]):([0-5][0-9](?:\.[0-9]{1,9})?)")
_TWO_FIELDS = re.compile(r"[0-9]{1,5}:[0-5][0-9](?:\.[0-9]{1,9})?")
_DATED = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9:]{2,6})?"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of time: its name in words, and how many seconds one is."""

    title: str
    seconds: Decimal


SECONDS = Unit("seconds", Decimal(1))
MILLISECONDS = Unit("milliseconds", Decimal("0.001"))
HOURS = Unit("hours", Decimal(3600))


def unit(word: str) -> Unit | None:
    """The unit that a word such as `ms`, `min` or `hours` names."""
    known = _UNITS.get(word.lower())
    return Unit(*known) if known else None


class Style(StrEnum):
    """What kind of time a cell holds."""

    ELAPSED = "elapsed time"
    DATED = "dates with time"
    OF_DAY = "times of day"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as read: seconds since the style's own zero (the start, 1970, midnight)."""

    style: Style
    seconds: float


def moment(cell: Cell, *, unit: Unit | None, of_day: bool) -> Moment | None:
    """The time in a cell; None where it is none. `of_day`: `H:MM:SS` is a clock's reading, not a duration."""
    value = number(cell)
    if value is not None:
        return _of_number(value, unit)
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    if match := _CLOCK.fullmatch(text):
        return _of_clock(match, of_day=of_day)
    return _of_date(text)


def how_to_write_time(cell: Cell) -> str:
    """What would make a time of a cell that is none; empty where there is no telling."""
    if isinstance(cell, str) and _TWO_FIELDS.fullmatch(cell.strip()):
        return "Write hours as well, as in 0:10:05, or plain seconds."
    return how_to_write(cell)


def epoch_seconds(when: datetime) -> float:
    """Seconds since 1970; a date without a zone is taken as UTC."""
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _of_number(value: Decimal, unit: Unit | None) -> Moment | None:
    seconds = times(value, (unit or SECONDS).seconds)
    if unit is None:
        part = next((part for least, part in _EPOCH_PARTS if seconds >= least), Decimal(1))
        seconds = times(seconds, part)
    if seconds >= _LAST_SECOND:
        return None
    return Moment(Style.DATED if seconds >= _EPOCH_SECONDS else Style.ELAPSED, float(seconds))


def _of_clock(match: re.Match[str], *, of_day: bool) -> Moment:
    days, hours, minutes, seconds = match.groups(default="0")
    whole = (int(days) * 24 + int(hours)) * 3600 + int(minutes) * 60
    total = float(Decimal(whole) + Decimal(seconds))
    return Moment(Style.OF_DAY if of_day and total < SECONDS_OF_DAY else Style.ELAPSED, total)


def _of_date(text: str) -> Moment | None:
    text = text.replace(",", ".", 1)
    if not _DATED.fullmatch(text):
        return None
    try:
        return Moment(Style.DATED, epoch_seconds(datetime.fromisoformat(text)))
    except ValueError:
        return None
