"""A folder with `submission.json` and the files it names: what is read of it, and nothing beside or outside it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from hulk_cli.errors import WrongUsage
from scoring.findings import Finding, finding
from scoring.manifest import LIMITS, Place
from scoring.manifest.bundles import Placed
from scoring.values import Source

MANIFEST = "submission.json"


def read_manifest(folder: Path) -> bytes:
    """The manifest as written, one byte more than is allowed at most. WrongUsage where there is none."""
    path = folder / MANIFEST
    if path.exists() and not path.is_file():
        raise WrongUsage(f"{path} is not a file.")
    if path.exists() and leads_out(path, folder):
        raise WrongUsage(f"{path} is a link that leads out of the folder. Copy the file itself into the folder.")
    try:
        with path.open("rb") as file:
            return file.read(LIMITS.manifest_bytes + 1)
    except FileNotFoundError:
        hint = f"Write one, or start from a sample: hulk init {folder} --phase finetuning"
        raise WrongUsage(f"There is no {MANIFEST} in {folder}. {hint}") from None
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}.") from None


@dataclass(frozen=True, slots=True)
class Files:
    """The files that a manifest names: those that are there, and what is wrong with the others."""

    placed: tuple[Placed, ...]
    findings: tuple[Finding, ...]

    @property
    def size(self) -> int:
        """Bytes of all files, one that stands at several places counted once."""
        return sum({source.name: source.size for _, source in self.placed}.values())


def open_files(folder: Path, named: Iterable[Place], *, largest: int) -> Files:
    """Every file named, opened later and as often as needed; a file named at several places is hashed once.

    A file of more than `largest` bytes is a finding: nothing of it is read.
    """
    known: dict[str, Source | Finding] = {}
    placed: list[Placed] = []
    findings: list[Finding] = []
    for place in named:
        if place.name not in known:
            known[place.name] = _source(folder, place, largest)
        found = known[place.name]
        if isinstance(found, Source):
            placed.append((place, found))
        else:
            findings.append(finding(found.code, found.message, task=place.task, file=place.name, remedy=found.remedy))
    return Files(tuple(placed), tuple(findings))


def _source(folder: Path, place: Place, largest: int) -> Source | Finding:
    path = folder / place.name
    if not path.exists():
        return _missing(place, "is not there", f"Put it at {place.name} in the folder, or correct the name.")
    if leads_out(path, folder):
        return _missing(place, "is a link that leads out of the folder", "Copy the file itself into the folder.")
    if not path.is_file():
        return _missing(place, "is not a file", "Name a file: folders are not sent.")
    if (size := path.stat().st_size) > largest:
        message = f"The file has {size:,} bytes; the limit is {largest:,}."
        return finding("file-unreadable", message, remedy="Leave out rows that are not needed, or send it as gzip.")
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Source(place.name, size, digest, partial(open_bytes, path))
    except OSError as error:
        return _missing(place, f"cannot be read: {error.strerror}", "See to it that you may read it.")


def leads_out(path: Path, folder: Path) -> bool:
    return not path.resolve().is_relative_to(folder.resolve())


def open_bytes(path: Path) -> BinaryIO:
    return path.open("rb")


def _missing(place: Place, what: str, remedy: str) -> Finding:
    return finding("evidence-missing", f"{place.name}, named for {place}, {what}.", remedy=remedy)
