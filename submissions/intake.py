"""The one way in: drafts, their evidence, and what is sent at once. Pages, API and admin call these verbs."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AbstractUser
from django.core.files import File
from django.db import transaction

from leaderboard.catalogue import limits_of
from leaderboard.models import Edition
from scoring.manifest import Mistakes, file_name
from scoring.rules import Limits
from submissions import jobs, lifecycle, needs, quota, review
from submissions.contents import content_hash, frozen_evidence, hash_of
from submissions.errors import (
    ContentChanged,
    EvidenceMissing,
    FileRefused,
    ManifestInvalid,
    Problem,
    StepNotAllowed,
    UploadBroken,
)
from submissions.evidence import Blob, discard_later, hold, keeping, put
from submissions.manifest import Place, merge, places, required, validate
from submissions.models import Evidence, Organisation, Revision, Status, Submission
from submissions.permissions import must_own
from submissions.preconditions import ALWAYS, Precondition
from submissions.room import check_amount
from submissions.uploads import Checked, Readable

missing = needs.missing


# --- drafts --------------------------------------------------------------------------------------------------------


def create_draft(
    *,
    owner: AbstractBaseUser,
    manifest: Mapping[str, Any],
    at: datetime,
    complete: bool = True,
    organisation: Organisation | None = None,
) -> Submission:
    """A draft from a manifest; `complete` as in `validate`. Raises ManifestInvalid (all mistakes), or QuotaSpent."""
    valid = validate(manifest, complete=complete)
    with transaction.atomic():
        quota.check_drafts(owner)
        return _create(owner, valid, at, organisation, is_dry_run=False)


def _create(
    owner: AbstractBaseUser,
    valid: dict[str, Any],
    at: datetime,
    organisation: Organisation | None,
    *,
    is_dry_run: bool,
) -> Submission:
    with transaction.atomic():
        edition = Edition.objects.get(slug=valid["edition"])
        submission = Submission.objects.create(
            owner_id=owner.pk, edition=edition, organisation=organisation, manifest=valid, is_dry_run=is_dry_run
        )
        submission.steps.create(by_id=owner.pk, at=at, from_status="", to_status=Status.DRAFT)
    return submission


def change_draft(
    submission: Submission,
    *,
    by: AbstractBaseUser,
    manifest: Mapping[str, Any],
    at: datetime,
    complete: bool = True,
) -> None:
    """Change some keys of a draft's manifest, or all of them (RFC 7396). Evidence that is there must still fit."""
    with transaction.atomic():
        draft = locked_draft(submission, by)
        valid = validate(merge(draft.manifest, manifest), complete=complete)
        if misfits := [file for file in draft.evidence.all() if file.task not in needs.tasks_of(valid)]:
            raise ManifestInvalid(
                [Problem("tasks", f"There is evidence for {misfits[0].task}.", remedy="Remove those files first.")]
            )
        draft.manifest, draft.edition = valid, Edition.objects.get(slug=valid["edition"])
        draft.save(update_fields=["manifest", "edition", "changed_at"])
    submission.refresh_from_db()


def give_to(submission: Submission, organisation: Organisation | None, *, by: AbstractBaseUser) -> None:
    """Let an organisation's members read a draft from now on, or nobody else (None)."""
    with transaction.atomic():
        draft = locked_draft(submission, by)
        draft.organisation = organisation
        draft.save(update_fields=["organisation", "changed_at"])


def delete_draft(submission: Submission, *, by: AbstractBaseUser) -> None:
    """Remove a draft and its files. What was ever submitted stays on record: StepNotAllowed."""
    with transaction.atomic():
        draft = locked_draft(submission, by)
        if draft.first_queued_at:
            raise StepNotAllowed(
                "This draft was submitted before, so it stays on record.", remedy="Change it and submit it again."
            )
        unused = set(draft.evidence.values_list("sha256", flat=True))
        draft.delete()
        discard_later(unused)


# --- evidence ------------------------------------------------------------------------------------------------------


def add_evidence(
    submission: Submission,
    *,
    by: AbstractBaseUser,
    place: Place,
    stream: Readable,
    name: str,
    at: datetime,
    expected: int | None = None,
    sha256: str = "",
    seen: Precondition = ALWAYS,
) -> tuple[Evidence, bool]:
    """Take a file into a draft; the evidence, and whether it is new at its place. `expected`: its length, where known;
    `sha256`: its hash, where the sender gave it; `seen`: what they take for granted of what stands there, by its hash.

    Raises FileRefused (empty, archive, too large, cut short, damaged, a name no manifest may give), StepNotAllowed
    where it is no draft, ChangedMeanwhile where another file stands there than was seen.
    """
    must_own(by, submission)
    must_be_open(submission, place)
    name = check_file_name(name)
    limits = limits_of(submission.edition)
    with keeping() as kept:
        blob = put(Checked(stream, name=name, limit=limits.file_bytes, expected=expected), limit=limits.file_bytes)
        kept.append(blob)
        _check_hash(blob, sha256, name)
        with transaction.atomic():
            draft = locked_draft(submission, by)
            hold(blob)
            evidence, replaced = _place(draft, place, blob, name, at, seen)
            _check_room(draft, limits)
            if replaced != blob.sha256:
                draft.save(update_fields=["changed_at"])
            discard_later({replaced} - {blob.sha256, ""})
    return evidence, not replaced


def _check_hash(blob: Blob, sha256: str, name: str) -> None:
    if sha256 and blob.sha256 != sha256:
        raise UploadBroken(
            f"`{name}` arrived with the SHA-256 {blob.sha256}, not {sha256}.", remedy="Send it again.", field=name
        )


def must_be_open(submission: Submission, place: Place) -> None:
    """Before a byte is read: StepNotAllowed where it is no draft, ManifestInvalid where there is no such place."""
    _must_be_draft(submission)
    needs.check_place(submission, place)


def check_file_name(name: str) -> str:
    """The name as it is kept. FileRefused where a manifest may not give it: the rule is one, wherever it comes from."""
    mistakes = Mistakes()
    kept = file_name(name, "file name", mistakes)
    if mistakes:
        raise FileRefused(mistakes[0].message, remedy=mistakes[0].remedy)
    return str(kept)


def evidence_at(submission: Submission, place: Place) -> Evidence | None:
    """The file that stands at a place."""
    there = {(one.task, one.kind, one.run, one.part): one for one in submission.evidence.all()}
    return there.get(place.key)


def _place(
    draft: Submission, place: Place, blob: Blob, name: str, at: datetime, seen: Precondition = ALWAYS
) -> tuple[Evidence, str]:
    """The row of a file at its place, and the hash of what stood there before (empty: nothing)."""
    there = evidence_at(draft, place)
    before = there.sha256 if there else ""
    if before != blob.sha256:  # The same content again takes nothing away, and may be the same request again.
        seen.check(before, f"`{place}`")
    values: dict[str, Any] = {"name": name, "sha256": blob.sha256, "size": blob.size}
    evidence, _ = Evidence.objects.update_or_create(
        submission=draft, task=place.task, kind=place.kind, run=place.run, part=place.part, defaults=values
    )
    return evidence, before


def remove_evidence(evidence: Evidence, *, by: AbstractBaseUser, seen: Precondition = ALWAYS) -> None:
    """Take a file out of a draft, and its bytes where nobody else names them; ChangedMeanwhile as `add_evidence`."""
    with transaction.atomic():
        draft = locked_draft(evidence.submission, by)
        now = Evidence.objects.filter(pk=evidence.pk).first()
        seen.check(now.sha256 if now else "", f"`{evidence}`")
        if now is None:
            return
        now.delete()
        draft.save(update_fields=["changed_at"])
        discard_later({now.sha256})


def _check_room(submission: Submission, limits: Limits) -> None:
    sizes = list(submission.evidence.values_list("size", flat=True))
    check_amount(len(sizes), sum(sizes), limits)


# --- sending -------------------------------------------------------------------------------------------------------


def submit(submission: Submission, *, by: AbstractBaseUser, at: datetime, seen: str = "") -> Submission:
    """Freeze a draft and queue it. `seen`: the hash of the content that its sender looked at; empty: whichever it has.

    Raises ManifestInvalid, EvidenceMissing, ContentChanged or QuotaSpent; it then stays a draft, no attempt used.
    """
    with transaction.atomic():
        draft = locked_draft(submission, by)
        if seen and seen != content_hash(draft):
            raise ContentChanged(
                "The draft was changed since you looked at it, in another window or by a script. It was not sent.",
                remedy="Below is what would be sent now: look at it, and send it again.",
            )
        validate(draft.manifest)
        if absent := missing(draft):
            raise EvidenceMissing(absent)
        evidence = frozen_evidence(draft)
        quota.check_waiting(draft.owner)
        quota.reserve(draft, evidence, at)
        draft.content_hash = hash_of(draft.manifest, evidence)
        Revision.objects.create(
            submission=draft,
            number=draft.revision,
            manifest=draft.manifest,
            evidence=evidence,
            content_hash=draft.content_hash,
            frozen_at=at,
        )
        draft.first_queued_at = draft.first_queued_at or at
        _queue(draft, by=by, at=at)
    return draft


def requeue(
    submission: Submission,
    *,
    by: AbstractUser,
    at: datetime,
    seen: str,
    verification: int | None = None,
    comment: str = "",
) -> Submission:
    """A maintainer has it verified again: what was quarantined, or what waits for review. Costs no attempt.

    A decision like those of `review`, and refused like them.
    """
    with transaction.atomic():
        locked = review.lock_for_decision(submission, Status.QUEUED, by=by, seen=seen, verification=verification)
        if locked.status not in {Status.QUARANTINED, Status.IN_REVIEW}:
            raise StepNotAllowed(
                f"The submission is {Status(locked.status).label}, so it is not verified again.",
                remedy="Only a quarantined submission, or one in review, is.",
            )
        _queue(locked, by=by, at=at, comment=comment)
    return locked


def _queue(submission: Submission, *, by: AbstractBaseUser, at: datetime, comment: str = "") -> None:
    submission.attempts, submission.progress, submission.not_before = 0, 0.0, at
    lifecycle.step(submission, Status.QUEUED, by=by, at=at, comment=comment)
    transaction.on_commit(partial(ring, submission.pk), robust=True)


def ring(submission_id: UUID) -> None:
    """Tell the workers; the sweeper tells them again where they did not hear it."""
    jobs.ring(jobs.verify_submission, submission_id)


def check_bundle(valid: Mapping[str, Any], files: Mapping[str, File]) -> None:
    """Parts and names must agree: ManifestInvalid for a part not named, EvidenceMissing for a name without one."""
    named = {place.name for place in places(valid)}
    if strangers := sorted(set(files) - named):
        remedy = f"The manifest names: {', '.join(sorted(named)) or 'no file'}."
        raise ManifestInvalid(
            [
                Problem(name, f"The part `{name}` is not named.", remedy=remedy, code="unknown-part")
                for name in strangers
            ]
        )
    absent = sorted(named - set(files)) + [str(place) for place in required(valid) if not place.name]
    if absent:
        raise EvidenceMissing(absent)
    limits = limits_of(Edition.objects.get(slug=valid["edition"]))
    check_amount(len(places(valid)), sum(file.size for file in files.values()), limits)


def store_files(files: Mapping[str, File], limits: Limits, kept: list[Blob]) -> dict[str, Blob]:
    """Put a bundle's files; each is noted in `kept` (see `evidence.keeping`)."""
    blobs = {}
    for name, file in sorted(files.items()):
        blobs[name] = put(Checked(file, name=name, limit=limits.file_bytes), limit=limits.file_bytes)
        kept.append(blobs[name])
    return blobs


def send_bundle(
    *,
    owner: AbstractBaseUser,
    manifest: Mapping[str, Any],
    files: Mapping[str, File],
    at: datetime,
    dry_run: bool = False,
) -> Submission:
    """Create, fill and submit in one call; `files` by the name the manifest gives them. All of it, or nothing."""
    valid = validate(manifest)
    check_bundle(valid, files)
    limits = limits_of(Edition.objects.get(slug=valid["edition"]))
    with keeping() as kept:
        blobs = store_files(files, limits, kept)
        return send_stored(owner=owner, valid=valid, files=files, blobs=blobs, at=at, dry_run=dry_run)


def send_stored(
    *,
    owner: AbstractBaseUser,
    valid: dict[str, Any],
    files: Mapping[str, File],
    blobs: Mapping[str, Blob],
    at: datetime,
    dry_run: bool,
    organisation: Organisation | None = None,
) -> Submission:
    """The part of `send_bundle` after the bytes are stored, in one transaction."""
    with transaction.atomic():
        submission = _create(owner, valid, at, organisation, is_dry_run=dry_run)
        for name in sorted(blobs, key=lambda name: blobs[name].sha256):
            hold(blobs[name], files[name])
        for place in places(valid):
            _place(submission, place, blobs[place.name], place.name, at)
        return submit(submission, by=owner, at=at)


def locked_draft(submission: Submission, by: AbstractBaseUser) -> Submission:
    draft = Submission.objects.select_for_update(of=("self",)).select_related("owner", "edition").get(pk=submission.pk)
    must_own(by, draft)
    _must_be_draft(draft)
    return draft


def _must_be_draft(submission: Submission) -> None:
    if submission.status != Status.DRAFT:
        raise StepNotAllowed(
            f"The submission is {Status(submission.status).label}; only a draft can be changed or submitted.",
            remedy="An invalid one, and one with changes requested, becomes a draft again by `revise`.",
        )
