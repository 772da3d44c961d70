"""Mails and a mail server that is away, refuses, or breaks off: each mail once at most, and none forgotten."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from submissions import jobs, outbox
from submissions.models import Mail
from tests.submissions.working.cases import make_person, make_queued, make_small_edition
from tests.telling.mail_server import MailServer


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    one = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", one.port, 5
    yield one
    one.stop()


def queued() -> Mail:
    """The mail that says that a submission was received."""
    make_small_edition()
    submission = make_queued(make_person())
    return Mail.objects.get(submission=submission)


def now_due() -> None:
    Mail.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def lease_runs_out() -> None:
    Mail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
class TestServer:
    def test_ten_rounds_send_one_mail(self, server):
        server.start()
        mail = queued()
        for _ in range(10):
            jobs.deliver()
        (taken,) = server.taken
        mail.refresh_from_db()
        assert (mail.state, mail.tries) == ("sent", 1)
        assert f"Message-ID: <{mail.pk}@127.0.0.1>" in taken
        assert "Auto-Submitted: auto-generated" in taken

    def test_while_it_is_away_mails_are_kept_and_sent_when_it_is_back(self, server):
        mail = queued()
        jobs.deliver()
        mail.refresh_from_db()
        assert (mail.state, mail.handed_over_at) == ("waiting", None)
        assert mail.trouble == "the mail server is away (ConnectionRefusedError)"
        assert mail.due_at > timezone.now() + timedelta(seconds=50)
        server.start()
        now_due()
        jobs.deliver()
        jobs.deliver()
        assert len(server.taken) == 1

    def test_after_three_days_a_mail_is_given_up(self, server):
        mail = queued()
        Mail.objects.update(created_at=timezone.now() - timedelta(days=4))
        jobs.deliver()
        mail.refresh_from_db()
        assert mail.state == "failed"

    def test_a_refusal_for_now_is_tried_again(self, server):
        server.start()
        server.answer = "451 come back later"
        mail = queued()
        jobs.deliver()
        mail.refresh_from_db()
        assert (mail.state, mail.handed_over_at, mail.trouble) == ("waiting", None, "the mail server refused it (451)")
        server.answer = "250 OK"
        now_due()
        jobs.deliver()
        assert len(server.taken) == 1

    def test_a_refusal_for_good_is_not(self, server):
        server.start()
        server.answer = "550 no such person"
        mail = queued()
        jobs.deliver()
        now_due()
        jobs.deliver()
        mail.refresh_from_db()
        assert (mail.state, mail.trouble) == ("failed", "the mail server refused it (550)")

    def test_a_connection_that_breaks_while_it_is_sent_is_never_tried_again(self, server):
        server.start()
        server.breaks = True
        mail = queued()
        for _ in range(3):
            jobs.deliver()
            lease_runs_out()
            now_due()
        mail.refresh_from_db()
        assert mail.state == "uncertain"
        assert len(server.taken) == 1

    def test_a_courier_killed_before_it_handed_over_loses_nothing(self, server):
        server.start()
        mail = queued()
        assert outbox.claim(Mail, timezone.now())
        jobs.deliver()
        assert server.taken == []
        lease_runs_out()
        jobs.deliver()
        mail.refresh_from_db()
        assert (len(server.taken), mail.state, mail.tries) == (1, "sent", 2)

    def test_a_courier_killed_after_it_handed_over_sends_nothing_twice(self, server):
        server.start()
        mail = queued()
        _, claim = outbox.claim(Mail, timezone.now())
        assert outbox.note(claim, handed_over_at=timezone.now())
        lease_runs_out()
        jobs.deliver()
        mail.refresh_from_db()
        assert (server.taken, mail.state) == ([], "uncertain")

    def test_a_courier_that_was_too_slow_changes_nothing(self, server):
        server.start()
        mail = queued()
        _, claim = outbox.claim(Mail, timezone.now())
        lease_runs_out()
        jobs.deliver()
        assert not outbox.again(claim, timezone.now())
        mail.refresh_from_db()
        assert mail.state == "sent"

    def test_an_address_that_is_none_is_given_up(self, server):
        server.start()
        mail = queued()
        type(mail.recipient).objects.update(email="a b@@example.org")
        jobs.deliver()
        mail.refresh_from_db()
        assert mail.state == "failed"


@pytest.mark.django_db(transaction=True)
def test_couriers_at_once_send_one_mail(server):
    server.start()
    queued()

    def round_of_one(_: int) -> None:
        try:
            jobs.deliver()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(round_of_one, range(8)))
    jobs.deliver()
    assert len(server.taken) == 1
