"""Sends the mails of the outbox, each at most once (docs/decisions/mailed-at-most-once.md).

The connection is made first; then the row says that it is handed over, and is committed; then the words go out. What
fails before that, or is refused by the server, is tried again or given up. What breaks after it may have arrived, and
is never sent again.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.urls import reverse

from submissions import mail_choices, outbox
from submissions.leases import now
from submissions.models import Mail, State, Topic
from submissions.outbox import Claim

logger = logging.getLogger(__name__)

MOST_A_ROUND = 200
TRIED_FOR = timedelta(days=3)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Between tries; the last one again and again."""
UNCOUNTED = frozenset({Topic.DECIDED, Topic.WITHDRAWN})
"""Not held to the daily limit: maintainers cause these, and nobody can be flooded with them."""
COURIERS_LOCK = 0x48554C4D
"""The key of the advisory lock that lets one courier mail at a time, so that the daily limit is exact ("HULM")."""


def deliver() -> None:
    """One round: sends what is due, and stops where the mail server is away."""
    with _alone() as mine:
        for _ in range(MOST_A_ROUND if mine else 0):
            found = outbox.claim(Mail, now(), "recipient", "submission")
            if found is None or not send(*found):
                return


def send(mail: Mail, claim: Claim) -> bool:
    """Sends a claimed mail. False where the server is away: the next one would fare no better."""
    if mail.handed_over_at:
        _uncertain(mail, claim, "the courier was stopped while the server took it")
        return True
    if not mail.recipient.email or not mail.recipient.is_active:
        outbox.end(claim, State.FAILED, now(), trouble="there is no address any more")
        return True
    left = left_today(mail)
    if left is not None and left < 1:
        outbox.end(claim, State.SKIPPED, now(), trouble=f"{settings.DAILY_MAILS} mails were sent on that day")
        return True
    server = get_connection()
    try:
        server.open()
    except (OSError, SMTPException) as error:
        _later(mail, claim, f"the mail server is away ({type(error).__name__})")
        return False
    try:
        _hand_over(mail, claim, server, message_of(mail, is_last=left == 1))
    finally:
        _close(server)
    return True


def _hand_over(mail: Mail, claim: Claim, server: BaseEmailBackend, message: EmailMessage) -> None:
    if not outbox.note(claim, handed_over_at=now()):
        return
    try:
        server.send_messages([message])
    except SMTPRecipientsRefused as error:
        _refused(mail, claim, max(code for code, _ in error.recipients.values()))
    except SMTPResponseException as error:
        _refused(mail, claim, error.smtp_code)
    except ValueError:
        outbox.end(claim, State.FAILED, now(), handed_over_at=None, trouble="the address cannot be written to")
    except (OSError, SMTPException) as error:
        _uncertain(mail, claim, f"the connection broke while the server took it ({type(error).__name__})")
    else:
        outbox.end(claim, State.SENT, now(), trouble="")


def _refused(mail: Mail, claim: Claim, code: int) -> None:
    """The server said no, so that it has not taken the mail: for good (5xx), or for now."""
    why = f"the mail server refused it ({code})"
    if code >= 500:
        outbox.end(claim, State.FAILED, now(), handed_over_at=None, trouble=why)
        logger.error("Mail %s is given up: %s", mail.pk, why)
        return
    _later(mail, claim, why)


def _later(mail: Mail, claim: Claim, why: str) -> None:
    at = now()
    if at - mail.created_at > TRIED_FOR:
        outbox.end(claim, State.FAILED, at, handed_over_at=None, trouble=why)
        logger.error("Mail %s is given up after %s: %s", mail.pk, TRIED_FOR, why)
        return
    pause = PAUSES[min(mail.tries, len(PAUSES)) - 1]
    outbox.again(claim, at + pause, handed_over_at=None, trouble=why)
    logger.warning("Mail %s is tried again in %s: %s", mail.pk, pause, why)


def _uncertain(mail: Mail, claim: Claim, why: str) -> None:
    outbox.end(claim, State.UNCERTAIN, now(), trouble=why)
    logger.error("Mail %s may or may not have arrived, and is not sent again: %s", mail.pk, why)


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (OSError, SMTPException) as error:
        logger.info("The mail server did not say goodbye: %s", error)


def left_today(mail: Mail) -> int | None:
    """How many mails its recipient may still get on this UTC day; None where it is not counted."""
    if not settings.DAILY_MAILS or mail.topic in UNCOUNTED:
        return None
    at = now()
    today = datetime(at.year, at.month, at.day, tzinfo=UTC)
    sent = Mail.objects.filter(recipient=mail.recipient_id, handed_over_at__gte=today).exclude(topic__in=UNCOUNTED)
    return max(0, settings.DAILY_MAILS - sent.count())


def message_of(mail: Mail, *, is_last: bool = False) -> EmailMessage:
    """Plain text, with the links by which its reader can end such mails."""
    choices = f"{settings.PUBLIC_URL}{reverse('submissions:mail_choices')}"
    unsubscribe = mail_choices.link(mail.recipient, mail.topic)
    last = f"This is the last mail of today: at most {settings.DAILY_MAILS} a day are sent. The site has the rest.\n\n"
    foot = f"-- \nWhich mails you get: {choices}\nNo more of this kind: {unsubscribe}\n"
    return EmailMessage(
        subject=f"[HULK] {mail.subject}",
        body=f"{mail.body}\n\n{last if is_last else ''}{foot}",
        to=[mail.recipient.email],
        headers={
            "Message-ID": f"<{mail.pk}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other courier mails; held by the database session, so that it ends with a courier that is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [COURIERS_LOCK])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [COURIERS_LOCK])
