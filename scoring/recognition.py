"""What was recognised in each file of evidence: its format, how much of it, and where it crosses the cut-off."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from scoring.rules import ALL_TASKS, Rules
from scoring.values import Bundle, Measurement, Report, Run, RunResult, TaskEvidence


@dataclass(frozen=True, slots=True)
class Recognised:
    """One file. Rows are evaluations of a log, rows of predictions, samples of latencies."""

    file: str
    kind: str
    format: str = ""
    rows: int | None = None
    of_rows: int | None = None
    """What the whole dev set has."""
    seconds: float | None = None
    """A log: where it reaches the cut-off. Latencies: their median."""
    metric: float | None = None
    """At the crossing as the log says it; where it is not reached, the best that it says."""
    line: int | None = None
    cutoff: float | None = None
    reached: bool | None = None
    kwh: float | None = None
    tier: str = ""


def recognised(bundle: Bundle, report: Report, rules: Rules) -> list[dict[str, Any]]:
    """One for each file that could be read, as JSON values; a file with an error has its findings instead."""
    measurements = {one.task: one for one in report.measurements}
    return [
        asdict(found)
        for evidence in bundle.tasks
        if (measurement := measurements.get(evidence.task))
        for found in _of_task(evidence, measurement, rules)
    ]


def _of_task(evidence: TaskEvidence, measurement: Measurement, rules: Rules) -> Iterator[Recognised]:
    task = rules.task(evidence.task)
    cutoff = float(task.cutoff) if task else None
    for run, result in zip(evidence.runs, measurement.runs, strict=False):
        if run.log and result.format:
            yield _log(run.log.name, result, measurement, cutoff)
        if run.latencies and result.samples:
            median = result.percentiles["p50"] / 1000
            yield Recognised(run.latencies.name, "latencies", rows=result.samples, seconds=median)
        yield from _predictions(run, result)
    if evidence.energy and measurement.energy:
        energy = measurement.energy
        yield Recognised(evidence.energy.name, "energy", format=energy.tracker, kwh=energy.kwh, tier=energy.tier.value)


def _log(name: str, result: RunResult, measurement: Measurement, cutoff: float | None) -> Recognised:
    curves = measurement.curves.values() if measurement.task == ALL_TASKS else [result.curve]
    rows = max((len(curve) for curve in curves), default=0)
    best = max((point.metric for point in result.curve), default=None)
    crossed = result.crossing
    return Recognised(
        name,
        "log",
        format=result.format,
        rows=rows,
        seconds=crossed.at.seconds if crossed else None,
        metric=_float(result.metric if crossed else best),
        line=crossed.at.line if crossed else None,
        cutoff=cutoff,
        reached=crossed is not None,
    )


def _predictions(run: Run, result: RunResult) -> Iterator[Recognised]:
    """The rows of all parts together are known; they stand beside the first file."""
    if run.predictions and result.proof:
        name = next(iter(run.predictions.values())).name
        yield Recognised(name, "predictions", rows=result.proof.rows, of_rows=result.proof.gold_rows)


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
