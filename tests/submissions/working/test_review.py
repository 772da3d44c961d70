"""What people decide: one decision each, about what they saw, never about their own."""

import re
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leaderboard.models import BoardRow, Entry, Event
from submissions import intake, review, verification
from submissions.errors import (
    ContentChanged,
    NeedsReason,
    NotAMaintainer,
    NotTheOwner,
    OwnEntry,
    Refused,
    StepNotAllowed,
)
from submissions.leases import now
from submissions.models import Status, Submission, Verification
from tests.factories import make_offer
from tests.submissions.working.cases import (
    BACKWARDS,
    CROSSES,
    make_maintainer,
    make_person,
    make_queued,
    make_small_edition,
)


def in_review(owner, **files):
    submission = make_queued(owner, **files)
    verification.verify(submission.pk)
    submission.refresh_from_db()
    return submission


def approve(submission, by, **changes):
    return review.approve(submission, **{"by": by, "at": now(), "seen": submission.content_hash, **changes})


@pytest.fixture
def submission(edition, ada):
    return in_review(ada)


# --- approve ---------------------------------------------------------------------------------------------------------


def test_an_approved_submission_stands_on_the_three_boards(submission, mia):
    approved = approve(submission, mia, comment="well done")
    rows = BoardRow.objects.filter(entry=approved.entry).order_by("board__measure").ranked()
    assert [(row.board.measure, row.rank) for row in rows] == [("cost", 1), ("efficiency", 1), ("time", 1)]
    entry = approved.entry
    assert (entry.model, entry.organisation, entry.kind, entry.badge) == ("ToyBERT", "Lab", "submission", "verified")
    assert (entry.verified, entry.hardware_text, entry.runs) == (True, "1 × CARD", 1)
    outcome = entry.outcomes.get()
    assert (outcome.outcome, outcome.seconds, float(outcome.metric)) == ("reached", 30.5, 92.0)
    assert (outcome.details["file"], outcome.details["line"]) == ("toy/log.csv", 4)
    assert entry.curves.get().points[0][0] == 10
    last = approved.steps.last()
    assert (last.by, last.to_status, last.comment) == (mia, "approved", "well done")
    assert Event.objects.filter(entry=entry, what="published", by=mia).count() == 1


def test_predictions_are_never_public_and_logs_are(submission, mia):
    entry = approve(submission, mia).entry
    assert {file["kind"]: file["public"] for file in entry.evidence} == {"log": True, "predictions": False}


def test_nobody_approves_an_own_entry_not_even_a_superuser(edition):
    root = make_person("root", is_staff=True, is_superuser=True)
    submission = in_review(root)
    with pytest.raises(OwnEntry):
        approve(submission, root)
    assert not Entry.objects.filter(kind="submission").exists()


def test_only_maintainers_decide(submission, ada):
    with pytest.raises(NotAMaintainer):
        approve(submission, make_person("eve"))
    with pytest.raises(NotAMaintainer):
        approve(submission, make_person("gone", is_staff=True, is_active=False))


@pytest.mark.parametrize("decide", [review.approve, review.reject, review.request_changes])
def test_a_decision_about_other_content_than_was_seen_is_refused(submission, mia, decide):
    with pytest.raises(ContentChanged):
        decide(submission, by=mia, at=now(), seen="0" * 64, comment="no")
    submission.refresh_from_db()
    assert submission.status == "in_review"


def test_a_stale_page_cannot_approve_what_was_mended_since(submission, ada, mia):
    seen = submission.content_hash
    review.request_changes(submission, by=mia, at=now(), seen=seen, comment="name the batch size")
    draft = review.revise(submission, by=ada, at=now())
    intake.change_draft(draft, by=ada, manifest={"notes": "batch size 32"}, at=now())
    verification.verify(intake.submit(draft, by=ada, at=now()).pk)
    submission.refresh_from_db()
    assert (submission.status, submission.revision) == ("in_review", 2)
    with pytest.raises(ContentChanged):
        approve(submission, mia, seen=seen)
    assert approve(submission, mia).status == "approved"


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.IN_REVIEW}))
def test_only_what_is_in_review_is_approved(submission, mia, status):
    if status in {"verifying", "approved", "superseded"}:
        pytest.skip("such a row has a lease or an entry, by a constraint")
    Submission.objects.filter(pk=submission.pk).update(status=status)
    with pytest.raises(StepNotAllowed):
        approve(submission, mia)


def test_a_dry_run_is_never_approved(submission, mia):
    Submission.objects.filter(pk=submission.pk).update(is_dry_run=True)
    with pytest.raises(StepNotAllowed):
        approve(submission, mia)


def test_what_was_verified_under_other_rules_has_to_be_verified_again(submission, edition, mia):
    edition.revision = 2
    edition.save()
    with pytest.raises(ContentChanged, match="revision 1"):
        approve(submission, mia)
    intake.requeue(submission, by=mia, at=now(), seen=submission.content_hash)
    verification.verify(submission.pk)
    assert approve(submission, mia).status == "approved"


def test_what_was_verified_at_another_price_has_to_be_verified_again(submission, mia):
    wrong = submission.edition.default_offers.get().accelerator.offers.get()
    make_offer(wrong.accelerator, usd="7.2", slug=wrong.slug, valid_from=wrong.valid_from, supersedes=wrong)
    with pytest.raises(ContentChanged, match="price"):
        approve(submission, mia)


# --- reject, ask for changes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decide", [review.reject, review.request_changes])
def test_saying_no_needs_a_reason(submission, mia, decide):
    with pytest.raises(NeedsReason):
        decide(submission, by=mia, at=now(), seen=submission.content_hash, comment="  ")
    decided = decide(submission, by=mia, at=now(), seen=submission.content_hash, comment="The log is not yours.")
    assert decided.steps.last().comment == "The log is not yours."


def test_what_is_quarantined_can_be_queued_again_or_rejected(submission, mia):
    Submission.objects.filter(pk=submission.pk).update(status="quarantined", attempts=3)
    again = intake.requeue(
        submission, by=mia, at=now(), seen=submission.content_hash, verification=1, comment="more memory now"
    )
    assert (again.status, again.attempts) == ("queued", 0)
    verification.verify(submission.pk)
    Submission.objects.filter(pk=submission.pk).update(status="quarantined")
    rejected = review.reject(submission, by=mia, at=now(), seen=submission.content_hash, comment="It never ends.")
    assert rejected.status == "rejected"


# --- withdraw, revise, supersede --------------------------------------------------------------------------------------


def test_an_owner_withdraws_an_approved_one_and_its_page_stays(submission, ada, mia):
    entry = approve(submission, mia).entry
    withdrawn = review.withdraw(submission, by=ada, at=now(), comment="a bug in my code")
    entry.refresh_from_db()
    assert (withdrawn.status, entry.status, entry.end_reason) == ("withdrawn", "withdrawn", "a bug in my code")
    assert not BoardRow.objects.filter(entry=entry).exists()


def test_others_can_neither_withdraw_nor_revise(submission, mia):
    eve = make_person("eve")
    with pytest.raises(NotTheOwner):
        review.withdraw(submission, by=eve, at=now())
    with pytest.raises(NotTheOwner):
        review.revise(submission, by=mia, at=now())


def test_a_withdrawn_one_is_not_verified_any_more(edition, ada):
    queued = make_queued(ada)
    review.withdraw(queued, by=ada, at=now())
    verification.verify(queued.pk)
    queued.refresh_from_db()
    assert (queued.status, queued.verifications.count()) == ("withdrawn", 0)


def test_an_invalid_one_becomes_a_draft_with_the_next_revision_number(edition, ada):
    submission = in_review(ada, log=BACKWARDS)
    draft = review.revise(submission, by=ada, at=now())
    assert (draft.pk, draft.status, draft.revision, draft.evidence.count()) == (submission.pk, "draft", 2, 2)
    assert draft.revisions.get().number == 1


@pytest.mark.parametrize(
    "code", ["predictions-perfect", "predictions-shared", "predictions-disagree", "time-implausible"]
)
def test_what_looks_too_good_is_approved_with_a_note_only(submission, mia, code: str):
    finding = {"code": code, "severity": "warning", "task": "toy", "file": "f", "line": 1, "message": "Hm."}
    Verification.objects.update(findings=[finding])
    for blank in ("", "  \n"):
        with pytest.raises(NeedsReason, match=code):
            approve(submission, mia, comment=blank)
    submission.refresh_from_db()
    assert submission.status == "in_review"
    assert approve(submission, mia, comment="Looked at the log.").steps.latest("pk").comment == "Looked at the log."


@pytest.mark.parametrize(("code", "severity"), [("bracket-wide", "note"), ("gold-not-imported", "warning")])
def test_everything_else_is_approved_without_one(submission, mia, code: str, severity: str):
    Verification.objects.update(findings=[{"code": code, "severity": severity, "task": "toy"}])
    assert approve(submission, mia).status == "approved"


def test_approving_locks_the_predecessor_before_the_edition_as_withdrawing_it_does(submission, ada, mia):
    old = approve(submission, mia)
    draft = review.revise(old, by=ada, at=now())
    verification.verify(intake.submit(draft, by=ada, at=now()).pk)
    draft.refresh_from_db()
    with CaptureQueriesContext(connection) as asked:
        approve(draft, mia)
    assert locks_in(asked) == ["submissions_submission", "submissions_submission", "leaderboard_edition"]
    with CaptureQueriesContext(connection) as asked:
        review.withdraw(draft, by=ada, at=now())
    assert locks_in(asked) == ["submissions_submission", "leaderboard_edition"]


def locks_in(asked):
    """The tables whose rows are locked, in this order; further locks on the same edition left out."""
    locking = [one["sql"] for one in asked if re.search(r"FOR (NO KEY )?UPDATE", one["sql"])]
    tables = [re.search(r'FROM "(\w+)"', sql)[1] for sql in locking]
    known = [table for table in tables if table in {"submissions_submission", "leaderboard_edition"}]
    return known[: known.index("leaderboard_edition") + 1]


def test_revising_an_approved_one_makes_a_draft_that_supersedes_it_when_approved(submission, ada, mia):
    old = approve(submission, mia)
    draft = review.revise(old, by=ada, at=now())
    assert draft.pk != old.pk
    assert (draft.status, draft.supersedes, draft.manifest) == ("draft", old, old.manifest)
    assert [file.sha256 for file in draft.evidence.all()] == [file.sha256 for file in old.evidence.all()]
    assert review.revise(old, by=ada, at=now()) == draft

    verification.verify(intake.submit(draft, by=ada, at=now()).pk)
    old.refresh_from_db()
    assert old.status == "approved"
    draft.refresh_from_db()
    new = approve(draft, mia)
    old.refresh_from_db()
    old.entry.refresh_from_db()
    assert (old.status, old.entry.status, old.entry.superseded_by) == ("superseded", "superseded", new.entry)
    assert [row.entry.model for row in BoardRow.objects.filter(board__measure="time", board__phase="finetuning")] == [
        "ToyBERT",
        "BERT-Large",
    ]


def test_a_successor_of_what_was_withdrawn_meanwhile_stands_for_itself(submission, ada, mia):
    old = approve(submission, mia)
    draft = review.revise(old, by=ada, at=now())
    verification.verify(intake.submit(draft, by=ada, at=now()).pk)
    review.withdraw(old, by=ada, at=now())
    draft.refresh_from_db()
    assert approve(draft, mia).entry.status == "published"
    old.refresh_from_db()
    assert old.status == "withdrawn"


def test_a_second_successor_waits_for_the_first(submission, ada, mia):
    old = approve(submission, mia)
    draft = review.revise(old, by=ada, at=now())
    intake.submit(draft, by=ada, at=now())
    with pytest.raises(StepNotAllowed, match=str(draft.pk)):
        review.revise(old, by=ada, at=now())
    review.withdraw(draft, by=ada, at=now())
    assert review.revise(old, by=ada, at=now()).pk != draft.pk


# --- at once, and from the command line -------------------------------------------------------------------------------


def at_once(*decisions):
    """Runs decisions at the same moment; what each came to, in order. Each is (verb, arguments)."""
    outcomes, barrier = [""] * len(decisions), Barrier(len(decisions))

    def run(place, verb, submission, arguments):
        try:
            barrier.wait()
            verb(submission, **arguments)
            outcomes[place] = "done"
        except Refused as refusal:
            outcomes[place] = refusal.code
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, *decision)) for place, decision in enumerate(decisions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_decides_and_the_other_is_told():
    make_small_edition()
    ada, mia, max_ = make_person(), make_maintainer("mia"), make_maintainer("max")
    for round_ in range(20):
        submission = in_review(ada, log=CROSSES + f"{50 + round_},93\n")
        seen = submission.content_hash
        outcomes = at_once(
            (review.approve, submission, {"by": mia, "at": now(), "seen": seen}),
            (review.reject, submission, {"by": max_, "at": now(), "seen": seen, "comment": "no"}),
        )
        submission.refresh_from_db()
        assert sorted(outcomes) == ["done", "wrong-state"]
        assert submission.status == ("approved" if outcomes[0] == "done" else "rejected")
        assert submission.steps.filter(from_status="in_review").count() == 1
        on_the_board = BoardRow.objects.filter(board__measure="time", entry=submission.entry_id).exists()
        assert on_the_board == (submission.status == "approved")


def test_the_command_decides_by_the_same_rules(submission, mia, capsys):
    with pytest.raises(CommandError, match="reason"):
        call_command("review", str(submission.pk), "--reject", "--by", "mia")
    with pytest.raises(CommandError, match="Only maintainers"):
        call_command("review", str(submission.pk), "--approve", "--by", "ada")
    with pytest.raises(CommandError, match="no user"):
        call_command("review", str(submission.pk), "--approve", "--by", "nobody")
    call_command("review", str(submission.pk), "--approve", "--by", "mia", "--comment", "fine")
    assert "is approved" in capsys.readouterr().out
    with pytest.raises(CommandError, match="approved"):
        call_command("review", str(submission.pk), "--approve", "--by", "mia")
