"""Redis asked with a short patience, as for whether the broker answers: Celery would keep a submitter waiting."""

from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

PATIENCE_SECONDS = 1


def answers() -> bool:
    """Within two seconds, whatever state it is in: gone, hanging, or fine."""
    try:
        return bool(impatient(settings.CELERY_BROKER_URL, PATIENCE_SECONDS).ping())
    except RedisError:
        return False


@cache
def impatient(url: str, seconds: float) -> Redis:
    """A client that asks once, and gives up after so many seconds to connect and as many to be answered."""
    return Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0))
