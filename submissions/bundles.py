"""A submission as the plain values that `scoring` reads."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from scoring.rules import ALL_TASKS, Phase
from scoring.values import Bundle, Claims, Hardware, Run, Source, TaskEvidence
from submissions.evidence import open_blob
from submissions.models import Evidence, Submission

Kind = Evidence.Kind


def bundle_of(submission: Submission) -> Bundle:
    """What was sent: the manifest's facts and the evidence files, which are opened only when they are read."""
    manifest = submission.manifest
    files = list(submission.evidence.all())
    return Bundle(
        phase=Phase(manifest["phase"]),
        tasks=tuple(_task(slug, facts, _files_for(slug, files)) for slug, facts in manifest["tasks"].items()),
        hardware=hardware_of(manifest),
        run_date=run_date_of(submission),
        code_url=manifest["model"].get("code_url") or "",
        clock=manifest.get("clock"),
        includes_evaluation=manifest.get("includes_evaluation") or "unknown",
        started_at=_moment(manifest.get("started_at")),
    )


def hardware_of(manifest: Mapping[str, Any]) -> Hardware:
    facts = manifest["hardware"]
    return Hardware(
        accelerator=facts["accelerator"],
        count=facts.get("count") or 1,
        offer=facts.get("offer"),
        usd_per_hour=facts.get("usd_per_hour"),
        price_source=facts.get("price_source") or "",
    )


def run_date_of(submission: Submission) -> date:
    """The day whose prices count: the one the manifest names, else the day it was first queued (PROTOCOL section 4)."""
    named = submission.manifest.get("run_date")
    if named:
        return date.fromisoformat(named)
    return (submission.first_queued_at or submission.created_at).date()


def _files_for(slug: str, files: Iterable[Evidence]) -> list[Evidence]:
    """A task's own files after those that span all tasks, so that its own one counts where there are both."""
    return sorted((file for file in files if file.task in {slug, ALL_TASKS}), key=lambda file: file.task == slug)


def _task(slug: str, facts: Mapping[str, Any], files: Iterable[Evidence]) -> TaskEvidence:
    placed = {(file.kind, file.run, file.part): _source(file) for file in files}
    seeds: list[int | None] = facts.get("seeds") or []
    runs = max((run for kind, run, _ in placed if kind in {Kind.LOG, Kind.PREDICTIONS, Kind.LATENCIES}), default=1)
    pattern = facts.get("log_pattern")
    return TaskEvidence(
        task=slug,
        runs=tuple(_run(placed, run, seeds[run - 1] if run <= len(seeds) else None) for run in range(1, runs + 1)),
        claims=_claims(facts),
        mean_ms=facts.get("mean_ms"),
        samples=facts.get("samples"),
        batch_size=facts.get("batch_size") or 1,
        label_order=facts.get("label_order"),
        log_pattern=(pattern["time"], pattern["metric"]) if pattern else None,
        energy=placed.get((Kind.ENERGY, 1, "")),
        energy_run_id=facts.get("energy_run_id"),
    )


def _run(placed: Mapping[tuple[str, int, str], Source], run: int, seed: int | None) -> Run:
    predictions = {
        part: source for (kind, number, part), source in placed.items() if (kind, number) == (Kind.PREDICTIONS, run)
    }
    return Run(
        log=placed.get((Kind.LOG, run, "")),
        predictions=predictions,
        latencies=placed.get((Kind.LATENCIES, run, "")),
        seed=seed,
    )


def _source(file: Evidence) -> Source:
    return Source(file.name, file.size, file.sha256, partial(open_blob, file.sha256))


def _claims(facts: Mapping[str, Any]) -> Claims:
    metric = facts.get("claimed_metric")
    return Claims(
        seconds=facts.get("claimed_seconds"),
        milliseconds=facts.get("claimed_ms"),
        usd=facts.get("claimed_usd"),
        metric=None if metric is None else Decimal(str(metric)),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
