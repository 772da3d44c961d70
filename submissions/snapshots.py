"""An approved submission as the snapshot that `leaderboard` publishes: the only way from private to public."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from leaderboard.models import Accelerator, Kind
from leaderboard.publishing import (
    ANONYMOUS,
    WITHHELD,
    CurveSnapshot,
    EntrySnapshot,
    OutcomeSnapshot,
    renamed,
    retold,
)
from scoring import energy
from scoring.findings import CODES, Severity
from scoring.rules import ALL_TASKS, Feedback
from scoring.values import Outcome
from scoring.verify import DETAIL_KEYS
from submissions.bundles import hardware_of, run_date_of
from submissions.models import Submission, Verification


def snapshot_of(submission: Submission, verification: Verification) -> EntrySnapshot:
    """All that readers will see. Predictions' bytes, attachments, notes and the owner stay behind.

    Of a blind submission also what names its authors: organisation, links, details of the hardware, names of files,
    and the files themselves, as logs tell paths and hosts.
    """
    manifest = submission.manifest
    model, software = manifest["model"], manifest.get("software") or {}
    hardware = hardware_of(manifest)
    first = submission.first_queued_at or submission.created_at
    spent = energy.total(energy.from_json(one["energy"]) for one in verification.measurements if one.get("energy"))
    snapshot = EntrySnapshot(
        edition=submission.edition,
        phase=submission.phase,
        kind=Kind.SUBMISSION,
        model=model["name"],
        organisation=model.get("organisation") or "",
        parameters_millions=_decimal(model.get("parameters_millions")),
        base=model.get("base") or "",
        trained_on_top_of=model.get("trained_on_top_of") or "",
        paper_url=model.get("paper_url") or "",
        code_url=model.get("code_url") or "",
        accelerator=Accelerator.objects.get(slug=hardware.accelerator),
        count=hardware.count,
        hardware_details=manifest["hardware"].get("details") or "",
        framework=software.get("framework") or "",
        precision=software.get("precision") or "",
        date=first.date(),
        run_date=run_date_of(submission),
        price=verification.price,
        badge=verification.badge,
        verified=verification.badge == "verified",
        outcomes=_outcomes(verification),
        curves=[CurveSnapshot(**curve) for curve in verification.curves],
        energy_kwh=spent.kwh if spent else None,
        co2e_kg=spent.co2e_kg if spent else None,
        runs=max((len(one.get("runs") or [0]) for one in verification.measurements), default=1),
        spread=_spread(verification.measurements),
        findings=_for_readers(submission, verification),
        evidence=_files(submission),
        checked_by={
            "engine": verification.engine_version,
            "edition_revision": verification.edition_revision,
            "gold": verification.gold,
            "verified_at": verification.finished_at.isoformat(),
        },
    )
    return _blinded(snapshot, names_of(submission)) if submission.is_blind else snapshot


def names_of(submission: Submission) -> dict[str, str]:
    """The name of each file, and the one that says only what it is for: `sst2/log-1.csv`."""
    return {
        file.name: f"{file.task}/{file.kind}{'-' if file.part else ''}{file.part}-{file.run}"
        for file in submission.evidence.all()
    }


def _blinded(snapshot: EntrySnapshot, names: Mapping[str, str]) -> EntrySnapshot:
    return replace(
        snapshot,
        organisation=ANONYMOUS,
        paper_url="",
        code_url="",
        hardware_details="",
        price=retold(snapshot.price, str(snapshot.price.get("declared_source") or ""), WITHHELD),
        # A finding's own sentence may quote a file.
        findings=[{**one, "message": CODES[one["code"]].meaning} for one in renamed(snapshot.findings, names)],
        outcomes=[replace(one, details=renamed(one.details, names)) for one in snapshot.outcomes],
        evidence=[{**renamed(file, names), "public": False} for file in snapshot.evidence],
    )


def _outcomes(verification: Verification) -> list[OutcomeSnapshot]:
    """One for each task of the edition, not run where it was not sent; in pretraining one for all."""
    return [_outcome(None if one["task"] == ALL_TASKS else one["task"], one) for one in verification.measurements]


def _outcome(task: str | None, found: Mapping[str, Any]) -> OutcomeSnapshot:
    reached = found["outcome"] == Outcome.REACHED
    return OutcomeSnapshot(
        task=task,
        outcome=found["outcome"],
        seconds=found["seconds"] if reached else None,
        cost_usd=found["cost_usd"] if reached else None,
        metric=_decimal(found.get("metric")),
        proven_metric=found.get("proven_metric"),
        details={key: found[key] for key in DETAIL_KEYS if found.get(key) is not None},
    )


def _spread(measurements: Iterable[Mapping[str, Any]]) -> float | None:
    """The widest spread of the tasks as a share of the value, so that tasks can be compared; None with single runs."""
    known = [one for one in measurements if one.get("spread") is not None and one.get("value")]
    shares = [one["spread"] / one["value"] for one in known]
    return max(shares, default=None)


def _for_readers(submission: Submission, verification: Verification) -> list[dict[str, Any]]:
    """Warnings and notes; where dev sets are hidden, without those that only reviewers may know."""
    hidden = submission.edition.feedback == Feedback.CUTOFF_ONLY
    return [
        finding
        for finding in verification.findings
        if finding["severity"] != Severity.ERROR and not (hidden and CODES[finding["code"]].reviewers_only_when_hidden)
    ]


def _files(submission: Submission) -> list[dict[str, Any]]:
    return [
        {
            "task": file.task,
            "kind": file.kind,
            "run": file.run,
            "part": file.part,
            "name": file.name,
            "sha256": file.sha256,
            "size": file.size,
            "public": file.is_public_once_approved,
        }
        for file in submission.evidence.all()
    ]


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))
