"""What verbs that talk to a server share: their options, a client, its errors as exit codes, and a progress bar."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from hulk_cli.client import Client
from hulk_cli.errors import HulkError, NotSignedIn, Refused, WrongUsage
from hulk_cli.output import Exit, print_json, printable, say, standard_error, stop

Url = Annotated[str, typer.Option("--url", metavar="URL", help="The server; else HULK_URL, else the one signed in to.")]
Token = Annotated[
    str, typer.Option("--token", metavar="TOKEN", help="Your token; else HULK_TOKEN, else that of `hulk auth login`.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only ids.")]
Organisation = Annotated[
    str, typer.Option("--organisation", metavar="SLUG", help="One of yours, whose members may read it.")
]
Id = Annotated[str, typer.Argument(metavar="ID", help="The id of a submission.")]


@contextmanager
def connected(url: str, token: str, *, as_json: bool, refused: Exit = Exit.WRONG_USAGE) -> Iterator[Client]:
    """A client; whatever it raises ends the command with the words and the exit code that belong to it.

    `refused` is the exit code where the server says that what was sent is wrong.
    """
    try:
        with Client(url, token) as client:
            client.transport.on_retry = _tell_retry
            yield client
    except WrongUsage as error:
        stop(str(error), Exit.WRONG_USAGE)
    except Refused as error:
        _stop_refused(error, as_json=as_json, refused=refused)
    except HulkError as error:
        if as_json:
            print_json({"error": {"code": "server-away", "status": None, "detail": str(error), "errors": []}})
        stop(str(error), Exit.AWAY)
    except BrokenPipeError:
        raise
    except OSError as error:
        stop(f"{Path(error.filename or '.')}: {error.strerror}.", Exit.WRONG_USAGE)


def _stop_refused(error: Refused, *, as_json: bool, refused: Exit) -> NoReturn:
    if as_json:
        print_json({"error": error.to_json()})
    console = standard_error()
    say(console, error.detail, style="bold")
    for one in error.errors:
        place = ":".join(str(part) for part in (one.get("file") or one.get("field"), one.get("line")) if part)
        message = one.get("message", "")
        if message != error.detail:
            say(console, f"{place}: {message}" if place else message, indent=2)
        if one.get("remedy"):
            say(console, f"To mend it: {one['remedy']}", indent=4)
    if isinstance(error, NotSignedIn) and error.status == 401:
        say(console, "Sign in with a token from the page `API tokens` of your account: hulk auth login")
    if error.status == 404:
        hint("Your own submissions: hulk list")
    if error.retry_after:
        say(console, f"Try again in {in_words(error.retry_after)}.")
    raise typer.Exit(code_of(error, refused))


def code_of(error: Refused, refused: Exit) -> Exit:
    """The exit code of an answer: sign in first, wait, ask for something else, or mend what was sent."""
    if isinstance(error, NotSignedIn):
        return Exit.NOT_SIGNED_IN
    if error.status >= 500 or error.status in {408, 429}:
        return Exit.AWAY
    return Exit.WRONG_USAGE if error.status in {404, 405, 409} else refused


def in_words(seconds: float) -> str:
    """`40 seconds`, `12 minutes`, `7 hours`."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def hint(text: str) -> None:
    """What to do next, where somebody is there to read it."""
    console = standard_error()
    if console.is_terminal:
        say(console, text, style="dim")


def _tell_retry(reason: HulkError, seconds: float) -> None:
    hint(f"{reason} Trying again in {seconds:.0f} s …")


@contextmanager
def transfer_bar(*, shown: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar of bytes on standard error, where that is a terminal; it is fed with (name, bytes done, bytes in all)."""
    console = standard_error()
    if not shown or not console.is_terminal:
        yield lambda name, done, total: None
        return
    with Progress(*_columns(console), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda name, done, total: bar.update(task, description=printable(name), completed=done, total=total)


def _columns(console: Console) -> list[TextColumn | BarColumn | DownloadColumn]:
    """The name gives way first, so that the bar stays in 80 columns."""
    name = TextColumn("{task.description}", markup=False)
    name.get_table_column().max_width = 24
    name.get_table_column().no_wrap = True
    wide = [TransferSpeedColumn(), TimeRemainingColumn()] if console.width >= 80 else []
    return [name, BarColumn(None), DownloadColumn(), *wide]  # type: ignore[list-item]
