"""Can the energy that a tracker wrote be that of this run? It is never scored, and never makes a result invalid."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from scoring.checks.exact import exact
from scoring.checks.facts import SubmissionFacts
from scoring.checks.words import plain
from scoring.energy import distinct
from scoring.findings import Finding, finding
from scoring.rules import Phase
from scoring.values import Energy, Measurement, TaskEvidence

SHARE = Decimal("0.05")
JOULES_A_KWH = 3_600_000


def check_energy(facts: SubmissionFacts) -> Iterator[Finding]:
    """power-impossible and duration-disagrees, once for each tracked run, whatever the number of its tasks."""
    for energy in distinct([sent.energy for sent in facts.sent if sent.energy]):
        tracked = [sent for sent in facts.sent if sent.energy == energy]
        task = tracked[0].task if len(tracked) == 1 else ""
        yield from _power(facts, energy, task)
        if facts.bundle.phase is not Phase.INFERENCE:
            yield from _duration(facts, energy, tracked, task)


def _power(facts: SubmissionFacts, energy: Energy, task: str) -> Iterator[Finding]:
    code = "power-impossible"
    if energy.kwh == 0:
        yield finding(code, "The energy is 0.", task=task, file=energy.file, line=energy.line)
        return
    units = facts.price.units if facts.price else facts.bundle.hardware.count
    if energy.seconds == 0:
        message = f"{plain(energy.kwh)} kWh in no time at all: no power does that."
        yield finding(code, message, task=task, file=energy.file, line=energy.line)
    elif energy.watts is not None and facts.rated_watts is not None and _is_over(energy, units * facts.rated_watts):
        message = (
            f"{plain(energy.kwh, 9)} kWh in {plain(energy.seconds or 0)} s are {plain(energy.watts, 1)} W on average; "
            f"the hardware is rated for {plain(units * facts.rated_watts)} W."
        )
        yield finding(code, message, task=task, file=energy.file, line=energy.line)


def _is_over(energy: Energy, watts: float) -> bool:
    return exact(energy.kwh) * JOULES_A_KWH > exact(watts) * exact(energy.seconds or 0)


def _duration(facts: SubmissionFacts, energy: Energy, tracked: Sequence[Measurement], task: str) -> Iterator[Finding]:
    """A tracker runs until the crossing or until the log ends; where there is no time in a log, the claim counts."""
    if energy.seconds is None:
        return
    known = _from_logs(tracked) or _from_claims(facts.bundle.tasks, tracked)
    if not known or any(_agree(energy.seconds, seconds) for seconds in known):
        return
    nearest = min(known, key=lambda seconds: abs(seconds - (energy.seconds or 0)))
    message = (
        f"The tracker ran for {plain(energy.seconds, 1)} s; what the log or the claim says is {plain(nearest, 1)} s, "
        "more than 5% away."
    )
    yield finding("duration-disagrees", message, task=task, file=energy.file, line=energy.line)


def _agree(first: float, second: float) -> bool:
    return abs(exact(first) - exact(second)) <= SHARE * exact(max(first, second))


def _from_logs(tracked: Sequence[Measurement]) -> set[float]:
    """The times that a tracker may have run for: to the crossing or to the end, of one run or of all of them."""
    ends = [_ends(sent) for sent in tracked]
    crossings = [[run.seconds for run in sent.runs if run.seconds is not None] for sent in tracked]
    found = {seconds for times in (*ends, *crossings) for seconds in times} if len(tracked) == 1 else set()
    found |= {sum(sum(times) for times in several) for several in (ends, crossings) if all(several)}
    return {seconds for seconds in found if seconds > 0}


def _ends(sent: Measurement) -> list[float]:
    """When the log of each run ends."""
    curves = [run.curve for run in sent.runs] if not sent.curves else list(sent.curves.values())[:1]
    return [curve[-1].seconds for curve in curves if curve]


def _from_claims(evidence: Sequence[TaskEvidence], tracked: Sequence[Measurement]) -> set[float]:
    slugs = {sent.task for sent in tracked}
    claims = [one.claims.seconds for one in evidence if one.task in slugs and one.claims.seconds]
    return {sum(claims)} if len(claims) == len(slugs) else set()
