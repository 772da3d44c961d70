"""The submission row is the job (RELIABILITY section 1): claim it, keep it, give it back, find what was left behind.

Times are the database's own (`now()`), as the clocks of several workers differ. A worker that lost its lease can change
nothing: every write carries the token, which the next claim replaces.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from submissions import lifecycle, quota
from submissions.models import Status, Step, Submission

logger = logging.getLogger(__name__)

SWEEPER_LOCK = 0x48554C4B
"""The key of the advisory lock that lets one sweeper work at a time ("HULK" in ASCII)."""

GRACE = timedelta(seconds=3)
"""The sweeper leaves alone what was queued so lately that its own bell may still be on the way."""


STORAGE_AWAY = timedelta(days=1)
"""So long after it was queued, a storage that is away costs none of its tries."""

SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
"""Until the storage is asked again; in between, half of the time that it has waited: few tries and steps in a day."""


class LeaseLost(Exception):
    """Another worker has the submission, or had it: what this one found changes nothing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to change one submission, as long as `token` is the row's."""

    submission: Submission
    token: UUID
    started_at: datetime


def now() -> datetime:
    """The database's time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def lease_length() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def claim(submission_id: UUID, at: datetime) -> Lease | None:
    """Takes a submission that waits, or whose worker is gone. None where somebody else has it, or nothing is to do."""
    token = uuid4()
    with transaction.atomic():
        taken = (
            Submission.objects.claimable(at)
            .filter(pk=submission_id, attempts__lt=settings.MOST_ATTEMPTS)
            .update(
                status=Status.VERIFYING,
                attempts=F("attempts") + 1,
                lease_token=token,
                lease_until=at + lease_length(),
                progress=0.0,
                activity="reading what was sent",
            )
        )
        if not taken:
            return None
        submission = Submission.objects.select_related("edition", "owner").get(pk=submission_id)
        last = Step.objects.filter(submission=submission).order_by("pk").last()
        if last is None or last.to_status != Status.VERIFYING:
            lifecycle.record(submission, Status.QUEUED, Status.VERIFYING, by=None, at=at)
    return Lease(submission, token, at)


def renew(lease: Lease, *, progress: float, activity: str) -> bool:
    """Keeps the lease for another span and tells the owner what is being done. False where the lease is lost."""
    kept = Submission.objects.filter(pk=lease.submission.pk, status=Status.VERIFYING, lease_token=lease.token).update(
        lease_until=Now() + lease_length(), progress=progress, activity=activity[:200]
    )
    return bool(kept)


def release(
    lease: Lease,
    to: Status,
    *,
    at: datetime,
    comment: str = "",
    not_before: datetime | None = None,
    counts: bool = True,
) -> None:
    """Ends the lease with a step, in the caller's transaction. LeaseLost where the token is no longer the row's.

    `counts`: whether this was one of the tries that end in quarantine.
    """
    lifecycle.check(Status.VERIFYING, to)
    held = Submission.objects.filter(pk=lease.submission.pk, status=Status.VERIFYING, lease_token=lease.token)
    done = to in {Status.INVALID, Status.IN_REVIEW}
    if not held.update(
        status=to,
        lease_token=None,
        lease_until=None,
        not_before=not_before or F("not_before"),
        attempts=F("attempts") if counts else F("attempts") - 1,
        progress=1.0 if done else 0.0,
        activity="",
        changed_at=at,
    ):
        raise LeaseLost(f"{lease.submission.pk} is no longer with this worker")
    lifecycle.record(lease.submission, Status.VERIFYING, to, by=None, at=at, comment=comment)


def hand_back(lease: Lease, *, why: str, again: bool, away: bool = False) -> None:
    """After a failure of ours: to be tried again later, or quarantined where that is pointless or was done enough.

    `away`: the storage was, which is nothing of this submission's: for a day such a try does not count.
    `why` is read by the submitter: it must hold nothing of a file or of gold labels.
    """
    with transaction.atomic():
        at = now()
        waited = at - _queued_at(lease.submission)
        if away and waited < STORAGE_AWAY:
            pause = min(max(waited / 2, SHORTEST_PAUSE), LONGEST_PAUSE)
            comment = f"{why} It will be tried again."
            release(lease, Status.QUEUED, at=at, comment=comment, not_before=at + pause, counts=False)
            return
        attempts = lease.submission.attempts
        if again and attempts < settings.MOST_ATTEMPTS:
            comment = f"{why} It will be tried again."
            release(lease, Status.QUEUED, at=at, comment=comment, not_before=at + _backoff(attempts))
            return
        release(lease, Status.QUARANTINED, at=at, comment=f"{why} A maintainer looks at it; no attempt was used.")
        _after_quarantine(lease.submission, why)


def _queued_at(submission: Submission) -> datetime:
    """When somebody sent it, or had it verified again; a worker that gave it back does not count."""
    steps = Step.objects.filter(submission=submission, to_status=Status.QUEUED)
    return steps.exclude(from_status=Status.VERIFYING).order_by("pk").values_list("at", flat=True).last() or now()


def sweep(at: datetime, most: int) -> list[UUID]:
    """Quarantines what killed too many workers; says which submissions to ring for, the oldest first, at most `most`.

    One sweeper works at a time; a second one meanwhile finds nothing. It reads the database alone, so that an emptied
    or restarted Redis loses nothing.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEPER_LOCK])
            if not cursor.fetchone()[0]:
                return []
        _quarantine_killers(at)
        waiting = Submission.objects.filter(attempts__lt=settings.MOST_ATTEMPTS).claimable(at)
        due = waiting.exclude(status=Status.QUEUED, not_before__gt=at - GRACE)
        return list(due.order_by("first_queued_at", "pk").values_list("pk", flat=True)[:most])


def _quarantine_killers(at: datetime) -> None:
    left = Submission.objects.filter(status=Status.VERIFYING, lease_until__lt=at)
    for submission in left.filter(attempts__gte=settings.MOST_ATTEMPTS).select_for_update(skip_locked=True):
        why = f"Its worker was stopped {submission.attempts} times while it verified this."
        comment = f"{why} A maintainer looks at it; no attempt was used."
        lifecycle.step(submission, Status.QUARANTINED, by=None, at=at, comment=comment)
        _after_quarantine(submission, why)


def _after_quarantine(submission: Submission, why: str) -> None:
    quota.give_back(submission)
    logger.error("Submission %s is quarantined: %s See /admin/submissions/submission/", submission.pk, why)


def _backoff(attempts: int) -> timedelta:
    """5 s after the first failure, then twice as long each time."""
    return timedelta(seconds=5 * 2 ** (attempts - 1))
