"""How each number came about, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from scoring.reports import details
from scoring.rules import INFERENCE_INPUTS, Rules
from scoring.values import Curve, Energy, Measurement, Outcome, Point, Price, Proof, RunResult, Stability

OUTCOMES = {
    Outcome.REACHED: "reached",
    Outcome.NOT_REACHED: "N/R, the cut-off is not reached",
    Outcome.NOT_RUN: "not sent",
    Outcome.INVALID: "no result, because of the errors above",
    Outcome.UNKNOWN: "unknown",
}
STABILITIES = {
    Stability.HELD: "never below it again",
    Stability.DIPPED: "below it later, above at the end",
    Stability.LOST: "below it at the end",
}
MOST_CAUGHT = 3
"""Lines that are shown of what a log pattern catches."""


def lines_of(measurement: Measurement, manifest: Mapping[str, Any], rules: Rules) -> Iterator[str]:
    """The result of one task in one line, then what it rests on."""
    yield f"{measurement.task}: {_result(measurement)}"
    told = details(measurement)
    if told["file"] and measurement.outcome is not Outcome.INVALID:
        yield f"from {_place(told['file'], told['line'])}, {told['clock']}"
    if measurement.bracket:
        yield _crossing(measurement, measurement.bracket, rules)
    if len(measurement.runs) > 1:
        yield f"{told['note'] or 'runs'}: {', '.join(_run(run, measurement.unit) for run in measurement.runs)}"
    if measurement.interval:
        yield f"95% interval over the runs: {_ends(measurement.interval, measurement.unit)}"
    for number, run in enumerate(measurement.runs, start=1):
        which = f"run {number}: " if len(measurement.runs) > 1 else ""
        if run.proof:
            yield which + _proof(run.proof)
        if run.percentiles:
            yield which + _spread(run)
    if measurement.energy:
        yield _energy(measurement.energy)
    if manifest["tasks"].get(measurement.task, {}).get("log_pattern"):
        yield from _caught(measurement)


def price_line(price: Price | None) -> str:
    if price is None:
        return "Cost: none, as there is no price."
    return f"Price: ${price.usd_per_hour:,.2f} an hour. {price.note}."


def number(value: float) -> str:
    """Four digits at least, and no more decimals than help: 1,274.87, 38.40, 2.103, 0.0204."""
    return f"{value:,.2f}" if abs(value) >= 10 else f"{value:.4g}"


def _result(measurement: Measurement) -> str:
    if measurement.value is None:
        return OUTCOMES[measurement.outcome]
    words = f"{number(measurement.value)} {measurement.unit}"
    if measurement.estimated:
        words += " (estimated)"
    if measurement.cost_usd is not None:
        many = f" for {INFERENCE_INPUTS:,} inputs" if measurement.unit == "ms" else ""
        words += f", ${number(measurement.cost_usd)}{many}"
    return words


def _place(file: str, line: int | None) -> str:
    return f"{file}:{line}" if line else file


def _crossing(measurement: Measurement, bracket: tuple[float, float], rules: Rules) -> str:
    unit = {"h": 3600.0}.get(measurement.unit, 1.0)
    low, high = (number(seconds / unit) for seconds in bracket)
    task = rules.task(measurement.task)
    cutoff = f"the cut-off of {task.cutoff.normalize():f}" if task else "the last cut-off"
    words = f"crossed between {low} and {high} {measurement.unit}, {measurement.margin:.2f} points above {cutoff}"
    return f"{words}, {STABILITIES[measurement.stability]}" if measurement.stability else words


def _run(run: RunResult, unit: str) -> str:
    return f"{number(run.value)} {unit}" if run.value is not None else "N/R"


def _ends(interval: tuple[float, float | None], unit: str) -> str:
    low, high = interval
    return f"{number(low)} {unit} to {'N/R' if high is None else f'{number(high)} {unit}'}"


def _proof(proof: Proof) -> str:
    rows = f"{proof.rows:,} of {proof.gold_rows:,} rows"
    if proof.metric is None:
        return f"predictions: {rows}, of the right shape"
    words = f"predictions prove {proof.metric:.4f} on {rows}"
    if proof.interval:
        words += f" (95% interval {proof.interval[0]:.2f} to {proof.interval[1]:.2f})"
    return words + (", at or above the cut-off" if proof.reaches_cutoff else ", below the cut-off")


def _spread(run: RunResult) -> str:
    of = run.percentiles
    named = [f"{name} {number(of[key])}" for key, name in _PERCENTILES.items() if key in of]
    return f"{run.samples or 0:,} samples, in ms: {', '.join(named)}"


_PERCENTILES = {"p50": "median", "p95": "95th percentile", "p99": "99th percentile", "standard_error": "standard error"}


def _energy(energy: Energy) -> str:
    carbon = "" if energy.co2e_kg is None else f", {number(energy.co2e_kg)} kg CO2e"
    words = f"energy: {number(energy.kwh)} kWh{carbon}, {energy.tier.value}, from {_place(energy.file, energy.line)}"
    return f"{words} ({energy.tracker})" if energy.tracker else words


def _caught(measurement: Measurement) -> Iterator[str]:
    """What the patterns of the manifest found in the log, so that a wrong one is seen at once."""
    curves: list[tuple[str, Curve]] = list(measurement.curves.items())
    curves += [("", run.curve) for run in measurement.runs if run.curve]
    for slug, curve in curves:
        of_task = f" of {slug}" if slug else ""
        shown = "; ".join(_point(point) for point in curve[:MOST_CAUGHT])
        more = " …" if len(curve) > MOST_CAUGHT else ""
        yield f"log_pattern caught {len(curve):,} evaluations{of_task}: {shown}{more}"


def _point(point: Point) -> str:
    return f"line {point.line}: {number(point.seconds)} s, {point.metric.normalize():f}"
