"""How many calls of the API a minute: an address without an account, a signed-in person, a token.

Counted in Redis, which all processes share. Where it is away or hangs, each process counts for itself for a while: a
limit that is less exact, and no call that waits or fails.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from submissions import broker

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60
PATIENCE_SECONDS = 0.25
ALONE_SECONDS = 10.0
"""So long Redis is not asked again after it did not answer."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a caller is told: calls a window, how many are left, and seconds until all are there again."""

    limit: int
    left: int
    reset: int


class Throttle(BaseThrottle):
    """DRF's; the numbers are left on the request, for `RateHeaders`."""

    reset = WINDOW_SECONDS

    def allow_request(self, request: Request, view: Any) -> bool:
        who, limit = self.caller(request)
        if not limit:
            return True
        now = time()
        self.reset = WINDOW_SECONDS - int(now) % WINDOW_SECONDS
        taken = take(f"{who}:{int(now) // WINDOW_SECONDS}")
        request._request.rate = Rate(limit, max(0, limit - taken), self.reset)  # type: ignore[attr-defined]
        return taken <= limit

    def caller(self, request: Request) -> tuple[str, int]:
        """The name that calls are counted under, and how many it has a minute; 0: any number."""
        if request.auth is not None:
            return f"token:{request.auth.pk}", settings.RATE_TOKEN
        if request.user.is_authenticated:
            return f"user:{request.user.pk}", settings.RATE_USER
        return f"address:{self.get_ident(request)}", settings.RATE_ANONYMOUS

    def wait(self) -> float:
        return float(self.reset)


class RateHeaders:
    """Tells each caller of the API where it stands, whatever the answer is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        rate: Rate | None = getattr(request, "rate", None)
        if rate:
            response["RateLimit-Limit"] = str(rate.limit)
            response["RateLimit-Remaining"] = str(rate.left)
            response["RateLimit-Reset"] = str(rate.reset)
        return response


# --- counting ------------------------------------------------------------------------------------------------------


class Alone:
    """Counts in this process, for as long as Redis is away. Forgets what belongs to an earlier window."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window = ""
        self._counts: dict[str, int] = {}
        self.until = 0.0

    def take(self, key: str) -> int:
        window = key.rpartition(":")[2]
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            self._counts[key] = self._counts.get(key, 0) + 1
            return self._counts[key]


_alone = Alone()


def take(key: str) -> int:
    """Counts one call under a key that ends with its window; how many there are now, this one included."""
    if monotonic() < _alone.until:
        return _alone.take(key)
    try:
        return _take_in_redis(f"{settings.QUEUE_PREFIX}rate:{key}")
    except RedisError as error:
        logger.warning("Redis is away, calls are counted in each process: %s", error)
        _alone.until = monotonic() + ALONE_SECONDS
        return _alone.take(key)


def _take_in_redis(key: str) -> int:
    with broker.impatient(settings.REDIS_URL, PATIENCE_SECONDS).pipeline(transaction=False) as both:
        both.incr(key)
        both.expire(key, 2 * WINDOW_SECONDS)
        return int(both.execute()[0])
