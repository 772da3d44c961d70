"""Requests that may be repeated: the first answer under an Idempotency-Key is kept for a day and given again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction

from submissions.errors import KeyReused
from submissions.models import IdempotencyKey

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered: status, body, and the headers that belong to it."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def run(
    account: AbstractBaseUser, address: str, key: str, body_sha256: str, work: Callable[[], Answer], *, at: datetime
) -> Answer:
    """Do the work once for a key, and answer every repetition as the first time. Without a key the work is just done.

    Work and remembered answer are one transaction, and those who come meanwhile wait for it: of twenty at once one
    works. Work that is refused leaves nothing, so it may be tried again under its key. Raises KeyReused for another
    body under a key.
    """
    if not key:
        return work()
    with transaction.atomic():
        _lock(account, address, key)
        stored = _find(account, address, key)
        if stored and stored.created_at > at - KEPT:
            if stored.body_sha256 != body_sha256:
                raise another_body()
            return Answer(stored.status, json.loads(str(stored.body)), stored.headers)
        if stored:
            stored.delete()
        answer = work()
        IdempotencyKey.objects.create(
            account_id=account.pk,
            address=address,
            key=key,
            body_sha256=body_sha256,
            status=answer.status,
            headers=answer.headers,
            # As text: the database would put the keys of an object into an order of its own.
            body=json.dumps(answer.body),
        )
    return answer


def is_known(account: AbstractBaseUser, address: str, key: str, *, at: datetime) -> bool:
    """Whether a request under this key was answered before."""
    stored = _find(account, address, key) if key else None
    return stored is not None and stored.created_at > at - KEPT


def another_body() -> KeyReused:
    return KeyReused(
        "This Idempotency-Key was used with another body.",
        remedy="Take a new key for a new request.",
        field="Idempotency-Key",
    )


def _find(account: AbstractBaseUser, address: str, key: str) -> IdempotencyKey | None:
    return IdempotencyKey.objects.filter(account_id=account.pk, address=address, key=key).first()


def _lock(account: AbstractBaseUser, address: str, key: str) -> None:
    digest = hashlib.sha256(f"{account.pk}\n{address}\n{key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])
