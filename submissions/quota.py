"""Attempts left today: one counts when it is sent, for each task whose predictions are not those last verified.

Beside them what no attempt bounds: how many submissions of an account may wait at once, and how many drafts it has.
Why at sending and not at scoring: docs/decisions/attempts-count-when-sent.md.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count
from django.utils import timezone

from leaderboard.models import Edition
from submissions.errors import QuotaSpent
from submissions.models import Attempt, Evidence, Status, Submission

WAITING = (Status.QUEUED, Status.VERIFYING)
WAITING_SECONDS = 60
"""After which it is worth asking again where too many wait."""


def limit_of(edition: Edition) -> int | None:
    """Attempts a task, account and UTC day; None where there is no limit."""
    limit = edition.daily_attempts if settings.DAILY_ATTEMPTS < 0 else settings.DAILY_ATTEMPTS
    return limit or None


def left(account: AbstractBaseUser, edition: Edition, at: datetime) -> dict[str, int | None]:
    """Attempts left today by task slug; None where there is no limit."""
    limit = limit_of(edition)
    slugs = [task.slug for task in edition.tasks.all()]
    if limit is None:
        return dict.fromkeys(slugs)
    used = _used(account, edition, at)
    return {slug: max(0, limit - used.get(slug, 0)) for slug in slugs}


def waiting_left(account: AbstractBaseUser) -> int | None:
    """How many more an account may have queued or verifying, dry runs among them; None where there is no limit."""
    return _room(settings.MOST_WAITING, account, WAITING)


def drafts_left(account: AbstractBaseUser) -> int | None:
    """How many more drafts an account may have; None where there is no limit."""
    return _room(settings.MOST_DRAFTS, account, (Status.DRAFT,))


def _room(most: int, account: AbstractBaseUser, states: Iterable[Status]) -> int | None:
    if not most:
        return None
    return max(0, most - Submission.objects.filter(owner=account.pk, status__in=states).count())


def check_waiting(account: AbstractBaseUser) -> None:
    """In the transaction that queues one more: raises QuotaSpent where one account would hold up all the others."""
    _lock(account)
    if waiting_left(account) == 0:
        raise QuotaSpent(
            f"{settings.MOST_WAITING} of your submissions wait or are verified now; no more do at a time.",
            retry_after=WAITING_SECONDS,
            remedy="Send it once one of them is done, mostly within a minute.",
        )


def check_drafts(account: AbstractBaseUser) -> None:
    """In the transaction that makes one more: raises QuotaSpent where there are too many."""
    _lock(account)
    if drafts_left(account) == 0:
        raise QuotaSpent(
            f"You have as many drafts as there may be, {settings.MOST_DRAFTS}.",
            retry_after=WAITING_SECONDS,
            remedy="Delete one that you need no more, or send one.",
        )


def _lock(account: AbstractBaseUser) -> None:
    """Until the transaction ends: of many at once only as many pass as there is room for."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=account.pk)


def reserve(submission: Submission, evidence: Iterable[Mapping[str, Any]], at: datetime) -> None:
    """Count an attempt for each task with changed predictions, in the caller's transaction.

    The account is locked until that ends. Raises QuotaSpent, and then counts none.
    """
    predictions = _changed(submission, prediction_hashes(evidence))
    if not predictions:
        return
    account, edition = submission.owner, submission.edition
    _lock(account)
    limit, used = limit_of(edition), _used(account, edition, at)
    spent = [slug for slug in predictions if limit is not None and used.get(slug, 0) >= limit]
    if spent:
        raise QuotaSpent(
            f"All {limit} attempts of today are used for {', '.join(spent)}.", retry_after=_seconds_to_midnight(at)
        )
    Attempt.objects.bulk_create(
        Attempt(
            account_id=account.pk,
            edition=edition.slug,
            task=slug,
            day=_day(at),
            submission=submission,
            revision=submission.revision,
            predictions=sha256,
        )
        for slug, sha256 in predictions.items()
    )


def give_back(submission: Submission) -> None:
    """After a failure of the platform: the attempts of this revision were not used."""
    attempts = Attempt.objects.filter(submission=submission, revision=submission.revision, given_back_at=None)
    attempts.update(given_back_at=timezone.now())


def prediction_hashes(evidence: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """One hash by task slug over all the predictions of frozen evidence, whatever the order it stands in."""
    files: dict[str, list[tuple[int, str, str]]] = {}
    for file in evidence:
        if file["kind"] == Evidence.Kind.PREDICTIONS:
            files.setdefault(file["task"], []).append((file["run"], file["part"], file["sha256"]))
    return {
        task: hashlib.sha256(json.dumps(sorted(found)).encode()).hexdigest() for task, found in sorted(files.items())
    }


def _changed(submission: Submission, predictions: Mapping[str, str]) -> dict[str, str]:
    """Those that differ from what was last verified of this submission, or of the one that it replaces."""
    before = _last_verified(submission) or (_last_verified(submission.supersedes) if submission.supersedes else {})
    return {task: sha256 for task, sha256 in predictions.items() if before.get(task) != sha256}


def _last_verified(submission: Submission) -> dict[str, str]:
    last = submission.verifications.order_by("-number").first()
    revision = last and submission.revisions.filter(number=last.revision).first()
    return prediction_hashes(revision.evidence) if revision else {}


def _used(account: AbstractBaseUser, edition: Edition, at: datetime) -> dict[str, int]:
    counted = Attempt.objects.filter(account_id=account.pk, edition=edition.slug, day=_day(at), given_back_at=None)
    return dict(counted.order_by().values_list("task").annotate(Count("pk")))


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _seconds_to_midnight(at: datetime) -> int:
    midnight = datetime.combine(_day(at) + timedelta(days=1), time(tzinfo=UTC))
    return max(1, int((midnight - at).total_seconds()))
