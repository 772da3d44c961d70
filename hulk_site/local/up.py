"""`make run`: database, broker, web, worker and beat on this machine, and what to do next."""

import fcntl
import functools
import hashlib
import json
import os
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from hulk_site.embedded import ROOT, Home, Unusable, free_port, last_line
from hulk_site.local.services import VAR, lasting_home, start_servers, write_services
from hulk_site.local.supervisor import Asked, Process, Supervisor, exit_code_of, tail

LOGS = VAR / "log"
SAMPLE = ROOT / "tests" / "bundles" / "good" / "finetuning-csv"
WEB_SECONDS = 60


def up(say: Callable[[str], None]) -> int:
    """Runs until asked to stop. Raises Unusable with one sentence where it cannot."""
    port = wanted_port()
    VAR.mkdir(exist_ok=True)
    LOGS.mkdir(exist_ok=True)
    with (VAR / "run.lock").open("a+") as lock:
        hold(lock.fileno())
        refuse_taken(port)
        with Supervisor(say, lock.fileno()) as supervisor:
            try:
                serve(supervisor, port, say)
            except Asked:
                say("Stopping …")
    say("HULK has stopped; its data is kept for the next start.")
    return 0


def serve(supervisor: Supervisor, port: int, say: Callable[[str], None]) -> None:
    """Starts everything and watches over it. Returns never: raises Asked when asked to stop, at whatever step."""
    say("Starting PostgreSQL and Valkey …")
    home = functools.cache(lambda: lasting_home(say))
    addresses = start_servers(supervisor, home, durable=True)
    url = os.environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}"
    environment = {**os.environ, **write_services(addresses, url), "HULK_BIND": f"127.0.0.1:{port}"}
    say("Preparing database, baselines and the demo edition …")
    prepare(supervisor, environment)
    say("Starting web, worker, courier and beat …")
    start_processes(supervisor, environment, port)
    say(welcome(url, None if os.environ.get("DATABASE_URL") else home()))
    supervisor.watch()


def wanted_port() -> int:
    wanted = os.environ.get("PORT") or "8000"
    if not wanted.isdecimal() or not 1 <= int(wanted) <= 65535:
        raise Unusable(f"PORT is {wanted!r}; it must be a number from 1 to 65535.")
    return int(wanted)


def hold(lock: int) -> None:
    """One `make run` a folder: two would share a database and fight over its files."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Unusable(
            "HULK already runs in this folder, or has not quite stopped yet; stop it with Ctrl-C first."
        ) from error


def refuse_taken(port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Unusable(f"Port {port} needs root; choose another one: make run PORT=8000") from error
        except OSError as error:
            raise Unusable(f"Port {port} is taken; choose another one: make run PORT={free_port()}") from error


def prepare(supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    """Migrations, catalogue, baselines, static files where they changed, and the demo."""
    stamp = VAR / "static.stamp"
    static = fingerprint()
    fresh = stamp.exists() and stamp.read_text() == static
    steps = [["bin/migrate"], ["python", "manage.py", "create_demo"]]
    log = LOGS / "setup.log"
    with log.open("wb") as output:
        for step in steps:
            settings = {**environment, "HULK_COLLECTSTATIC": "false" if fresh else "true"}
            code = supervisor.run(step, env=settings, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
            if code:
                raise Unusable(f"`{' '.join(step)}` failed. {tail(log)}")
    stamp.write_text(static)


def fingerprint() -> str:
    """Changes when a static file of ours or a package that brings some does: collecting takes seconds."""
    files = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
    seen = [f"{path.relative_to(ROOT)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    seen.append((ROOT / "requirements.txt").read_text())
    seen.append((ROOT / "hulk_site" / "settings.py").read_text())
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def start_processes(supervisor: Supervisor, environment: Mapping[str, str], port: int) -> None:
    """The same commands as in docker-compose.yml, each with a log file of its own."""
    for name in ("worker", "courier", "beat", "web"):
        log = LOGS / f"{name}.log"
        log.unlink(missing_ok=True)
        ready = functools.partial(wait_for_web, port=port, log=log) if name == "web" else lambda running: None
        supervisor.up(Process(name, log, functools.partial(start, name, log, environment), ready))


def start(name: str, log: Path, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            [ROOT / "bin" / name],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_for_web(running: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    give_up = time.monotonic() + WEB_SECONDS
    while time.monotonic() < give_up and running.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Unusable(f"The web server did not start: {last_line(log.read_text(errors='replace'))} (all of it: {log})")


def welcome(url: str, home: Home | None) -> str:
    """Address, demo sign-ins, a command to paste that submits a sample, and where the data is (`home`, if ours)."""
    demo = json.loads((VAR / "demo.json").read_text())
    people = "\n".join(f"    {name:<12} {user['password']}" for name, user in demo["users"].items())
    return f"""
HULK runs at {url}

Sign in ({url}/account/login/; the maintainer reviews in {url}/admin/):
{people}
  Passwords and API tokens are in {VAR / "demo.json"}.

Submit a sample to the demo edition (paste this into another terminal):
{sample_command(url, demo["users"]["researcher"]["token"])}

{where_data_is(home)}{where_mail_is()}
Logs: {LOGS}/    Stop with Ctrl-C.
"""


def where_mail_is() -> str:
    """Confirmations and resets are files here, unless a mail server was given."""
    return "" if os.environ.get("EMAIL_URL") else f"\nMail: each a file in {VAR / 'mail'}/"


def where_data_is(home: Home | None) -> str:
    """Where to look for the data, and what may remove it."""
    if home is None:
        return f"Data: evidence in {VAR}/, the rest in the database that DATABASE_URL names."
    if home.postgres_user is None:
        return f"Data: {VAR}/"
    return (
        f"Data: evidence in {VAR}/, the database in {home.folder}/, as PostgreSQL does not run as root.\n"
        "  Many systems empty /var/tmp of what is 30 days old: start HULK as another user to keep it all here."
    )


def sample_command(url: str, token: str) -> str:
    """A curl command that sends the sample bundle: the manifest, and each file under the name the manifest gives it."""
    files = sorted(path.relative_to(SAMPLE).as_posix() for path in SAMPLE.rglob("*") if path.is_file())
    parts = ["manifest=@submission.json", *(f"{name}=@{name}" for name in files if name != "submission.json")]
    forms = " \\\n".join(f"    -F {shlex.quote(part)}" for part in parts)
    return (
        f"(cd {shlex.quote(str(SAMPLE))} && curl -sS {url}/api/v1/bundles/ \\\n"
        f"    -H 'Authorization: Bearer {token}' \\\n{forms})"
    )


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: up(functools.partial(print, flush=True))))
