"""/healthz: the process is up. /readyz: what it leans on is there."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from celery import current_app
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from submissions import broker
from submissions.models import Status, Submission

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 1
LONGEST_WAIT = timedelta(minutes=2)
"""A submission that waits longer than this is not being taken: the workers stand still."""
PROBE = "incoming/readyz"

BROKEN = (DatabaseError, OSError, RedisError, BrokerError)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """503 only where database or storage is away. Boards need neither broker nor workers: 200, `degraded`."""
    parts = {name: _try(name, check) for name, check in NEEDED.items()}
    if all(parts.values()):
        parts |= {name: _try(name, check) for name, check in WANTED.items()}
    needed = all(parts[name] for name in NEEDED)
    word = "ready" if all(parts.values()) else "degraded" if needed else "unavailable"
    body = {"status": word, "parts": {name: "ok" if fine else "away" for name, fine in parts.items()}}
    return JsonResponse(body, status=200 if needed else 503, headers={} if needed else {"Retry-After": "10"})


def _try(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except BROKEN as error:
        logger.warning("readyz: %s is away: %s", name, error)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _storage() -> bool:
    """Whether the storage takes bytes and gives them back."""
    # A name of its own: a bucket writes over what has the same, and two may ask at once.
    name = default_storage.save(f"{PROBE}-{uuid4().hex}", ContentFile(b"ok"))
    try:
        with default_storage.open(name) as file:
            return bool(file.read() == b"ok")
    finally:
        default_storage.delete(name)


def _workers() -> bool:
    """Whether one worker answers, couriers left out. The broker is asked first: a silent one would be waited for."""
    if not broker.answers():
        return False
    asked: dict[str, Any] = {"pattern": "worker@*", "matcher": "glob"}
    return bool(current_app.control.broadcast("ping", reply=True, limit=1, timeout=PATIENCE_SECONDS, **asked))


def _queue() -> bool:
    late = timezone.now() - LONGEST_WAIT
    return not Submission.objects.filter(status=Status.QUEUED, not_before__lt=late).exists()


NEEDED = {"database": _database, "storage": _storage}
WANTED = {"broker": broker.answers, "workers": _workers, "queue": _queue}
