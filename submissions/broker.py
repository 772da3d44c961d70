"""Whether the broker answers, asked with a short patience: Celery's own would keep a submitter waiting."""

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
        return bool(_client(settings.CELERY_BROKER_URL).ping())
    except RedisError:
        return False


@cache
def _client(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
