"""The life of a submission: which step may follow which (PROTOCOL section 9), and the only way to take one."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from submissions import notices
from submissions.errors import StepNotAllowed
from submissions.models import Status, Step, Submission

STEPS: Mapping[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.QUEUED}),
    Status.QUEUED: frozenset({Status.VERIFYING, Status.WITHDRAWN}),
    # Back to queued where the platform failed and tries again.
    Status.VERIFYING: frozenset({Status.INVALID, Status.IN_REVIEW, Status.QUARANTINED, Status.QUEUED}),
    Status.INVALID: frozenset({Status.DRAFT}),
    # Back to queued where a maintainer has it verified again, as after an import of gold labels.
    Status.IN_REVIEW: frozenset(
        {Status.APPROVED, Status.CHANGES_REQUESTED, Status.REJECTED, Status.WITHDRAWN, Status.QUEUED}
    ),
    Status.CHANGES_REQUESTED: frozenset({Status.DRAFT, Status.WITHDRAWN}),
    Status.APPROVED: frozenset({Status.WITHDRAWN, Status.SUPERSEDED}),
    Status.QUARANTINED: frozenset({Status.QUEUED, Status.REJECTED}),
    Status.REJECTED: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.SUPERSEDED: frozenset(),
}

WITHDRAWABLE = frozenset(status for status, following in STEPS.items() if Status.WITHDRAWN in following)
"""The states from which an owner may withdraw."""


def check(before: Status, to: Status) -> None:
    """Raises StepNotAllowed, with a sentence that says what is possible instead."""
    if to in STEPS[before]:
        return
    following = ", ".join(sorted(status.label for status in STEPS[before]))
    raise StepNotAllowed(
        f"The submission is {before.label}, so it cannot become {to.label}.",
        remedy=f"From here it can become: {following}." if following else "This state is final.",
    )


def record(
    submission: Submission,
    before: Status,
    to: Status,
    *,
    by: AbstractBaseUser | None,
    at: datetime,
    comment: str = "",
) -> Step:
    """The history's line about a step, and what is told of it, in the caller's transaction.

    For those who have changed the row themselves by a conditional UPDATE.
    """
    step = Step.objects.create(
        submission=submission,
        by_id=by.pk if by else None,
        at=at,
        from_status=before,
        to_status=to,
        comment=comment,
        content_hash=submission.content_hash,
    )
    notices.of_step(step)
    return step


def step(submission: Submission, to: Status, *, by: AbstractBaseUser | None, at: datetime, comment: str = "") -> Step:
    """Takes the step and records it; StepNotAllowed where the table has none. The caller has locked the row.

    `by` is None where the system takes the step. Other fields that the caller has set are saved with it.
    """
    before = Status(submission.status)
    check(before, to)
    submission.status = to
    submission.lease_until = submission.lease_token = None
    submission.activity = ""
    submission.save()
    return record(submission, before, to, by=by, at=at, comment=comment)
