"""Who is told of a step or a message: rows of the outbox, written in the same transaction as what they tell about.

A step that is rolled back is told to nobody; one that is committed is told however often a worker dies. No mail holds a
finding, a file or a number: it says what happened, with the words that a person wrote about it, and where to read on.
"""

import json
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.urls import reverse

from submissions.models import Call, Happening, Mail, Message, Status, Step, Submission, Topic, Unwanted, Webhook

LONGEST_NAME = 80
QUOTE_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Notice:
    topic: Topic
    subject: str
    """Stands behind the model's name."""
    text: str


OWNER: Mapping[Status, Notice] = {
    Status.QUEUED: Notice(
        Topic.RECEIVED,
        "received",
        "Your submission has been received. A worker verifies it next, mostly within seconds.",
    ),
    Status.INVALID: Notice(
        Topic.VERIFIED,
        "verified, something must be mended",
        "Your submission has been verified, and something must be mended first. The page says what, with file and "
        "line, and how. Revise it and send it again.",
    ),
    Status.IN_REVIEW: Notice(
        Topic.VERIFIED,
        "verified, waits for review",
        "Your submission has been verified without errors. A maintainer looks at it next; there is nothing for you "
        "to do. The page shows the numbers, and the rank that they would get.",
    ),
    Status.QUARANTINED: Notice(
        Topic.VERIFIED,
        "verifying it failed on our side",
        "Verifying your submission failed on our side. A maintainer has been told; there is nothing for you to do.",
    ),
    Status.CHANGES_REQUESTED: Notice(
        Topic.DECIDED,
        "changes are asked for",
        "A maintainer asks for changes to your submission. Revise it and send it again.",
    ),
    Status.APPROVED: Notice(
        Topic.DECIDED, "approved", "Your submission has been approved, and its entry is on the boards."
    ),
    Status.REJECTED: Notice(
        Topic.DECIDED, "rejected", "A maintainer has decided against your submission. This is final."
    ),
    Status.WITHDRAWN: Notice(
        Topic.WITHDRAWN, "withdrawn", "Your submission has been withdrawn. This is final; nothing of it is deleted."
    ),
}
"""What its owner is told, by the state that a submission comes to."""

MAINTAINERS: Mapping[Status, Notice] = {
    Status.IN_REVIEW: Notice(Topic.REVIEW, "waits for review", "A submission has been verified and waits for review."),
    Status.QUARANTINED: Notice(
        Topic.REVIEW,
        "quarantined",
        "Verifying a submission failed, and it is quarantined. Queue it again, or reject it.",
    ),
}

HAPPENINGS: Mapping[Status, Happening] = {
    Status.INVALID: Happening.VERIFIED,
    Status.IN_REVIEW: Happening.VERIFIED,
    Status.CHANGES_REQUESTED: Happening.DECIDED,
    Status.APPROVED: Happening.DECIDED,
    Status.REJECTED: Happening.DECIDED,
}
"""What webhooks are told, by the state that a submission comes to."""


def of_step(step: Step) -> None:
    """In the caller's transaction. Nothing about dry runs, nor about what the system does in between."""
    submission, to = step.submission, Status(step.to_status)
    tried_again = to == Status.QUEUED and step.from_status != Status.DRAFT
    if submission.is_dry_run or tried_again:
        return
    event = f"step {step.pk}"
    if to in OWNER:
        _mail(OWNER[to], submission, event, step.at, [submission.owner], page_of(submission), step.comment)
    if to in MAINTAINERS:
        _mail(MAINTAINERS[to], submission, event, step.at, _maintainers(submission), review_page_of(submission))
    if to in HAPPENINGS:
        _call(HAPPENINGS[to], step, event)


def of_message(message: Message) -> None:
    """To the owner; or to the maintainers who have had to do with the submission, to all where none has yet."""
    submission, event = message.submission, f"message {message.pk}"
    if message.from_maintainer:
        text = "A maintainer wrote to you about your submission:"
        readers: Iterable[AbstractUser] = [submission.owner]
        page = page_of(submission)
    else:
        text = f"{message.author.get_username()} wrote about a submission:"
        readers = _reviewers(submission)
        page = review_page_of(submission)
    _mail(Notice(Topic.MESSAGE, "new message", text), submission, event, message.at, readers, page, message.body)


def page_of(submission: Submission) -> str:
    return f"{settings.PUBLIC_URL}{submission.get_absolute_url()}"


def review_page_of(submission: Submission) -> str:
    return f"{settings.PUBLIC_URL}{reverse('admin:submissions_submission_change', args=[submission.pk])}"


def _maintainers(submission: Submission) -> list[Any]:
    """Everybody who may decide on it: neither its owner nor a member of its organisation."""
    people = get_user_model().objects.filter(is_active=True, is_staff=True).exclude(pk=submission.owner_id)
    if submission.organisation_id:
        people = people.exclude(memberships__organisation=submission.organisation_id)
    return list(people)


def _reviewers(submission: Submission) -> list[Any]:
    everybody = _maintainers(submission)
    concerned = {
        *submission.steps.values_list("by", flat=True),
        *submission.messages.to_owner().values_list("author", flat=True),
    }
    return [person for person in everybody if person.pk in concerned] or everybody


def _mail(
    notice: Notice,
    submission: Submission,
    event: str,
    at: datetime,
    people: Iterable[AbstractUser],
    page: str,
    words: str = "",
) -> None:
    keys = [person.pk for person in people if person.email and person.is_active]
    unwanted = set(Unwanted.objects.filter(topic=notice.topic, person__in=keys).values_list("person_id", flat=True))
    name = one_line(submission.model_name) or "Your submission"
    parts = [textwrap.fill(notice.text, QUOTE_WIDTH), quoted(words), page]
    Mail.objects.bulk_create(
        [
            Mail(
                recipient_id=key,
                submission=submission,
                event=event,
                topic=notice.topic,
                subject=f"{name}: {notice.subject}",
                body="\n\n".join(part for part in parts if part),
                created_at=at,
                due_at=at,
            )
            for key in keys
            if key not in unwanted
        ],
        ignore_conflicts=True,
    )


def _call(happening: Happening, step: Step, event: str) -> None:
    submission = step.submission
    webhooks = Webhook.objects.filter(owner=submission.owner_id, events__contains=[happening])
    kind = f"submission.{happening}"
    told = {"type": kind, "timestamp": step.at.isoformat(), "data": _data(submission, step)}
    Call.objects.bulk_create(
        [
            Call(
                webhook=webhook,
                event=event,
                type=kind,
                body=json.dumps(told, separators=(",", ":")),
                created_at=step.at,
                due_at=step.at,
            )
            for webhook in webhooks
        ],
        ignore_conflicts=True,
    )


def _data(submission: Submission, step: Step) -> dict[str, Any]:
    """What a webhook learns: enough to ask the API for the rest, with a token."""

    def address(name: str) -> str:
        return f"{settings.PUBLIC_URL}{reverse(name, args=[submission.pk])}"

    return {
        "id": str(submission.pk),
        "status": step.to_status,
        "revision": submission.revision,
        "entry": str(submission.entry_id) if submission.entry_id else None,
        "url": address("api-submission"),
        "verification_url": address("api-submission-verification"),
    }


def one_line(text: str) -> str:
    """A name as it may stand in a subject: no line break gets into a header."""
    return textwrap.shorten("".join(one if one.isprintable() else " " for one in text), LONGEST_NAME, placeholder="…")


def quoted(words: str) -> str:
    """What a person wrote, as mails quote it: none of it can pass for a line of ours."""
    lines = [
        line
        for written in words.strip().splitlines()
        for line in textwrap.wrap(written, QUOTE_WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    return "\n".join(f"> {line}".rstrip() for line in lines)
