"""`hulk status`, `hulk withdraw` and `hulk revise`: one submission of one's own."""

from typing import Annotated, Any

import typer

from hulk_cli import waiting
from hulk_cli.client import Client
from hulk_cli.errors import Refused
from hulk_cli.output import Exit, print_json, say, standard_error, standard_output
from hulk_cli.server_report import show_submission, show_verification, state
from hulk_cli.session import AsJson, Id, Quiet, Token, Url, connected, hint
from hulk_cli.shapes import Submission, Verification
from scoring.findings import Severity


def status(
    submission: Id,
    watched: Annotated[bool, typer.Option("--watch", help="Wait until it is verified.")] = False,
    url: Url = "",
    token: Token = "",
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the status, as one word.")] = False,
) -> None:
    """Show where a submission stands and what was found. The exit code tells whether it has errors or is rejected."""
    with connected(url, token, as_json=as_json) as client:
        found = client.status(submission)
        verification = _verification(client, found)
        if watched and found["status"] in waiting.WORKING:
            verification = watch(client, found["id"], quiet=quiet)
            found = client.status(submission)
    if as_json:
        print_json(_facts(client, found, verification))
    elif quiet:
        say(standard_output(), found["status"])
    else:
        show_submission(found, client.page_url(found["id"]), standard_output())
        if verification:
            show_verification(verification, standard_output())
    raise typer.Exit(exit_of(found["status"], verification))


def withdraw(
    submission: Id,
    comment: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    url: Url = "",
    token: Token = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Take a submission back. Of a published one, a page stays that says so."""
    with connected(url, token, as_json=as_json) as client:
        found = client.withdraw(submission, comment)
    _print(client, found, as_json=as_json, quiet=quiet)


def revise(submission: Id, url: Url = "", token: Token = "", as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Open a submission to be mended; of an approved one, a new draft that will replace it."""
    with connected(url, token, as_json=as_json) as client:
        found = client.revise(submission)
    _print(client, found, as_json=as_json, quiet=quiet)
    hint(f"Send what you mended: hulk submit DIR --revise {found['id']}")


def _print(client: Client, found: Submission, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json(_facts(client, found, None))
    elif quiet:
        say(standard_output(), found["id"])
    else:
        show_submission(found, client.page_url(found["id"]), standard_output())


def _facts(client: Client, found: Submission, verification: Verification | None) -> dict[str, Any]:
    """The submission as the API has it, its page, and its newest verification."""
    return {**found, "page": client.page_url(found["id"]), "verification": verification}


def _verification(client: Client, found: Submission) -> Verification | None:
    """The newest; None where it was never submitted."""
    try:
        return client.verification(found["id"])
    except Refused as error:
        if error.status != 404:
            raise
        return None


def watch(client: Client, submission: str, *, dry_run: bool = False, quiet: bool = False) -> Verification:
    """Waits until it is verified, and meanwhile says on a terminal what happens now."""
    console = standard_error()
    if quiet or not console.is_terminal:
        return client.wait(submission, dry_run=dry_run)
    with console.status("Waiting …") as line:

        def news(told: Verification) -> None:
            line.update(f"{told.get('activity') or state(told['status'])} ({told['progress']:.0%})")

        return client.wait(submission, dry_run=dry_run, news=news)


def exit_of(status: str, verification: Verification | None) -> Exit:
    """What the command ends with: rejected, errors found, could not be verified, or fine."""
    if status == "rejected":
        return Exit.REJECTED
    if status == "quarantined":
        return Exit.AWAY
    findings = verification["findings"] if verification else []
    has_errors = any(one["severity"] == Severity.ERROR for one in findings)
    return Exit.ERRORS_FOUND if status == "invalid" or has_errors else Exit.FINE
