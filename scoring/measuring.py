"""The evidence of one task -> what each run came to, and all runs together: one way a phase (PROTOCOL section 3)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from scoring import runs as several
from scoring.checks.facts import RunFacts
from scoring.cost import cost_usd, inference_cost_usd
from scoring.curves import ZERO, crossing, margins, stability, within_epochs
from scoring.findings import Finding, Severity
from scoring.goldset import Gold
from scoring.latency import Latency, summed_up
from scoring.readers import LogReading, read_latencies, read_log, read_predictions
from scoring.rules import ALL_TASKS, WHOLE, Phase, Rules, Task
from scoring.values import (
    Bundle,
    Crossing,
    Curve,
    Measurement,
    Outcome,
    Price,
    Proof,
    Run,
    RunResult,
    Source,
    TaskEvidence,
)

UNITS = {Phase.PRETRAINING: "h", Phase.FINETUNING: "s", Phase.INFERENCE: "ms"}
SECONDS_A_UNIT = {"h": 3600.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True, slots=True)
class Setting:
    """What measuring one task needs besides its runs. `task` is None where the evidence spans tasks (pretraining)."""

    bundle: Bundle
    rules: Rules
    evidence: TaskEvidence
    task: Task | None
    gold: Gold | None

    @property
    def tasks(self) -> tuple[Task, ...]:
        return (self.task,) if self.task else self.rules.tasks


@dataclass(frozen=True, slots=True)
class Measured:
    """One run as measured, with what its readers found and, in pretraining, the curve of every task."""

    facts: RunFacts
    findings: tuple[Finding, ...]
    curves: Mapping[str, Curve]


def measured(setting: Setting, number: int, run: Run) -> Measured:
    """Reads one run's evidence. A run in which a reader finds an error, or without its log or latencies, is invalid."""
    if setting.task is None:
        return _pretraining(setting, number, run)
    if setting.bundle.phase is Phase.INFERENCE:
        return _inference(setting, setting.task, number, run)
    return _finetuning(setting, setting.task, number, run)


def _read_log(setting: Setting, log: Source) -> LogReading:
    return read_log(
        log,
        tasks=setting.tasks,
        rules=setting.rules,
        phase=setting.bundle.phase,
        started_at=setting.bundle.started_at,
        log_pattern=setting.evidence.log_pattern,
        clock=setting.bundle.clock,
    )


def _pretraining(setting: Setting, number: int, run: Run) -> Measured:
    if run.log is None:
        return Measured(RunFacts(number, run, RunResult(Outcome.INVALID)), (), {})
    reading = _read_log(setting, run.log)
    rows = margins(reading.curves, setting.rules.tasks)
    crossed = None if reading.aborted else crossing(rows, ZERO)
    result = _from_log(run.log, reading, rows, crossed, ZERO, "h")
    return Measured(RunFacts(number, run, _unless_wrong(result, reading.findings)), reading.findings, reading.curves)


def _finetuning(setting: Setting, task: Task, number: int, run: Run) -> Measured:
    proof, perfect, findings = _proven(setting, task, run)
    if run.log is None:
        return Measured(RunFacts(number, run, RunResult(Outcome.INVALID, proof=proof)), findings, {})
    reading = _read_log(setting, run.log)
    findings = reading.findings + findings
    curve = reading.curves.get(task.slug, ())
    counted = within_epochs(curve, setting.rules.epoch_limit)
    crossed = None if reading.aborted else crossing(counted, task.cutoff)
    result = _from_log(run.log, reading, counted, crossed, task.cutoff, "s")
    result = replace(result, proof=proof, curve=curve, metric=crossed.at.metric if crossed else None)
    late = crossed is None and not reading.aborted and crossing(curve, task.cutoff) is not None
    facts = RunFacts(number, run, _unless_wrong(result, findings), late=late, perfect=perfect)
    return Measured(facts, findings, {})


def _from_log(
    log: Source, reading: LogReading, curve: Curve, crossed: Crossing | None, cutoff: Decimal, unit: str
) -> RunResult:
    result = RunResult(
        Outcome.NOT_REACHED,
        file=log.name,
        sha256=log.sha256,
        format=reading.format,
        clock=reading.clock,
        estimated=reading.estimated,
    )
    if crossed is None:
        return result
    return replace(
        result,
        outcome=Outcome.REACHED,
        seconds=crossed.at.seconds,
        value=crossed.at.seconds / SECONDS_A_UNIT[unit],
        crossing=crossed,
        stability=stability(curve, crossed, cutoff),
        margin=crossed.at.metric - cutoff,
        line=crossed.at.line,
    )


def _inference(setting: Setting, task: Task, number: int, run: Run) -> Measured:
    """Below the cut-off by predictions it is N/R; without gold nothing is proven, and the latency stands unproven."""
    proof, perfect, findings = _proven(setting, task, run)
    latency: Latency | None = None
    if run.latencies is not None:
        reading = read_latencies(run.latencies, tasks=setting.tasks, rules=setting.rules)
        samples = reading.samples.get(task.slug)
        latency = summed_up(samples) if samples is not None else None
        findings = reading.findings + findings
    result = _from_latency(setting.evidence, run, latency)
    if proof is not None and proof.reaches_cutoff is False and result.outcome is Outcome.REACHED:
        result = replace(result, outcome=Outcome.NOT_REACHED, seconds=None, value=None)
    result = replace(result, proof=proof)
    facts = RunFacts(number, run, _unless_wrong(result, findings), latency=latency, perfect=perfect)
    return Measured(facts, findings, {})


def _from_latency(evidence: TaskEvidence, run: Run, latency: Latency | None) -> RunResult:
    if run.latencies is not None:
        milliseconds = latency.mean if latency else None
        result = RunResult(Outcome.REACHED, file=run.latencies.name, sha256=run.latencies.sha256)
        if latency:
            result = replace(result, samples=latency.count, percentiles=latency.percentiles)
    else:
        milliseconds = evidence.mean_ms
        result = RunResult(Outcome.REACHED, samples=evidence.samples)
    if milliseconds is None:
        return replace(result, outcome=Outcome.INVALID)
    kind = "samples in milliseconds" if latency else "mean in milliseconds as declared"
    words = f"{kind}, batch size {evidence.batch_size}"
    return replace(result, value=milliseconds, seconds=milliseconds / 1000, clock=words)


def _proven(setting: Setting, task: Task, run: Run) -> tuple[Proof | None, bool, tuple[Finding, ...]]:
    """What the predictions prove; nothing where they, or a part of them, are not there."""
    sent = run.predictions
    if WHOLE not in sent and not all(part.name in sent for part in task.parts):
        return None, False, ()
    reading = read_predictions(
        sent, task=task, gold=setting.gold, label_order=setting.evidence.label_order, rules=setting.rules
    )
    return reading.proof, reading.perfect, reading.findings


def _unless_wrong(result: RunResult, findings: tuple[Finding, ...]) -> RunResult:
    if any(found.severity is Severity.ERROR for found in findings):
        return invalidated(result)
    return result


def invalidated(result: RunResult) -> RunResult:
    """The same run without a number; metric, place and proof stay, to say what is wrong with it."""
    return replace(result, outcome=Outcome.INVALID, seconds=None, value=None)


def together(setting: Setting, parts: tuple[Measured, ...], price: Price | None, *, invalid: bool) -> Measurement:
    """All runs of a task as one measurement: the median, with its facts from the run or the two runs in the middle."""
    results = tuple(invalidated(part.facts.result) if invalid else part.facts.result for part in parts)
    unit = UNITS[setting.bundle.phase]
    outcome = Outcome.INVALID if invalid or not results else several.outcome(results)
    central = several.middle(results)
    single = central[0] if len(central) == 1 else None
    value = several.mean_of(central, lambda run: run.value) if outcome is Outcome.REACHED else None
    seconds = several.mean_of(central, lambda run: run.seconds) if outcome is Outcome.REACHED else None
    return Measurement(
        task=setting.evidence.task,
        outcome=outcome,
        unit=unit,
        runs=results,
        value=value,
        seconds=seconds,
        cost_usd=_cost(setting.bundle.phase, seconds, price),
        metric=several.mean_of(central, lambda run: run.metric),
        proven_metric=several.mean_of(central, lambda run: run.proof.metric if run.proof else None),
        reaches_cutoff=_reaches(results),
        file=single.file if single else "",
        line=single.line if single else None,
        bracket=_bracket(central) if outcome is Outcome.REACHED else None,
        margin=several.mean_of(central, lambda run: run.margin),
        stability=several.worst_stability(central),
        estimated=any(run.estimated for run in results),
        spread=several.spread(results),
        interval=None if outcome is Outcome.INVALID else several.interval([run.value for run in results]),
        curves=_curves(parts),
    )


def _cost(phase: Phase, seconds: float | None, price: Price | None) -> float | None:
    if seconds is None or price is None:
        return None
    return inference_cost_usd(seconds, price) if phase is Phase.INFERENCE else cost_usd(seconds, price)


def _reaches(results: tuple[RunResult, ...]) -> bool | None:
    """Whether the predictions of every run are at or above the cut-off; None where one proves nothing.

    Runs that are N/R are left out where others are not: their model never claimed the cut-off.
    """
    asked = [run for run in results if run.outcome is not Outcome.NOT_REACHED] or list(results)
    known = [run.proof.reaches_cutoff if run.proof else None for run in asked]
    if False in known:
        return False
    return True if known and None not in known else None


def _bracket(central: tuple[RunResult, ...]) -> tuple[float, float] | None:
    earlier = several.mean_of(central, lambda run: run.crossing.bracket[0] if run.crossing else None)
    later = several.mean_of(central, lambda run: run.crossing.bracket[1] if run.crossing else None)
    return None if earlier is None or later is None else (earlier, later)


def _curves(parts: tuple[Measured, ...]) -> Mapping[str, Curve]:
    """Pretraining's curves are those of the run in the middle, by task."""
    central = several.middle([part.facts.result for part in parts])
    chosen = next((part for part in parts if central and part.facts.result is central[-1]), None)
    return chosen.curves if chosen else {}


def not_run(slug: str, phase: Phase) -> Measurement:
    """A task of the edition that was not sent."""
    return Measurement(slug, Outcome.NOT_RUN, UNITS[phase])


def missing(bundle: Bundle, rules: Rules) -> Iterator[str]:
    """The slugs that the phase measures and the submission did not send, in board order."""
    sent = {evidence.task for evidence in bundle.tasks}
    slugs = (ALL_TASKS,) if bundle.phase is Phase.PRETRAINING else tuple(task.slug for task in rules.tasks)
    return (slug for slug in slugs if slug not in sent)


Progress = Callable[[float, str], None]
