"""`make test`: private servers that forget, a browser, and pytest."""

import functools
import os
import secrets
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from hulk_site.embedded import ROOT
from hulk_site.local.browser import find_chromium
from hulk_site.local.services import scratch, start_servers
from hulk_site.local.supervisor import Supervisor, exit_code_of


def test(arguments: list[str], say: Callable[[str], None]) -> int:
    """Runs the tests that `arguments` name, or all; pytest's exit code. Nothing is shared with a running HULK."""
    with scratch() as home, Supervisor(say) as supervisor:
        chromium = find_chromium(supervisor, say)
        addresses = start_servers(supervisor, lambda: home, durable=False)
        processes = str(max(1, min(4, os.cpu_count() or 1)))
        return supervisor.run(
            [sys.executable, "-m", "pytest", "-n", processes, "--dist", "loadgroup", *arguments],
            signal.SIGINT,
            env={**os.environ, **environment(addresses, home.folder), "HULK_CHROMIUM": chromium},
            cwd=ROOT,
        )


def environment(addresses: dict[str, str], folder: Path) -> dict[str, str]:
    """Settings of a test run; `HULK_LOCAL=false` keeps what a `make run` in this folder wrote out of it."""
    data = folder / "data"
    (data / "static").mkdir(parents=True)
    server = (
        addresses["REDIS_URL"].rsplit("/", 1)[0] if addresses["REDIS_URL"].count("/") > 2 else addresses["REDIS_URL"]
    )
    return {
        **addresses,
        # A Redis that somebody else brought may have other users: tests keep to its last database.
        "REDIS_URL": f"{server}/15",
        "HULK_LOCAL": "false",
        "HULK_DATA": str(data),
        "HULK_QUEUE_PREFIX": "hulk-test:",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: test(sys.argv[1:], functools.partial(print, flush=True))))
