"""How verbs speak: results on standard output, everything else on standard error; and the exit codes."""

import json
import sys
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

UNWRAPPED = 100_000
"""Columns of an output that is no terminal: a script finds each sentence on one line."""


EXIT_CODES = (
    "Exit codes: 0 fine, 1 server or network, 2 wrong usage, 3 not signed in, 4 findings of severity error, "
    "5 rejected, 130 interrupted."
)
"""As every help prints them."""


class Exit(IntEnum):
    """INTERFACES section 3. 130, interrupted, is the command line library's own."""

    FINE = 0
    AWAY = 1
    WRONG_USAGE = 2
    NOT_SIGNED_IN = 3
    ERRORS_FOUND = 4
    REJECTED = 5


def standard_output() -> Console:
    """For people. Colours and wrapped lines only where it is a terminal; NO_COLOR is honoured."""
    return _console(stderr=False)


def standard_error() -> Console:
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=None if is_terminal else UNWRAPPED)


def say(console: Console, text: str, *, indent: int = 0, style: str = "") -> None:
    """One paragraph, indented, without anything that a terminal would act on."""
    words = Text(printable(text), style=style)
    if console.is_terminal:
        console.print(Padding(words, (0, 0, 0, indent), expand=False))
    else:
        console.print(Text(" " * indent) + words, soft_wrap=True)


def printable(text: str) -> str:
    """The text with a replacement for every invisible or control character, which could disguise what is said."""
    return "".join(character if character.isprintable() else "�" for character in text)


def print_json(data: Mapping[str, Any]) -> None:
    """One object on standard output, in ASCII, so that no terminal or pipe can spoil it."""
    typer.echo(json.dumps(data, indent=2, allow_nan=False))


def stop(message: str, code: Exit) -> NoReturn:
    """Say on standard error why it ends here, and end."""
    say(standard_error(), message)
    raise typer.Exit(code)
