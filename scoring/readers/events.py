"""What a line of a free-text log tells: each format's reader makes these, and `free_text` makes curves of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from scoring.readers.numbers import number
from scoring.readers.times import moment

MOST_SECONDS = 10**9
_START = re.compile(
    r"\b(?:start(?:s|ed|ing)?|beg(?:in|ins|an|inning)|running|doing)\b[^.!:]{0,60}?\btraining\b"
    r"|\btraining\b[^.!:]{0,20}\b(?:starts|started|begins|began)\b",
    re.IGNORECASE,
)
_NO_START = re.compile(
    r"\bepoch\b(?!\W{0,3}0{0,3}[01]\b)|\bresum|\bfinish|\bbefore\b|\bafter\b|\bdone\b|\bcheckpoint", re.IGNORECASE
)
_PAIR = re.compile(
    r"([A-Za-z][\w@./-]{0,40}(?: [A-Za-z][\w@-]{0,40}){0,2})[ ]{0,20}[:=]?[ ]{0,20}"
    r"(-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?|nan|-?inf)\b(?![:/])"
)


@dataclass(frozen=True, slots=True)
class Started:
    """Training starts."""

    line: int
    when: float | None


@dataclass(frozen=True, slots=True)
class Trained:
    """Training goes on: what was evaluated before is a point of its own."""

    line: int


@dataclass(frozen=True, slots=True)
class Spent:
    """A stretch of training took so long."""

    line: int
    seconds: Decimal


@dataclass(frozen=True, slots=True)
class Total:
    """The whole training took so long. `epoch` is the one at its end, where the line tells it."""

    line: int
    seconds: Decimal
    epoch: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sized:
    """The evaluations are over so many rows."""

    line: int
    rows: int
    text: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A dev evaluation, or one value of it. `label` is what the log calls the set, where it does."""

    line: int
    when: float | None
    values: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    epoch: Decimal | None = None
    step: int | None = None
    spent_follows: bool = False
    """True where the time of this evaluation's stretch stands after it."""


Event = Started | Trained | Spent | Total | Sized | Evaluated


def is_start(text: str) -> bool:
    """Whether a line says that training starts: `Start training`, `***** Running training *****` and the like."""
    return "rain" in text and _START.search(text) is not None and _NO_START.search(text) is None


def pairs(text: str) -> dict[str, str]:
    """The names and numbers of `accuracy:0.84, f1 = 0.9 Acc@1 91.2%`, as written."""
    return {name.strip(): value for name, value in _PAIR.findall(text)}


def seconds_of(text: str) -> Decimal | None:
    """A duration as `H:MM:SS`, `MM:SS` or a plain number of seconds."""
    if (value := number(text)) is not None:
        return value if 0 <= value <= MOST_SECONDS else None
    found = moment(f"0:{text}" if text.count(":") == 1 else text, unit=None, of_day=False)
    return Decimal(repr(found.seconds)) if found and found.seconds <= MOST_SECONDS else None
