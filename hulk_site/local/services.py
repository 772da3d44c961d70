"""The servers that HULK needs here: private ones, or those that DATABASE_URL and REDIS_URL name."""

import json
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hulk_site.embedded import ROOT, Home, Postgres, Valkey, forget_if_older_than, home_for
from hulk_site.local.supervisor import Process, Supervisor

VAR = ROOT / "var"
PASSED_ON = ("HULK_", "EMAIL_", "SECURE_")
"""Variables of these names that `make run` was given hold for `manage.py` in the same folder, too."""


def start_servers(supervisor: Supervisor, home: Callable[[], Home], *, durable: bool) -> dict[str, str]:
    """Starts what no variable names; the addresses of both."""
    addresses = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    if "DATABASE_URL" not in addresses:
        postgres = Postgres(home(), durable=durable)
        postgres.prepare()
        # SIGINT is PostgreSQL's fast stop; SIGTERM would wait for every client.
        supervisor.up(Process("PostgreSQL", postgres.log, postgres.start, postgres.ready, signal.SIGINT))
        addresses["DATABASE_URL"] = postgres.url
    if "REDIS_URL" not in addresses:
        valkey = Valkey(home())
        valkey.prepare()
        supervisor.up(Process("Valkey", valkey.log, valkey.start, valkey.ready))
        addresses["REDIS_URL"] = valkey.url
        if valkey.in_memory:
            supervisor.say("There is no Valkey or Redis for this machine: an in-memory stand-in serves, which forgets.")
    return addresses


def lasting_home(say: Callable[[str], None]) -> Home:
    """Where `make run` keeps its servers' data from one start to the next."""
    home = home_for("services", VAR)
    if home.postgres_user is not None and forget_if_older_than(home, VAR / "services.mark"):
        say(f"{home.folder} had data of a HULK that is no longer in this folder; it has been removed.")
    return home


@contextmanager
def scratch() -> Iterator[Home]:
    """A folder for one run, gone afterwards. For root where PostgreSQL's user can reach it."""
    root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="hulk-test-", dir="/var/tmp" if root else None))
    if root:
        folder.chmod(0o755)
    try:
        yield Home(folder, "nobody" if root else None)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_services(addresses: Mapping[str, str], public_url: str) -> dict[str, str]:
    """Writes var/services.json, by which `manage.py` in this folder finds everything; its content."""
    path = VAR / "services.json"
    services = {
        **{name: value for name, value in os.environ.items() if name.startswith(PASSED_ON) and value},
        **addresses,
        "PUBLIC_URL": public_url,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or _kept_key(path),
    }
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(services, file, indent=2)
    return services


def _kept_key(path: Path) -> str:
    """The key of the last start, so that sessions live on; a new one where there is none."""
    try:
        return str(json.loads(path.read_text())["SECRET_KEY"])
    except (OSError, ValueError, KeyError):
        return secrets.token_urlsafe(48)
