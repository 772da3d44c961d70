"""Celery, only a bell: an id in, nothing out, safe to hear twice or never (the sweeper rings again)."""

from typing import Any
from uuid import UUID

from celery import current_app, shared_task
from django.db import OperationalError

from submissions import leases, mail, tidying, verification, webhooks

MOST_BELLS = 100
"""Messages that the sweeper keeps in the queue at most, so that a long wait does not fill Redis with repeated ones."""


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def verify_submission(submission_id: str) -> None:
    verification.verify(UUID(submission_id))


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


def _bells_in_queue() -> int:
    with current_app.connection_for_write() as broker:
        channel: Any = broker.default_channel
        return int(channel.queue_declare(queue=current_app.conf.task_default_queue).message_count)
