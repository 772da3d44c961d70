"""Reads the environment once, at start; a wrong value stops the start with one sentence."""

import json
import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent


def local_services() -> dict[str, Any]:
    """What `make run` wrote about its services (`var/services.json`); empty in tests and where it never ran."""
    if os.environ.get("HULK_LOCAL") == "false":
        return {}
    path = ROOT / "var" / "services.json"
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{path} cannot be read ({error}). Delete it and run `make run` again.") from error


_LOCAL = local_services()

SECRET_LENGTH = 50
SECRET_DISTINCT = 5
"""A key of fewer different characters was typed, not drawn."""
SECRET_DEFAULTS = (
    "django-insecure",
    "dev-only",
    "insecure",
    "change-me",
    "changeme",
    "change_me",
    "secret",
    "your-secret",
)


def text(name: str, default: str | None = None) -> str:
    """The variable, else what the local services say, else the default; refuses to start where there is none."""
    value = os.environ.get(name) or _LOCAL.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. Set it (see .env.example), or start HULK with `make run`.")
    return str(value)


def secret(name: str, *, public: bool) -> str:
    """A key that signs sessions: nobody may guess it, nor have read it in a repository."""
    value = text(name)
    why = ""
    if len(value) < SECRET_LENGTH:
        why = f"is shorter than {SECRET_LENGTH} characters"
    elif len(set(value)) < SECRET_DISTINCT or value.lower().startswith(SECRET_DEFAULTS):
        why = "is a default that others know"
    if public and why:
        raise ImproperlyConfigured(
            f"{name} {why}; make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
        )
    return value


def hosts(name: str, default: str, *, public: bool) -> list[str]:
    """The names that a request may claim to be for. Links in answers are built from them, so that "any" is none."""
    names = words(name, default)
    if public and "*" in names:
        raise ImproperlyConfigured(f"{name} allows any host (*); name those that people use, as in .env.example.")
    return names


def number(name: str, default: float, *, least: float = 0) -> float:
    value = text(name, str(default))
    try:
        parsed = float(value)
    except ValueError:
        parsed = float("nan")
    if not parsed >= least:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a number of at least {least:g}.")
    return parsed


def whole(name: str, default: int, *, least: int = 0) -> int:
    value = number(name, default, least=least)
    if value != int(value):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.")
    return int(value)


def flag(name: str, default: bool) -> bool:
    value = text(name, "true" if default else "false").lower()
    if value not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be true or false.")
    return value in {"true", "1", "yes", "on"}


def words(name: str, default: str) -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def mail(name: str, folder: Path) -> dict[str, Any]:
    """Django's EMAIL_… settings from one address, such as `smtp+tls://user:password@host:587`; files without one."""
    address = text(name, "")
    if not address:
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": folder}
    try:
        found = environ.Env.email_url_config(address)
    except (ImproperlyConfigured, ValueError) as error:
        raise ImproperlyConfigured(
            f"{name} is no mail server's address; write smtp+tls://USER:PASSWORD@HOST:587 or smtps://…:465."
        ) from error
    return {setting: value for setting, value in found.items() if value is not None}


def providers(**keys: tuple[str, str]) -> dict[str, Any]:
    """allauth's settings of each provider whose client id and secret are given; one of the two alone is a mistake."""
    for name, (client_id, secret) in keys.items():
        if bool(client_id) != bool(secret):
            raise ImproperlyConfigured(
                f"Only one of {name.upper()}_CLIENT_ID and {name.upper()}_CLIENT_SECRET is set; set both, or none."
            )
    return {
        name: {"APPS": [{"client_id": client_id, "secret": secret}]}
        for name, (client_id, secret) in keys.items()
        if client_id
    }
