"""Are the latencies those of enough single inputs, and such as a machine would show?"""

from collections.abc import Iterator

from scoring.checks.facts import RunFacts, TaskFacts
from scoring.checks.words import plain
from scoring.findings import Finding, finding
from scoring.latency import Latency
from scoring.rules import Phase

SMALLEST_MS = 1e-6


def check_latencies(facts: TaskFacts) -> Iterator[Finding]:
    """samples-too-few, crossing-at-zero and latency-suspicious, for each run of an inference submission."""
    if facts.bundle.phase is not Phase.INFERENCE:
        return
    for run in facts.runs:
        if run.result.value is None and run.result.samples is None:
            continue
        yield from _count(facts, run)
        if run.latency:
            yield from _samples(facts, run, run.latency)
        elif run.result.value is not None and run.result.value < SMALLEST_MS:
            yield _at_zero(facts, run, f"The mean latency of {plain(run.result.value, 9)} ms")


def _count(facts: TaskFacts, run: RunFacts) -> Iterator[Finding]:
    samples, least = run.result.samples, facts.rules.minimum_samples
    if samples is None:
        message = f"The manifest gives a mean latency but not of how many samples; at least {least:,} are asked for."
    elif samples < least:
        message = f"There are {samples:,} latency samples{facts.of_run(run)}; at least {least:,} are asked for."
    else:
        return
    yield finding("samples-too-few", message, task=facts.slug, file=run.result.file)


def _samples(facts: TaskFacts, run: RunFacts, latency: Latency) -> Iterator[Finding]:
    if latency.smallest < SMALLEST_MS:
        yield _at_zero(facts, run, f"The smallest latency of {plain(latency.smallest, 9)} ms")
    if latency.count > 1 and latency.commonest_count * 2 > latency.count:
        message = (
            f"{latency.commonest_count:,} of the {latency.count:,} samples{facts.of_run(run)} are exactly "
            f"{plain(latency.commonest)} ms: measured latencies spread."
        )
        yield finding("latency-suspicious", message, task=facts.slug, file=run.result.file)


def _at_zero(facts: TaskFacts, run: RunFacts, what: str) -> Finding:
    message = f"{what}{facts.of_run(run)} is under {plain(SMALLEST_MS)} ms, which no measurement shows."
    remedy = "Check the unit of the file: samples are milliseconds."
    return finding("crossing-at-zero", message, task=facts.slug, file=run.result.file, remedy=remedy)
