"""The kinds of values a manifest has. A check takes a value and its dotted path, notes every mistake, and returns
the value as it is kept; None where it was not given or is wrong."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from scoring.manifest.problems import Mistakes, closest, shown
from scoring.readers.patterns import LONGEST_PATTERN, BadPattern, Pattern

MOST_MARKS = 4
"""Combining marks in a row: no script needs more, and a pile of them hides the neighbours."""
NAME_LENGTH = 120
URL_LENGTH = 400
FILE_NAME_LENGTH = 255
YEARS = (2000, 2100)
"""The first and the last year that a run may have."""


Check = Callable[[Any, str, Mistakes], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an object: how it is checked, what it is where it is left out, and whether it may be.

    `absent` is checked in its place where one that is needed is left out: of an object, the keys that are needed.
    """

    check: Check
    default: Any = None
    required: bool = False
    absent: Any = None


def read_object(value: Any, path: str, fields: Mapping[str, Field], mistakes: Mistakes) -> dict[str, Any]:
    """An object of known keys, every one of them filled. Null counts as left out."""
    if not isinstance(value, dict):
        mistakes.note(path, f"`{path or 'manifest'}` must be an object; it is {shown(value)}.")
        value = {}
    for key in value:
        if key not in fields:
            remedy = closest(key, list(fields))
            mistakes.note(_below(path, key), f"Unknown key {shown(key)}.", remedy=remedy, code="unknown-key")
    return {name: _read_field(value, path, name, field, mistakes) for name, field in fields.items()}


def _read_field(value: Mapping[str, Any], path: str, name: str, field: Field, mistakes: Mistakes) -> Any:
    place = _below(path, name)
    given = value.get(name)
    if given is None or given == "":
        if not field.required:
            return field.default
        if field.absent is None:
            mistakes.note(place, f"`{place}` is needed.", code="required")
            return field.default
        given = field.absent
    kept = field.check(given, place, mistakes)
    return field.default if kept is None else kept


def _below(path: str, key: str) -> str:
    """The dotted path of a key, which may be anything a sender wrote."""
    name = "".join(character if character.isprintable() else "�" for character in key[:100])
    return f"{path}.{name}" if path else name


def text(most: int, *, lines: bool = False) -> Check:
    """Words, at most `most` characters after normalising (NFC); `lines` allows line breaks and tabs."""

    def check(value: Any, path: str, mistakes: Mistakes) -> str | None:
        if not isinstance(value, str):
            mistakes.note(path, f"`{path}` must be text; it is {shown(value)}.")
            return None
        if wrong := unwanted_character(value, lines=lines):
            mistakes.note(path, f"`{path}` has {wrong}.", remedy="Take it out.", code="character-refused")
            return None
        kept = unicodedata.normalize("NFC", value).strip()
        if len(kept) > most:
            mistakes.note(path, f"`{path}` has {len(kept):,} characters; the limit is {most:,}.", code="too-long")
            return None
        return kept

    return check


def unwanted_character(value: str, *, lines: bool = False) -> str:
    """What in a text would not be stored or would mislead a reader, in words; empty where nothing does."""
    allowed = "\n\r\t" if lines else ""
    marks = 0
    for character in value:
        category = unicodedata.category(character)
        if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and character not in allowed:
            return f"the character U+{ord(character):04X}, which is invisible or a control character"
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > MOST_MARKS:
            return f"more than {MOST_MARKS} combining marks in a row"
    return ""


def number(least: float, most: float) -> Check:
    """A finite number from `least` to `most`, both included. True and false are no numbers."""

    def check(value: Any, path: str, mistakes: Mistakes) -> float | int | None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not least <= value <= most:
            mistakes.note(
                path,
                f"`{path}` must be a number from {_written(least)} to {_written(most)}; it is {shown(value)}.",
                code="out-of-range" if is_number else "not-a-number",
            )
            return None
        return value

    return check


def _written(number: float) -> str:
    """A bound as people write it: `100,000,000`, `0.000001`, never with an exponent."""
    return f"{number:,}" if isinstance(number, int) else f"{number:,.12f}".rstrip("0").rstrip(".")


def whole(least: int, most: int) -> Check:
    """A whole number from `least` to `most`; 2.0 is one."""
    within = number(least, most)

    def check(value: Any, path: str, mistakes: Mistakes) -> int | None:
        kept = within(value, path, mistakes)
        if kept is None:
            return None
        if kept != int(kept):
            mistakes.note(path, f"`{path}` must be a whole number; it is {shown(value)}.", code="not-whole")
            return None
        return int(kept)

    return check


def choice(*words: str) -> Check:
    def check(value: Any, path: str, mistakes: Mistakes) -> str | None:
        if not isinstance(value, str) or value not in words:
            remedy = closest(str(value)[:60], words)
            mistakes.note(path, f"`{path}` is {shown(value)}.", remedy=remedy, code="not-a-choice")
            return None
        return value

    return check


def url(value: Any, path: str, mistakes: Mistakes) -> str | None:
    """A link to show: http or https, with a host, without a password in it. It is never fetched."""
    kept = text(URL_LENGTH)(value, path, mistakes)
    if kept is None:
        return None
    try:
        parts = urlsplit(kept)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        fine = False
    if not fine or any(character in kept for character in " <>\"'`\\{}|^"):
        mistakes.note(path, f"`{path}` is not a link: {shown(kept)}.", remedy="Give one that starts with https://.")
        return None
    return kept


def day(value: Any, path: str, mistakes: Mistakes) -> str | None:
    """A calendar day, `2026-11-20`."""
    try:
        kept = date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-11-20") else None
    except ValueError:
        kept = None
    if kept is None:
        mistakes.note(path, f"`{path}` is not a date: {shown(value)}.", remedy="Write it as 2026-11-20.")
        return None
    if not _is_in_range(kept, value, path, mistakes):
        return None
    return kept.isoformat()


def _is_in_range(kept: date, value: Any, path: str, mistakes: Mistakes) -> bool:
    """Whether a day or time lies in the years that a run may have; noted where it does not."""
    first, last = YEARS
    if first <= kept.year <= last:
        return True
    message = f"`{path}` is outside the years that are accepted: {shown(value)}."
    mistakes.note(path, message, remedy=f"Give one from {first}-01-01 to {last}-12-31.", code="out-of-range")
    return False


def moment(value: Any, path: str, mistakes: Mistakes) -> str | None:
    """A time of a day, kept in UTC; one without an offset is taken as UTC."""
    try:
        kept = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value.upper() else None
        kept = kept and (kept if kept.tzinfo else kept.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        kept = None
    if kept is None:
        mistakes.note(path, f"`{path}` is not a time: {shown(value)}.", remedy="Write it as 2026-11-20T09:30:00Z.")
        return None
    if not _is_in_range(kept, value, path, mistakes):
        return None
    return kept.isoformat()


def pattern(value: Any, path: str, mistakes: Mistakes) -> str | None:
    """A regular expression with one group, for an engine of linear time."""
    kept = text(LONGEST_PATTERN)(value, path, mistakes)
    if kept is None:
        return None
    try:
        Pattern(kept)
    except BadPattern as error:
        remedy = "Put one group, (…), around the number; the syntax is RE2's."
        mistakes.note(path, f"`{path}` is not a usable pattern: {error}.", remedy=remedy)
        return None
    return kept


DRIVE = re.compile(r"[A-Za-z]:")


def file_name(value: Any, path: str, mistakes: Mistakes) -> str | None:
    """The name of a file, which is also that of its part in a bundle. It may have folders; it never leaves them."""
    kept = text(FILE_NAME_LENGTH)(value, path, mistakes)
    if kept is None:
        return None
    steps = kept.split("/")
    if "\\" in kept or DRIVE.match(kept) or any(step.strip() in {"", ".", ".."} for step in steps):
        mistakes.note(
            path, f"`{path}` is not a file name: {shown(kept)}.", remedy="Give a relative name such as sst2/log.csv."
        )
        return None
    if kept == "manifest":
        mistakes.note(path, "`manifest` is the name of the manifest's own part.", remedy="Name the file otherwise.")
        return None
    return kept


def one_or_several(check: Check, most: int) -> Check:
    """One value, or a list of one to `most` of them."""

    def check_all(value: Any, path: str, mistakes: Mistakes) -> Any:
        if not isinstance(value, list):
            return check(value, path, mistakes)
        if not 1 <= len(value) <= most:
            mistakes.note(path, f"`{path}` has {len(value):,} items; it must have 1 to {most}.", code="wrong-length")
            return None
        kept = [check(item, f"{path}[{position}]", mistakes) for position, item in enumerate(value)]
        return None if None in kept else kept

    return check_all
