"""Where the server and the token come from: what was said, then the environment, then the user's own file."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from hulk_cli.errors import WrongUsage
from hulk_cli.transport import server_url

NAME = "credentials.json"
URL, TOKEN = "HULK_URL", "HULK_TOKEN"


@dataclass(frozen=True, slots=True)
class Server:
    """A server and the token for it, empty where there is none."""

    url: str
    token: str


def file() -> Path:
    """The user's own file of tokens, by server."""
    return platformdirs.user_config_path("hulk") / NAME


def chosen(url: str = "", token: str = "") -> Server:
    """The server to talk to. WrongUsage where none is named.

    A token of the file goes only to the server that it was given for.
    """
    known = _read()
    named = url or os.environ.get(URL, "") or str(known.get("server") or "")
    if not named:
        raise WrongUsage(f"Which server? Name it with --url or {URL}, or sign in once: hulk auth login --url https://…")
    address = server_url(named)
    kept = known.get("tokens") or {}
    found = token or os.environ.get(TOKEN, "") or str(kept.get(address) or "")
    return Server(address, checked(found) if found else "")


def checked(token: str) -> str:
    """The token without the blanks around it. WrongUsage where it cannot be one; it is never shown."""
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise WrongUsage("That is not a token: it must be one word of letters and digits. Copy it again.")
    return token


def keep(url: str, token: str) -> Path:
    """Keeps a token for a server, and the server as the one to talk to."""
    known = _read()
    _write({"server": url, "tokens": {**(known.get("tokens") or {}), url: token}})
    return file()


def forget(url: str) -> bool:
    """Forgets the token of a server; whether there was one."""
    known = _read()
    tokens = dict(known.get("tokens") or {})
    if tokens.pop(url, None) is None:
        return False
    _write({"server": known.get("server"), "tokens": tokens})
    return True


def _read() -> dict[str, Any]:
    """Empty where there is no file, or one that cannot be read as ours."""
    with suppress(OSError, ValueError):
        known = json.loads(file().read_text(encoding="utf-8"))
        if isinstance(known, dict) and isinstance(known.get("tokens", {}), dict):
            return known
    return {}


def _write(known: dict[str, Any]) -> None:
    """Replaces the file at once; nobody but the user can read it, at no moment."""
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{NAME}.{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(known, out, indent=2)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
