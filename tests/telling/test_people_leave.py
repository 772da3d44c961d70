"""Members of an organisation, and people who leave: what they are told, and what is left of what they said."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from hulk_site.accounts.closing import close
from submissions import review, talk, verification, webhooks
from submissions.models import Mail, Membership, Message, Organisation, Role, Submission, Webhook
from tests.submissions.working.cases import make_maintainer, make_queued


@pytest.fixture
def submission(edition, ada, mia):
    """Of an organisation that the maintainer mia is in."""
    organisation = Organisation.objects.create(name="Lab", slug="lab")
    for person in (ada, mia):
        Membership.objects.create(organisation=organisation, user=person, role=Role.OWNER)
    one = make_queued(ada)
    Submission.objects.filter(pk=one.pk).update(organisation=organisation)
    verification.verify(one.pk)
    one.refresh_from_db()
    return one


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def test_a_maintainer_of_the_same_organisation_reads_and_does_not_speak_for_the_maintainers(submission, ada, mia):
    talk.write(submission, by=ada, body="A question.", at=timezone.now())
    page = browser(mia).get(f"/submissions/{submission.pk}/").content.decode()
    assert "A question." in page
    assert "Write to the submitter" not in page
    assert Message.objects.get().read_at is None
    answer = browser(mia).post(f"/submissions/{submission.pk}/messages/", {"body": "All is well."})
    assert answer.status_code == 422
    assert Message.objects.count() == 1


def test_only_those_who_may_decide_are_asked_to(edition, ada, mia):
    max_ = make_maintainer("max")
    organisation = Organisation.objects.create(name="Lab", slug="lab")
    Membership.objects.create(organisation=organisation, user=mia, role=Role.OWNER)
    one = make_queued(ada)
    Submission.objects.filter(pk=one.pk).update(organisation=organisation)
    verification.verify(one.pk)
    assert [mail.recipient for mail in Mail.objects.filter(topic="review")] == [max_]


def test_with_the_account_go_messages_webhooks_and_mails(edition, ada, mia):
    one = make_queued(ada)
    verification.verify(one.pk)
    one.refresh_from_db()
    talk.write(one, by=ada, body="My telephone number is secret.", at=timezone.now())
    review.approve(one, by=mia, at=timezone.now(), seen=one.content_hash)
    webhooks.register(ada, url="https://hooks.example.org/", events=["verified"], at=timezone.now())
    close(ada)
    assert not Message.objects.exists()
    assert not Webhook.objects.exists()
    assert not Mail.objects.filter(recipient=ada).exists()
    one.refresh_from_db()
    assert one.status == "approved"


def test_a_maintainer_who_leaves_leaves_the_words_that_others_were_told(edition, ada, mia):
    make_maintainer("max")
    one = make_queued(ada)
    verification.verify(one.pk)
    talk.write(one, by=mia, body="Which GPU?", at=timezone.now())
    close(mia)
    assert "Which GPU?" in browser(ada).get(f"/submissions/{one.pk}/").content.decode()


def test_what_was_said_is_in_ones_own_data(edition, ada, mia):
    one = make_queued(ada)
    talk.write(one, by=mia, body="Which GPU?", at=timezone.now())
    talk.write(one, by=ada, body="The first.", at=timezone.now())
    answer = browser(ada).post("/account/data/")
    told = json.loads(answer.getvalue())
    assert [message["body"] for message in told["messages"]] == ["The first."]
    assert [message["body"] for message in told["submissions"][0]["messages"]] == ["Which GPU?", "The first."]
    assert told["mails"][0]["subject"]
