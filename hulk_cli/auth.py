"""`hulk auth`: a token given once, kept for this user alone."""

import sys
from typing import Annotated, Any

import typer

from hulk_cli import configuration
from hulk_cli.client import Client
from hulk_cli.output import EXIT_CODES, Exit, print_json, say, standard_error, standard_output, stop
from hulk_cli.session import AsJson, Token, Url, connected, hint

auth = typer.Typer(help="Sign in with a token, see as whom, and sign out.", no_args_is_help=True)
QuietName = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the name of the account.")]


@auth.command("login", epilog=EXIT_CODES)
def login(
    url: Url = "",
    from_stdin: Annotated[bool, typer.Option("--token-stdin", help="Read the token from standard input.")] = False,
    as_json: AsJson = False,
    quiet: QuietName = False,
) -> None:
    """Check a token and keep it. They are made on the page `API tokens` of your account."""
    with connected(url, "", as_json=as_json) as client:
        address = client.url
        token = configuration.checked(_asked(address, from_stdin=from_stdin))
        with Client(address, token) as signed_in:
            account = signed_in.whoami()
        kept = configuration.keep(address, token)
    _print(address, account, as_json=as_json, quiet=quiet)
    hint(f"Kept in {kept}, which only you can read.")


def _asked(address: str, *, from_stdin: bool) -> str:
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline()
    hint(f"Tokens are made at {address}/account/tokens/")
    return str(typer.prompt("Token", hide_input=True, err=True))


@auth.command("whoami", epilog=EXIT_CODES)
def whoami(url: Url = "", token: Token = "", as_json: AsJson = False, quiet: QuietName = False) -> None:
    """Show the account, what its token may do and until when, and the attempts left today."""
    with connected(url, token, as_json=as_json) as client:
        account = client.whoami()
    _print(client.url, account, as_json=as_json, quiet=quiet)


@auth.command("logout", epilog=EXIT_CODES)
def logout(url: Url = "", as_json: AsJson = False) -> None:
    """Forget the token of a server. It stays valid: to end it, revoke it on the page `API tokens`."""
    with connected(url, "", as_json=as_json) as client:
        address = client.url
        was_there = configuration.forget(address)
    if as_json:
        print_json({"url": address, "forgotten": was_there})
    elif was_there:
        say(standard_error(), f"Forgotten. To make it invalid as well, revoke it at {address}/account/tokens/")
    else:
        stop(f"There was no token for {address}.", Exit.NOT_SIGNED_IN)


def _print(address: str, account: dict[str, Any], *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json({"url": address, **account})
        return
    console = standard_output()
    say(console, account["username"], style="" if quiet else "bold")
    if quiet:
        return
    say(console, f"at {address}" + (", maintainer" if account.get("is_maintainer") else ""))
    if token := account.get("token"):
        until = f", until {token['expiry'][:10]}" if token.get("expiry") else ", without an end"
        say(console, f"token `{token['name']}`: {', '.join(token['scopes'])}{until}")
    for edition, left in (account.get("attempts_left") or {}).items():
        told = [f"{task} {'no limit' if number is None else number}" for task, number in left.items()]
        say(console, f"attempts left today, {edition}: {', '.join(told)}")
