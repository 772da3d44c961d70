"""Verifying a submission: what was sent goes through `scoring`, and what was found becomes a record.

Result, state and history are one commit, guarded by the lease's token: however often a message is delivered and
whenever a worker is killed, there is exactly one result (RELIABILITY section 1).
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from time import sleep
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Max

from scoring.excerpts import Excerpt, excerpts
from scoring.values import Peers, Report
from scoring.verify import verify as check
from submissions import bounds, leases
from submissions.cases import Case, case_of, check_files
from submissions.errors import StorageAway
from submissions.heartbeat import beating
from submissions.leases import Lease, LeaseLost
from submissions.models import Status
from submissions.reports import record_of, visible
from submissions.tidying import drop_files

__all__ = ["patiently", "verify", "visible"]

logger = logging.getLogger(__name__)

DATABASE_AWAY = (OperationalError, InterfaceError)
BEYOND_THE_LIMITS = (bounds.OverTime, MemoryError)
"""Another try would take as long or as much again: these are answered at once."""

PATIENCE = (0.2, 0.5, 1, 2, 4, 8)
"""Seconds to wait for a database that restarts, one after the other, before the message is given back to the queue."""

T = TypeVar("T")


def verify(submission_id: UUID) -> None:
    """Check a queued submission and keep what was found. A second call, or a late one, does nothing."""
    lease = patiently(lambda: leases.claim(submission_id, leases.now()))
    if lease is None:
        return
    with _Answer(lease), beating(lease) as heart:
        case = patiently(lambda: case_of(lease.submission))
        with bounds.within(case.rules.limits):
            heart.say(0.0, "checking that the files are whole")
            check_files(case.bundle)
            report = check(
                case.bundle,
                case.rules,
                gold=case.gold,
                offers=case.offers,
                default_offers=case.default_offers,
                confirmed=case.confirmed,
                rated_watts=case.rated_watts,
                peers=_patient(case.peers),
                progress=heart.say,
            )
            lines = excerpts(case.bundle, report.findings, case.rules.limits)
        heart.say(1.0, "writing the report")
        patiently(lambda: _keep(lease, case, report, lines))
        if lease.submission.is_dry_run:
            patiently(lambda: drop_files(lease.submission))


def _keep(lease: Lease, case: Case, report: Report, lines: Sequence[Excerpt]) -> None:
    """The one commit. LeaseLost where another worker has the submission by now; then nothing is changed."""
    submission = lease.submission
    finished_at = leases.now()
    record = record_of(submission, case, report, started_at=lease.started_at, finished_at=finished_at)
    record.excerpts = [asdict(one) for one in lines]
    with transaction.atomic():
        leases.release(lease, Status.IN_REVIEW if report.passes else Status.INVALID, at=finished_at)
        last = submission.verifications.aggregate(last=Max("number"))["last"] or 0
        record.number = last + 1
        record.save(force_insert=True)


def _patient(peers: Peers) -> Peers:
    """The same peers, asked again while the database is away for a moment."""

    def sent_by_others(task: str, digests: Collection[str]) -> Collection[str]:
        return patiently(lambda: peers.sent_by_others(task, digests))

    return replace(peers, sent_by_others=sent_by_others)


def patiently(work: Callable[[], T]) -> T:
    """Does the work again while the database is away for a moment: a restart costs no attempt.

    Safe for all that is guarded by the token: a commit whose answer was lost finds the lease ended and changes nothing.
    """
    for pause in PATIENCE:
        try:
            return work()
        except DATABASE_AWAY as error:
            if connection.in_atomic_block:
                raise
            logger.warning("The database is away, again in %s s: %s", pause, error)
            connection.close()
            sleep(pause)
    return work()


class _Answer:
    """Sees to it that a submission taken is a submission answered: whatever goes wrong is handed back, then propagates.

    Only a lost lease is silent: somebody else has the submission, which is as it should be.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if kind is None or issubclass(kind, DATABASE_AWAY):
            return False
        if issubclass(kind, LeaseLost):
            logger.info("%s: what was found is dropped", error)
            return True
        if not self._hand_back(kind):
            # Its owner deleted it, files and all, or another worker has it: whatever failed here is of no account.
            return issubclass(kind, Exception)
        return issubclass(kind, BEYOND_THE_LIMITS)

    def _hand_back(self, kind: type[BaseException]) -> bool:
        """False where there is nothing to hand back any more."""
        why, again = _explain(kind)
        try:
            away = issubclass(kind, StorageAway)
            patiently(lambda: leases.hand_back(self._lease, why=why, again=again, away=away))
        except LeaseLost:
            logger.info("%s failed, but is no longer with this worker", self._lease.submission.pk, exc_info=True)
            return False
        return True


def _explain(kind: type[BaseException]) -> tuple[str, bool]:
    """A sentence for the submitter, which names nothing of a file, and whether another try makes sense."""
    if issubclass(kind, bounds.OverTime):
        return "The verification took longer than the edition allows.", False
    if issubclass(kind, MemoryError):
        return "The verification took more memory than the edition allows.", False
    if issubclass(kind, StorageAway):
        return "The storage of evidence is away.", True
    if issubclass(kind, Exception):
        return "The platform failed while it verified this.", True
    return "The worker was stopped while it verified this.", True
