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
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from submissions import outbox
from submissions.leases import now
from submissions.letters import letter_of
from submissions.models import Mail, State, Topic
from submissions.outbox import Claim

logger = logging.getLogger(__name__)

MOST_A_ROUND = 200
TRIED_FOR = timedelta(days=3)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Between tries; the last one again and again."""
DECISIONS = frozenset({Topic.DECIDED, Topic.WITHDRAWN})
"""What is waited for most: the last mail of a day is kept for these."""
MOST_IN_A_DIGEST = 50
Bundle = list[tuple[Mail, Claim]]
"""What goes out as one mail, each notice with the right to say what became of it."""
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
        _uncertain([(mail, claim)], "the courier was stopped while the server took it")
        return True
    if not mail.recipient.email or not mail.recipient.is_active:
        outbox.end(claim, State.FAILED, now(), trouble="there is no address any more")
        return True
    left = left_today(mail)
    if left is not None and left < 1:
        outbox.again(claim, _today(now()) + timedelta(days=1), trouble="waits for the one mail of tomorrow")
        return True
    bundle = _with_others(mail, claim)
    server = get_connection()
    try:
        server.open()
    except (OSError, SMTPException) as error:
        _later(bundle, f"the mail server is away ({type(error).__name__})")
        return False
    try:
        _hand_over(bundle, server, letter_of([one for one, _ in bundle], is_last=left == 1))
    finally:
        _close(server)
    return True


def _hand_over(bundle: Bundle, server: BaseEmailBackend, message: EmailMessage) -> None:
    at = now()
    with transaction.atomic():
        noted = [outbox.note(claim, handed_over_at=at) for _, claim in bundle]
        if not all(noted):
            transaction.set_rollback(True)
            return
    try:
        server.send_messages([message])
    except SMTPRecipientsRefused as error:
        _refused(bundle, max(code for code, _ in error.recipients.values()))
    except SMTPResponseException as error:
        _refused(bundle, error.smtp_code)
    except ValueError:
        _end(bundle, State.FAILED, handed_over_at=None, trouble="the address cannot be written to")
    except (OSError, SMTPException) as error:
        _uncertain(bundle, f"the connection broke while the server took it ({type(error).__name__})")
    else:
        _end(bundle, State.SENT, trouble="")


def _end(bundle: Bundle, state: State, **values: Any) -> None:
    for _, claim in bundle:
        outbox.end(claim, state, now(), **values)


def _refused(bundle: Bundle, code: int) -> None:
    """The server said no, so that it has not taken the mail: for good (5xx), or for now."""
    why = f"the mail server refused it ({code})"
    if code < 500:
        _later(bundle, why)
        return
    _end(bundle, State.FAILED, handed_over_at=None, trouble=why)
    for mail, _ in bundle:
        logger.error("Mail %s is given up: %s", mail.pk, why)


def _later(bundle: Bundle, why: str) -> None:
    at = now()
    for mail, claim in bundle:
        if at - mail.created_at > TRIED_FOR:
            outbox.end(claim, State.FAILED, at, handed_over_at=None, trouble=why)
            logger.error("Mail %s is given up after %s: %s", mail.pk, TRIED_FOR, why)
            continue
        pause = PAUSES[min(mail.tries, len(PAUSES)) - 1]
        outbox.again(claim, at + pause, handed_over_at=None, trouble=why)
        logger.warning("Mail %s is tried again in %s: %s", mail.pk, pause, why)


def _uncertain(bundle: Bundle, why: str) -> None:
    _end(bundle, State.UNCERTAIN, trouble=why)
    for mail, _ in bundle:
        logger.error("Mail %s may or may not have arrived, and is not sent again: %s", mail.pk, why)


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (OSError, SMTPException) as error:
        logger.info("The mail server did not say goodbye: %s", error)


def left_today(mail: Mail) -> int | None:
    """How many mails its recipient may still get on this UTC day (R70); None where there is no limit.

    The last one of a day is kept for decisions: they wait only where there were as many as that. A digest is one mail,
    handed over at one time.
    """
    limit = settings.DAILY_MAILS
    if not limit:
        return None
    sent = Mail.objects.filter(recipient=mail.recipient_id, handed_over_at__gte=_today(now()))
    kept = 0 if mail.topic in DECISIONS else min(1, limit - 1)
    return max(0, limit - kept - sent.values("handed_over_at").distinct().count())


def _today(at: datetime) -> datetime:
    return datetime(at.year, at.month, at.day, tzinfo=UTC)


def _with_others(mail: Mail, claim: Claim) -> Bundle:
    """A mail of an earlier day takes along what else of its recipient's has waited since then, as one digest."""
    today = _today(now())
    if mail.created_at >= today:
        return [(mail, claim)]
    waited = Mail.objects.filter(recipient=mail.recipient_id, created_at__lt=today, handed_over_at=None)
    return [(mail, claim), *outbox.claim_among(waited, now(), MOST_IN_A_DIGEST - 1, "recipient", "submission")]


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
