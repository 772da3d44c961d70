"""`hulk submit`: checks a folder, sends it, and shows what the server finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hulk_cli import sending
from hulk_cli.check import reading_shown
from hulk_cli.client import Client
from hulk_cli.output import Exit, print_json, say, standard_error, standard_output, stop
from hulk_cli.report import show
from hulk_cli.sending import Package, Sent
from hulk_cli.server_report import show_submission, show_verification
from hulk_cli.session import AsJson, Organisation, Quiet, Token, Url, connected, hint, transfer_bar
from hulk_cli.shapes import Submission, Verification
from hulk_cli.status import exit_of, watch
from hulk_cli.verdict import Verdict, judge, to_json


def submit(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", exists=True, file_okay=False, help="The folder with submission.json and the files it names."
        ),
    ],
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is verified, and show what was found.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Have it verified and then thrown away. Waits for the report.")
    ] = False,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Send it without looking at it here first, as `hulk check` does.")
    ] = False,
    revise: Annotated[
        str,
        typer.Option(metavar="ID", help="Send it into this draft, or submission to mend: only what changed."),
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Send it as a new submission, even where the same was sent before.")
    ] = False,
    organisation: Organisation = "",
    url: Url = "",
    token: Token = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Send a submission. After a cut, the same command goes on where it stopped."""
    if dry_run and (revise or again or organisation):
        stop("A dry run leaves nothing, so it is sent without --revise, --again and --organisation.", Exit.WRONG_USAGE)
    with connected(url, token, as_json=as_json, refused=Exit.ERRORS_FOUND) as client:
        if not no_check:
            _check(folder, as_json=as_json, quiet=quiet)
        package = sending.pack(folder)
        if dry_run:
            _try(client, package, as_json=as_json, quiet=quiet)
        else:
            with transfer_bar(shown=not quiet) as progress, _hint_when_interrupted():
                sent = sending.send(
                    client, package, into=revise, again=again, organisation=organisation, progress=progress
                )
            _tell(client, sent, wait=wait, as_json=as_json, quiet=quiet, is_revision=bool(revise))


@contextmanager
def _hint_when_interrupted() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        hint("Interrupted. The same command goes on where it stopped.")
        raise


def _check(folder: Path, *, as_json: bool, quiet: bool) -> None:
    """Ends the command where the folder has errors: nothing is sent then."""
    with reading_shown(shown=not quiet) as progress:
        verdict = judge(folder, (), today=datetime.now(UTC).date(), progress=progress)
    if verdict.passes:
        return
    if as_json:
        print_json(_facts(verification=to_json(verdict), status="not_sent"))
    else:
        show(verdict, standard_error())
    _say_not_sent(verdict)
    raise typer.Exit(Exit.ERRORS_FOUND)


def _say_not_sent(verdict: Verdict) -> None:
    say(standard_error(), "Nothing was sent. To have the server judge it all the same: --no-check")
    if any(one.field == "edition" or one.code.startswith("unknown-") for one in verdict.problems):
        hint("A server can know newer editions and hardware than the installed command.")


def _tell(client: Client, sent: Sent, *, wait: bool, as_json: bool, quiet: bool, is_revision: bool) -> None:
    """What came of it; waits for the verification first, where that is asked for."""
    submission = sent.submission
    if sent.already_sent:
        hint("The server has this already; nothing was sent. To send it as a new submission: --again")
    elif sent.resumed and not is_revision:
        hint("Went on with the draft that was begun before.")
    verification = watch(client, submission["id"], quiet=quiet) if wait else None
    if verification:
        submission = client.status(submission["id"])
    if as_json:
        print_json(
            _facts(
                submission,
                client.page_url(submission["id"]),
                verification,
                resumed=sent.resumed,
                already_sent=sent.already_sent,
            )
        )
    elif quiet:
        say(standard_output(), submission["id"])
    else:
        _show(client, submission, verification)
    raise typer.Exit(exit_of(submission["status"], verification))


def _show(client: Client, submission: Submission, verification: Verification | None) -> None:
    console = standard_output()
    show_submission(submission, client.page_url(submission["id"]), console)
    if verification:
        show_verification(verification, console)
    else:
        hint(f"Follow it: hulk status {submission['id']} --watch")


def _try(client: Client, package: Package, *, as_json: bool, quiet: bool) -> None:
    with transfer_bar(shown=not quiet) as progress:
        queued = sending.dry_run(client, package, progress=progress)
    verification = watch(client, queued["id"], dry_run=True, quiet=quiet)
    status = verification["status"]
    if as_json:
        print_json(_facts(verification=verification, status=status, id=queued["id"], dry_run=True))
    elif quiet:
        say(standard_output(), queued["id"])
    else:
        say(standard_output(), "Dry run: nothing of it stays", style="bold")
        show_verification(verification, standard_output())
    raise typer.Exit(exit_of(status, verification))


def _facts(
    submission: Submission | None = None,
    page: str | None = None,
    verification: Any = None,
    **own: Any,
) -> dict[str, Any]:
    """The keys that `--json` always has."""
    return {
        "id": submission["id"] if submission else None,
        "status": submission["status"] if submission else None,
        "page": page,
        "url": submission["url"] if submission else None,
        "dry_run": False,
        "resumed": False,
        "already_sent": False,
        "verification": verification,
        **own,
    }
