"""Single values of a board's address: text to value, or what is wrong with it and which values are right."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from leaderboard.numbers import number_in
from leaderboard.searching import words_of
from scoring.manifest import shown

PER_PAGE = (10, 25, 50, 100)
LONGEST_SEARCH, MOST_WORDS = 200, 8
TRUTHS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


class Problem(NamedTuple):
    """One wrong parameter: what is wrong with it, and which values are right (empty where they cannot be listed)."""

    parameter: str
    message: str
    allowed: tuple[str, ...] = ()


class WrongQuery(ValueError):
    """The address of a board is wrong; carries every problem, not only the first."""

    code = "wrong-query"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(problem.message for problem in self.problems))


class Wrong(ValueError):
    """One value cannot be read; `allowed` lists the right ones where there is a list."""

    def __init__(self, message: str, allowed: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


def search(text: str) -> str:
    if len(text) > LONGEST_SEARCH:
        raise Wrong(f"`q` is longer than {LONGEST_SEARCH} characters.")
    if (number := len(words_of(sound(text, "q")))) > MOST_WORDS:
        raise Wrong(f"`q` has {number} different words; leave out some: at most {MOST_WORDS} are searched for.")
    return text


def sound(text: str, name: str) -> str:
    """Text without what a database cannot hold: NUL and lone surrogates."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Wrong(f"`{name}` holds a character that no text here has.")
    return text


def sort_key(text: str, keys: list[str]) -> str:
    if text.removeprefix("-") in keys:
        return text
    raise Wrong(f"`sort` has no value {shown(text)}: put `-` before one of the right ones for descending order.", keys)


def one_of(text: str, name: str, allowed: Sequence[str]) -> str:
    if text in allowed:
        return text
    raise Wrong(f"`{name}` has no value {shown(text)}.", allowed)


def truth(text: str) -> bool:
    if text.lower() in TRUTHS:
        return TRUTHS[text.lower()]
    raise Wrong("`verified` is either true or false.", ("true", "false"))


def whole(text: str, name: str) -> int:
    if found := number_in(text):
        return found
    raise Wrong(f"`{name}` is a whole number from 1.")


def page_size(text: str) -> int:
    allowed = tuple(str(number) for number in PER_PAGE)
    return int(one_of(text, "per_page", allowed))


def day_of(text: str, name: str) -> date:
    """An ISO day; other ISO forms that Python reads (20191101, 2019-W44) are refused, to have one way to write it."""
    if len(text) == len("2019-11-01") and text.isascii():
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day and day.isoformat() == text:
            return day
    raise Wrong(f"`{name}` is a day such as 2019-11-01.")


def past_day(text: str, name: str) -> date:
    """A day that has begun, in UTC."""
    day, today = day_of(text, name), datetime.now(UTC).date()
    if day > today:
        raise Wrong(f"`{name}` is a day up to today, {today.isoformat()}: what comes later is not known.")
    return day


def millions(text: str) -> float:
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if math.isfinite(number) and number > 0:
        return number
    raise Wrong("`max_params` is a number above 0: millions of parameters.")
