"""What changed from one revision to the next: values of the manifest, and files, as lines for people and scripts."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from submissions.models import Revision, Status, Submission

LONGEST_VALUE = 200
HASH_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Change:
    """One value: `before` is empty where it is new, `after` where it is gone."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """A state of a submission: what was sent as a revision, or what a draft holds now."""

    manifest: Mapping[str, Any]
    evidence: Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ShownRevision:
    number: int
    frozen_at: datetime | None
    """None for a draft, which has not been sent."""
    content_hash: str
    against: str
    """What it is compared with, in words; empty for a first revision."""
    changes: tuple[Change, ...]


def between(before: Frozen, after: Frozen) -> tuple[Change, ...]:
    """Every value and file that differs, those of the manifest first."""
    told = [
        *_differing(dict(_values(before.manifest)), dict(_values(after.manifest))),
        *_differing(_files(before.evidence), _files(after.evidence)),
    ]
    return tuple(told)


def revisions_of(submission: Submission) -> list[ShownRevision]:
    """Each revision with what changed in it, the newest first; on top what a draft has changed since.

    The first revision of a submission that supersedes another is compared with the last one of that.
    """
    sent = list(submission.revisions.order_by("number"))
    begun_from = submission.supersedes.revisions.order_by("-number").first() if submission.supersedes else None
    before = frozen(begun_from) if begun_from else None
    against = "what it takes the place of" if begun_from else ""
    shown = []
    for one in sent:
        after = frozen(one)
        changes = between(before, after) if before else ()
        shown.append(ShownRevision(one.number, one.frozen_at, one.content_hash, against, changes))
        before, against = after, f"revision {one.number}"
    if submission.status == Status.DRAFT and before:
        changes = between(before, _draft(submission))
        shown.append(ShownRevision(submission.revision, None, "", against, changes))
    return shown[::-1]


def frozen(revision: Revision) -> Frozen:
    return Frozen(revision.manifest, revision.evidence)


def _draft(submission: Submission) -> Frozen:
    keys = ("task", "kind", "run", "part", "name", "sha256", "size")
    return Frozen(
        submission.manifest, [{key: getattr(file, key) for key in keys} for file in submission.evidence.all()]
    )


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for what in dict.fromkeys((*before, *after)):
        old, new = before.get(what, ""), after.get(what, "")
        if old != new:
            yield Change(what, old, new)


def _values(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of a manifest by dotted path, as text; what is null or empty is not there."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _values(below, f"{path}.{key}" if path else str(key))
    elif value not in (None, "", []):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield path, text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _files(evidence: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {_place(file): f"{file['name']}, {file['size']:,} bytes, {file['sha256'][:HASH_SHOWN]}" for file in evidence}


def _place(file: Mapping[str, Any]) -> str:
    run = f", run {file['run']}" if file["run"] > 1 else ""
    part = f", {file['part']}" if file["part"] else ""
    return f"{file['task']}/{file['kind']}{part}{run}"
