"""How a number came about, in lines: the same on the page of an entry, of a submission, and for a reviewer.

`found` is a task's record: a measurement of a verification, or an outcome's columns and details, which have the same
keys (`scoring.reports.measurement_json`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from leaderboard.models import Task
from leaderboard.numbers import (
    MISSING_TEXTS,
    NOT_REACHED_TEXT,
    number_text,
    percent_text,
    significant,
    tidy,
    value_text,
)
from scoring.cost import dollars, unit_words
from scoring.rules import ALL_TASKS, INFERENCE_INPUTS, Phase
from scoring.values import Outcome, Stability

Found = Mapping[str, Any]

STABILITIES = {
    Stability.HELD: "never below the cut-off again",
    Stability.DIPPED: "below the cut-off later, at or above it at the end",
    Stability.LOST: "below the cut-off at the end",
}
SECONDS_A_UNIT = {Phase.PRETRAINING: 3600.0, Phase.FINETUNING: 1.0, Phase.INFERENCE: 0.001}
PERCENTILES = {"p50": "50th", "p95": "95th", "p99": "99th"}


class Line(NamedTuple):
    """One fact: what it is about, and what it says. Words between backticks are code."""

    what: str
    text: str


class Result(NamedTuple):
    """What came out of one task, and how."""

    slug: str
    title: str
    cutoff: Decimal | None
    outcome: str
    value: str
    """The value as boards print it with its unit, or what stands in its place."""
    cost: str
    lines: tuple[Line, ...]

    @property
    def is_reached(self) -> bool:
        return self.outcome == Outcome.REACHED


def results(measurements: Iterable[Found], tasks: Iterable[Task], phase: Phase, price: Found) -> list[Result]:
    """One for each measurement, in its order. `price` is the price that scored, as `catalogue.price_json` keeps it."""
    by_slug = {task.slug: task for task in tasks}
    return [result(one["task"], one, by_slug.get(one["task"]), phase, price) for one in measurements]


def result(slug: str, found: Found, task: Task | None, phase: Phase, price: Found) -> Result:
    cutoff = task.cutoff if task else None
    seconds = found.get("seconds") if found["outcome"] == Outcome.REACHED else None
    return Result(
        slug=slug,
        title=task.title if task else ("All tasks" if slug == ALL_TASKS else slug),
        cutoff=cutoff,
        outcome=found["outcome"],
        value=MISSING_TEXTS.get(found["outcome"], "") if seconds is None else time_text(seconds, phase),
        cost="" if found.get("cost_usd") is None else cost_text(found["cost_usd"], phase),
        lines=tuple(_lines(found, cutoff, phase, price)),
    )


def time_text(seconds: float, phase: Phase) -> str:
    """A time in the unit of the phase's boards: `96 h`, `155.43 s`, `2.68 ms`."""
    if phase is Phase.PRETRAINING:
        return f"{value_text(tidy(seconds / 3600), 'h')} h"
    if phase is Phase.INFERENCE:
        return f"{value_text(tidy(seconds * 1000), 'ms')} ms"
    return f"{value_text(seconds, 's')} s"


def cost_text(usd: float, phase: Phase) -> str:
    per = " / 100,000 inputs" if phase is Phase.INFERENCE else ""
    return f"{usd_text(usd)}{per}"


def usd_text(value: float) -> str:
    """Dollars to four decimals below a hundred, and less than a cent to three digits: a ratio can be followed."""
    if value >= 100:
        return f"${value:,.0f}"
    return f"${value:,.4f}" if value >= 0.01 else f"${significant(value)}"


def _lines(found: Found, cutoff: Decimal | None, phase: Phase, price: Found) -> Iterator[Line]:
    if found.get("file"):
        yield Line("from", _place(found))
    yield from clock_lines(found)
    yield from result_lines(found, cutoff, phase)
    yield from proof_lines(found, cutoff)
    if found.get("energy"):
        yield Line("energy", _energy(found["energy"]))
    yield from cost_lines(found, phase, price)


def clock_lines(found: Found) -> Iterator[Line]:
    if found.get("clock"):
        yield Line("clock", f"{found['clock']}{'; the time is estimated' if found.get('estimated') else ''}")


def result_lines(found: Found, cutoff: Decimal | None, phase: Phase) -> Iterator[Line]:
    """The crossing with what stands around it, and the runs."""
    yield from _crossing(found, cutoff, phase)
    yield from _runs(found, phase)


def cost_lines(found: Found, phase: Phase, price: Found) -> Iterator[Line]:
    """The cost with the numbers put in; nothing where there is no time or no price."""
    if found.get("cost_usd") is not None and found.get("seconds") and price.get("usd_per_unit_hour"):
        total = usd_text(found["cost_usd"])
        yield Line("cost", f"{_cost_sum(price, found['seconds'], phase)} = {total}")


def _place(found: Found) -> str:
    line = f" line {found['line']:,}" if found.get("line") else ""
    sha256 = f" · sha256 {found['sha256'][:12]}…" if found.get("sha256") else ""
    return f"{found['file']}{line}{sha256}"


def _crossing(found: Found, cutoff: Decimal | None, phase: Phase) -> Iterator[Line]:
    metric = found.get("metric")
    if metric is not None and cutoff is not None:
        sign = "≥" if Decimal(str(metric)) >= cutoff else "<"
        margin = "" if found.get("margin") is None else f", margin {number_text(found['margin'])}"
        yield Line("metric", f"{number_text(metric)} {sign} cut-off {number_text(cutoff)}{margin}")
    if found.get("bracket"):
        low, high = found["bracket"]
        yield Line("bracket", f"{time_text(low, phase)} … {time_text(high, phase)}: the true time lies between")
    if found.get("stability"):
        yield Line("afterwards", f"{found['stability']}: {STABILITIES[found['stability']]}")


def _runs(found: Found, phase: Phase) -> Iterator[Line]:
    """Samples of each run that has them; where there are several runs, their times and the interval over them."""
    runs = found.get("runs") or ()
    several = len(runs) > 1
    for run in runs:
        if run.get("samples"):
            yield Line(f"samples of run {run['run']}" if several else "samples", _samples(run))
    if several:
        how = f"{found['note']}: " if found.get("note") else ""
        yield Line("runs", how + ", ".join(_run(run, phase) for run in runs))
    if found.get("interval"):
        yield Line("95% interval", f"time {_interval(found['interval'], phase)}, bootstrap over {len(runs)} runs")


def _run(run: Found, phase: Phase) -> str:
    return MISSING_TEXTS.get(run["outcome"], "") if run.get("seconds") is None else time_text(run["seconds"], phase)


def _interval(ends: Sequence[float | None], phase: Phase) -> str:
    """`25.25 s … 31.50 s`, from values in the unit of the phase; an end of None is N/R."""
    unit = SECONDS_A_UNIT[phase]
    return " … ".join(NOT_REACHED_TEXT if end is None else time_text(end * unit, phase) for end in ends)


def _samples(run: Found) -> str:
    known = [f"{name} {value_text(run[key], 'ms')}" for key, name in PERCENTILES.items() if run.get(key) is not None]
    percentiles = f", percentiles {', '.join(known)} ms" if known else ""
    error = f", standard error {value_text(run['standard_error'], 'ms')} ms" if run.get("standard_error") else ""
    return f"{run['samples']:,}{percentiles}{error}"


def proof_lines(found: Found, cutoff: Decimal | None) -> Iterator[Line]:
    proof = found.get("proof")
    if proof is None:
        if found.get("proven_metric") is not None:
            yield Line("proof", f"predictions give {percent_text(found['proven_metric'])}")
        elif found.get("reaches_cutoff") is not None:
            yield Line("proof", f"the predictions {'reach' if found['reaches_cutoff'] else 'do not reach'} the cut-off")
        return
    if proof.get("metric") is None:
        yield Line("proof", f"no gold labels here: {proof['rows']:,} predictions prove nothing yet")
        return
    detail = proof.get("detail") or {}
    right = f", {detail['correct']:,.0f} right" if detail.get("correct") is not None else ""
    if right and detail.get("found") is not None:
        right += f" of {detail['found']:,.0f} entities found and {detail['gold']:,.0f} in the gold labels"
    rows = f"{proof['rows']:,} of {proof['gold_rows']:,} rows{'' if proof['complete'] else ' (a part)'}"
    yield Line("proof", f"predictions give {percent_text(proof['metric'])}{right} on {rows}{_verdict(proof, cutoff)}")
    if proof.get("interval"):
        low, high = (percent_text(end) for end in proof["interval"])
        yield Line("95% interval of the proof", f"{low} … {high}, over all such sentences or pairs")


def _verdict(proof: Found, cutoff: Decimal | None) -> str:
    if cutoff is None or proof.get("reaches_cutoff") is None:
        return ""
    words = "at or above" if proof["reaches_cutoff"] else "below"
    return f": {words} the cut-off {number_text(cutoff)}"


def _energy(energy: Found) -> str:
    carbon = "" if energy.get("co2e_kg") is None else f", {value_text(energy['co2e_kg'], '')} kg CO2e"
    over = "" if energy.get("seconds") is None else f" over {value_text(energy['seconds'], '')} s"
    line = f" line {energy['line']:,}" if energy.get("line") else ""
    return (
        f"{value_text(energy['kwh'], '')} kWh{carbon}, {energy['tier']} by {energy['tracker']}{over}; "
        f"from {energy['file']}{line}. Not scored."
    )


def _cost_sum(price: Found, seconds: float, phase: Phase) -> str:
    inputs = f" × {INFERENCE_INPUTS:,} ÷ 1,000" if phase is Phase.INFERENCE else ""
    hours = "" if phase is Phase.PRETRAINING else " ÷ 3,600"
    units = price.get("units") or 1
    named = f"{units:,} {unit_words(price.get('unit') or '', units)}"
    return f"{time_text(seconds, phase)}{inputs}{hours} × {named} × {dollars(Decimal(price['usd_per_unit_hour']))}/h"
