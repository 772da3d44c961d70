"""Verifying: what is kept, exactly once, and what happens where something goes wrong."""

import io
import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError
from django.test import override_settings

from scoring.rules import Limits
from submissions import evidence, intake, leases, review, verification
from submissions.cases import EvidenceDamaged, _sent_by_others
from submissions.models import Attempt, Submission, Verification
from tests.factories import make_entry
from tests.submissions.working.cases import (
    BACKWARDS,
    NEVER,
    ROWS,
    lately,
    make_draft,
    make_edition_like_small,
    make_person,
    make_queued,
    make_small_edition,
    predictions,
)


def verified(submission):
    verification.verify(submission.pk)
    submission.refresh_from_db()
    return submission


def codes(submission):
    return {finding["code"] for finding in submission.verifications.first().findings}


def test_a_good_submission_waits_for_review_with_its_numbers(edition, ada):
    submission = verified(make_queued(ada))
    found = submission.verifications.get()
    assert (submission.status, submission.lease_token, submission.lease_until) == ("in_review", None, None)
    assert (found.number, found.revision, found.content_hash) == (1, 1, submission.content_hash)
    assert (found.passed, found.badge, found.engine_version) == (True, "verified", "1")
    (task,) = found.measurements
    assert (task["task"], task["outcome"], task["seconds"], task["line"]) == ("toy", "reached", 30.5, 4)
    assert (task["metric"], task["proven_metric"], task["cost_usd"]) == (92.0, 92.0, pytest.approx(0.0305))
    assert found.scores["time"] == pytest.approx(2.0)
    assert found.preview_rank == {"time": 1, "cost": 1, "efficiency": 1}
    assert found.gold["toy"]["count"] == ROWS and found.gold["toy"]["confirmed"]
    assert found.curves[0]["points"][2][:3] == [30.5, 92.0, 4]
    assert [step.to_status for step in submission.steps.all()] == ["draft", "queued", "verifying", "in_review"]


def test_a_bad_log_makes_it_invalid_and_says_where(edition, ada):
    submission = verified(make_queued(ada, log=BACKWARDS))
    found = submission.verifications.get()
    (finding,) = [one for one in found.findings if one["code"] == "log-time-backwards"]
    assert (submission.status, found.passed, finding["file"], finding["line"]) == ("invalid", False, "toy/log.csv", 3)
    assert (found.scores, found.preview_rank) == (None, None)


def test_predictions_below_the_cutoff_are_refused_though_the_log_says_reached(edition, ada):
    assert "predictions-below-cutoff" in codes(verified(make_queued(ada, predictions=predictions(wrong=11))))


def test_where_every_task_is_not_reached_it_is_invalid(edition, ada):
    submission = verified(make_queued(ada, log=NEVER))
    assert (submission.status, codes(submission) >= {"cutoff-not-reached"}) == ("invalid", True)


def test_without_gold_labels_nothing_is_proven_and_that_is_said(db):
    make_edition_like_small(with_gold=False)
    submission = verified(make_queued(make_person()))
    found = submission.verifications.get()
    assert (submission.status, found.badge, found.gold) == ("in_review", "unproven", {})
    assert "gold-not-imported" in codes(submission)


def test_ten_deliveries_make_one_result(edition, ada):
    submission = make_queued(ada)
    for _ in range(10):
        verified(submission)
    assert submission.verifications.count() == 1
    assert submission.steps.count() == 4


def test_verifying_again_adds_a_record_and_overwrites_none(edition, ada, mia):
    submission = verified(make_queued(ada))
    first = Verification.objects.values().get()
    Submission.objects.filter(pk=submission.pk).update(status="queued", attempts=0)
    verified(submission)
    assert [one.number for one in submission.verifications.all()] == [2, 1]
    assert Verification.objects.filter(number=1).values().get() == first


def test_other_peoples_equal_predictions_are_told_and_ones_own_are_not(edition, ada):
    verified(make_queued(ada))
    assert "predictions-shared" not in codes(verified(make_queued(ada)))
    assert "predictions-shared" in codes(verified(make_queued(make_person("bob"))))


def test_who_else_sent_the_same_is_one_look_however_many_sent_something(edition, ada, django_assert_num_queries):
    for name in ("bob", "cem", "dot"):
        verified(make_queued(make_person(name), predictions=predictions(wrong=len(name) + 1)))
    submission = make_queued(ada)
    digest = Verification.objects.first().digests["toy"][0]
    with django_assert_num_queries(1):
        assert sent_by_others(submission)("toy", [digest]) == {digest}
    with django_assert_num_queries(1):
        assert sent_by_others(submission)("toy", ["0" * 64]) == set()
    assert sent_by_others(submission)("other", [digest]) == set()


def sent_by_others(submission):
    return partial(_sent_by_others, submission)


def test_a_time_far_below_every_approved_one_is_told(edition, ada, accelerator="card"):
    from_entry = make_entry(edition, {"toy": 61.0}, accelerator=edition.entries.first().accelerator)
    assert from_entry.phase == "finetuning"
    fast = verified(make_queued(ada, log="seconds,accuracy\n1,60\n2,92\n"))
    assert "time-implausible" in codes(fast)


def test_the_preview_leaves_out_the_entry_that_would_be_superseded(edition, ada, mia):
    old = verified(make_queued(ada))
    review.approve(old, by=mia, at=lately(), seen=old.content_hash)
    draft = review.revise(old, by=ada, at=lately())
    new = verified(intake.submit(draft, by=ada, at=lately()))
    assert new.verifications.first().preview_rank["time"] == 1


class OurBug(Exception):
    pass


def break_the_engine(monkeypatch, error):
    def broken(*args, **kwargs):
        raise error

    monkeypatch.setattr(verification, "check", broken)


def test_a_bug_of_ours_is_tried_three_times_then_quarantined_and_costs_no_attempt(edition, ada, monkeypatch):
    submission = make_queued(ada)
    break_the_engine(monkeypatch, OurBug("label of row 7 is yes"))
    for attempt in range(1, 4):
        Submission.objects.filter(pk=submission.pk).update(not_before=leases.now())
        with pytest.raises(OurBug):
            verification.verify(submission.pk)
        submission.refresh_from_db()
        assert (submission.attempts, submission.lease_token) == (attempt, None)
        assert submission.status == ("queued" if attempt < 3 else "quarantined")
    assert not submission.verifications.exists()
    assert not Attempt.objects.filter(submission=submission, given_back_at=None).exists()
    assert "row 7" not in " ".join(submission.steps.values_list("comment", flat=True))


@pytest.mark.parametrize("error, word", [(MemoryError(), "memory"), (verification.bounds.OverTime(), "longer")])
def test_over_time_or_memory_is_quarantined_at_once_and_named(edition, ada, monkeypatch, error, word):
    submission = make_queued(ada)
    break_the_engine(monkeypatch, error)
    verification.verify(submission.pk)
    submission.refresh_from_db()
    assert (submission.status, submission.attempts) == ("quarantined", 1)
    assert word in submission.steps.last().comment


def test_the_edition_s_time_limit_ends_a_verification(edition, ada, monkeypatch):
    edition.limits = {"verification_seconds": 1}
    edition.save()
    submission = make_queued(ada)
    monkeypatch.setattr(verification, "check", lambda *args, **kwargs: time.sleep(30))
    started = time.monotonic()
    verified(submission)
    assert submission.status == "quarantined"
    assert time.monotonic() - started < 10


def test_the_edition_s_memory_limit_ends_a_verification_and_the_next_one_goes_on(edition, ada, monkeypatch):
    limits = Limits(verification_bytes=50_000_000)
    with pytest.raises(MemoryError), verification.bounds.within(limits):
        bytearray(200_000_000)
    assert len(bytearray(200_000_000)) == 200_000_000


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_for_a_moment_costs_no_attempt(monkeypatch):
    make_small_edition()
    submission = make_queued(make_person())
    keep, failures = verification._keep, [OperationalError("gone"), OperationalError("still gone")]

    def flaky(*args):
        if failures:
            raise failures.pop()
        keep(*args)

    monkeypatch.setattr(verification, "_keep", flaky)
    monkeypatch.setattr(verification, "PATIENCE", (0.01, 0.01))
    verified(submission)
    assert (submission.status, submission.attempts, submission.verifications.count()) == ("in_review", 1, 1)


def test_a_late_worker_changes_nothing(edition, ada, monkeypatch):
    submission = make_queued(ada)
    check = verification.check

    def slow(*args, **kwargs):
        """While this worker computes, its lease runs out and another one finishes."""
        monkeypatch.setattr(verification, "check", check)
        Submission.objects.filter(pk=submission.pk).update(lease_until=leases.now() - timedelta(seconds=1))
        verification.verify(submission.pk)
        return check(*args, **kwargs)

    monkeypatch.setattr(verification, "check", slow)
    verified(submission)
    assert (submission.status, submission.verifications.count(), submission.attempts) == ("in_review", 1, 2)
    assert [step.to_status for step in submission.steps.all()] == ["draft", "queued", "verifying", "in_review"]


def test_a_dry_run_leaves_its_report_and_no_bytes(edition, ada, django_capture_on_commit_callbacks):
    draft = make_draft(ada)
    Submission.objects.filter(pk=draft.pk).update(is_dry_run=True)
    hashes = list(draft.evidence.values_list("sha256", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        submission = verified(intake.submit(draft, by=ada, at=lately()))
    assert (submission.status, submission.verifications.count()) == ("in_review", 1)
    assert not submission.evidence.exists()
    assert not any(evidence.exists(sha256) for sha256 in hashes)


def test_a_dry_run_s_bytes_stay_where_a_real_submission_has_the_same(edition, ada):
    real = make_queued(ada)
    draft = make_draft(ada)
    Submission.objects.filter(pk=draft.pk).update(is_dry_run=True)
    verified(intake.submit(draft, by=ada, at=lately()))
    assert all(evidence.exists(file.sha256) for file in real.evidence.all())
    assert verified(real).status == "in_review"


def test_a_file_that_spans_tasks_is_read_for_each(edition, ada):
    submission = make_queued(ada)
    submission.evidence.filter(kind="log").update(task="all")
    assert verified(submission).status == "in_review"


@pytest.mark.parametrize("damage", ["lost", "changed"])
def test_bytes_that_the_storage_lost_or_changed_are_our_failure_and_no_finding(edition, ada, tmp_path, damage):
    submission = make_queued(ada)
    sha256 = submission.evidence.get(kind="log").sha256
    path = tmp_path / "evidence" / sha256[:2] / sha256
    path.unlink() if damage == "lost" else path.write_bytes(b"seconds,accuracy\n1,99\n")
    with pytest.raises(EvidenceDamaged):
        verification.verify(submission.pk)
    submission.refresh_from_db()
    assert (submission.status, submission.verifications.count()) == ("queued", 0)


@pytest.mark.parametrize(
    "log",
    [
        "seconds,acc\0uracy\n1,92\n",
        "seconds,accuracy\n1,\ud800\n",
        "\0\0\0",
        "seconds,\x1b[31m\n1,2\n",
        "{" * 5000,
        "seconds,accuracy\n1,NaN\n2,1e309\n",
    ],
)
def test_whatever_a_file_holds_it_becomes_findings_and_never_our_failure(edition, ada, log):
    draft = make_draft(ada)
    blob = evidence.put(io.BytesIO(log.encode(errors="surrogatepass")), limit=10**6)
    draft.evidence.filter(kind="log").update(sha256=blob.sha256, size=blob.size)
    submission = verified(intake.submit(draft, by=ada, at=lately()))
    assert submission.status == "invalid"
    assert submission.verifications.get().findings


@override_settings(LEASE_SECONDS=0.6)
@pytest.mark.django_db(transaction=True)
def test_a_long_verification_keeps_its_lease_and_tells_what_it_does(monkeypatch):
    make_small_edition()
    submission = make_queued(make_person())
    check, seen = verification.check, []

    def slow(*args, progress, **kwargs):
        progress(0.5, "reading toy/log.csv")
        for _ in range(4):
            time.sleep(0.5)
            submission.refresh_from_db()
            seen.append((submission.progress, submission.activity))
            assert leases.claim(submission.pk, leases.now()) is None
        return check(*args, progress=progress, **kwargs)

    monkeypatch.setattr(verification, "check", slow)
    verified(submission)
    assert (submission.status, submission.attempts) == ("in_review", 1)
    assert (0.5, "reading toy/log.csv") in seen
