"""A report as the record that is kept, and what of it a person may see."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from leaderboard import catalogue, ranking
from scoring.excerpts import Excerpt, with_excerpts
from scoring.findings import CODES
from scoring.rules import Feedback, Phase
from scoring.values import Outcome, Report
from scoring.verify import ENGINE_VERSION, as_json, curves_json, digests_json
from submissions.cases import Case
from submissions.models import Status, Submission, Verification
from submissions.permissions import is_maintainer, is_own

UNANSWERED = frozenset({Status.QUEUED, Status.VERIFYING, Status.QUARANTINED})
"""States in which what an earlier verification found is about something else than what now waits."""

OPENED = frozenset({Status.APPROVED, Status.SUPERSEDED})
"""States in which an edition with hidden dev sets no longer keeps the proven metric from the submitter."""

TELLS_THE_METRIC = frozenset({"predictions-below-cutoff", "predictions-coverage", "claim-metric-mismatch"})
"""Errors that a hidden edition must name, but not in a sentence with the number in it."""

HIDDEN_EVERYWHERE = ("proven_metric", "proof")
HIDDEN_IN_INFERENCE = ("metric", "margin")
"""Without a log, the metric of inference is the proven one."""


def record_of(
    submission: Submission, case: Case, report: Report, *, started_at: datetime, finished_at: datetime
) -> Verification:
    """The record of a verification, not yet saved and without its number."""
    found = storable(as_json(report))
    preview = preview_of(submission, report)
    return Verification(
        submission=submission,
        revision=submission.revision,
        content_hash=submission.content_hash,
        edition_revision=case.rules.revision,
        engine_version=ENGINE_VERSION,
        gold=case.gold_facts,
        price=catalogue.price_json(case.bundle.hardware, report.price),
        started_at=started_at,
        finished_at=finished_at,
        passed=report.passes,
        badge=report.badge,
        findings=found["findings"],
        measurements=found["measurements"],
        curves=curves_json(report, case.rules),
        scores=preview["scores"],
        preview_rank=preview["preview_rank"],
        digests=digests_json(report),
    )


def storable(value: Any) -> Any:
    """JSON that PostgreSQL takes: a file's own words may hold NUL or half a surrogate pair, which it refuses."""
    if isinstance(value, str):
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
    if isinstance(value, Mapping):
        return {storable(key): storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable(one) for one in value]
    return value


def preview_of(submission: Submission, report: Report) -> dict[str, dict[str, float | int | None] | None]:
    """Scores and ranks as they would be now; none where a task is invalid."""
    if any(measurement.outcome is Outcome.INVALID for measurement in report.measurements):
        return {"scores": None, "preview_rank": None}
    replaced = submission.supersedes.entry_id if submission.supersedes else None
    outcomes = {one.task: (one.outcome.value, one.seconds, one.cost_usd) for one in report.measurements}
    return {**ranking.preview(submission.edition, submission.phase, outcomes, replaces=replaced)}


def visible(
    verification: Verification | None, submission: Submission, *, to: AbstractBaseUser | AnonymousUser
) -> dict[str, Any]:
    """What a person sees of a verification, in the shape of INTERFACES section 2; lists are empty until it is done."""
    shown: dict[str, Any] = {
        "status": submission.status,
        "progress": submission.progress,
        "activity": submission.activity,
        "findings": [],
        "measurements": [],
        "scores": None,
        "preview_rank": None,
    }
    if verification is None or submission.status in UNANSWERED:
        return shown
    shown |= {
        "progress": 1.0,
        "number": verification.number,
        "revision": verification.revision,
        "finished_at": verification.finished_at,
        "passed": verification.passed,
        "badge": verification.badge if verification.passed else "",
        "findings": findings_of(verification.findings, verification.excerpts),
        "measurements": verification.measurements,
        "scores": verification.scores,
        "preview_rank": verification.preview_rank,
    }
    if hides_the_metric(submission, to):
        shown |= _without_the_metric(verification, submission.phase)
    return shown


def findings_of(findings: Iterable[Mapping[str, Any]], excerpts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Findings as they are kept, each with the line it is about (`excerpt`, else null)."""
    return with_excerpts(findings, (Excerpt(**one) for one in excerpts))


def hides_the_metric(submission: Submission, reader: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether a hidden edition keeps the proven metric from this person: from all but those who may decide on it."""
    if submission.edition.feedback != Feedback.CUTOFF_ONLY or submission.status in OPENED:
        return False
    return not is_maintainer(reader) or is_own(reader, submission)


def as_seen_by(
    reader: AbstractBaseUser | AnonymousUser, verification: Verification, submission: Submission
) -> Verification:
    """The verification for a page that shows it as it is; where the metric is hidden, a copy without it."""
    if not hides_the_metric(submission, reader):
        return verification
    seen = copy(verification)
    for name, value in _without_the_metric(verification, submission.phase).items():
        setattr(seen, name, value)
    return seen


def _without_the_metric(verification: Verification, phase: str) -> dict[str, Any]:
    hidden = HIDDEN_EVERYWHERE + (HIDDEN_IN_INFERENCE if phase == Phase.INFERENCE else ())
    return {
        "badge": "",
        "findings": [
            _in_general(finding)
            for finding in findings_of(verification.findings, verification.excerpts)
            if not CODES[finding["code"]].reviewers_only_when_hidden
        ],
        "measurements": [_without(measurement, hidden) for measurement in verification.measurements],
        "preview_rank": None,
    }


def _in_general(finding: Mapping[str, Any]) -> dict[str, Any]:
    """The finding with what its code means in general, where its own sentence would tell the metric."""
    if finding["code"] not in TELLS_THE_METRIC:
        return dict(finding)
    return {**finding, "message": CODES[finding["code"]].meaning}


def _without(measurement: Mapping[str, Any], hidden: tuple[str, ...]) -> dict[str, Any]:
    shown = {key: None if key in hidden else value for key, value in measurement.items()}
    shown["runs"] = [
        {key: None if key in hidden else value for key, value in run.items()} for run in measurement.get("runs", [])
    ]
    return shown
