"""What is kept for a day only."""

import io
import os
import time
from datetime import timedelta

from submissions import evidence, intake
from submissions.jobs import tidy
from submissions.leases import now
from submissions.models import Attempt, IdempotencyKey, Submission
from submissions.verification import verify
from tests.submissions.working.cases import make_draft

DAY = timedelta(hours=25)


def make_dry_run(owner, **values):
    draft = make_draft(owner)
    Submission.objects.filter(pk=draft.pk).update(is_dry_run=True)
    draft.refresh_from_db()
    submitted = intake.submit(draft, by=owner, at=now())
    Submission.objects.filter(pk=draft.pk).update(**values)
    return submitted


def test_a_dry_run_goes_after_a_day_and_its_attempt_stays_counted(edition, ada):
    old, young = make_dry_run(ada), make_dry_run(ada)
    for dry_run in (old, young):
        verify(dry_run.pk)
    Submission.objects.filter(pk=old.pk).update(created_at=now() - DAY)
    tidy()
    assert list(Submission.objects.all()) == [young]
    assert Attempt.objects.count() == 2


def test_a_dry_run_that_still_waits_is_left_alone(edition, ada):
    make_dry_run(ada, created_at=now() - DAY)
    tidy()
    assert Submission.objects.get().evidence.count() == 2


def test_bytes_that_a_killed_worker_left_of_a_dry_run_are_removed(edition, ada, django_capture_on_commit_callbacks):
    dry_run = make_dry_run(ada, status="in_review")
    hashes = [file.sha256 for file in dry_run.evidence.all()]
    with django_capture_on_commit_callbacks(execute=True):
        tidy()
    assert not any(evidence.exists(sha256) for sha256 in hashes)
    assert not dry_run.evidence.exists()


def test_real_submissions_stay_whatever_their_age(edition, ada):
    draft = make_draft(ada)
    Submission.objects.filter(pk=draft.pk).update(created_at=now() - 100 * DAY)
    tidy()
    assert all(evidence.exists(file.sha256) for file in draft.evidence.all())


def test_answers_to_repeated_requests_are_kept_for_a_day(edition, ada):
    values = {"account": ada, "address": "/x/", "body_sha256": "", "status": 201}
    old = IdempotencyKey.objects.create(key="old", **values)
    IdempotencyKey.objects.filter(pk=old.pk).update(created_at=now() - DAY)
    IdempotencyKey.objects.create(key="young", **values)
    tidy()
    assert [kept.key for kept in IdempotencyKey.objects.all()] == ["young"]


def test_bytes_that_nobody_names_are_removed_once_they_are_old(edition, tmp_path):
    old, young = (evidence.put(io.BytesIO(content), limit=100).sha256 for content in (b"old", b"young"))
    path = tmp_path / "evidence" / old[:2] / old
    two_hours_ago = time.time() - 7200
    os.utime(path, (two_hours_ago, two_hours_ago))
    tidy()
    assert (evidence.exists(old), evidence.exists(young)) == (False, True)
