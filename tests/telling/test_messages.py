"""Submitter and reviewer talk on the submission: by page and by API."""

import base64
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from submissions import review, talk, verification
from submissions.models import Message, Status, Submission
from tests.factories_submissions import Script
from tests.submissions.working.cases import make_draft, make_person, make_queued


@pytest.fixture
def submission(edition, ada):
    one = make_queued(ada)
    verification.verify(one.pk)
    one.refresh_from_db()
    return one


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def write(person, submission, body, **more):
    return browser(person).post(f"/submissions/{submission.pk}/messages/", {"body": body, **more})


def page(person, submission):
    return browser(person).get(f"/submissions/{submission.pk}/").content.decode()


def queue(person):
    return browser(person).get("/admin/submissions/submission/").content.decode()


def test_owner_and_maintainer_read_what_the_other_wrote(submission, ada, mia):
    assert write(ada, submission, "Is the gap in the log a problem?")["Location"].endswith("#talk")
    review_page = browser(mia).get(f"/admin/submissions/submission/{submission.pk}/change/").content.decode()
    assert "Is the gap in the log a problem?" in review_page
    answer = write(mia, submission, "No.", **{"from": "review"})
    assert answer["Location"] == f"/admin/submissions/submission/{submission.pk}/change/#talk"
    assert "No." in page(ada, submission)


def test_what_is_new_is_shown_until_the_other_side_has_seen_it(submission, ada, mia):
    write(mia, submission, "Which GPU?")
    assert "1 new message" in browser(ada).get("/submissions/").content.decode()
    assert "1 new" in page(ada, submission)
    assert "1 new" not in page(ada, submission)
    assert "new message" not in browser(ada).get("/submissions/").content.decode()
    write(ada, submission, "The first one.")
    assert '<td class="field-unread">1</td>' in queue(mia)
    assert "1 new" in page(mia, submission)
    assert '<td class="field-unread">1</td>' not in queue(mia)


def test_an_own_message_is_not_new_to_oneself(submission, ada):
    write(ada, submission, "Hello")
    assert "1 new" not in page(ada, submission)


def test_markup_is_text_and_links_are_followed_by_no_robot(submission, ada, mia):
    write(ada, submission, "<script>alert(1)</script> see https://example.org/x?a=1&b=2\nnext line")
    for shown in (
        page(ada, submission),
        browser(mia).get(f"/admin/submissions/submission/{submission.pk}/change/").content.decode(),
    ):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
        assert '<a href="https://example.org/x?a=1&amp;b=2" rel="nofollow">' in shown


@pytest.mark.parametrize(("body", "sentence"), [("  \r\n ", "some words"), ("x" * 4001, "4,001 characters")])
def test_what_cannot_be_kept_is_shown_again_to_be_mended(submission, ada, body, sentence):
    answer = write(ada, submission, body)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Message.objects.exists()


def test_a_double_click_writes_one_message(submission, ada):
    write(ada, submission, "Hello")
    write(ada, submission, "Hello")
    assert Message.objects.count() == 1


def test_a_draft_that_was_never_sent_has_nobody_to_talk_to(edition, ada):
    draft = make_draft(ada)
    assert "Messages" not in page(ada, draft)
    assert write(ada, draft, "Hello").status_code == 422


@pytest.mark.parametrize("status", list(Status), ids=lambda status: status.value)
def test_when_messages_are_possible(edition, ada, status):
    now = timezone.now()
    one = Submission(owner=ada, status=status, first_queued_at=now)
    assert bool(talk.closed(one)) == (status in {Status.WITHDRAWN, Status.SUPERSEDED})
    assert talk.closed(Submission(owner=ada, status=status, first_queued_at=now, is_dry_run=True))


def test_what_was_said_stays_readable_after_a_withdrawal(submission, ada):
    write(ada, submission, "I found a mistake.")
    review.withdraw(submission, by=ada, at=timezone.now())
    shown = page(ada, submission)
    assert "I found a mistake." in shown
    assert "nothing more is written here" in shown
    assert Script(ada).post(f"submissions/{submission.pk}/messages/", {"body": "More"}).status_code == 409


def test_strangers_see_and_write_nothing(submission):
    stranger = make_person("eve")
    assert write(stranger, submission, "Hello").status_code == 404
    assert Script(stranger).get(f"submissions/{submission.pk}/messages/").status_code == 404
    assert Script(stranger).post(f"submissions/{submission.pk}/messages/", {"body": "Hello"}).status_code == 404
    assert Script().get(f"submissions/{submission.pk}/messages/").status_code == 401
    assert Client().post(f"/submissions/{submission.pk}/messages/", {"body": "Hello"}).status_code == 302


def test_nobody_writes_without_end(submission, ada, monkeypatch):
    monkeypatch.setattr("submissions.talk.MOST_A_DAY", 2)
    script = Script(ada)
    answers = [script.post(f"submissions/{submission.pk}/messages/", {"body": f"{n}"}) for n in range(3)]
    assert [one.status_code for one in answers] == [201, 201, 429]
    assert answers[-1]["Retry-After"]
    assert answers[-1].json()["code"] == "too-many-messages"


class TestApi:
    def test_a_message_is_written_and_listed(self, submission, ada, mia):
        answer = Script(mia).post(f"submissions/{submission.pk}/messages/", {"body": " Which GPU? "})
        assert answer.status_code == 201
        assert answer.json() | {"id": 0, "at": ""} == {
            "id": 0,
            "author": "mia",
            "from_maintainer": True,
            "body": "Which GPU?",
            "at": "",
            "read_at": None,
        }
        assert Script(ada).get(f"submissions/{submission.pk}/").json()["unread_messages"] == 1
        listed = Script(ada).get(f"submissions/{submission.pk}/messages/").json()
        assert (listed["count"], listed["next"], listed["results"]) == (1, None, [answer.json()])

    def test_an_answer_reads_what_was_said(self, submission, ada, mia):
        Script(mia).post(f"submissions/{submission.pk}/messages/", {"body": "Which GPU?"})
        Script(ada).post(f"submissions/{submission.pk}/messages/", {"body": "The first."})
        assert Script(ada).get(f"submissions/{submission.pk}/").json()["unread_messages"] == 0
        assert Script(mia).get(f"submissions/{submission.pk}/").json()["unread_messages"] == 1

    def test_the_same_key_writes_one_message(self, submission, ada):
        script = Script(ada)
        first, second = (
            script.post(f"submissions/{submission.pk}/messages/", {"body": "Hello"}, Idempotency_Key="k")
            for _ in range(2)
        )
        assert first.json() == second.json()
        assert Message.objects.count() == 1

    @pytest.mark.parametrize("data", [{}, {"body": ""}, {"body": None}, {"body": ["x"]}, {"body": "x" * 4001}])
    def test_what_is_no_message_is_refused(self, submission, ada, data):
        answer = Script(ada).post(f"submissions/{submission.pk}/messages/", data)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "body"

    def test_reading_needs_the_scope_read_and_writing_the_scope_submit(self, submission, ada):
        assert Script(ada, "read").post(f"submissions/{submission.pk}/messages/", {"body": "x"}).status_code == 403
        assert Script(ada, "submit").get(f"submissions/{submission.pk}/messages/").status_code == 403

    def test_a_long_talk_is_read_by_its_cursor_while_it_grows(self, submission, ada):
        for number in range(5):
            talk.write(submission, by=ada, body=f"{number}", at=timezone.now() + timedelta(seconds=number))
        script = Script(ada)
        page = script.get(f"submissions/{submission.pk}/messages/?per_page=2").json()
        read = [one["body"] for one in page["results"]]
        assert page["count"] == 5
        talk.write(submission, by=ada, body="5", at=timezone.now())
        while page["next"]:
            assert "cursor=" in page["next"]
            page = script.get(page["next"]).json()
            read += [one["body"] for one in page["results"]]
        assert read == ["0", "1", "2", "3", "4", "5"]

    @pytest.mark.parametrize("path", ["submissions/", "submissions/{pk}/messages/"])
    def test_a_cursor_with_a_time_that_no_clock_shows_is_refused(self, submission, ada, path):
        cursor = base64.b64encode(b"p=2020-01-01T00%3A00%3A00%2B23%3A59").decode()
        answer = Script(ada).get(f"{path.format(pk=submission.pk)}?cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "wrong-query")

    @pytest.mark.parametrize("cursor", ["x", "bz0x", "cD1hYmM=", "cD0lMDA=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk="])
    def test_a_cursor_that_is_none_is_refused(self, submission, ada, cursor):
        for path in (f"submissions/{submission.pk}/messages/", "submissions/"):
            answer = Script(ada).get(f"{path}?cursor={cursor}")
            assert answer.status_code in {200, 400}
            assert answer.status_code == 200 or answer.json()["code"] == "wrong-query"

    def test_the_history_is_told_with_the_words_that_were_said(self, submission, ada, mia):
        review.reject(submission, by=mia, at=timezone.now(), seen=submission.content_hash, comment="A gap.")
        listed = Script(ada).get(f"submissions/{submission.pk}/events/").json()["results"]
        assert [one["to_status"] for one in listed] == ["draft", "queued", "verifying", "in_review", "rejected"]
        assert (listed[-1]["by"], listed[-1]["comment"]) == ("mia", "A gap.")
        assert listed[-2]["by"] == ""

    @pytest.mark.parametrize("path", ["/api/v1/submissions/{pk}/messages/", "/submissions/{pk}/"])
    def test_ten_messages_cost_as_many_queries_as_one(self, submission, ada, mia, path):
        client = browser(ada)
        counts = []
        for number in (1, 9):
            for one in range(number):
                talk.write(submission, by=mia, body=f"{number}.{one}", at=timezone.now())
            client.get(path.format(pk=submission.pk))
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path.format(pk=submission.pk)).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]
