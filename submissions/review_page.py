"""What a reviewer sees of a submission: facts, claims beside derived numbers, findings with warnings first, history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractUser, AnonymousUser

from leaderboard.derivations import Result, cost_text, results, time_text
from leaderboard.models import Accelerator
from leaderboard.numbers import percent_text, score_text
from scoring.findings import Severity
from scoring.rules import Phase
from submissions.models import Evidence, Status, Step, Submission, Verification
from submissions.permissions import is_own
from submissions.reports import as_seen_by

SEVERITIES = tuple(Severity)
MEASURES = (("time", "Time"), ("cost", "Cost"), ("efficiency", "Efficiency"))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim beside what the evidence says, as text; `apart` is their difference in per cent or points."""

    what: str
    claimed: str
    derived: str
    apart: str = ""


@dataclass(frozen=True, slots=True)
class TaskPanel:
    """One task: what came out, claims beside it, what is found about it and its files."""

    slug: str
    title: str
    outcome: str
    """The value with its unit, or what stands in its place."""
    comparisons: tuple[Comparison, ...]
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Mapping[str, Any], ...]
    files: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    submission: Submission
    verification: Verification | None
    facts: tuple[tuple[str, str], ...]
    tasks: tuple[TaskPanel, ...]
    warnings: tuple[Mapping[str, Any], ...]
    """Errors and warnings of all tasks, the errors first: what a reviewer must not miss."""
    scores: tuple[tuple[str, str, str], ...]
    """(measure, score, rank it would get)."""
    steps: tuple[Step, ...]
    other_files: tuple[Evidence, ...]
    own: bool
    stale: bool
    """True where the newest verification is of an earlier revision."""

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Addresses that the submitter gave: shown, never fetched."""
        model = self.submission.manifest.get("model", {})
        return _told(("Code", model.get("code_url")), ("Paper", model.get("paper_url")))

    @property
    def entry_url(self) -> str:
        entry = self.submission.entry
        return entry.get_absolute_url() if entry else ""

    @property
    def decisions(self) -> tuple[str, ...]:
        """The verbs this person may call now, in the order of their buttons."""
        if self.own:
            return ()
        if self.submission.status == Status.QUARANTINED:
            return ("requeue", "reject")
        if self.submission.status == Status.APPROVED:
            return ("withdraw",)
        if self.submission.status != Status.IN_REVIEW:
            return ()
        decidable = ("request_changes", "reject", "requeue")
        passed = self.verification is not None and self.verification.passed and not self.stale
        return ("approve", *decidable) if passed else decidable


def page_of(submission: Submission, reader: AbstractUser | AnonymousUser) -> ReviewPage:
    """Six queries however much was sent: the newest verification, tasks, hardware, files, steps with their people."""
    verification = submission.verifications.order_by("-number").first()
    files = tuple(submission.evidence.all())
    if verification:
        verification = as_seen_by(reader, verification, submission)
    findings = _by_severity(verification.findings if verification else ())
    measurements: Sequence[Mapping[str, Any]] = verification.measurements if verification else ()
    measured = {one["task"]: one for one in measurements}
    came_out = {one.slug: one for one in _results(submission, verification)}
    asked: Mapping[str, Mapping[str, Any]] = submission.manifest.get("tasks", {})
    return ReviewPage(
        submission=submission,
        verification=verification,
        facts=_facts(submission, verification),
        tasks=tuple(
            _panel(slug, claims, measured.get(slug, {}), came_out.get(slug), findings, files, Phase(submission.phase))
            for slug, claims in asked.items()
        ),
        warnings=tuple(one for one in findings if one["severity"] != Severity.NOTE),
        scores=_scores(verification),
        steps=tuple(submission.steps.select_related("by")),
        other_files=tuple(file for file in files if file.task not in asked),
        own=is_own(reader, submission),
        stale=verification is not None and verification.content_hash != submission.content_hash,
    )


def _results(submission: Submission, verification: Verification | None) -> list[Result]:
    if verification is None or not verification.measurements:
        return []
    tasks = submission.edition.tasks.all()
    return results(verification.measurements, tasks, Phase(submission.phase), verification.price)


def _by_severity(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(findings, key=lambda one: SEVERITIES.index(one["severity"]))


def _panel(
    slug: str,
    claims: Mapping[str, Any],
    found: Mapping[str, Any],
    result: Result | None,
    findings: Sequence[Mapping[str, Any]],
    files: Sequence[Evidence],
    phase: Phase,
) -> TaskPanel:
    return TaskPanel(
        slug=slug,
        title=result.title if result else slug,
        outcome=result.value if result else "not verified yet",
        comparisons=_comparisons(claims, found, phase),
        facts=_task_facts(claims, result),
        findings=tuple(one for one in findings if one["task"] == slug),
        files=tuple(file for file in files if file.task == slug),
    )


def _comparisons(claims: Mapping[str, Any], found: Mapping[str, Any], phase: Phase) -> tuple[Comparison, ...]:
    claimed_ms, metric = claims.get("claimed_ms"), claims.get("claimed_metric")
    seconds = claims.get("claimed_seconds") if claimed_ms is None else claimed_ms / 1000
    return (
        _ratio("Time", seconds, found.get("seconds"), lambda value: time_text(value, phase)),
        _points("Metric", metric, found.get("metric")),
        _points("Metric the predictions prove", metric, found.get("proven_metric")),
        _ratio("Cost", claims.get("claimed_usd"), found.get("cost_usd"), lambda value: cost_text(value, phase)),
    )


def _ratio(what: str, claimed: float | None, derived: float | None, text: Callable[[float], str]) -> Comparison:
    apart = f"{(claimed / derived - 1) * 100:+.2f}%" if claimed is not None and derived else ""
    return Comparison(what, _told_as(text, claimed), _told_as(text, derived), apart)


def _points(what: str, claimed: float | None, derived: float | None) -> Comparison:
    apart = f"{claimed - derived:+.3f} points" if claimed is not None and derived is not None else ""
    return Comparison(what, _told_as(percent_text, claimed), _told_as(percent_text, derived), apart)


def _told_as(text: Callable[[float], str], value: float | None) -> str:
    return "" if value is None else text(value)


def _task_facts(claims: Mapping[str, Any], result: Result | None) -> tuple[tuple[str, str], ...]:
    """How the number came about, then what was declared of the task."""
    declared = _told(
        ("seeds", ", ".join(str(seed) for seed in claims.get("seeds") or ())),
        ("batch size", claims.get("batch_size")),
        ("sequence length", claims.get("sequence_length")),
    )
    return (*(result.lines if result else ()), *declared)


def _facts(submission: Submission, verification: Verification | None) -> tuple[tuple[str, str], ...]:
    manifest = submission.manifest
    model, hardware = manifest.get("model", {}), manifest.get("hardware", {})
    software = manifest.get("software") or {}
    price: Mapping[str, Any] = verification.price if verification else {}
    return _told(
        ("Phase", Phase(submission.phase).value if submission.phase else ""),
        ("Edition", submission.edition.slug),
        ("Owner", submission.owner.get_username()),
        ("Organisation", model.get("organisation")),
        ("Names", "published blind, until the owner reveals them" if submission.is_blind else ""),
        ("Members who read it", submission.organisation and submission.organisation.name),
        ("Parameters (M)", model.get("parameters_millions")),
        ("Base", model.get("base")),
        ("Trained on top of", model.get("trained_on_top_of")),
        ("Hardware", f"{hardware.get('count') or 1:,} × {_short_name(hardware.get('accelerator', ''))}"),
        ("Hardware details", hardware.get("details")),
        ("Price that scores", price.get("note")),
        ("Price declared", hardware.get("usd_per_hour")),
        ("Price source", hardware.get("price_source")),
        ("Framework", software.get("framework")),
        ("Precision", software.get("precision")),
        ("Run date", manifest.get("run_date")),
        ("Clock named", manifest.get("clock")),
        ("Evaluation on the clock", manifest.get("includes_evaluation")),
        ("Badge it would carry", verification.badge if verification else ""),
        ("Notes", manifest.get("notes")),
    )


def _short_name(accelerator: str) -> str:
    """As boards print it; the slug where nobody has named it."""
    return Accelerator.objects.filter(slug=accelerator).values_list("short_name", flat=True).first() or accelerator


def _scores(verification: Verification | None) -> tuple[tuple[str, str, str], ...]:
    if verification is None or not verification.scores:
        return ()
    ranks = verification.preview_rank or {}
    return tuple(
        (title, "" if (score := verification.scores.get(key)) is None else score_text(score), str(ranks.get(key) or ""))
        for key, title in MEASURES
    )


def _told(*pairs: tuple[str, object]) -> tuple[tuple[str, str], ...]:
    """The facts that were given, as text."""
    return tuple((name, str(value)) for name, value in pairs if value not in (None, ""))
