"""What is wrong with a manifest, as values, and the words in which it is said."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a manifest: where (a dotted path), what, and how to mend it."""

    field: str
    message: str
    code: str = "invalid"
    remedy: str = ""
    line: int | None = None


class Mistakes(list[Problem]):
    """What is wrong, one item a mistake, in the order found."""

    def note(self, path: str, message: str, *, remedy: str = "", code: str = "invalid") -> None:
        self.append(Problem(path, message, code=code, remedy=remedy))


class Malformed(ValueError):
    """What was sent cannot be read as a manifest at all; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class TooLarge(Malformed):
    """It was not even parsed."""


def shown(value: object) -> str:
    """A value as a message quotes it: short, and without characters that could disturb a terminal or a page."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def closest(word: str, known: Sequence[str]) -> str:
    """The remedy for a word that is none of those known."""
    near = difflib.get_close_matches(word, known, n=1)
    hint = f"Did you mean `{near[0]}`? " if near else ""
    return f"{hint}Known: {', '.join(known) or 'none'}."
