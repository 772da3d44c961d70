"""Celery, only a bell: an id in, nothing out, safe to hear twice or never (the sweeper rings again)."""

import logging
from typing import Any
from uuid import UUID

from celery import Task, current_app, shared_task
from django.db import OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from submissions import broker, fixity, inspection, leases, mail, tidying, verification, webhooks

logger = logging.getLogger(__name__)

MOST_BELLS = 100
"""Messages that the sweeper keeps in the queue at most, so that a long wait does not fill Redis with repeated ones."""


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def verify_submission(submission_id: str) -> None:
    verification.verify(UUID(submission_id))


@shared_task(ignore_result=True, expires=600)
def inspect_draft(submission_id: str) -> None:
    inspection.inspect(UUID(submission_id))


def ring(bell: Task, submission_id: UUID) -> bool:
    """Whether the message is on its way. A broker that is away or hangs costs a second."""
    try:
        if broker.answers():
            bell.apply_async((str(submission_id),), retry=False)
            return True
        logger.warning("The broker is away: no %s for %s yet", bell.name, submission_id)
    except (BrokerError, RedisError) as error:
        logger.warning("The broker is away: no %s for %s yet: %s", bell.name, submission_id, error)
    return False


@shared_task(ignore_result=True)
def sweep() -> None:
    """Rings for submissions whose message was lost or whose worker is gone. Beat calls it every SWEEP_SECONDS."""
    for submission_id in leases.sweep(leases.now(), most=max(0, MOST_BELLS - _bells_in_queue())):
        verify_submission.delay(str(submission_id))


@shared_task(ignore_result=True)
def tidy() -> None:
    """Deletes what is kept for a day only: dry runs, remembered answers, bytes that nobody names."""
    tidying.tidy(leases.now())


@shared_task(ignore_result=True)
def deliver() -> None:
    """Sends the mails that wait. Beat calls it every SWEEP_SECONDS, and couriers hear it (bin/courier)."""
    mail.deliver()


@shared_task(ignore_result=True)
def call() -> None:
    """Calls the webhooks that wait to be told something; as `deliver`."""
    webhooks.deliver()


@shared_task(ignore_result=True)
def check_stored_files() -> None:
    """Reads a share of the stored files each hour, all of them once a day."""
    fixity.check(leases.now())


def _bells_in_queue() -> int:
    with current_app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        return int(channel.queue_declare(queue=current_app.conf.task_default_queue).message_count)
