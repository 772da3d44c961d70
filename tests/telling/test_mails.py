"""Who is mailed what, and when: read in the inbox, as people would."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from submissions import intake, jobs, review, talk, verification
from submissions.leases import now
from submissions.models import Mail, Submission
from tests.submissions.working.cases import BACKWARDS, lately, make_maintainer, make_person, make_queued, manifest_of

DAY = timedelta(days=1)


def inbox(person):
    """Subjects of what a person has been mailed, after a courier's round."""
    jobs.deliver()
    return [one.subject for one in mail.outbox if one.to == [person.email]]


def newest(person):
    jobs.deliver()
    return [one for one in mail.outbox if one.to == [person.email]][-1]


def in_review(owner, **files):
    submission = make_queued(owner, **files)
    verification.verify(submission.pk)
    submission.refresh_from_db()
    return submission


def decide(verb, submission, mia, comment=""):
    verb(submission, by=mia, at=now(), seen=submission.content_hash, comment=comment)


def test_from_received_to_approved(edition, ada, mia):
    submission = in_review(ada)
    decide(review.approve, submission, mia)
    assert inbox(ada) == [
        "[HULK] ToyBERT: received",
        "[HULK] ToyBERT: verified, waits for review",
        "[HULK] ToyBERT: approved",
    ]
    assert inbox(mia) == ["[HULK] ToyBERT: waits for review"]


def test_an_invalid_one_is_for_its_owner_alone(edition, ada, mia):
    in_review(ada, log=BACKWARDS)
    assert inbox(ada)[1:] == ["[HULK] ToyBERT: verified, something must be mended"]
    assert inbox(mia) == []


@pytest.mark.parametrize(
    ("verb", "subject"),
    [(review.reject, "[HULK] ToyBERT: rejected"), (review.request_changes, "[HULK] ToyBERT: changes are asked for")],
)
def test_a_decision_comes_with_its_reason_and_a_link(edition, ada, mia, verb, subject):
    submission = in_review(ada)
    decide(verb, submission, mia, "The log has a gap.\nSee line 3.")
    one = newest(ada)
    assert one.subject == subject
    assert "> The log has a gap.\n> See line 3.\n" in one.body
    assert f"http://127.0.0.1:8000/submissions/{submission.pk}/" in one.body


def test_a_withdrawal_is_confirmed(edition, ada):
    review.withdraw(in_review(ada), by=ada, at=now(), comment="a mistake")
    assert newest(ada).subject == "[HULK] ToyBERT: withdrawn"


def test_maintainers_learn_of_a_quarantine(edition, ada, mia, monkeypatch):
    monkeypatch.setattr("submissions.verification.check", over_memory)
    verification.verify(make_queued(ada).pk)
    assert inbox(mia) == ["[HULK] ToyBERT: quarantined"]
    assert inbox(ada)[1:] == ["[HULK] ToyBERT: verifying it failed on our side"]


def over_memory(*args, **options):
    raise MemoryError


def test_a_maintainer_is_not_asked_to_review_an_own_submission(edition, mia):
    in_review(mia)
    assert "[HULK] ToyBERT: waits for review" not in inbox(mia)


def test_a_message_is_mailed_to_the_other_side(edition, ada, mia):
    submission = in_review(ada)
    talk.write(submission, by=mia, body="Which GPU?\r\n-- \nforged foot", at=now())
    one = newest(ada)
    assert one.subject == "[HULK] ToyBERT: new message"
    assert "> Which GPU?\n> --\n> forged foot\n" in one.body
    talk.write(submission, by=ada, body="The first one.", at=now())
    assert inbox(mia) == ["[HULK] ToyBERT: waits for review", "[HULK] ToyBERT: new message"]


def test_the_maintainer_who_had_to_do_with_it_is_mailed_and_not_all(edition, ada, mia):
    other = make_maintainer("max")
    submission = in_review(ada)
    talk.write(submission, by=mia, body="Which GPU?", at=now())
    talk.write(submission, by=ada, body="The first one.", at=now())
    assert "[HULK] ToyBERT: new message" in inbox(mia)
    assert "[HULK] ToyBERT: new message" not in inbox(other)


def test_a_dry_run_mails_nobody(edition, ada):
    Submission.objects.filter(pk=in_review(ada).pk).update(is_dry_run=True)
    Mail.objects.all().delete()
    submission = Submission.objects.get()
    verification.verify(submission.pk)
    assert inbox(ada) == []


def test_a_step_that_is_rolled_back_mails_nobody(edition, ada, mia, monkeypatch):
    submission = in_review(ada)
    monkeypatch.setattr("submissions.review.publishing.publish", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        decide(review.approve, submission, mia)
    assert inbox(ada)[2:] == []


def test_verifying_again_by_a_maintainer_is_no_second_receipt(edition, ada, mia):
    submission = in_review(ada)
    intake.requeue(submission, by=mia, at=lately(), seen=submission.content_hash)
    assert inbox(ada).count("[HULK] ToyBERT: received") == 1


def test_a_name_cannot_put_a_line_into_the_head_of_a_mail(edition, ada):
    manifest = manifest_of()
    submission = make_queued(ada, manifest)
    Submission.objects.filter(pk=submission.pk).update(
        manifest={**submission.manifest, "model": {"name": "x\nBcc: eve@example.org"}}
    )
    verification.verify(submission.pk)
    one = newest(ada)
    assert one.subject.startswith("[HULK] x Bcc: eve@example.org: verified")
    assert one.bcc == []


def test_a_mail_holds_nothing_of_the_evidence(edition, ada, mia):
    submission = in_review(ada)
    decide(review.approve, submission, mia)
    jobs.deliver()
    text = "\n".join(one.body for one in mail.outbox)
    shown = submission.verifications.get()
    assert submission.content_hash not in text
    assert not [file.sha256 for file in submission.evidence.all() if file.sha256 in text]
    assert str(shown.measurements[0]["proven_metric"]) not in text
    assert "30.5" not in text


def test_people_without_an_address_are_not_mailed(edition, ada):
    type(ada).objects.update(email="")
    ada.refresh_from_db()
    make_queued(ada)
    assert not Mail.objects.exists()


class TestChoices:
    def test_a_topic_that_is_turned_off_is_not_mailed(self, client, edition, ada, mia):
        client.force_login(ada)
        page = client.get("/account/mail/").content.decode()
        assert page.count("checked") == 5
        assert "waits for a maintainer" not in page
        client.post("/account/mail/", {"topic": ["decided", "message"]})
        assert client.get("/account/mail/").content.decode().count("checked") == 2
        decide(review.approve, in_review(ada), mia)
        assert inbox(ada) == ["[HULK] ToyBERT: approved"]

    def test_maintainers_choose_what_waits_for_them_too(self, client, mia):
        client.force_login(mia)
        assert "waits for a maintainer" in client.get("/account/mail/").content.decode()

    def test_the_link_in_a_mail_asks_once_and_ends_its_kind(self, client, edition, ada):
        make_queued(ada)
        one = newest(ada)
        (link,) = re.findall(r"No more of this kind: http://127.0.0.1:8000(\S+)", one.body)
        assert one.extra_headers["List-Unsubscribe"] == f"<http://127.0.0.1:8000{link}>"
        assert one.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "End these mails" in client.get(link).content.decode()
        assert inbox(ada) == ["[HULK] ToyBERT: received"]
        answer = client.post(link, {"List-Unsubscribe": "One-Click"})
        assert "No more of these mails" in answer.content.decode()
        make_queued(ada)
        assert inbox(ada) == ["[HULK] ToyBERT: received"]

    def test_a_one_click_post_needs_no_token_of_a_form(self, edition, ada):
        from django.test import Client

        make_queued(ada)
        strict = Client(enforce_csrf_checks=True)
        (link,) = re.findall(r"No more of this kind: http://127.0.0.1:8000(\S+)", newest(ada).body)
        assert strict.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200

    def test_a_link_that_was_changed_ends_nothing(self, client, edition, ada):
        make_queued(ada)
        (link,) = re.findall(r"No more of this kind: http://127.0.0.1:8000(\S+)", newest(ada).body)
        assert client.post(link[:-4] + "xyz/").status_code == 404
        assert client.post("/account/mail/unsubscribe/nonsense/").status_code == 404

    def test_the_page_needs_a_sign_in(self, client, db):
        assert client.get("/account/mail/").status_code == 302


def a_day_passes():
    for one in Mail.objects.all():
        moved = {"created_at": one.created_at - DAY, "due_at": min(one.due_at, one.due_at - DAY)}
        if one.handed_over_at:
            moved["handed_over_at"] = one.handed_over_at - DAY
        Mail.objects.filter(pk=one.pk).update(**moved)


class TestLimit:
    """R70: at most so many mails a day and address."""

    def test_the_last_mail_of_a_day_is_kept_for_a_decision(self, edition, ada, mia, settings):
        settings.DAILY_MAILS = 3
        submissions = [in_review(ada) for _ in range(3)]
        assert len(inbox(ada)) == 2
        assert "What follows waits, and comes tomorrow in one mail" in newest(ada).body
        decide(review.approve, submissions[0], mia)
        assert inbox(ada)[2:] == ["[HULK] ToyBERT: approved"]
        decide(review.reject, submissions[1], mia, "Why.")
        assert len(inbox(ada)) == 3

    def test_what_waited_comes_on_the_next_day_in_one_mail(self, edition, ada, mia, settings):
        settings.DAILY_MAILS = 3
        submissions = [in_review(ada) for _ in range(3)]
        decide(review.reject, submissions[1], mia, "The log has a gap.")
        decide(review.reject, submissions[2], mia, "This one, too.")
        assert len(inbox(ada)) == 3
        a_day_passes()
        assert inbox(ada)[3:] == ["[HULK] 5 notices about your submissions"]
        body = newest(ada).body
        assert body.index("ToyBERT: received") < body.index("> This one, too.")
        assert body.count("ToyBERT: verified, waits for review") == 3
        assert str(submissions[2].pk) in body and body.count("No more of “") == 3
        assert not Mail.objects.filter(recipient=ada, state="waiting").exists()
        in_review(ada)
        assert len(inbox(ada)) == 5, "the digest is one of the day's mails"

    def test_one_that_waited_alone_is_a_mail_as_any_other(self, edition, ada, settings):
        settings.DAILY_MAILS = 2
        in_review(ada)
        assert len(inbox(ada)) == 1
        a_day_passes()
        assert inbox(ada)[1:] == ["[HULK] ToyBERT: verified, waits for review"]

    def test_the_digest_of_one_person_is_nobody_elses(self, edition, ada, mia, settings):
        settings.DAILY_MAILS = 1
        for person in (ada, make_person("bob")):
            in_review(person)
            in_review(person)
        jobs.deliver()
        a_day_passes()
        assert inbox(ada)[1:] == ["[HULK] 3 notices about your submissions"]
        assert "/submissions/" in newest(ada).body
        others = Submission.objects.exclude(owner=ada).values_list("pk", flat=True)
        assert not [pk for pk in others if str(pk) in newest(ada).body]


def test_operators_see_what_became_of_each_and_no_words(client, edition, ada, mia, admin_user):
    submission = in_review(ada)
    talk.write(submission, by=mia, body="Between us.", at=now())
    jobs.deliver()
    client.force_login(admin_user)
    listed = client.get("/admin/submissions/mail/").content.decode()
    assert "received" in listed and "sent" in listed
    one = Mail.objects.get(topic="message", recipient=ada)
    assert "Between us." not in client.get(f"/admin/submissions/mail/{one.pk}/change/").content.decode()
    assert client.get("/admin/submissions/call/").status_code == 200


def test_one_person_at_the_limit_keeps_nobody_else_from_being_mailed(edition, ada, settings):
    settings.DAILY_MAILS = 1
    in_review(ada)
    other = make_person("bob")
    make_queued(other)
    assert inbox(other) == ["[HULK] ToyBERT: received"]
