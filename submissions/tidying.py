"""What is kept for a while only: dry runs, remembered answers, unfinished uploads, sent mails, orphaned bytes."""

from datetime import datetime, timedelta

from django.db import transaction

from submissions import spool
from submissions.evidence import discard_later, sweep_orphans
from submissions.models import Call, IdempotencyKey, Inspection, Mail, Status, Submission

KEPT = timedelta(hours=24)
SENT_KEPT = timedelta(days=30)
"""Of what has left, or was given up: for a month, who asks where a mail went can be answered."""

STILL_AT_WORK = (Status.QUEUED, Status.VERIFYING)


def drop_files(submission: Submission) -> None:
    """A dry run's bytes end with its report, unless something else names the same content."""
    with transaction.atomic():
        contents = set(submission.evidence.values_list("sha256", flat=True))
        submission.evidence.all().delete()
        submission.revisions.all().delete()
        discard_later(contents)


def tidy(at: datetime) -> None:
    """Safe to run at any time, and twice at once."""
    dry_runs = Submission.objects.filter(is_dry_run=True).exclude(status__in=STILL_AT_WORK)
    for dry_run in dry_runs.exclude(status=Status.DRAFT).exclude(evidence=None):
        drop_files(dry_run)
    # Attempts that they used stay counted: those lose only the link.
    dry_runs.filter(created_at__lt=at - KEPT).delete()
    IdempotencyKey.objects.filter(created_at__lt=at - KEPT).delete()
    Inspection.objects.exclude(submission__status=Status.DRAFT).delete()
    spool.tidy(at)
    for sent in (Mail, Call):
        sent.objects.filter(ended_at__lt=at - SENT_KEPT).delete()
    sweep_orphans(at)
