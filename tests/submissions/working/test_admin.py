"""The review queue, through the addresses that a maintainer uses."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions import verification
from submissions.models import Mail, Status, Submission
from tests.submissions.working.cases import BACKWARDS, lately, make_person, make_queued, manifest_of

QUEUE = "/admin/submissions/submission/"


@pytest.fixture
def submission(edition, ada):
    return in_review(ada)


@pytest.fixture
def reviewer(client, mia):
    client.force_login(mia)
    return client


def in_review(owner, manifest=None, **files):
    submission = make_queued(owner, manifest, **files)
    verification.verify(submission.pk)
    submission.refresh_from_db()
    return submission


def page(submission):
    return f"{QUEUE}{submission.pk}/change/"


def decide(client, submission, decision, comment="", seen=None, **shown):
    newest = submission.verifications.order_by("-number").first()
    data = {
        "decision": decision,
        "comment": comment,
        "seen": submission.content_hash if seen is None else seen,
        "verification": newest.number if newest else 0,
        **shown,
    }
    return client.post(f"{QUEUE}{submission.pk}/decide/", data, follow=True)


def text(response):
    return response.content.decode()


def test_the_queue_shows_what_waits_oldest_first_and_quarantined_after_it(reviewer, edition, ada):
    names = ["Second", "First", "Stuck", "Decided"]
    made = {
        name: in_review(ada, {**manifest_of(), "model": {"name": name, "code_url": "https://e.org"}}) for name in names
    }
    for age, name in enumerate(names):
        Submission.objects.filter(pk=made[name].pk).update(first_queued_at=lately() - timedelta(hours=age))
    Submission.objects.filter(pk=made["Stuck"].pk).update(status="quarantined")
    Submission.objects.filter(pk=made["Decided"].pk).update(status="rejected")
    shown = text(reviewer.get(QUEUE))
    assert re.findall(r"/change/[^>]*>(\w+)</a>", shown) == ["First", "Second", "Stuck"]
    assert "Decided" in text(reviewer.get(QUEUE, {"status": "all"}))
    assert "Decided" in text(reviewer.get(QUEUE, {"status": "rejected", "phase": "finetuning"}))
    assert "Decided" not in text(reviewer.get(QUEUE, {"status": "all", "phase": "inference"}))
    assert "Stuck" in text(reviewer.get(QUEUE, {"q": "Stuck"}))


def test_the_queue_asks_as_often_with_ten_rows_as_with_two(reviewer, edition, ada):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            reviewer.get(QUEUE)
        return len(captured)

    in_review(ada), in_review(ada)
    few = queries()
    for _ in range(8):
        in_review(ada)
    assert queries() == few


def test_the_page_shows_claims_beside_derived_numbers_findings_files_scores_and_history(reviewer, edition, ada):
    manifest = manifest_of(claimed_seconds=30.6, claimed_metric=92.0)
    shown = text(reviewer.get(page(in_review(ada, manifest))))
    for part in ("30.6", "30.5", "+0.33%", "toy/log.csv", "never public", "bracket-wide", "2.00", "queued"):
        assert part in shown, part
    assert "https://example.org/code" in shown


def test_warnings_stand_on_top_and_errors_before_them(reviewer, edition, ada):
    submission = in_review(ada, {**manifest_of(), "includes_evaluation": "yes"}, log=BACKWARDS)
    shown = text(reviewer.get(page(submission)))
    top = shown[shown.index("Look at this first") : shown.index("What was sent")]
    assert top.index("log-time-backwards") < top.index("clock-differs")


def test_approving_publishes_and_says_so(reviewer, submission):
    answer = decide(reviewer, submission, "approve", "fine")
    submission.refresh_from_db()
    assert submission.status == "approved"
    assert "Approved: the entry is on the boards." in text(answer)
    assert "The entry on the boards" in text(reviewer.get(page(submission)))


def test_a_refusal_is_told_and_what_was_typed_stays(reviewer, submission):
    answer = decide(reviewer, submission, "reject", seen="", comment="my long reason")
    submission.refresh_from_db()
    assert (answer.status_code, submission.status) == (409, "in_review")
    assert "no longer what you saw" in text(answer)
    assert "my long reason" in text(answer)


@pytest.mark.parametrize("verb", ["approve", "reject", "request_changes", "requeue"])
def test_a_page_from_before_it_was_verified_again_decides_nothing(reviewer, submission, verb):
    assert 'name="verification" value="1"' in text(reviewer.get(page(submission)))
    decide(reviewer, submission, "requeue")
    verification.verify(submission.pk)
    answer = decide(reviewer, submission, verb, "because", verification=1)
    submission.refresh_from_db()
    assert (answer.status_code, submission.status) == (409, "in_review")
    assert "verified again since you opened the page" in text(answer)
    assert decide(reviewer, submission, verb, "because", verification="").status_code == 409
    decide(reviewer, submission, verb, "because", verification=2)
    submission.refresh_from_db()
    assert submission.status != "in_review"


@pytest.mark.parametrize("number", ["9" * 5000, "²", "-1"])
def test_a_verification_with_a_number_that_none_has_decides_nothing(reviewer, submission, number):
    assert decide(reviewer, submission, "approve", verification=number).status_code == 409


def test_a_nul_in_the_queue_or_in_a_decision_is_refused(reviewer, submission):
    for query in ("status=%00", "phase=%00"):
        assert reviewer.get(f"{QUEUE}?{query}").status_code == 400
    answer = decide(reviewer, submission, "reject", "a\0b")
    assert answer.status_code == 400
    assert "The field `comment` holds a NUL character" in text(answer)
    submission.refresh_from_db()
    assert submission.status == "in_review"


@pytest.mark.parametrize("status", ["in_review", "quarantined"])
def test_nobody_has_an_own_submission_verified_again(client, edition, mia, status):
    own = in_review(mia)
    Submission.objects.filter(pk=own.pk).update(status=status)
    client.force_login(mia)
    answer = decide(client, own, "requeue")
    own.refresh_from_db()
    assert (answer.status_code, own.status) == (409, status)
    assert "another maintainer has to decide" in text(answer)


@pytest.mark.parametrize("decision", ["reject", "request_changes"])
def test_saying_no_without_a_reason_is_refused_on_the_page(reviewer, submission, decision):
    assert "needs a reason" in text(decide(reviewer, submission, decision))
    decide(reviewer, submission, decision, "because")
    submission.refresh_from_db()
    assert submission.status in {"rejected", "changes_requested"}


def test_the_later_of_two_reviewers_is_told_that_it_is_decided(reviewer, submission):
    decide(reviewer, submission, "reject", "no")
    answer = decide(reviewer, submission, "approve")
    assert (answer.status_code, "cannot become approved" in text(answer)) == (409, True)


def test_an_own_submission_has_no_buttons_and_says_why(client, edition, mia):
    own = in_review(mia)
    client.force_login(mia)
    shown = text(client.get(page(own)))
    assert "another maintainer has to decide" in shown
    assert 'name="decision"' not in shown
    assert decide(client, own, "approve").status_code == 409
    own.refresh_from_db()
    assert own.status == "in_review"


def test_what_is_quarantined_can_be_queued_again(reviewer, submission):
    Submission.objects.filter(pk=submission.pk).update(status="quarantined", attempts=3)
    shown = text(reviewer.get(page(submission)))
    assert 'value="requeue"' in shown and 'value="approve"' not in shown
    decide(reviewer, submission, "requeue", "try again")
    submission.refresh_from_db()
    assert (submission.status, submission.attempts) == ("queued", 0)


@pytest.mark.parametrize("status", [Status.INVALID, Status.REJECTED, Status.WITHDRAWN, Status.DRAFT])
def test_where_nothing_is_to_decide_there_are_no_buttons(reviewer, submission, status):
    Submission.objects.filter(pk=submission.pk).update(status=status)
    assert 'name="decision"' not in text(reviewer.get(page(submission)))


def test_nothing_can_be_added_edited_or_deleted(reviewer, submission):
    assert reviewer.get(f"{QUEUE}add/").status_code == 403
    assert reviewer.get(f"{QUEUE}{submission.pk}/delete/").status_code == 403
    reviewer.post(page(submission), {"status": "approved"})
    submission.refresh_from_db()
    assert submission.status == "in_review"
    assert reviewer.get(f"{QUEUE}{submission.pk}/decide/").status_code == 405


def test_only_maintainers_come_in_and_by_the_site_s_own_sign_in(client, submission, ada):
    assert client.get(QUEUE).status_code == 302
    client.force_login(ada)
    assert client.get(QUEUE).status_code in {302, 403}
    decide(client, submission, "approve")
    submission.refresh_from_db()
    assert submission.status == "in_review"


def test_dry_runs_do_not_stand_in_the_queue(reviewer, submission):
    Submission.objects.filter(pk=submission.pk).update(is_dry_run=True)
    assert str(submission.pk) not in text(reviewer.get(QUEUE, {"status": "all"}))
    assert reviewer.get(page(submission)).status_code == 302


def test_the_pages_need_no_inline_script_or_style(reviewer, submission):
    for address in (QUEUE, page(submission), "/admin/"):
        answer = reviewer.get(address)
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text(answer)), address
        assert not re.search(r"\son\w+=", text(answer)), address
        assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_markup_that_a_submitter_sends_is_shown_as_text(reviewer, edition, ada):
    evil = "<script>alert(1)</script>"
    submission = in_review(ada, {**manifest_of(), "model": {"name": evil, "code_url": "https://e.org"}, "notes": evil})
    for address in (QUEUE, page(submission)):
        assert evil not in text(reviewer.get(address))


def test_what_is_on_the_boards_is_withdrawn_with_a_reason_and_its_owner_is_told(reviewer, submission, ada, mia):
    decide(reviewer, submission, "approve")
    assert "needs a reason" in text(decide(reviewer, submission, "withdraw"))
    said = text(decide(reviewer, submission, "withdraw", "The log is of another model."))
    assert "Withdrawn: the entry is off the boards" in said
    submission.refresh_from_db()
    assert (submission.status, submission.entry.status) == ("withdrawn", "withdrawn")
    step = submission.steps.last()
    assert (step.by, step.from_status, step.comment) == (mia, "approved", "The log is of another model.")
    entry = text(reviewer.get(submission.entry.get_absolute_url()))
    assert "Reason: The log is of another model." in entry
    assert Mail.objects.filter(recipient=ada, subject__endswith="withdrawn").count() == 1


def test_nobody_withdraws_an_own_submission_as_a_maintainer(client, submission, mia):
    client.force_login(mia)
    decide(client, submission, "approve")
    Submission.objects.filter(pk=submission.pk).update(owner=mia)
    assert 'name="decision"' not in text(client.get(page(submission)))
    assert "your own submission" in text(decide(client, submission, "withdraw", "because"))
    submission.refresh_from_db()
    assert submission.status == "approved"


def test_what_is_not_on_the_boards_is_not_withdrawn_by_a_maintainer(reviewer, submission):
    assert "only what is on the boards" in text(decide(reviewer, submission, "withdraw", "because"))
    submission.refresh_from_db()
    assert submission.status == "in_review"


def test_the_entry_of_a_submission_is_not_withdrawn_beside_it(client, submission, mia):
    """By the list of entries in the admin: the submission would stay approved, and its owner would learn nothing."""
    mia.is_superuser = True
    mia.save()
    client.force_login(mia)
    decide(client, submission, "approve")
    submission.refresh_from_db()
    form = {"action": "withdraw", "_selected_action": [str(submission.entry_id)]}
    said = text(client.post("/admin/leaderboard/entry/", form, follow=True))
    assert "in the review queue, under the status approved" in said
    submission.refresh_from_db()
    assert (submission.status, submission.entry.status) == ("approved", "published")


def test_a_missing_submission_is_told(reviewer, edition):
    answer = reviewer.get(f"{QUEUE}00000000-0000-0000-0000-000000000000/change/", follow=True)
    assert "There is no submission 0000" in text(answer)


def test_a_person_without_rights_sees_no_queue(client, edition):
    client.force_login(make_person("eve"))
    assert client.get("/admin/", follow=False).status_code in {302, 403}


def test_the_queue_has_one_name_and_says_in_which_time_zone_its_times_are(reviewer, submission):
    shown = text(reviewer.get(QUEUE))
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL).group(1)
    assert title.strip() == "Review queue | HULK maintainers"
    crumbs = re.search(r'<div class="breadcrumbs">(.*?)</div>', shown, re.DOTALL).group(1)
    assert re.sub(r"<[^>]*>", "", crumbs).strip() == "Home &rsaquo; Review queue"
    assert "Sent (UTC)" in shown
    assert "Django" not in text(reviewer.get("/admin/"))
