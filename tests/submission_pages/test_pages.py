"""My submissions, the page of one, its files, and what its owner can do with it."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions import review
from submissions.models import Status, Submission
from submissions.verification import verify
from tests.submission_pages.pages import add_evidence, file, filled, send, text_of
from tests.submissions.working.cases import (
    BACKWARDS,
    CROSSES,
    make_draft,
    make_queued,
    manifest_of,
    predictions,
)

pytestmark = pytest.mark.usefixtures("edition")


def verified(owner, manifest=None, **files) -> Submission:
    submission = make_queued(owner, manifest, **files)
    verify(submission.pk)
    submission.refresh_from_db()
    return submission


def approved(owner, by) -> Submission:
    submission = verified(owner)
    return review.approve(submission, by=by, at=datetime.now(UTC), seen=submission.content_hash)


class TestMine:
    def test_nothing_yet_says_what_to_do(self, signed_in):
        page = signed_in.get("/submissions/")
        assert "Nothing here yet" in text_of(page)
        assert 'href="/submit/"' in page.content.decode()

    def test_state_phase_and_findings_stand_beside_the_model(self, signed_in, ada):
        verified(ada, log=BACKWARDS)
        text = text_of(signed_in.get("/submissions/"))
        assert "ToyBERT" in text and "invalid" in text and "1 error" in text and "Fine-tuning" in text

    def test_numbers_that_did_not_pass_have_no_badge(self, signed_in, ada):
        manifest = {**manifest_of(), "model": {"name": "ToyBERT", "code_url": ""}}
        submission = verified(ada, manifest)
        assert submission.status == Status.INVALID
        page = signed_in.get(f"/submissions/{submission.pk}/")
        assert "30.50 s" in text_of(page)
        assert ">verified<" not in page.content.decode()
        passed = signed_in.get(f"/submissions/{verified(ada).pk}/")
        assert ">verified<" in passed.content.decode()

    def test_what_others_sent_is_not_listed(self, signed_in, mia):
        make_draft(mia)
        assert "Nothing here yet" in text_of(signed_in.get("/submissions/"))

    def test_a_hundred_take_as_many_queries_as_one(self, signed_in, ada):
        verified(ada)
        with CaptureQueriesContext(
            connection,
        ) as one:
            signed_in.get("/submissions/")
        for _ in range(5):
            verified(ada)
        with CaptureQueriesContext(connection) as many:
            signed_in.get("/submissions/")
        assert len(many) == len(one)

    def test_long_lists_are_paged_and_an_odd_page_number_does_no_harm(self, signed_in, ada):
        for _ in range(26):
            make_draft(ada)
        assert len(signed_in.get("/submissions/").context["lines"]) == 25
        assert len(signed_in.get("/submissions/?page=2").context["lines"]) == 1
        for odd in ("0", "x", "99999999999999999999", "-1"):
            assert signed_in.get("/submissions/", {"page": odd}).status_code == 200


class TestOne:
    def test_owner_and_maintainer_see_it_and_nobody_else_does(self, client, ada, mia):
        submission = verified(ada)
        stranger = type(ada).objects.create_user("eve", password="x")
        for person, status in ((ada, 200), (mia, 200), (stranger, 404)):
            client.force_login(person)
            assert client.get(f"/submissions/{submission.pk}/").status_code == status
        client.logout()
        assert client.get(f"/submissions/{submission.pk}/")["Location"].startswith("/account/login/?next=")

    def test_the_number_stands_there_with_the_way_it_came_about(self, signed_in, ada):
        submission = verified(ada)
        text = text_of(signed_in.get(f"/submissions/{submission.pk}/"))
        assert "30.50 s" in text
        assert "toy/log.csv line 4" in text
        assert "92 ≥ cut-off 90, margin 2" in text
        assert "20.00 s … 30.50 s" in text
        assert "held" in text
        assert "predictions give 92, 92 right on 100 of 100 rows: at or above the cut-off 90" in text
        assert "30.50 s ÷ 3,600 × 1 GPU × $3.60/h = $0.0305" in text
        assert "verified" in text

    def test_scores_and_the_rank_it_would_get_are_previewed(self, signed_in, ada):
        submission = verified(ada)
        text = text_of(signed_in.get(f"/submissions/{submission.pk}/"))
        assert "Time 2.00 rank 1" in text

    def test_errors_stand_first_with_file_line_and_remedy(self, signed_in, ada):
        submission = verified(ada, manifest_of(claimed_seconds=99), log=BACKWARDS)
        page = signed_in.get(f"/submissions/{submission.pk}/")
        for group in page.context["findings"]:
            severities = [finding["severity"] for finding in group.findings]
            assert severities == sorted(severities, key=["error", "warning", "note"].index)
        group = page.context["findings"][0]
        assert (group.name, group.evidence.kind) == ("toy/log.csv", "log")
        assert (group.findings[0]["code"], group.findings[0]["line"]) == ("log-time-backwards", 3)
        assert "log-time-backwards" in text_of(page)

    def test_a_finding_shows_the_line_it_is_about_as_text(self, signed_in, ada):
        submission = verified(ada, log="seconds,accuracy\n10,60\n<script>alert(1)</script>\x1b[31m,85\n30,92\n")
        page = signed_in.get(f"/submissions/{submission.pk}/").content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;\N{SYMBOL FOR ESCAPE}[31m,85" in page
        assert "<script>alert" not in page
        api = signed_in.get(f"/api/v1/submissions/{submission.pk}/verification/").json()
        assert api["findings"][0]["excerpt"].startswith("<script>")

    def test_a_file_is_replaced_and_the_rest_is_not_sent_again(self, signed_in, ada):
        submission = verified(ada, log=BACKWARDS)
        log, dev = submission.evidence.get(kind="log"), submission.evidence.get(kind="predictions")
        page = signed_in.get(f"/submissions/{submission.pk}/").content.decode()
        assert f'name="mend" value="{log.pk}"' in page
        answer = signed_in.post(f"/submissions/{submission.pk}/revise/", {"mend": log.pk})
        assert answer["Location"] == f"/submissions/{submission.pk}/edit/evidence/#file-{log.pk}"
        assert f'id="file-{log.pk}"' in signed_in.get(answer["Location"].split("#")[0]).content.decode()
        add_evidence(signed_in, submission, **{"file-toy-log-1-": file(CROSSES)})
        send(signed_in, submission)
        verify(submission.pk)
        submission.refresh_from_db()
        assert submission.status == Status.IN_REVIEW
        assert submission.evidence.get(kind="predictions").uploaded_at == dev.uploaded_at

    def test_while_it_is_under_way_the_page_loads_itself_again_unless_told_not_to(self, signed_in, ada):
        submission = make_queued(ada)
        address = f"/submissions/{submission.pk}/"
        assert '<meta http-equiv="refresh" content="4">' in signed_in.get(address).content.decode()
        assert "http-equiv" not in signed_in.get(f"{address}?refresh=off").content.decode()
        verify(submission.pk)
        assert "http-equiv" not in signed_in.get(address).content.decode()

    def test_it_says_how_many_wait_before_it_and_where_on_the_way_it_is(self, signed_in, ada):
        make_queued(ada)
        submission = make_queued(ada)
        page = signed_in.get(f"/submissions/{submission.pk}/")
        assert "1 before it in the queue" in text_of(page)
        assert [stage.state for stage in page.context["stages"]] == ["done", "now", "ahead", "ahead"]
        verify(submission.pk)
        page = signed_in.get(f"/submissions/{submission.pk}/")
        assert [stage.state for stage in page.context["stages"]] == ["done", "done", "now", "ahead"]

    def test_progress_and_activity_are_shown(self, signed_in, ada):
        submission = make_queued(ada)
        Submission.objects.filter(pk=submission.pk).update(progress=0.42, activity="reading the log")
        text = text_of(signed_in.get(f"/submissions/{submission.pk}/"))
        assert "42 %" in text and "Reading the log" in text

    def test_a_reviewers_reason_is_on_the_page_with_who_and_when(self, signed_in, ada, mia):
        submission = verified(ada)
        review.request_changes(
            submission, by=mia, at=datetime.now(UTC), seen=submission.content_hash, comment="Which <b>seed</b>?"
        )
        page = signed_in.get(f"/submissions/{submission.pk}/")
        assert "Which &lt;b&gt;seed&lt;/b&gt;?" in page.content.decode()
        assert "by mia" in text_of(page)

    def test_every_step_is_in_the_history(self, signed_in, ada):
        submission = verified(ada)
        words = [
            step.get_to_status_display() for step in signed_in.get(f"/submissions/{submission.pk}/").context["steps"]
        ]
        assert words == ["in review", "verifying", "queued", "draft"]

    def test_a_hidden_edition_shows_no_proven_metric_and_no_rank(self, signed_in, ada, edition):
        edition.feedback = "cutoff_only"
        edition.save()
        submission = verified(ada, predictions=predictions(wrong=7))
        page = signed_in.get(f"/submissions/{submission.pk}/")
        assert ("proof", "the predictions reach the cut-off") in page.context["tasks"][0].lines
        assert "93 over" not in text_of(page)
        assert all(one["rank"] is None for one in page.context["scores"])

    def test_the_page_of_each_state_can_be_read(self, signed_in, ada, mia):
        submission = approved(ada, mia)
        for status in Status:
            lease = {"lease_until": datetime.now(UTC), "lease_token": submission.pk} if status == "verifying" else {}
            values = {"lease_until": None, "lease_token": None, **lease}
            Submission.objects.filter(pk=submission.pk).update(status=status, **values)
            assert signed_in.get(f"/submissions/{submission.pk}/").status_code == 200, status

    def test_more_files_take_no_more_queries(self, signed_in, ada):
        submission = verified(ada)
        with CaptureQueriesContext(connection) as few:
            signed_in.get(f"/submissions/{submission.pk}/")
        file = submission.evidence.first()
        for run in range(2, 9):
            file.pk, file.run = None, run
            file.save(force_insert=True)
        with CaptureQueriesContext(connection) as many:
            signed_in.get(f"/submissions/{submission.pk}/")
        assert len(many) == len(few)


class TestFiles:
    def test_a_file_comes_as_it_was_sent_and_never_runs_in_a_browser(self, signed_in, ada):
        submission = make_draft(ada, log="<script>alert(1)</script>\n")
        file = submission.evidence.get(kind="log")
        response = signed_in.get(f"/submissions/{submission.pk}/evidence/{file.pk}/")
        assert b"".join(response.streaming_content) == b"<script>alert(1)</script>\n"
        assert response["Content-Disposition"] == 'attachment; filename="log.csv"'
        assert response["Content-Type"] == "application/octet-stream"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]

    def test_a_name_with_other_letters_is_written_as_rfc_6266_says(self, signed_in, ada):
        submission = make_draft(ada)
        submission.evidence.filter(kind="log").update(name='toy/Prüfung "1".csv')
        file = submission.evidence.get(kind="log")
        response = signed_in.get(f"/submissions/{submission.pk}/evidence/{file.pk}/")
        assert response["Content-Disposition"] == "attachment; filename*=utf-8''Pr%C3%BCfung%20%221%22.csv"

    def test_a_maintainer_may_read_it_and_a_stranger_gets_what_a_missing_file_gets(self, client, ada, mia):
        submission = make_draft(ada)
        address = f"/submissions/{submission.pk}/evidence/{submission.evidence.first().pk}/"
        client.force_login(mia)
        assert client.get(address).status_code == 200
        client.force_login(type(ada).objects.create_user("eve", password="x"))
        assert client.get(address).status_code == 404
        assert client.get(f"/submissions/{submission.pk}/evidence/0/").status_code == 404

    def test_a_file_is_found_only_under_its_own_submission(self, signed_in, ada):
        one, other = make_draft(ada), make_draft(ada)
        assert signed_in.get(f"/submissions/{one.pk}/evidence/{other.evidence.first().pk}/").status_code == 404


class TestWithdrawing:
    def test_it_asks_first_and_then_takes_it_back_with_the_reason(self, signed_in, ada, mia):
        submission = approved(ada, mia)
        address = f"/submissions/{submission.pk}/withdraw/"
        assert "Withdraw this submission?" in text_of(signed_in.get(address))
        submission.refresh_from_db()
        assert submission.status == Status.APPROVED
        assert signed_in.post(address, {"comment": "wrong model"})["Location"] == f"/submissions/{submission.pk}/"
        submission.refresh_from_db()
        assert submission.status == Status.WITHDRAWN
        assert "wrong model" in text_of(signed_in.get(f"/submissions/{submission.pk}/"))

    def test_a_second_click_says_that_it_cannot_be(self, signed_in, ada):
        submission = verified(ada)
        for _ in range(2):
            response = signed_in.post(f"/submissions/{submission.pk}/withdraw/", follow=True)
        assert "cannot become withdrawn" in text_of(response)

    def test_somebody_elses_cannot_be_withdrawn(self, client, ada, mia):
        submission = verified(ada)
        client.force_login(mia)
        assert client.post(f"/submissions/{submission.pk}/withdraw/").status_code == 404


class TestRevising:
    def test_an_invalid_one_becomes_a_draft_again(self, signed_in, ada):
        submission = verified(ada, log=BACKWARDS)
        response = signed_in.post(f"/submissions/{submission.pk}/revise/")
        submission.refresh_from_db()
        assert response["Location"] == f"/submissions/{submission.pk}/edit/"
        assert (submission.status, submission.revision) == (Status.DRAFT, 2)

    def test_an_approved_one_gets_a_successor_and_a_second_click_no_second_one(self, signed_in, ada, mia):
        submission = approved(ada, mia)
        places = {signed_in.post(f"/submissions/{submission.pk}/revise/")["Location"] for _ in range(2)}
        assert len(places) == 1
        assert Submission.objects.filter(supersedes=submission).count() == 1
        assert signed_in.get(places.pop()).status_code == 200

    def test_one_that_waits_cannot_be_revised(self, signed_in, ada):
        submission = make_queued(ada)
        response = signed_in.post(f"/submissions/{submission.pk}/revise/", follow=True)
        assert response.status_code == 200
        assert Submission.objects.get().status == Status.QUEUED

    def test_looking_at_the_address_changes_nothing(self, signed_in, ada):
        submission = verified(ada, log=BACKWARDS)
        assert signed_in.get(f"/submissions/{submission.pk}/revise/").status_code == 405


class TestDeleting:
    def test_a_draft_is_deleted_after_one_question(self, signed_in, ada):
        draft = make_draft(ada)
        assert "gone for good" in text_of(signed_in.get(f"/submissions/{draft.pk}/delete/"))
        assert signed_in.post(f"/submissions/{draft.pk}/delete/")["Location"] == "/submissions/"
        assert not Submission.objects.exists()

    def test_what_was_sent_before_stays_on_record(self, signed_in, ada):
        submission = verified(ada, log=BACKWARDS)
        signed_in.post(f"/submissions/{submission.pk}/revise/")
        response = signed_in.post(f"/submissions/{submission.pk}/delete/", follow=True)
        assert "stays on record" in text_of(response)
        assert Submission.objects.exists()


def test_the_whole_way_from_the_form_to_the_number(signed_in, ada):
    submission = filled(signed_in)
    send(signed_in, submission)
    verify(submission.pk)
    page = text_of(signed_in.get(f"/submissions/{submission.pk}/"))
    assert "in review" in page and "30.50 s" in page


def test_a_revised_one_still_has_its_files_in_the_form(signed_in, ada):
    submission = verified(ada, log=BACKWARDS)
    signed_in.post(f"/submissions/{submission.pk}/revise/")
    page = signed_in.get(f"/submissions/{submission.pk}/edit/evidence/")
    assert page.context["parts"][0].runs[0].slots[0].evidence.name == "toy/log.csv"
