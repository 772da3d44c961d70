"""What people decide about a submission: approve, ask for changes, reject, take off; and what its owner does: withdraw,
revise.

Each verb locks the row, takes one step and keeps it in the history, all in one transaction: of two decisions at once
the second finds the state changed and is refused.
"""

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Q

from leaderboard import catalogue, publishing, ranking
from leaderboard.models import EntryStatus
from scoring.cost import choose_price
from submissions import lifecycle
from submissions.bundles import hardware_of, run_date_of
from submissions.errors import (
    ContentChanged,
    NeedsReason,
    NotAMaintainer,
    NotTheOwner,
    OwnEntry,
    StepNotAllowed,
)
from submissions.models import Evidence, Status, Submission, Verification
from submissions.permissions import is_maintainer, is_member, is_own
from submissions.snapshots import names_of, snapshot_of

REVEALED = "The names are shown from now on."
DOUBTED = frozenset({"predictions-perfect", "predictions-shared", "predictions-disagree", "time-implausible"})
"""Findings with which nothing is approved without a note."""
OPEN_ENDED = frozenset({Status.REJECTED, Status.WITHDRAWN})
"""A successor in one of these states came to nothing: another one may be begun."""


@transaction.atomic
def approve(
    submission: Submission,
    *,
    by: AbstractUser,
    at: datetime,
    seen: str,
    verification: int | None = None,
    comment: str = "",
) -> Submission:
    """Publishes an entry made of what was sent and found; an approved predecessor is superseded in the same commit.

    `seen` is the content hash, `verification` the number of the verification that the reviewer had on the page (0:
    there was none; None: whichever is newest, for scripts that looked at no page). Raises StepNotAllowed,
    ContentChanged, OwnEntry, NotAMaintainer, or NeedsReason where there are doubts and nothing is said about them.
    """
    locked = lock_for_decision(submission, Status.APPROVED, by=by, seen=seen, verification=verification)
    predecessor = _locked_predecessor(locked)  # Before the edition, as whoever withdraws it locks them.
    holding = _verification_that_holds(locked)
    _must_explain(holding, comment)
    locked.entry = publishing.publish(
        snapshot_of(locked, holding), by=by, at=at, supersedes=predecessor.entry if predecessor else None
    )
    lifecycle.step(locked, Status.APPROVED, by=by, at=at, comment=comment)
    if predecessor:
        lifecycle.step(predecessor, Status.SUPERSEDED, by=by, at=at, comment=f"superseded by {locked.pk}")
    return locked


@transaction.atomic
def reject(
    submission: Submission,
    *,
    by: AbstractUser,
    at: datetime,
    seen: str,
    verification: int | None = None,
    comment: str = "",
) -> Submission:
    """For good, with a reason that the owner reads. Also ends what was quarantined."""
    locked = lock_for_decision(submission, Status.REJECTED, by=by, seen=seen, verification=verification)
    return _say_no(locked, Status.REJECTED, by=by, at=at, comment=comment)


@transaction.atomic
def request_changes(
    submission: Submission,
    *,
    by: AbstractUser,
    at: datetime,
    seen: str,
    verification: int | None = None,
    comment: str = "",
) -> Submission:
    """Gives it back to the owner, with a reason, to be mended and sent again."""
    locked = lock_for_decision(submission, Status.CHANGES_REQUESTED, by=by, seen=seen, verification=verification)
    return _say_no(locked, Status.CHANGES_REQUESTED, by=by, at=at, comment=comment)


@transaction.atomic
def withdraw(submission: Submission, *, by: AbstractUser, at: datetime, comment: str = "") -> Submission:
    """The owner (or a maintainer) takes it back; an entry leaves the boards and keeps its page, which says so."""
    locked = _locked(submission)
    if by.pk != locked.owner_id and not is_maintainer(by):
        raise NotTheOwner("Only the owner can withdraw a submission.")
    lifecycle.step(locked, Status.WITHDRAWN, by=by, at=at, comment=comment)
    if locked.entry:
        publishing.withdraw(locked.entry, by=by, at=at, reason=comment)
    return locked


@transaction.atomic
def take_off(
    submission: Submission,
    *,
    by: AbstractUser,
    at: datetime,
    seen: str,
    verification: int | None = None,
    comment: str = "",
) -> Submission:
    """A maintainer withdraws what is on the boards, with a reason that its owner and the entry's readers read."""
    locked = lock_for_decision(submission, Status.WITHDRAWN, by=by, seen=seen, verification=verification)
    if locked.status != Status.APPROVED:
        raise StepNotAllowed(f"It is {Status(locked.status).label}: only what is on the boards is withdrawn here.")
    return withdraw(locked, by=by, at=at, comment=_reason(comment))


@transaction.atomic
def revise(submission: Submission, *, by: AbstractUser, at: datetime) -> Submission:
    """A draft to mend: in place, as a new revision, where nothing is public; else a new submission that supersedes it.

    Only the owner revises. Asked again about an approved one, the draft that was begun is given.
    """
    locked = _locked(submission)
    if by.pk != locked.owner_id:
        raise NotTheOwner("Only the owner can revise a submission.")
    if locked.status == Status.APPROVED:
        return _successor(locked, at)
    lifecycle.check(Status(locked.status), Status.DRAFT)
    locked.revision += 1
    locked.content_hash = ""
    locked.progress = 0.0
    locked.not_before = None
    lifecycle.step(locked, Status.DRAFT, by=by, at=at)
    return locked


@transaction.atomic
def hide_names(submission: Submission, *, by: AbstractUser) -> Submission:
    """The owner has it published blind, if it is: without organisation, links and files, until they are revealed."""
    locked = _locked(submission)
    if by.pk != locked.owner_id:
        raise NotTheOwner("Only the owner can hide the names.")
    if locked.entry_id:
        raise StepNotAllowed(
            "It is published, so its names are known.", remedy="Withdraw it, and send it anew as a blind one."
        )
    locked.is_blind = True
    locked.save(update_fields=["is_blind", "changed_at"])
    return locked


@transaction.atomic
def reveal(submission: Submission, *, by: AbstractUser, at: datetime) -> Submission:
    """The owner shows on the boards who the authors are: for good, in one step. A second time does nothing."""
    locked = _locked(submission)
    if by.pk != locked.owner_id:
        raise NotTheOwner("Only the owner can reveal the names.")
    if not locked.is_blind:
        return locked
    locked.is_blind = False
    locked.save(update_fields=["is_blind", "changed_at"])
    verification = _newest_verification(locked)
    if locked.entry and verification:
        # In the history, but no step that anybody is told of: the state is what it was.
        locked.steps.create(by_id=by.pk, at=at, from_status=locked.status, to_status=locked.status, comment=REVEALED)
        publishing.reveal(locked.entry, snapshot_of(locked, verification), names_of(locked), by=by, at=at)
    return locked


def _say_no(locked: Submission, to: Status, *, by: AbstractUser, at: datetime, comment: str) -> Submission:
    lifecycle.step(locked, to, by=by, at=at, comment=_reason(comment))
    return locked


def _reason(comment: str) -> str:
    if not comment.strip():
        raise NeedsReason("This decision needs a reason, which the submitter reads.", field="comment")
    return comment.strip()


def _must_explain(holding: Verification, comment: str) -> None:
    """What looks too good is not waved through: the history keeps why it was approved all the same (R50)."""
    doubted = sorted(DOUBTED & {one["code"] for one in holding.findings})
    if doubted and not comment.strip():
        raise NeedsReason(
            f"There are doubts ({', '.join(doubted)}), so approving needs a note.",
            remedy="Say why it is right all the same; the submitter reads it.",
            field="comment",
        )


def _locked(submission: Submission) -> Submission:
    rows = Submission.objects.select_for_update(of=("self",)).select_related("owner", "edition", "entry", "supersedes")
    return rows.get(pk=submission.pk)


def lock_for_decision(
    submission: Submission, to: Status, *, by: AbstractUser, seen: str, verification: int | None
) -> Submission:
    """The row, locked, where this person may decide this now about what they saw (see `approve`)."""
    if not is_maintainer(by):
        raise NotAMaintainer("Only maintainers decide on submissions.")
    locked = _locked(submission)
    if is_own(by, locked):
        whose = "your own submission" if by.pk == locked.owner_id else "a submission of your organisation"
        raise OwnEntry(f"This is {whose}: another maintainer has to decide on it.")
    lifecycle.check(Status(locked.status), to)
    if locked.is_dry_run:
        raise StepNotAllowed("This is a dry run: nothing of it can be decided or published.")
    if seen != locked.content_hash:
        raise ContentChanged(
            "The submission is no longer what you saw.", remedy="Read the page again and decide on what it shows now."
        )
    newest = _newest_verification(locked)
    if verification is not None and verification != (newest.number if newest else 0):
        raise ContentChanged(
            "It was verified again since you opened the page.",
            remedy="Read the page again and decide on what it shows now.",
        )
    return locked


def _newest_verification(submission: Submission) -> Verification | None:
    return submission.verifications.order_by("-number").first()


def _verification_that_holds(submission: Submission) -> Verification:
    """The newest verification, where it is about this content, these rules and these prices."""
    verification = _newest_verification(submission)
    if verification is None or not verification.passed:
        raise StepNotAllowed("No verification has passed.", remedy="Have it verified again.")
    if (verification.content_hash, verification.revision) != (submission.content_hash, submission.revision):
        raise ContentChanged("The newest verification is of an earlier revision.", remedy="Have it verified again.")
    edition = ranking.lock(submission.edition)
    if verification.edition_revision != edition.revision:
        raise ContentChanged(
            f"It was verified under revision {verification.edition_revision} of {edition.slug}, "
            f"which is at revision {edition.revision} now.",
            remedy="Have it verified again.",
        )
    if verification.price != _price_now(submission):
        raise ContentChanged("The price that counts has changed since the verification.", remedy="Verify it again.")
    return verification


def _price_now(submission: Submission) -> dict[str, object]:
    hardware = hardware_of(submission.manifest)
    default = catalogue.default_offers(submission.edition).get(hardware.accelerator)
    price, _ = choose_price(hardware, catalogue.offers(), default, run_date_of(submission))
    return catalogue.price_json(hardware, price)


def _locked_predecessor(submission: Submission) -> Submission | None:
    """The approved submission that this one supersedes; None where it has left the boards meanwhile."""
    if submission.supersedes is None:
        return None
    predecessor = _locked(submission.supersedes)
    if predecessor.status == Status.SUPERSEDED:
        raise StepNotAllowed("The entry that it would supersede has been superseded by another one.")
    on_the_boards = predecessor.entry is not None and predecessor.entry.status == EntryStatus.PUBLISHED
    return predecessor if predecessor.status == Status.APPROVED and on_the_boards else None


def successor_of(submission: Submission) -> Submission | None:
    """The submission that supersedes it, or will if it is approved; None where none was begun, or it came to nothing.

    One that was approved stays the successor when it is withdrawn later.
    """
    came_to_nothing = Q(status__in=OPEN_ENDED, entry=None)
    return submission.superseded_by.exclude(came_to_nothing).first()


def _successor(approved: Submission, at: datetime) -> Submission:
    begun = successor_of(approved)
    if begun is not None and begun.status == Status.DRAFT:
        return begun
    if begun is not None:
        raise StepNotAllowed(
            f"A submission that supersedes it is {Status(begun.status).label} already: {begun.pk}.",
            remedy="Withdraw that one first, or wait for the decision.",
        )
    successor = Submission.objects.create(
        owner=approved.owner,
        edition=approved.edition,
        manifest=approved.manifest,
        supersedes=approved,
        organisation=approved.organisation if is_member(approved.owner, approved) else None,
        is_blind=approved.is_blind,
    )
    successor.steps.create(by=approved.owner, at=at, to_status=Status.DRAFT, comment=f"revises {approved.pk}")
    Evidence.objects.bulk_create(
        Evidence(
            submission=successor,
            task=file.task,
            kind=file.kind,
            run=file.run,
            part=file.part,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            uploaded_at=file.uploaded_at,
        )
        for file in approved.evidence.all()
    )
    return successor
