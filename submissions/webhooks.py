"""Webhooks: addresses of submitters that are told when a submission is verified or decided on.

Signed as standardwebhooks.com says, so that its libraries read them: HMAC-SHA256 over `id.timestamp.body`. Each is
told at least once, with the same `webhook-id` however often: receivers drop what they know.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils.crypto import salted_hmac

from submissions import outbox
from submissions.errors import WebhookRefused
from submissions.leases import now
from submissions.models import Call, Happening, State, Webhook
from submissions.outbox import Claim
from submissions.outside import NotSent, checked, post

MOST = 5
LONGEST_URL = 500
PING = "ping"
ROUND_SECONDS = 8.0
"""A round begins no further call after this: mails have their turn, too."""
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""Between tries; given up after the last one, nearly a day later."""


# --- an account's webhooks -----------------------------------------------------------------------------------------


@transaction.atomic
def register(owner: AbstractUser, *, url: str, events: Iterable[str], at: datetime) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is told this once. Raises WebhookRefused."""
    wanted = sorted(set(events))
    if not wanted or not set(wanted) <= set(Happening.values):
        allowed = ", ".join(Happening.values)
        raise WebhookRefused("It must be told something.", remedy=f"One or more of: {allowed}.", field="events")
    url = url.strip()
    if len(url) > LONGEST_URL:
        raise WebhookRefused(f"An address has at most {LONGEST_URL} characters.", field="url")
    try:
        checked(url)
    except NotSent as error:
        raise WebhookRefused(f"The address cannot be called: {error}.", field="url") from error
    get_user_model().objects.select_for_update(no_key=True).get(pk=owner.pk)
    own = Webhook.objects.filter(owner=owner.pk)
    if own.filter(url=url).exists():
        raise WebhookRefused("There is a webhook with this address.", remedy="Delete it first.", field="url")
    if own.count() >= MOST:
        raise WebhookRefused(f"An account has at most {MOST} webhooks.", remedy="Delete one first.", field="url")
    webhook = Webhook.objects.create(owner_id=owner.pk, url=url, events=wanted, created_at=at)
    return webhook, secret_of(webhook)


def secret_of(webhook: Webhook) -> str:
    """Made of SECRET_KEY and the webhook's id: what is not stored cannot be read from a copy of the database."""
    return f"whsec_{base64.b64encode(_key_of(webhook)).decode()}"


def _key_of(webhook: Webhook) -> bytes:
    return salted_hmac("submissions.webhooks", str(webhook.pk), algorithm="sha256").digest()


def ping(webhook: Webhook, at: datetime) -> None:
    """Has a test sent; nothing where one waits already."""
    if webhook.calls.filter(type=PING, state=State.WAITING).exists():
        return
    body = json.dumps({"type": PING, "timestamp": at.isoformat(), "data": {}}, separators=(",", ":"))
    Call.objects.create(webhook=webhook, event=f"ping {uuid4()}", type=PING, body=body, created_at=at, due_at=at)


# --- calling them --------------------------------------------------------------------------------------------------


def deliver() -> None:
    """One round: calls what is due, for some seconds."""
    end = monotonic() + ROUND_SECONDS
    while monotonic() < end:
        found = outbox.claim(Call, now(), "webhook")
        if found is None:
            return
        send(*found)


def send(call: Call, claim: Claim) -> None:
    body = call.body.encode()
    try:
        status = post(call.webhook.url, body, headers_of(call, body, now()))
    except NotSent as error:
        _failed(call, claim, str(error), None)
        return
    if 200 <= status < 300:
        outbox.end(claim, State.SENT, now(), status=status, trouble="")
    else:
        _failed(call, claim, f"it answered {status}", status)


def headers_of(call: Call, body: bytes, at: datetime) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": f"HULK ({settings.PUBLIC_URL})",
        "webhook-id": str(call.pk),
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature(_key_of(call.webhook), str(call.pk), timestamp, body)}",
    }


def signature(key: bytes, pk: str, timestamp: str, body: bytes) -> str:
    signed = f"{pk}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _failed(call: Call, claim: Claim, why: str, status: int | None) -> None:
    """Tries again later, and with all else that waits for this webhook: it is asked about one thing at a time."""
    at = now()
    if call.tries > len(PAUSES) or status == HTTPStatus.GONE:
        outbox.end(claim, State.FAILED, at, status=status, trouble=why)
        return
    later = at + PAUSES[call.tries - 1]
    outbox.again(claim, later, status=status, trouble=why)
    waiting = Call.objects.filter(webhook=call.webhook_id, state=State.WAITING, lease_until=None, due_at__lt=later)
    waiting.update(due_at=later)
