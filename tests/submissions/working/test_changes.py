"""What changed from one revision to the next, and that nothing of an earlier one is lost (PROTOCOL section 9)."""

import pytest
from django.test import Client

from submissions import intake, review, verification
from submissions.changes import Change, Frozen, between
from submissions.leases import now
from submissions.manifest import Place
from tests.factories_submissions import Script, add
from tests.submissions.working.cases import BACKWARDS, CROSSES, make_queued, manifest_of

FILE = {"task": "toy", "kind": "log", "run": 1, "part": "", "name": "log.csv", "sha256": "a" * 64, "size": 9}


def verified(submission):
    verification.verify(submission.pk)
    submission.refresh_from_db()
    return submission


def approve(submission, mia):
    review.approve(submission, by=mia, at=now(), seen=submission.content_hash)
    submission.refresh_from_db()


def page(person, submission):
    browser = Client()
    browser.force_login(person)
    return browser.get(f"/submissions/{submission.pk}/").content.decode()


def revisions(person, submission):
    return Script(person).get(f"submissions/{submission.pk}/revisions/").json()["results"]


class TestBetween:
    def test_equal_states_differ_in_nothing(self):
        assert between(Frozen(manifest_of(), [FILE]), Frozen(manifest_of(), [dict(FILE)])) == ()

    def test_values_by_their_path(self):
        before = {"model": {"name": "A", "base": ""}, "hardware": {"count": 1}, "seeds": [1]}
        after = {"model": {"name": "B", "base": "x"}, "hardware": {"count": 1}, "seeds": []}
        assert between(Frozen(before, []), Frozen(after, [])) == (
            Change("model.name", "A", "B"),
            Change("seeds", "[1]", ""),
            Change("model.base", "", "x"),
        )

    @pytest.mark.parametrize(
        ("changed", "what"),
        [
            ({"sha256": "b" * 64}, "toy/log"),
            ({"name": "other.csv"}, "toy/log"),
        ],
    )
    def test_a_file_that_was_replaced(self, changed, what):
        (change,) = between(Frozen({}, [FILE]), Frozen({}, [{**FILE, **changed}]))
        assert change.what == what
        assert change.before == "log.csv, 9 bytes, aaaaaaaaaaaa"

    def test_files_that_came_and_went(self):
        second = {**FILE, "run": 2, "part": "matched"}
        assert [one.what for one in between(Frozen({}, [FILE]), Frozen({}, [second]))] == [
            "toy/log",
            "toy/log, matched, run 2",
        ]

    def test_a_long_value_is_cut(self):
        (change,) = between(Frozen({}, []), Frozen({"notes": "x" * 5000}, []))
        assert len(change.after) == 201


def test_a_mended_submission_shows_what_was_mended(edition, ada):
    submission = verified(make_queued(ada, log=BACKWARDS))
    review.revise(submission, by=ada, at=now())
    submission.refresh_from_db()
    add(submission, Place("toy", "log"), CROSSES.encode(), "toy/log.csv")
    intake.change_draft(submission, by=ada, manifest={"notes": "the log was wrong"}, at=now())
    shown = page(ada, submission)
    assert "The draft, not sent yet" in shown and "2 changes from revision 1" in shown
    intake.submit(submission, by=ada, at=now())
    second, first = revisions(ada, submission)
    assert (second["number"], first["number"], first["changes"]) == (2, 1, [])
    assert [one["what"] for one in second["changes"]] == ["notes", "toy/log"]
    assert second["changes"][0] == {"what": "notes", "before": "", "after": "the log was wrong"}
    assert "the log was wrong" in page(ada, submission)


def test_what_supersedes_is_compared_with_what_it_takes_the_place_of(edition, ada, mia):
    old = verified(make_queued(ada))
    approve(old, mia)
    draft = review.revise(old, by=ada, at=now())
    assert "The submission that is to take its place" in page(ada, old)
    assert [file.sha256 for file in draft.evidence.all()] == [file.sha256 for file in old.evidence.all()]
    (only,) = revisions(ada, draft)
    assert (only["frozen_at"], only["against"], only["changes"]) == (None, "what it takes the place of", [])
    intake.change_draft(draft, by=ada, manifest={"notes": "again"}, at=now())
    new = verified(intake.submit(draft, by=ada, at=now()))
    approve(new, mia)
    old.refresh_from_db()
    assert "The submission that superseded it" in page(ada, old)
    script = Script(ada)
    assert script.get(f"submissions/{old.pk}/").json()["superseded_by"] == str(new.pk)
    assert script.get(f"submissions/{new.pk}/").json()["supersedes"] == str(old.pk)
    assert script.get(f"submissions/{new.pk}/").json()["superseded_by"] is None
    for submission, status in ((old, "superseded"), (new, "published")):
        assert script.get(f"entries/{submission.entry_id}/").json()["status"] == status
        assert Client().get(f"/entries/{submission.entry_id}/").status_code == 200


def test_a_successor_that_came_to_nothing_leaves_the_old_one_as_it_was(edition, ada, mia):
    old = verified(make_queued(ada))
    approve(old, mia)
    new = verified(intake.submit(review.revise(old, by=ada, at=now()), by=ada, at=now()))
    review.reject(new, by=mia, at=now(), seen=new.content_hash, comment="no")
    old.refresh_from_db()
    assert old.status == "approved"
    assert "to take its place" not in page(ada, old)
    assert review.revise(old, by=ada, at=now()).pk != new.pk
