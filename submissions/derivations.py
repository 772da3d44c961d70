"""How each number of a verification came about, in words: what the page of a submission shows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leaderboard.models import Task
from leaderboard.numbers import MISSING_TEXTS, value_text
from scoring.rules import ALL_TASKS, INFERENCE_INPUTS, Phase
from scoring.values import Outcome

Measured = Mapping[str, Any]

STABILITIES = {
    "held": "never below the cut-off again",
    "dipped": "below the cut-off later, at or above it at the end",
    "lost": "below the cut-off at the end",
}


@dataclass(frozen=True, slots=True)
class Derived:
    """One task's number and the lines that say where it comes from: (what, text)."""

    title: str
    outcome: str
    value: str
    unit: str
    cost: str
    lines: tuple[tuple[str, str], ...]
    runs: tuple[Measured, ...]

    @property
    def reached(self) -> bool:
        return self.outcome == Outcome.REACHED


def derived(measurements: Iterable[Measured], tasks: Iterable[Task], phase: str, price: Measured) -> list[Derived]:
    """What was measured on each task, in the order of the verification; `price` is the price that scored, as kept."""
    by_slug = {task.slug: task for task in tasks}
    return [_derived(one, by_slug.get(one["task"]), Phase(phase), price) for one in measurements]


def _derived(one: Measured, task: Task | None, phase: Phase, price: Measured) -> Derived:
    is_reached = one["outcome"] == Outcome.REACHED
    cost = one.get("cost_usd")
    return Derived(
        title=task.title if task else ("All tasks" if one["task"] == ALL_TASKS else one["task"]),
        outcome=one["outcome"],
        value=value_text(one["value"], one["unit"]) if is_reached else MISSING_TEXTS[one["outcome"]],
        unit=one["unit"] if is_reached else "",
        cost="" if cost is None else f"${value_text(cost, 'USD')}",
        lines=tuple(_lines(one, task, phase, price)),
        runs=tuple(one.get("runs") or ()),
    )


def _lines(one: Measured, task: Task | None, phase: Phase, price: Measured) -> Iterator[tuple[str, str]]:
    if one.get("file"):
        yield "File", _place(one)
    yield from _crossing(one, task)
    if one.get("clock"):
        yield "Clock", f"{one['clock']}{'; time is estimated' if one.get('estimated') else ''}"
    yield from _latency(one)
    if len(one.get("runs") or ()) > 1:
        yield "Runs", _runs(one)
    if task is not None:
        yield from _proof(one, task)
    if one.get("cost_usd") is not None:
        yield "Cost", _cost(one, phase, price)


def _place(one: Measured) -> str:
    line = f" line {one['line']}" if one.get("line") else ""
    sha256 = f" · sha256 {one['sha256'][:12]}…" if one.get("sha256") else ""
    return f"{one['file']}{line}{sha256}"


def _crossing(one: Measured, task: Task | None) -> Iterator[tuple[str, str]]:
    if one.get("metric") is not None and task is not None:
        cutoff = float(task.cutoff)
        sign = "≥" if one["metric"] >= cutoff else "<"
        margin = "" if one.get("margin") is None else f", margin {one['margin']:g}"
        yield "Metric", f"{one['metric']:.10g} {sign} cut-off {cutoff:g}{margin}"
    if one.get("bracket"):
        low, high = one["bracket"]
        yield "Bracket", f"{value_text(low, 's') if low else 0} … {value_text(high, 's')} s: the true time lies between"
    if one.get("stability"):
        yield "After it", f"{one['stability']}: {STABILITIES[one['stability']]}"


def _latency(one: Measured) -> Iterator[tuple[str, str]]:
    run = next((run for run in one.get("runs") or () if run.get("samples")), None)
    if run is None:
        return
    shares = [f"{name[1:]}th {value_text(run[name], 'ms')}" for name in ("p50", "p95", "p99") if run.get(name)]
    spread = f", percentiles {', '.join(shares)} ms" if shares else ""
    error = f", standard error {run['standard_error']:.2g} ms" if run.get("standard_error") else ""
    yield "Samples", f"{run['samples']:,}{spread}{error}"


def _runs(one: Measured) -> str:
    shown = [
        value_text(run["value"], one["unit"]) if run.get("value") is not None else MISSING_TEXTS[run["outcome"]]
        for run in one.get("runs") or ()
    ]
    how = f"{one['note']}: " if one.get("note") else ""
    return f"{how}{', '.join(shown)} {one['unit']}{_interval(one)}"


def _interval(one: Measured) -> str:
    if not one.get("interval"):
        return ""
    low, high = one["interval"]
    upper = MISSING_TEXTS[Outcome.NOT_REACHED] if high is None else f"{value_text(high, one['unit'])} {one['unit']}"
    return f"; 95% interval {value_text(low, one['unit'])} … {upper}"


def _proof(one: Measured, task: Task) -> Iterator[tuple[str, str]]:
    proof = one.get("proof")
    if proof is None:
        if one.get("reaches_cutoff") is not None:
            yield "Proof", f"the predictions {'reach' if one['reaches_cutoff'] else 'do not reach'} the cut-off"
        return
    if proof.get("metric") is None:
        yield "Proof", "nothing is proven: this server has no gold labels for the task"
        return
    verdict = "reaches" if proof["reaches_cutoff"] else "is below"
    rows = f"{proof['rows']:,} of {proof['gold_rows']:,} rows"
    part = "" if proof["complete"] else " (a part)"
    yield "Proof", f"{proof['metric']:.10g} over {rows}{part}, {verdict} the cut-off {float(task.cutoff):g}"
    if proof.get("interval"):
        low, high = proof["interval"]
        yield "95% interval", f"{low:.2f} … {high:.2f}: how far the metric may be from that of all such sentences or pairs"


def _cost(one: Measured, phase: Phase, price: Measured) -> str:
    total = f"${value_text(one['cost_usd'], 'USD')}"
    hourly = price.get("usd_per_unit_hour")
    if hourly is None or one.get("seconds") is None:
        return total
    time = f"{value_text(one['value'], one['unit'])} {one['unit']}"
    inputs = f"{INFERENCE_INPUTS:,} inputs × " if phase is Phase.INFERENCE else ""
    units = price.get("units") or 1
    return f"{inputs}{time} × {units} unit{'s' if units != 1 else ''} × ${hourly} an hour = {total}"
