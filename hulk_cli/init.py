"""`hulk init`: a submission to fill in, with small example files in the right places."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hulk_cli import examples
from hulk_cli.output import Exit, print_json, say, standard_error, standard_output, stop
from scoring import catalogue
from scoring.manifest import closest
from scoring.rules import Phase


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="Where to write; made if need be.")],
    phase: Annotated[Phase, typer.Option(help="What was measured.")],
    edition: Annotated[
        str | None, typer.Option(help="The edition to submit to; the newest unless you name one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the names of the files.")] = False,
) -> None:
    """Write submission.json and example files to replace with your own. Nothing is ever overwritten."""
    known = catalogue.editions()
    slug = edition or known[0]
    if slug not in known:
        stop(f"There is no edition {slug}. {closest(slug, known)}", Exit.WRONG_USAGE)
    files = examples.bundle(catalogue.rules_of(slug), phase, today=datetime.now(UTC).date())
    if there := [name for name in files if (folder / name).exists()]:
        stop(f"Nothing was written: {folder} already has {', '.join(there)}. Name another folder.", Exit.WRONG_USAGE)
    try:
        _write(folder, files)
    except OSError as error:
        stop(f"{folder} cannot be written: {error.strerror}.", Exit.WRONG_USAGE)
    if as_json:
        print_json({"folder": str(folder), "edition": slug, "phase": phase.value, "files": list(files)})
        return
    for name in files:
        say(standard_output(), name if quiet else str(folder / name))
    if not quiet:
        say(standard_error(), f"The numbers are made up: put your own files in their place, then: hulk check {folder}")


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(content)
