"""A submission as the plain values that `scoring` reads."""

from datetime import date
from functools import partial

from scoring import manifest as rules
from scoring.manifest import Place, hardware_of
from scoring.values import Bundle, Source
from submissions.evidence import open_blob
from submissions.models import Evidence, Submission

__all__ = ["bundle_of", "hardware_of", "run_date_of"]


def bundle_of(submission: Submission) -> Bundle:
    """What was sent: the manifest's facts and the evidence files, which are opened only when they are read."""
    files = [(_place(file), _source(file)) for file in submission.evidence.all()]
    return rules.bundle_of(submission.manifest, files, run_date=run_date_of(submission))


def run_date_of(submission: Submission) -> date:
    """The day whose prices count: the one the manifest names, else the day it was first queued (PROTOCOL section 4)."""
    named = rules.named_day(submission.manifest)
    return named or (submission.first_queued_at or submission.created_at).date()


def _place(file: Evidence) -> Place:
    return Place(file.task, file.kind, file.run, file.part, file.name)


def _source(file: Evidence) -> Source:
    return Source(file.name, file.size, file.sha256, partial(open_blob, file.sha256))
