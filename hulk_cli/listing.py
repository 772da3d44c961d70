"""`hulk list` and `hulk download`: one's own submissions."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from hulk_cli import downloading
from hulk_cli.output import print_json, printable, say, standard_output
from hulk_cli.session import AsJson, Id, Quiet, Token, Url, connected, hint, transfer_bar
from hulk_cli.shapes import Submission


def list_own(
    most: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest first.")] = 100,
    state: Annotated[str, typer.Option("--status", help="Only those in this state, such as in_review.")] = "",
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="SLUG", help="Those of one of your organisations instead.")
    ] = "",
    url: Url = "",
    token: Token = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """List your submissions, the newest first."""
    with connected(url, token, as_json=as_json) as client:
        all_of_them = client.list(organisation=organisation)
        found = list(islice((one for one in all_of_them if not state or one["status"] == state), most))
    if as_json:
        print_json({"count": len(found), "results": found})
    elif quiet:
        for one in found:
            say(standard_output(), one["id"])
    elif found:
        _show(found)
    else:
        hint("There is none yet. A first one: hulk init mymodel --phase finetuning")


def _show(found: list[Submission]) -> None:
    """Id, state and day are whole; the model gives way."""
    console = standard_output()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("id", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("day", no_wrap=True)
    table.add_column("model", overflow="fold")
    for one in found:
        cells = (one["id"], one["status"], one["created_at"][:10], one["model"])
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console.print(table)


def download(
    submission: Id,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; else a folder named by the id.")
    ] = None,
    url: Url = "",
    token: Token = "",
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the names of the files.")] = False,
) -> None:
    """Fetch a submission into a folder that `hulk check` and `hulk submit` accept. Nothing is overwritten."""
    folder = to or Path(submission)
    with connected(url, token, as_json=as_json) as client, transfer_bar(shown=not quiet) as progress:
        found, names = downloading.download(client, submission, folder, progress)
    if as_json:
        print_json({"id": found["id"], "folder": str(folder), "files": names})
        return
    for name in names:
        say(standard_output(), name if quiet else str(folder / name))
