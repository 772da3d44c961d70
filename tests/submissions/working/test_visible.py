"""What a submitter sees of a verification, and what an edition with hidden dev sets keeps back."""

import json

import pytest
from django.test import Client

from submissions import organisations, review, verification
from submissions.leases import now
from submissions.models import Submission, Verification
from submissions.reports import storable
from submissions.verification import visible
from tests.submissions.working.cases import make_maintainer, make_queued

KEYS = {"status", "progress", "findings", "measurements", "scores", "preview_rank"}
SECRET = "91.2345678"


@pytest.fixture
def submission(edition, ada):
    submission = make_queued(ada)
    verification.verify(submission.pk)
    submission.refresh_from_db()
    return submission


def shown(submission, to):
    return visible(submission.verifications.first(), submission, to=to)


def test_while_it_waits_the_lists_are_empty_and_the_shape_is_whole(edition, ada):
    queued = make_queued(ada)
    seen = visible(None, queued, to=ada)
    assert seen.keys() >= KEYS
    assert (seen["status"], seen["findings"], seen["measurements"]) == ("queued", [], [])
    assert (seen["scores"], seen["preview_rank"], seen["progress"]) == (None, None, 0.0)


def test_when_it_is_done_everything_is_there(submission, ada):
    seen = shown(submission, ada)
    assert seen.keys() >= KEYS
    assert (seen["status"], seen["progress"]) == ("in_review", 1.0)
    assert seen["measurements"][0]["seconds"] == 30.5
    assert seen["preview_rank"]["time"] == 1


def test_what_an_earlier_verification_found_is_not_shown_of_what_is_queued_again(submission, ada):
    Submission.objects.filter(pk=submission.pk).update(status="queued")
    submission.refresh_from_db()
    assert shown(submission, ada)["measurements"] == []


# --- hidden dev sets ---


@pytest.fixture
def hidden(submission, edition):
    """A verification in which every place that can hold the proven metric holds it."""
    edition.feedback = "cutoff_only"
    edition.save()
    record = submission.verifications.get()
    record.findings = [finding(code) for code in ("predictions-below-cutoff", "predictions-partial", "bracket-wide")]
    proof = {"metric": float(SECRET), "rows": 100, "gold_rows": 100, "complete": True, "detail": {"correct": 91}}
    record.measurements[0] |= {"proven_metric": float(SECRET), "proof": proof}
    record.measurements[0]["runs"] = [{"run": 1, "proof": proof}]
    Verification.objects.filter(pk=record.pk).update(findings=record.findings, measurements=record.measurements)
    return Submission.objects.get(pk=submission.pk)


def finding(code):
    sentence = f"It is {SECRET}." if code.startswith("predictions") else "Wide."
    return {
        "code": code,
        "severity": "warning",
        "task": "toy",
        "file": "f",
        "line": 1,
        "message": sentence,
        "remedy": "",
    }


def test_a_hidden_metric_is_told_to_reviewers_and_not_to_the_submitter(hidden, ada, mia):
    assert SECRET not in json.dumps(shown(hidden, ada), default=str)
    assert SECRET in json.dumps(shown(hidden, mia), default=str)


@pytest.mark.parametrize("whose", ["mine", "of my organisation"])
def test_a_maintainer_who_submits_learns_no_more_than_others(hidden, ada, mia, whose):
    if whose == "mine":
        Submission.objects.filter(pk=hidden.pk).update(owner=mia)
    else:
        lab = organisations.found("Lab", by=mia)
        Submission.objects.filter(pk=hidden.pk).update(organisation=lab)
    hidden.refresh_from_db()
    assert SECRET not in json.dumps(shown(hidden, mia), default=str)
    client = Client()
    client.force_login(mia)
    page = client.get(f"/admin/submissions/submission/{hidden.pk}/change/").content.decode()
    assert "another maintainer has to decide" in page
    assert SECRET not in page and SECRET[:6] not in page
    client.force_login(make_maintainer("max"))
    assert SECRET[:5] in client.get(f"/admin/submissions/submission/{hidden.pk}/change/").content.decode()


def test_the_submitter_still_learns_whether_the_cutoff_is_reached_and_every_error(hidden, ada):
    seen = shown(hidden, ada)
    assert "reaches_cutoff" in seen["measurements"][0]
    assert [one["code"] for one in seen["findings"]] == ["predictions-below-cutoff", "bracket-wide"]
    assert seen["preview_rank"] is None


def test_in_inference_the_metric_itself_is_the_proven_one(hidden, ada):
    hidden.manifest["phase"] = "inference"
    measurement = shown(hidden, ada)["measurements"][0]
    assert (measurement["metric"], measurement["margin"]) == (None, None)


def test_once_it_is_approved_nothing_is_hidden_any_more(hidden, ada, mia):
    Verification.objects.update(passed=True)
    review.approve(hidden, by=mia, at=now(), seen=hidden.content_hash, comment="seen")
    hidden.refresh_from_db()
    assert shown(hidden, ada)["measurements"][0]["proven_metric"] == float(SECRET)


def test_what_only_reviewers_may_know_is_not_published_either(hidden, mia):
    entry = review.approve(hidden, by=mia, at=now(), seen=hidden.content_hash, comment="seen").entry
    assert "predictions-partial" not in {one["code"] for one in entry.findings}


def test_text_that_the_database_refuses_is_replaced():
    broken = {"a\0": ["x\0y", ("\ud800", 1.5, None)]}
    assert storable(broken) == {"a\N{REPLACEMENT CHARACTER}": ["x\N{REPLACEMENT CHARACTER}y", ["?", 1.5, None]]}
