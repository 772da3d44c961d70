"""The private gold labels: the only module that opens settings.GOLD_DIR.

A set lies under edition, task and the SHA-256 of its canonical form, readable by the system's own user alone. Labels go
into `scoring` and nowhere else: they are never served, logged or named in a message (PROTOCOL section 2).
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from leaderboard.catalogue import task_of
from leaderboard.models import Event, GoldSet
from leaderboard.models import Task as TaskRow
from scoring.gold import Gold, canonical, from_canonical, read_gold
from scoring.rules import Task
from scoring.values import Source
from submissions.errors import Refused

CHUNK = 1024 * 1024


class GoldDamaged(RuntimeError):
    """The stored gold labels are gone or are not what was imported: the operator has to import them again."""


class GoldRefused(Refused):
    """These files are not the gold labels that the edition says."""

    code = "gold-refused"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import found. `published` is empty where the edition names no hash."""

    gold: Gold
    sha256: str
    published: str

    @property
    def confirmed(self) -> bool:
        return self.sha256 == self.published


def load(row: TaskRow) -> Gold | None:
    """The gold labels of a task; None where none are imported. GoldDamaged where they cannot be trusted."""
    gold_set = GoldSet.objects.filter(task=row).first()
    if gold_set is None or not gold_set.is_imported:
        return None
    return _read(_folder(row), gold_set.imported_sha256, task_of(row))


def store(row: TaskRow, gold: Gold) -> str:
    """Keeps the labels in their canonical form; its SHA-256. Storing the same again changes nothing."""
    data = canonical(gold)
    sha256 = hashlib.sha256(data).hexdigest()
    folder = _folder(row)
    _make_private(folder)
    pair_ids = {name: list(part.pair_ids) for name, part in gold.parts.items() if part.pair_ids}
    # The labels come last: what `load` looks for is there only when all of it is.
    _write(folder / f"{sha256}.pairs", json.dumps(pair_ids).encode())
    _write(folder / sha256, data)
    return sha256


def import_files(
    row: TaskRow, files: Sequence[Path], *, accept_hash: bool, by: AbstractBaseUser | None, at: datetime
) -> Imported:
    """Reads the usual files, checks them against what the edition publishes, keeps them and records that.

    Raises scoring's GoldInvalid for a file that is not right in itself and GoldRefused for one that is another set than
    the edition's. OSError where a file or the folder cannot be opened.
    """
    found = _inspect(row, files)
    if found.published and not found.confirmed and not accept_hash:
        raise GoldRefused(
            f"These labels have the SHA-256 {found.sha256}, and {row} publishes {found.published}.",
            remedy="Import the files the edition names, or add --accept-hash to take these: entries then say so.",
        )
    store(row, found.gold)
    with transaction.atomic():
        gold_set, _ = GoldSet.objects.select_for_update().get_or_create(task=row)
        old = {"task": row.slug, "sha256": gold_set.imported_sha256, "count": gold_set.imported_count}
        gold_set.imported_sha256, gold_set.imported_at = found.sha256, at
        gold_set.imported_count = row.gold_size
        gold_set.save()
        new = {"task": row.slug, "sha256": found.sha256, "count": row.gold_size, "confirmed": gold_set.is_confirmed}
        Event.objects.create(
            what=Event.What.GOLD_IMPORTED, edition=row.edition, by_id=by.pk if by else None, at=at, old=old, new=new
        )
    return found


def _inspect(row: TaskRow, files: Sequence[Path]) -> Imported:
    gold = read_gold(task_of(row), [_source(path) for path in files])
    gold_set = GoldSet.objects.filter(task=row).first()
    sha256 = hashlib.sha256(canonical(gold)).hexdigest()
    return Imported(gold, sha256, gold_set.published_sha256 if gold_set else "")


def _source(path: Path) -> Source:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return Source(path.name, path.stat().st_size, digest.hexdigest(), lambda: path.open("rb"))


def _folder(row: TaskRow) -> Path:
    return settings.GOLD_DIR / row.edition.slug / row.slug


def _make_private(folder: Path) -> None:
    for path in (settings.GOLD_DIR, folder.parent, folder):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and for nobody else to read: `mkstemp` makes files of mode 0600."""
    descriptor, name = tempfile.mkstemp(prefix="incoming-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def forget() -> None:
    """Drops what this process keeps in memory, so that the next `load` reads the files."""
    _read.cache_clear()


@lru_cache(maxsize=16)
def _read(folder: Path, sha256: str, task: Task) -> Gold:
    """Kept in the worker's memory: a set never changes under its hash."""
    path = folder / sha256
    try:
        data = path.read_bytes()
        pairs: Mapping[str, Sequence[str]] = json.loads(path.with_name(f"{sha256}.pairs").read_bytes())
    except (OSError, ValueError) as error:
        raise GoldDamaged(f"The gold labels of {task.slug} cannot be read ({error}). Import them again.") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise GoldDamaged(f"The gold labels of {task.slug} are not those that were imported. Import them again.")
    return from_canonical(task, data, pairs)
