"""A look at the files of a draft, in a worker: what they are, where they cross, what is wrong with them.

The same readers and checks as a verification, within narrower limits and without gold labels: it tells nothing that the
submitter's own files do not say, so it costs no attempt. What the predictions prove is found out only when it is sent.
"""

from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from django.db.models import F

from leaderboard import catalogue
from scoring.excerpts import excerpts
from scoring.recognition import recognised
from scoring.values import Bundle, Report
from scoring.verify import as_json
from scoring.verify import verify as check
from submissions import bounds, leases
from submissions.bundles import bundle_of
from submissions.contents import content_hash
from submissions.models import Inspection, Status, Submission
from submissions.reports import preview_of, storable

SECONDS = 60
"""The longest look; the verification itself has longer."""
MOST_ATTEMPTS = 2
TOLD_ELSEWHERE = frozenset({"gold-not-imported", "evidence-missing", "code-missing", "price-missing"})
"""Findings that the pages of a draft tell in their own place, or that only mean that nothing was held against gold."""


def inspect(submission_id: UUID) -> None:
    """Look at a draft that was asked about. A second call, or one for what has changed since, does nothing."""
    asked = Inspection.objects.filter(submission=submission_id, finished_at=None, attempts__lt=MOST_ATTEMPTS)
    if not asked.update(attempts=F("attempts") + 1):
        return
    submission = Submission.objects.select_related("edition", "supersedes").get(pk=submission_id)
    content = content_hash(submission)
    if submission.status != Status.DRAFT:
        return
    try:
        found, failure = _look(submission), ""
    except FileNotFoundError:  # Taken out while it was read: whoever changed it asks again.
        return
    except bounds.OverTime:
        found, failure = {}, "The files take too long to look at here. They are read when it is sent."
    except MemoryError:
        found, failure = {}, "The files take too much memory to look at here. They are read when it is sent."
    same = Inspection.objects.filter(submission=submission_id, content_hash=content, finished_at=None)
    same.update(report=found, failure=failure, finished_at=leases.now())


def _look(submission: Submission) -> dict[str, Any]:
    bundle, rules = bundle_of(submission), catalogue.rules_of(submission.edition)
    limits = replace(rules.limits, verification_seconds=min(SECONDS, rules.limits.verification_seconds))
    with bounds.within(limits):
        report = check(
            bundle,
            rules,
            gold={},
            offers=catalogue.offers(),
            default_offers=catalogue.default_offers(submission.edition),
            rated_watts=catalogue.rated_watts(),
        )
        findings = [one for one in report.findings if one.code not in TOLD_ELSEWHERE]
        lines = excerpts(bundle, findings, rules.limits)
        files = recognised(bundle, report, rules)
    return _as_json(submission, bundle, replace(report, findings=tuple(findings)), files) | {
        "excerpts": [asdict(one) for one in lines]
    }


def _as_json(submission: Submission, bundle: Bundle, report: Report, files: list[dict[str, Any]]) -> dict[str, Any]:
    found = storable(as_json(report))
    return {
        "findings": found["findings"],
        "measurements": found["measurements"],
        "price": catalogue.price_json(bundle.hardware, report.price),
        "files": storable(files),
        **preview_of(submission, report),
    }
