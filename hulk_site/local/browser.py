"""Finds a Chromium for the browser tests, or gets one."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import brotli

from hulk_site.embedded import ROOT
from hulk_site.local.supervisor import Supervisor

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
OWN = ROOT / ".venv" / "chromium"
NPM_PACKAGE = "@sparticuz/chromium@147.0.0"
"""A headless Chromium for Linux x86-64 inside an npm package, compressed with brotli."""


def find_chromium(supervisor: Supervisor, say: Callable[[str], None]) -> str:
    """The path of a Chromium that runs; empty where there is none, and then says so in one line."""
    wanted = os.environ.get("HULK_CHROMIUM")
    if wanted:
        return wanted
    found = installed()
    if found:
        return found
    for way in (by_apt, by_playwright, by_npm):
        found = way(supervisor, say)
        if found:
            return found
    say("No Chromium could be had: browser tests are skipped (install one, or set HULK_CHROMIUM to its path).")
    return ""


def installed() -> str:
    candidates = [*(shutil.which(name) for name in NAMES), str(MAC), *map(str, OWN.rglob("headless_shell"))]
    candidates += [str(OWN / "chrome")]
    return next((path for path in candidates if path and runs(path)), "")


def runs(path: str) -> bool:
    """A file of the right name may be a stub that only advertises a package."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, check=False, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def by_apt(supervisor: Supervisor, say: Callable[[str], None]) -> str:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return ""
    say("Installing Chromium for the browser tests (apt-get install chromium) …")
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if supervisor.run(install, env=environment, **quiet) != 0:
        supervisor.run(["apt-get", "update"], env=environment, **quiet)
        supervisor.run(install, env=environment, **quiet)
    return installed()


def by_playwright(supervisor: Supervisor, say: Callable[[str], None]) -> str:
    say("Getting Chromium for the browser tests (playwright install chromium) …")
    supervisor.run(
        [sys.executable, "-m", "playwright", "install", "chromium", "--only-shell"],
        env={**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(OWN)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return installed()


def by_npm(supervisor: Supervisor, say: Callable[[str], None]) -> str:
    if not shutil.which("npm") or sys.platform != "linux":
        return ""
    say(f"Getting Chromium for the browser tests (npm pack {NPM_PACKAGE}) …")
    OWN.mkdir(exist_ok=True)
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if supervisor.run(["npm", "pack", NPM_PACKAGE], cwd=OWN, **quiet) != 0:
        return ""
    for package in OWN.glob("*.tgz"):
        unpack(package)
    return installed()


def unpack(package: Path) -> None:
    """Takes the browser, its libraries and its fonts out of the npm package."""
    with tarfile.open(package) as outer:
        inner = {Path(member.name).name: member for member in outer.getmembers()}

        def content(name: str) -> bytes:
            member = outer.extractfile(inner[name])
            return brotli.decompress(member.read()) if member else b""

        program = OWN / "chromium"
        program.write_bytes(content("chromium.br"))
        program.chmod(0o755)
        # A system without a desktop lacks some libraries; the package has them.
        start = OWN / "chrome"
        start.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{OWN}/lib" exec "{program}" "$@"\n')
        start.chmod(0o755)
        for name in ("swiftshader.tar.br", "al2023.tar.br"):
            with tarfile.open(fileobj=BytesIO(content(name))) as libraries:
                libraries.extractall(OWN, filter="data")
    package.unlink()
