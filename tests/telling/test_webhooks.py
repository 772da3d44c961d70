"""Webhooks: made once, told of what happens, signed, and tried again; by page and by API, to a real receiver."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from submissions import jobs, outbox, review, verification, webhooks
from submissions.models import Call, Webhook
from tests.factories_submissions import Script
from tests.submissions.working.cases import BACKWARDS, make_person, make_queued
from tests.telling.receiver import receiving

URL = "https://hooks.example.org/hulk"


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_LOCAL = True
    with receiving() as one:
        yield one


@pytest.fixture
def hook(receiver, ada):
    return webhooks.register(ada, url=receiver.url, events=["verified", "decided"], at=timezone.now())


def in_review(owner, **files):
    submission = make_queued(owner, **files)
    verification.verify(submission.pk)
    submission.refresh_from_db()
    return submission


def due_now():
    Call.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def told(receiver):
    jobs.call()
    return [json.loads(body) for _, _, body in receiver.got]


def is_signed(secret, headers, body):
    """As a receiver checks it, from the documentation alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return wanted in headers["webhook-signature"].split() and abs(time.time() - int(headers["webhook-timestamp"])) < 300


def test_it_is_told_of_verification_and_decision_and_of_nothing_else(edition, ada, mia, hook, receiver):
    submission = in_review(ada)
    review.approve(submission, by=mia, at=timezone.now(), seen=submission.content_hash)
    submission.refresh_from_db()
    first, second = told(receiver)
    assert first["type"] == "submission.verified"
    assert first["data"] == {
        "id": str(submission.pk),
        "status": "in_review",
        "revision": 1,
        "entry": None,
        "url": f"http://127.0.0.1:8000/api/v1/submissions/{submission.pk}/",
        "verification_url": f"http://127.0.0.1:8000/api/v1/submissions/{submission.pk}/verification/",
    }
    assert (second["type"], second["data"]["status"]) == ("submission.decided", "approved")
    assert second["data"]["entry"] == str(submission.entry_id)


def test_only_what_was_asked_for_is_told(edition, ada, mia, receiver):
    webhooks.register(ada, url=receiver.url, events=["decided"], at=timezone.now())
    submission = in_review(ada)
    review.reject(submission, by=mia, at=timezone.now(), seen=submission.content_hash, comment="no")
    assert [one["data"]["status"] for one in told(receiver)] == ["rejected"]


def test_nobody_is_told_of_what_another_sent(edition, ada, hook, receiver):
    in_review(make_person("bob"))
    assert told(receiver) == []


def test_a_call_is_signed_with_the_secret_that_was_shown(edition, ada, hook, receiver):
    _, secret = hook
    in_review(ada, log=BACKWARDS)
    told(receiver)
    ((_, headers, body),) = receiver.got
    assert is_signed(secret, headers, body)
    assert not is_signed(secret, headers, body + b" ")
    assert headers["content-type"] == "application/json"


def test_a_failure_is_tried_again_under_the_same_id_and_then_done(edition, ada, hook, receiver):
    receiver.status = 500
    in_review(ada)
    told(receiver)
    call = Call.objects.get()
    assert (call.state, call.status, call.trouble, call.tries) == ("waiting", 500, "it answered 500", 1)
    assert call.due_at > timezone.now() + timedelta(seconds=5)
    jobs.call()
    assert len(receiver.got) == 1
    receiver.status = 200
    due_now()
    told(receiver)
    first, second = (headers["webhook-id"] for _, headers, _ in receiver.got)
    assert first == second
    call.refresh_from_db()
    assert (call.state, call.status, call.trouble, call.tries) == ("sent", 200, "", 2)
    for _ in range(10):
        jobs.call()
    assert len(receiver.got) == 2


def test_after_the_last_try_it_is_given_up(edition, ada, hook, receiver):
    receiver.status = 302
    in_review(ada)
    for _ in range(len(webhooks.PAUSES) + 3):
        jobs.call()
        due_now()
    assert len(receiver.got) == len(webhooks.PAUSES) + 1
    assert Call.objects.get().state == "failed"


def test_one_that_is_gone_is_not_asked_again(edition, ada, hook, receiver):
    receiver.status = 410
    in_review(ada)
    told(receiver)
    assert Call.objects.get().state == "failed"


def test_what_waits_for_one_that_fails_waits_together(edition, ada, hook, receiver):
    receiver.status = 500
    in_review(ada)
    in_review(ada)
    told(receiver)
    assert len(receiver.got) == 1


def test_a_courier_killed_in_the_middle_is_followed_by_another(edition, ada, hook, receiver):
    in_review(ada)
    assert outbox.claim(Call, timezone.now())
    assert told(receiver) == []
    Call.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert len(told(receiver)) == 1


def test_an_address_that_leads_inside_meanwhile_is_not_called(edition, ada, hook, receiver, settings):
    settings.WEBHOOKS_LOCAL = False
    Webhook.objects.update(url=f"https://127.0.0.1:{receiver.port}/")
    in_review(ada)
    assert told(receiver) == []
    assert Call.objects.get().trouble == "it is not an address of the internet"


def test_the_secret_is_in_no_row(hook):
    webhook, secret = hook
    rows = json.dumps(list(Webhook.objects.values()), default=str)
    assert secret.removeprefix("whsec_") not in rows
    assert webhooks.secret_of(webhook) == secret


class TestApi:
    def test_from_making_one_to_its_log(self, ada, receiver):
        script = Script(ada)
        made = script.post("webhooks/", {"url": receiver.url, "events": ["decided", "verified"]})
        assert made.status_code == 201
        assert made.json()["secret"].startswith("whsec_")
        (listed,) = script.get("webhooks/").json()["results"]
        assert listed == {key: value for key, value in made.json().items() if key != "secret"}
        pk = listed["id"]
        assert script.post(f"webhooks/{pk}/ping/").status_code == 202
        assert script.post(f"webhooks/{pk}/ping/").status_code == 202
        assert [one["type"] for one in told(receiver)] == ["ping"]
        (delivery,) = script.get(f"webhooks/{pk}/deliveries/").json()["results"]
        assert (delivery["state"], delivery["status"], delivery["tries"]) == ("sent", 204, 1)
        assert script.delete(f"webhooks/{pk}/").status_code == 204
        assert script.get(f"webhooks/{pk}/").status_code == 404

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"url": "http://example.org/", "events": ["verified"]}, "url"),
            ({"url": "nonsense", "events": ["verified"]}, "url"),
            ({"url": "https://x.example/" + "x" * 500, "events": ["verified"]}, "url"),
            ({"url": URL, "events": []}, "events"),
            ({"url": URL, "events": ["all"]}, "events"),
            ({"url": URL, "events": "verified"}, "events"),
            ({"url": URL}, "events"),
            ({"events": ["verified"]}, "url"),
        ],
    )
    def test_what_cannot_be_taken_is_refused(self, ada, data, field):
        answer = Script(ada).post("webhooks/", data)
        assert answer.status_code == 400, answer.content
        assert answer.json()["errors"][0]["field"].startswith(field)
        assert not Webhook.objects.exists()

    def test_an_address_once_and_five_at_most(self, ada):
        script = Script(ada)
        statuses = [
            script.post("webhooks/", {"url": f"{URL}{number}", "events": ["verified"]}).status_code
            for number in (0, 0, 1, 2, 3, 4, 5)
        ]
        assert statuses == [201, 400, 201, 201, 201, 201, 400]

    def test_those_of_others_are_not_there(self, ada, hook, mia):
        pk = hook[0].pk
        for person in (make_person("eve"), mia):
            script = Script(person)
            assert script.get("webhooks/").json()["results"] == []
            assert script.get(f"webhooks/{pk}/").status_code == 404
            assert script.get(f"webhooks/{pk}/deliveries/").status_code == 404
            assert script.post(f"webhooks/{pk}/ping/").status_code == 404
            assert script.delete(f"webhooks/{pk}/").status_code == 404


class TestPages:
    def test_from_making_one_to_deleting_it(self, client, ada, receiver):
        client.force_login(ada)
        page = client.post("/account/webhooks/", {"url": receiver.url, "event": ["verified"]}).content.decode()
        assert "shown this once" in page
        webhook = Webhook.objects.get()
        assert webhooks.secret_of(webhook) in page
        assert webhooks.secret_of(webhook) not in client.get("/account/webhooks/").content.decode()
        client.post(f"/account/webhooks/{webhook.pk}/ping/")
        jobs.call()
        log = client.get(f"/account/webhooks/{webhook.pk}/").content.decode()
        assert "ping" in log and "204" in log and ">sent<" in log
        client.post(f"/account/webhooks/{webhook.pk}/delete/")
        assert not Webhook.objects.exists()

    def test_a_refusal_stands_beside_its_field_with_what_was_typed(self, client, ada):
        client.force_login(ada)
        answer = client.post("/account/webhooks/", {"url": "http://example.org/", "event": ["verified"]})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "must begin with https://" in page and 'value="http://example.org/"' in page

    def test_those_of_others_are_not_there(self, ada, hook):
        eve = Client()
        eve.force_login(make_person("eve"))
        address = f"/account/webhooks/{hook[0].pk}/"
        assert eve.get(address).status_code == 404
        assert eve.post(f"{address}ping/").status_code == 404
        assert eve.post(f"{address}delete/").status_code == 404
        assert Client().get(address).status_code == 302

    def test_five_webhooks_cost_as_many_queries_as_one(self, client, ada):
        client.force_login(ada)
        counts = []
        for number in (1, 4):
            for one in range(number):
                webhooks.register(ada, url=f"{URL}{number}.{one}", events=["decided"], at=timezone.now())
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/account/webhooks/").status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]
