"""The command `hulk` and its verbs, one module each."""

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from hulk_cli.check import check
from hulk_cli.init import init
from hulk_cli.version import VERSION

EXIT_CODES = (
    "Exit codes: 0 fine, 1 server or network, 2 wrong usage, 3 not signed in, 4 findings of severity error, "
    "5 rejected, 130 interrupted."
)

app = typer.Typer(
    name="hulk",
    help="Prepare and check submissions to the HULK benchmark.",
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
    """Prepare and check submissions to the HULK benchmark."""


app.command("check", epilog=EXIT_CODES)(check)
app.command("init", epilog=EXIT_CODES)(init)


def main() -> None:
    """The console script. A terminal that cannot show a character gets `?` in its place, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="hulk")
