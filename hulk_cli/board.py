"""`hulk board`: a board as on its page, for people, as JSON, or whole as CSV."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hulk_cli.derivation import number
from hulk_cli.errors import WrongUsage
from hulk_cli.output import print_json, printable, say, standard_output
from hulk_cli.session import AsJson, Token, Url, connected, hint
from scoring.rules import Measure, Phase

OUTCOMES = {"not_reached": "N/R", "not_run": "-", "unknown": "?", "invalid": "?"}


def board(
    phase: Annotated[Phase, typer.Argument(help="What was measured.")],
    measure: Annotated[Measure, typer.Argument(help="What the board ranks by.")],
    sort: Annotated[str, typer.Option(metavar="COLUMN", help="With `-` before it for descending: --sort=-date")] = "",
    search: Annotated[str, typer.Option("--search", metavar="WORDS", help="In model, organisation, hardware.")] = "",
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="NAME=VALUE", help="Any parameter of a board's address; repeat it."),
    ] = None,
    edition: Annotated[str, typer.Option(help="The newest that is not a demo unless you name one.")] = "",
    page: Annotated[int, typer.Option(min=1, help="Which page.")] = 1,
    per_page: Annotated[int, typer.Option(help="Rows of a page: 10, 25, 50 or 100.")] = 25,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the whole filtered board as CSV.")] = False,
    url: Url = "",
    token: Token = "",
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the ids of entries.")] = False,
) -> None:
    """Show a board. It needs no token.

    Filters: hardware, framework, organisation, kind, verified, since, until, max_params, on, prices_on.
    """
    with connected(url, token, as_json=as_json) as client:
        asked = {"sort": sort, "q": search, "edition": edition, **_filters(filters or ())}
        parameters = {name: value for name, value in asked.items() if value}
        if as_csv:
            for piece in client.board_csv(phase.value, measure.value, **parameters):
                typer.echo(piece, nl=False)
            return
        parameters |= {"page": str(page), "per_page": str(per_page)}
        found = client.board(phase.value, measure.value, **parameters)
    if as_json:
        print_json(found)
        return
    console = standard_output()
    if quiet:
        for row in found["results"]:
            say(console, row["entry"])
        return
    _show(found["results"], console)
    shown, count = len(found["results"]), found["count"]
    if shown < count:
        hint(f"Page {page}, {shown} of {count:,} rows. More: --page {page + 1}, or all of them: --csv")


def _filters(given: Iterable[str]) -> dict[str, str]:
    """Which parameters there are, and what they may be, the server knows."""
    pairs = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise WrongUsage(f"--filter takes NAME=VALUE, such as --filter kind=baseline; this is {one!r}.")
        pairs[name] = value
    return pairs


def _show(rows: list[dict[str, Any]], console: Console) -> None:
    if not rows:
        say(console, "No entry fits.")
        return
    tasks = list(rows[0]["tasks"])
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("model", overflow="fold", min_width=14)
    table.add_column("hardware", overflow="fold")
    for slug in tasks:
        table.add_column(_title(slug, rows), justify="right", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("badge", overflow="fold")
    for row in rows:
        values = [_value(row["tasks"][slug]) for slug in tasks]
        score = "" if row["score"] is None else f"{row['score']:,.2f}"
        cells = [str(row["rank"] or ""), row["model"], row["hardware"], *values, score, row["badge"]]
        table.add_row(*(Text(printable(str(cell))) for cell in cells))
    console.print(table)


def _title(slug: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """A task with the unit of its values, where they have one."""
    unit = next((row["tasks"][slug]["unit"] for row in rows if row["tasks"][slug]["unit"]), "")
    return f"{slug}\n{unit}" if unit else slug


def _value(told: Mapping[str, Any]) -> str:
    if told["outcome"] != "reached":
        return OUTCOMES.get(told["outcome"], told["outcome"])
    shown = told["score"] if told["value"] is None else told["value"]
    return "" if shown is None else number(shown)
