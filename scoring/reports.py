"""A report as JSON values: the shape `verification` of the API, and the details that an entry keeps of each outcome."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from scoring import energy
from scoring.curves import running_maximum, within_epochs
from scoring.findings import Finding
from scoring.rules import ALL_TASKS, Rules
from scoring.values import Curve, Energy, Measurement, Outcome, Price, Proof, Report, RunResult

Json = dict[str, Any]

DETAIL_KEYS = (
    "file",
    "sha256",
    "line",
    "bracket",
    "margin",
    "stability",
    "clock",
    "estimated",
    "runs",
    "spread",
    "interval",
    "proof",
    "note",
    "energy",
)
"""The keys of a measurement's JSON that tell how its number came about."""


def as_json(report: Report) -> Json:
    """The whole report; numbers are floats in full precision, nothing is rounded."""
    return {
        "findings": [_finding(found) for found in report.findings],
        "measurements": [measurement_json(measurement) for measurement in report.measurements],
        "price": _price(report.price),
        "energy": _energy(energy.total(one.energy for one in report.measurements if one.energy)),
        "badge": report.badge,
        "passes": report.passes,
    }


def measurement_json(measurement: Measurement) -> Json:
    """One measurement with its details, as INTERFACES writes `verification`."""
    return {
        "task": measurement.task,
        "outcome": measurement.outcome.value,
        "value": measurement.value,
        "unit": measurement.unit,
        "seconds": measurement.seconds,
        "metric": _float(measurement.metric),
        "proven_metric": measurement.proven_metric,
        "reaches_cutoff": measurement.reaches_cutoff,
        "cost_usd": measurement.cost_usd,
        **details(measurement),
    }


def details(measurement: Measurement) -> Json:
    """How the number came about, for the page of its entry. `sha256`, `clock` and `proof` are the middle run's."""
    run = _shown(measurement)
    return {
        "file": measurement.file,
        "sha256": run.sha256 if run and run.file == measurement.file else "",
        "line": measurement.line,
        "bracket": list(measurement.bracket) if measurement.bracket else None,
        "margin": _float(measurement.margin),
        "stability": measurement.stability.value if measurement.stability else None,
        "clock": run.clock if run else "",
        "estimated": measurement.estimated,
        "runs": [_run(number, result) for number, result in enumerate(measurement.runs, start=1)],
        "spread": measurement.spread,
        "interval": list(measurement.interval) if measurement.interval else None,
        "proof": _proof(run.proof) if run else None,
        "note": _note(measurement),
        "energy": _energy(measurement.energy),
    }


def curves_json(report: Report, rules: Rules) -> list[Json]:
    """Every curve: all points [seconds, metric, line, epoch, step], and the steps of those that count."""
    curves: list[Json] = []
    for measurement in report.measurements:
        if measurement.task == ALL_TASKS:
            curves += [_curve(slug, 1, curve, curve) for slug, curve in measurement.curves.items()]
            continue
        for number, run in enumerate(measurement.runs, start=1):
            if run.curve:
                counted = within_epochs(run.curve, rules.epoch_limit)
                curves.append(_curve(measurement.task, number, run.curve, counted))
    return curves


def digests_json(report: Report) -> dict[str, list[str]]:
    """The digests of the predictions of each run, by task; an empty string where a run has none."""
    return {
        measurement.task: [run.proof.digest if run.proof else "" for run in measurement.runs]
        for measurement in report.measurements
        if any(run.proof for run in measurement.runs)
    }


def _price(price: Price | None) -> Json | None:
    """The price that scored and why, in words; the row itself is in the report."""
    if price is None:
        return None
    return {
        "usd_per_hour": price.usd_per_hour,
        "units": price.units,
        "offer": price.offer.slug if price.offer else None,
        "declared": price.declared,
        "note": price.note,
    }


def _energy(found: Energy | None) -> Json | None:
    return None if found is None else energy.to_json(found)


def _finding(found: Finding) -> Json:
    return {
        "code": found.code,
        "severity": found.severity.value,
        "task": found.task,
        "file": found.file,
        "line": found.line,
        "message": found.message,
        "remedy": found.remedy,
    }


def _run(number: int, run: RunResult) -> Json:
    return {
        "run": number,
        "outcome": run.outcome.value,
        "value": run.value,
        "seconds": run.seconds,
        "metric": _float(run.metric),
        "file": run.file,
        "sha256": run.sha256,
        "line": run.line,
        "bracket": list(run.crossing.bracket) if run.crossing else None,
        "margin": _float(run.margin),
        "stability": run.stability.value if run.stability else None,
        "clock": run.clock,
        "estimated": run.estimated,
        "samples": run.samples,
        "p50": run.percentiles.get("p50"),
        "p95": run.percentiles.get("p95"),
        "p99": run.percentiles.get("p99"),
        "standard_error": run.percentiles.get("standard_error"),
        "proof": _proof(run.proof),
    }


def _proof(proof: Proof | None) -> Json | None:
    if proof is None:
        return None
    return {
        "metric": proof.metric,
        "reaches_cutoff": proof.reaches_cutoff,
        "rows": proof.rows,
        "gold_rows": proof.gold_rows,
        "complete": proof.complete,
        "interval": list(proof.interval) if proof.interval else None,
        "digest": proof.digest,
        "detail": dict(proof.detail),
    }


def _shown(measurement: Measurement) -> RunResult | None:
    """The run that the result was taken from; of two in the middle, the first that was sent."""
    runs: Sequence[RunResult] = measurement.runs
    own = [run for run in runs if run.value is not None and run.value == measurement.value]
    return next(iter(own or runs), None)


def _note(measurement: Measurement) -> str:
    count = len(measurement.runs)
    if count < 2 or measurement.outcome is not Outcome.REACHED:
        return ""
    return f"median of {count} runs" if count % 2 else f"mean of the two middle runs of {count}"


def _curve(task: str, run: int, points: Curve, counted: Curve) -> Json:
    return {
        "task": task,
        "run": run,
        "points": [[point.seconds, float(point.metric), point.line, point.epoch, point.step] for point in points],
        "steps": [[seconds, float(metric)] for seconds, metric in running_maximum(counted)],
    }


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
