"""A manifest and the files at its places -> the plain Bundle that `verify` reads."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from scoring.manifest.keys import ENERGY, LATENCIES, LOG, PREDICTIONS
from scoring.manifest.places import Place
from scoring.rules import ALL_TASKS, WHOLE, Phase
from scoring.values import Bundle, Claims, Hardware, Run, Source, TaskEvidence

Placed = tuple[Place, Source]


def bundle_of(manifest: Mapping[str, Any], files: Iterable[Placed], *, run_date: date) -> Bundle:
    """What was sent, as values: `run_date` is the day whose prices count, each file stands at its place."""
    placed = list(files)
    return Bundle(
        phase=Phase(manifest["phase"]),
        tasks=tuple(_task(slug, facts, _files_for(slug, placed)) for slug, facts in manifest["tasks"].items()),
        hardware=hardware_of(manifest),
        run_date=run_date,
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


def named_day(manifest: Mapping[str, Any]) -> date | None:
    """The `run_date` that a manifest names."""
    return date.fromisoformat(manifest["run_date"]) if manifest.get("run_date") else None


def _files_for(slug: str, files: Iterable[Placed]) -> list[Placed]:
    """A task's own files after those that span all tasks, so that its own one counts where there are both."""
    own = [(place, source) for place, source in files if place.task in {slug, ALL_TASKS}]
    return sorted(own, key=lambda one: one[0].task == slug)


def _task(slug: str, facts: Mapping[str, Any], files: Iterable[Placed]) -> TaskEvidence:
    placed = {(place.kind, place.run, place.part): source for place, source in files}
    seeds: list[int | None] = facts.get("seeds") or []
    runs = max((run for kind, run, _ in placed if kind in {LOG, PREDICTIONS, LATENCIES}), default=1)
    return TaskEvidence(
        task=slug,
        runs=tuple(_run(placed, run, seeds[run - 1] if run <= len(seeds) else None) for run in range(1, runs + 1)),
        claims=_claims(facts),
        mean_ms=facts.get("mean_ms"),
        samples=facts.get("samples"),
        batch_size=facts.get("batch_size") or 1,
        label_order=facts.get("label_order"),
        log_pattern=_patterns(facts.get("log_pattern")),
        energy=placed.get((ENERGY, 1, WHOLE)),
        energy_run_id=facts.get("energy_run_id"),
    )


def _run(placed: Mapping[tuple[str, int, str], Source], run: int, seed: int | None) -> Run:
    predictions = {
        part: source for (kind, number, part), source in placed.items() if (kind, number) == (PREDICTIONS, run)
    }
    return Run(
        log=placed.get((LOG, run, WHOLE)),
        predictions=predictions,
        latencies=placed.get((LATENCIES, run, WHOLE)),
        seed=seed,
    )


def _patterns(facts: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """Both patterns; None where a mistake of the manifest left one of them out."""
    if not facts or facts["time"] is None or facts["metric"] is None:
        return None
    return facts["time"], facts["metric"]


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
