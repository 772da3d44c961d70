"""What was begun and may go on after a cut: which submission belongs to which content, in the user's cache folder."""

import hashlib
import json
import os
import time
from collections import UserDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import platformdirs

KEPT_SECONDS = 30 * 24 * 3600
EMPTY: Mapping[str, str] = MappingProxyType({})


class Begun(UserDict[str, str]):
    """One sending of one content. As a mapping, it remembers where large files go on that were cut (see `tus`)."""

    def __init__(self, path: Path, *, key: str, submission: str = "", addresses: Mapping[str, str] = EMPTY) -> None:
        self.path = path
        self.key = key
        self.submission = submission
        self.data = dict(addresses)

    def got(self, submission: str) -> None:
        """Remember the id that the server gave."""
        self.submission = submission
        self._keep()

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    def __setitem__(self, key: str, address: str) -> None:
        super().__setitem__(key, address)
        self._keep()

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self._keep()

    def _keep(self) -> None:
        with suppress(OSError):
            _write(self.path, {"key": self.key, "submission": self.submission, "addresses": self.data})


def folder() -> Path:
    return platformdirs.user_cache_path("hulk") / "submissions"


def begin(server: str, content_hash: str) -> Begun:
    """What is known of this content at this server; from now on it is known. Two at once get the same key.

    Where nothing can be written, as in many containers, it is not remembered.
    """
    name = hashlib.sha256(f"{server} {content_hash}".encode()).hexdigest()
    path = folder() / f"{name}.json"
    key = str(uuid4())
    try:
        _tidy()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _read(path) is None:
            _write_new(path, {"key": key, "submission": "", "addresses": {}})
    except OSError:
        return Begun(path, key=key)
    known = _read(path)
    return Begun(path, key=key) if known is None else known


def _read(path: Path) -> Begun | None:
    """None where nothing is known, or it is damaged."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(path.read_text(encoding="utf-8"))
        return Begun(path, key=known["key"], submission=known["submission"], addresses=known["addresses"])
    return None


def _write(path: Path, known: Mapping[str, Any]) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(known), encoding="utf-8")
    fresh.replace(path)


def _write_new(path: Path, known: Mapping[str, Any]) -> None:
    """Writes it unless somebody else just did; one that is damaged is replaced."""
    fresh = path.with_suffix(f".{os.getpid()}")
    _write(fresh, known)
    try:
        os.link(fresh, path)
    except OSError:
        if _read(path) is None:
            fresh.replace(path)
    fresh.unlink(missing_ok=True)


def _tidy() -> None:
    """Forget what is so old that the server forgot it, too."""
    for path in folder().glob("*"):
        if path.stat().st_mtime < time.time() - KEPT_SECONDS:
            path.unlink(missing_ok=True)
