"""`make lint`: style, types, templates, settings and deployment files. Every check always runs."""

import functools
import os
import secrets
import subprocess
import sys
from collections.abc import Callable

from hulk_site.embedded import ROOT

PYTHON = sys.executable
CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("ruff", [PYTHON, "-m", "ruff", "check", "--quiet", "."]),
    ("layout of the code", [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."]),
    ("types", [PYTHON, "-m", "mypy", "."]),
    ("templates", [PYTHON, "-m", "djlint", "--lint", "--quiet", "templates"]),
    ("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("OpenAPI", [PYTHON, "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull]),
    ("production settings", [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]),
    ("commands", ["shellcheck", "bin/web", "bin/worker", "bin/courier", "bin/beat", "bin/migrate", ".ci/run"]),
    ("Dockerfile", ["hadolint", "Dockerfile"]),
    (
        "docker-compose.yml",
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
    ),
)

PRODUCTION = {
    "HULK_LOCAL": "false",
    "DATABASE_URL": "postgres://hulk:hulk@127.0.0.1:1/hulk",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "PUBLIC_URL": "https://hulk.example.org",
    "ALLOWED_HOSTS": "hulk.example.org",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "EMAIL_URL": "smtp+tls://mail.example.org:587",
}
"""Settings as in production, with no server behind them: no check here needs one."""


def lint(say: Callable[[str], None]) -> int:
    """Runs all checks; 1 where one of them has something to say."""
    failed = [title for title, command in CHECKS if not passes(title, command, say)]
    say(f"Lint: {len(failed)} of {len(CHECKS)} failed ({', '.join(failed)})." if failed else "Lint: all is well.")
    return 1 if failed else 0


def passes(title: str, command: list[str], say: Callable[[str], None]) -> bool:
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **PRODUCTION}, capture_output=True, text=True, check=False
    )
    say(f"{'ok    ' if done.returncode == 0 else 'FAILED'}  {title}")
    if done.returncode:
        say((done.stdout + done.stderr).strip())
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(lint(functools.partial(print, flush=True)))
