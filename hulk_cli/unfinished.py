"""What was begun and may go on after a cut: which submission belongs to which content, in the user's cache folder."""

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import platformdirs

KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Begun:
    """`key` is the start of all Idempotency-Keys of this sending; `submission` is empty until the server gave an id."""

    path: Path
    key: str
    submission: str = ""

    def got(self, submission: str) -> None:
        """Remember the id that the server gave."""
        _write(self.path, self.key, submission)

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)


def folder() -> Path:
    return platformdirs.user_cache_path("hulk") / "submissions"


def begin(server: str, content_hash: str) -> Begun:
    """What is known of this content at this server; from now on it is known. Two at once get the same key."""
    _tidy()
    name = hashlib.sha256(f"{server} {content_hash}".encode()).hexdigest()
    path = folder() / f"{name}.json"
    if known := _read(path):
        return known
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    _write(fresh, str(uuid4()), "")
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
    return _read(path) or begin(server, content_hash)


def _read(path: Path) -> Begun | None:
    """None where nothing is known, or it is damaged."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(path.read_text(encoding="utf-8"))
        return Begun(path, str(known["key"]), str(known["submission"]))
    return None


def _write(path: Path, key: str, submission: str) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps({"key": key, "submission": submission}), encoding="utf-8")
    fresh.replace(path)


def _tidy() -> None:
    with suppress(OSError):
        for path in folder().iterdir():
            if path.stat().st_mtime < time.time() - KEPT_SECONDS:
                path.unlink()
