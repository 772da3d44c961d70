"""Keeps a lease alive while a worker computes, and writes down how far it is."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from submissions import leases
from submissions.leases import Lease

logger = logging.getLogger(__name__)

LONGEST_TICK = 1.0
"""Seconds between looks at what there is to write: how far behind the owner's page may be."""


class Heart:
    """What a worker does now. `say` only remembers; a thread writes, so that computing never waits for the database."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._now: tuple[float, str] = (0.0, "reading what was sent")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heart of {lease.submission.pk}", daemon=True)

    def say(self, progress: float, activity: str) -> None:
        """`progress` from 0 to 1; `activity` in words for the owner, such as 'reading sst2/log.csv'."""
        self._now = (progress, activity)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._beat_until_stopped()
        finally:
            connection.close()

    def _beat_until_stopped(self) -> None:
        third = settings.LEASE_SECONDS / 3
        written, beat_at = self._now, monotonic()
        while not self._stop.wait(min(third, LONGEST_TICK)):
            now = self._now
            if now == written and monotonic() - beat_at < third:
                continue
            try:
                kept = leases.renew(self._lease, progress=now[0], activity=now[1])
            except (DatabaseError, InterfaceError) as error:
                # The database may be restarting: the lease holds for two more beats.
                logger.warning("The lease of %s could not be renewed: %s", self._lease.submission.pk, error)
                connection.close()
                continue
            if not kept:
                return
            written, beat_at = now, monotonic()


@contextmanager
def beating(lease: Lease) -> Iterator[Heart]:
    """Renews the lease every third of its length until the block ends, or until it is lost."""
    heart = Heart(lease)
    heart.start()
    try:
        yield heart
    finally:
        heart.stop()
