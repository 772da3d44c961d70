"""`hulk check`: what the server would find, without a network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hulk_cli import goldfiles
from hulk_cli.errors import WrongUsage
from hulk_cli.output import Exit, print_json, say, standard_error, standard_output, stop
from hulk_cli.report import error_lines, show
from hulk_cli.verdict import Verdict, judge, to_json


def check(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", exists=True, file_okay=False, help="The folder with submission.json and the files it names."
        ),
    ],
    gold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TASK=FILE",
            help="Score the predictions of a task against these gold labels. Repeat it for each task; for a task in "
            "parts, repeat it in their order or write TASK:PART=FILE.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, as the API's verification.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the code and place of each error.")] = False,
) -> None:
    """Check a submission as the server will, here and without a network."""
    try:
        with reading_shown(shown=not (as_json or quiet)) as progress:
            verdict = judge(folder, goldfiles.parse(gold or []), today=datetime.now(UTC).date(), progress=progress)
    except WrongUsage as error:
        stop(str(error), Exit.WRONG_USAGE)
    _print(verdict, as_json=as_json, quiet=quiet)
    raise typer.Exit(Exit.FINE if verdict.passes else Exit.ERRORS_FOUND)


def _print(verdict: Verdict, *, as_json: bool, quiet: bool) -> None:
    for remark in verdict.gold.remarks:
        say(standard_error(), remark)
    if as_json:
        print_json(to_json(verdict))
        return
    console = standard_output()
    if quiet:
        for line in error_lines(verdict):
            say(console, line)
    else:
        show(verdict, console)


@contextmanager
def reading_shown(*, shown: bool) -> Iterator[Callable[[float, str], None]]:
    """Says on standard error what is being read, where somebody is there to see it."""
    console = standard_error()
    if not shown or not console.is_terminal:
        yield lambda share, activity: None
        return
    with console.status("Reading …") as status:
        yield lambda share, activity: status.update(f"{activity} ({share:.0%})")
