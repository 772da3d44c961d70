"""Large files that arrive in pieces and survive a cut connection: begun, continued, and made evidence by `intake`.

The protocol that speaks to these verbs is in `tus`; the growing files are in `spool`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from leaderboard.catalogue import limits_of
from scoring.rules import Limits
from submissions import intake, spool
from submissions.errors import (
    ArchiveRefused,
    ChecksumDiffers,
    FileRefused,
    FileTooLarge,
    OffsetDiffers,
    Refused,
    UploadBroken,
)
from submissions.file_names import name_of
from submissions.manifest import Place, places
from submissions.models import Submission, Upload
from submissions.preconditions import ALWAYS, Precondition
from submissions.room import check_amount, sizes_in
from submissions.uploads import CHUNK, HEAD, Readable, refuse_archive, too_large

CHECKSUMS = ("sha256", "sha1")
"""Algorithms that a piece may be held against, the best first."""
KEPT = timedelta(hours=24)
"""How long a silent upload is waited for."""


def begin(
    submission: Submission,
    *,
    by: AbstractBaseUser,
    place: Place,
    size: int,
    at: datetime,
    sha256: str = "",
    seen: Precondition = ALWAYS,
) -> Upload:
    """Announce a file of `size` bytes for a place of a draft; `place.name` is what it is called on its sender's disk.

    What was under way to the same place is given up: whoever begins anew has lost it, and two files cannot stand
    there. Raises what `intake.add_evidence` would raise of it, as far as it shows before the first byte; what was
    `seen` must still stand there when the last one has come.
    """
    intake.must_be_open(submission, place)
    name = _name(submission, place)
    _check_size(name, size, limits_of(submission.edition))
    with transaction.atomic():
        draft = intake.locked_draft(submission, by)
        there = intake.evidence_at(draft, place)
        standing = there.sha256 if there else ""
        seen.check(standing, f"`{place}`")
        before = list(_unfinished(draft).filter(task=place.task, kind=place.kind, run=place.run, part=place.part))
        _unfinished(draft).filter(pk__in=[one.pk for one in before]).delete()
        _check_room(draft, place, size)
        upload = Upload.objects.create(
            submission=draft,
            task=place.task,
            kind=place.kind,
            run=place.run,
            part=place.part,
            name=name,
            size=size,
            sha256=sha256,
            replaces=None if seen == ALWAYS else standing,
            expires_at=at + KEPT,
        )
        spool.prepare(upload)
    for one in before:
        spool.remove(one.pk)
    return upload


def _name(submission: Submission, place: Place) -> str:
    """What the manifest calls the file at this place, else a name of our own making."""
    named = {one.key: one.name for one in places(submission.manifest)}
    return intake.check_file_name(named.get(place.key) or name_of(place, place.name))


def _check_size(name: str, size: int, limits: Limits) -> None:
    if size == 0:
        raise FileRefused(f"`{name}` is empty.", remedy="Send a file with content.", field=name)
    if size > limits.file_bytes:
        raise too_large(name, limits.file_bytes)


def _unfinished(draft: Submission) -> QuerySet[Upload]:
    return draft.uploads.filter(finished_at=None)


def _check_room(draft: Submission, place: Place, size: int) -> None:
    """What is there and what is under way to other places must leave room for this file."""
    sizes = sizes_in(draft) | {place.key: size}
    check_amount(len(sizes), sum(sizes.values()), limits_of(draft.edition))


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one piece give under an algorithm of `CHECKSUMS`."""

    algorithm: str
    digest: bytes


def append(
    upload: Upload,
    stream: Readable,
    *,
    offset: int,
    length: int,
    by: AbstractBaseUser,
    at: datetime,
    checksum: Checksum | None = None,
) -> int:
    """Add `length` bytes at `offset`; where the upload ends then. The last ones make it evidence.

    What came before a connection broke off is kept, and UploadBroken raised. OffsetDiffers: it goes on elsewhere.
    ChecksumDiffers: the piece is not kept, and may be sent again. Any other refusal is about the file itself, which is
    given up with it; StorageAway is not, and may be tried again.
    """
    if (here := spool.held(upload)) != offset or upload.finished_at:
        raise OffsetDiffers(here)
    if offset + length > upload.size:
        raise FileTooLarge(
            f"`{upload.name}` was announced with {upload.size:,} bytes; this piece goes beyond them.",
            remedy="Begin a new upload with the right length.",
            field=upload.name,
        )
    spool.prepare(upload)
    position, hashed = offset, hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    try:
        for chunk in _chunks(stream, upload.name):
            if position == 0:
                _refuse(upload, chunk)
            position = spool.append(upload, position, chunk)
            if hashed:
                hashed.update(chunk)
        if hashed and checksum and position == offset + length and hashed.digest() != checksum.digest:
            _take_back(upload, offset, position)
    finally:
        _keep(upload, at)
    if position < offset + length:
        raise _broken(upload.name)
    if position == upload.size:
        _finish(upload, by=by, at=at)
    return position


def _take_back(upload: Upload, offset: int, position: int) -> None:
    """Nothing of a damaged piece stays; what cannot be taken back any more is given up as a whole."""
    if not spool.cut(upload, offset, position):
        spool.give_up(upload)
    raise ChecksumDiffers(
        f"The piece of `{upload.name}` from {offset:,} on did not arrive as it was sent.",
        remedy="Send it again.",
        field=upload.name,
    )


def _chunks(stream: Readable, name: str) -> Iterator[bytes]:
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
    except OSError as error:
        raise _broken(name) from error


def _broken(name: str) -> UploadBroken:
    return UploadBroken(
        f"`{name}` broke off.", remedy="Ask with HEAD how much arrived, and go on from there.", field=name
    )


def _refuse(upload: Upload, first: bytes) -> None:
    """An archive shows in its first bytes: its sender need not send the rest."""
    try:
        refuse_archive(first[:HEAD], upload.name)
    except ArchiveRefused:
        spool.give_up(upload)
        raise


def _keep(upload: Upload, at: datetime) -> None:
    """Whatever ended this piece: what is here is durable, and is waited for anew."""
    if Upload.objects.filter(pk=upload.pk, finished_at=None).update(expires_at=at + KEPT):
        upload.expires_at = at + KEPT
        spool.sync(upload)


def _finish(upload: Upload, *, by: AbstractBaseUser, at: datetime) -> None:
    """Make the complete file evidence, as if it had come in one piece. Safe to be done again after a crash within."""
    try:
        with spool.whole(upload) as file:
            intake.add_evidence(
                upload.submission,
                by=by,
                place=upload.place,
                stream=file,
                name=upload.name,
                at=at,
                expected=upload.size,
                sha256=upload.sha256,
                seen=ALWAYS if upload.replaces is None else Precondition.only(upload.replaces),
            )
            Upload.objects.filter(pk=upload.pk).update(finished_at=at, expires_at=at + KEPT)
            upload.finished_at = at
            spool.remove(upload.pk)
    except OffsetDiffers:
        raise
    except Refused:
        spool.give_up(upload)
        raise
