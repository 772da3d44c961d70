"""The command `hulk` and its verbs, one module each."""

import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Annotated

import typer

from hulk_cli.auth import auth
from hulk_cli.board import board
from hulk_cli.check import check
from hulk_cli.init import init
from hulk_cli.listing import download, list_own
from hulk_cli.output import EXIT_CODES
from hulk_cli.status import revise, status, withdraw
from hulk_cli.submit import submit
from hulk_cli.version import VERSION

app = typer.Typer(
    name="hulk",
    help="Prepare, check and send submissions to the HULK benchmark.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"hulk {VERSION}")
        raise typer.Exit


@app.callback()
def hulk(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Prepare, check and send submissions to the HULK benchmark."""


VERBS: dict[str, Callable[..., None]] = {
    "init": init,
    "check": check,
    "submit": submit,
    "status": status,
    "list": list_own,
    "download": download,
    "withdraw": withdraw,
    "revise": revise,
    "board": board,
}
for name, verb in VERBS.items():
    app.command(name, epilog=EXIT_CODES)(verb)
app.add_typer(auth, name="auth", epilog=EXIT_CODES)


def main() -> None:
    """The console script. A terminal that cannot show a character gets `?` in its place, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="hulk")
