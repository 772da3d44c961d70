"""JSON as a manifest may be written: limited in size and depth, no key twice, no number that is not one."""

import json
import math
import re
from typing import Any

from scoring.manifest.problems import Malformed, Problem, TooLarge

STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""A string, or one that never ends: in one pass whatever is sent."""
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:]', re.DOTALL)
"""What tells the keys of objects: strings, brackets and colons."""
LONGEST_NUMBER = 40
"""Characters of a number as written; Python alone would read 4,300 digits."""


def load(raw: bytes, *, most_bytes: int, most_depth: int) -> dict[str, Any]:
    """One JSON object. Raises TooLarge, or Malformed with the line; depth is checked before parsing."""
    if len(raw) > most_bytes:
        message = f"The manifest is larger than {most_bytes:,} bytes."
        raise TooLarge(Problem("manifest", message, code="too-large", remedy="Leave out what is not needed."))
    if _too_deep(raw, most_depth):
        raise _malformed(f"The JSON is nested deeper than {most_depth} levels.", "A manifest needs no more than five.")
    try:
        data = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_once_each,
            parse_constant=_not_a_number,
            parse_int=_whole,
            parse_float=_decimal,
        )
    except _KeyTwice as error:
        key, line = _first_repeat(raw.decode("utf-8-sig"))
        message = f"The key {key!r:.60} is given twice in one object, the second time at line {line}."
        raise _malformed(message, "Keep one of them.", line=line) from error
    except UnicodeDecodeError as error:
        raise _malformed(f"The manifest is not UTF-8 (byte {error.start}).", "Save it as UTF-8.") from error
    except json.JSONDecodeError as error:
        message = f"Not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        raise _malformed(message, "Check commas, quotes and brackets there.", line=error.lineno) from error
    if not isinstance(data, dict):
        raise _malformed("The manifest is not a JSON object.", 'Start it with "{".')
    return data


def _malformed(message: str, remedy: str, *, line: int | None = None) -> Malformed:
    return Malformed(Problem("", message, code="malformed", remedy=remedy, line=line))


def _too_deep(raw: bytes, most: int) -> bool:
    """Whether brackets outside strings nest deeper than `most`: the parser itself recurses, so it must not see them."""
    depth = 0
    for byte in STRING.sub(b"", raw):
        if byte in b"[{":
            depth += 1
            if depth > most:
                return True
        elif byte in b"]}":
            depth -= 1
    return False


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise _KeyTwice
    return data


class _KeyTwice(Exception):
    """The parser found a key a second time; it does not tell where."""


def _first_repeat(text: str) -> tuple[str, int]:
    """The first key that its object has already, and the line of it; the text is JSON at least up to there."""
    objects: list[set[str]] = []
    last = None
    for token in TOKEN.finditer(text):
        mark = token[0]
        if mark in "{[":
            objects.append(set())
        elif mark in "}]":
            objects.pop()
        elif mark != ":":
            last = token
        elif last is not None:
            key = str(json.loads(last[0]))
            if key in objects[-1]:
                return key, text.count("\n", 0, last.start()) + 1
            objects[-1].add(key)
    raise ValueError("No key is given twice.")


def _not_a_number(word: str) -> Any:
    raise _malformed(f"{word} is not a number.", "Write a plain decimal number, or null where there is none.")


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise _malformed(f"A number of {len(text)} digits is too long.", "Write a plain decimal number.")
    return int(text)


def _decimal(text: str) -> float:
    if len(text) > LONGEST_NUMBER or not math.isfinite(value := float(text)):
        raise _malformed(f"{text:.40} is out of range.", "Write a plain decimal number.")
    return value
