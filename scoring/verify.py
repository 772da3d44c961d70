"""The one composition: a bundle, the rules, gold and prices -> a report. The same for server, page and laptop."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from scoring.checks import EVIDENCE_CHECKS, RESULT_CHECKS, SUBMISSION_CHECKS, TaskCheck
from scoring.checks.facts import SubmissionFacts, TaskFacts
from scoring.cost import choose_price
from scoring.findings import Finding, Severity
from scoring.goldset import Gold
from scoring.measuring import Measured, Progress, Setting, measured, missing, not_run, together
from scoring.readers import read_energy
from scoring.reports import DETAIL_KEYS, as_json, curves_json, details, digests_json
from scoring.rules import ALL_TASKS, Phase, Rules, Task
from scoring.values import Bundle, Measurement, Offer, Outcome, Peers, Price, Report, RunResult, TaskEvidence

ENGINE_VERSION = "1"
"""Kept with every verification; goes up when the same evidence can come to another result."""

VERIFIED, PARTLY_PROVEN, UNPROVEN, LOG_CHECKED = "verified", "partly proven", "unproven", "log checked"


NO_PEERS = Peers()
NO_WATTS: Mapping[str, float] = {}


def _part(progress: Progress, number: int, of: int) -> Progress:
    """Progress within one of several equal parts, told as that of the whole."""
    return lambda share, activity: progress((number + share) / of, activity)


def _silent(share: float, activity: str) -> None:
    """Nobody wants to know how far it is."""


def verify(
    bundle: Bundle,
    rules: Rules,
    *,
    gold: Mapping[str, Gold],
    offers: Sequence[Offer],
    default_offers: Mapping[str, str],
    confirmed: frozenset[str] = frozenset(),
    rated_watts: Mapping[str, float] = NO_WATTS,
    peers: Peers = NO_PEERS,
    progress: Progress = _silent,
) -> Report:
    """All that is to be found and derived. Never raises about the files that a submitter sent.

    `gold` holds the imported gold labels by task, `confirmed` the tasks whose gold has the hash that the edition
    publishes, `offers` the catalogue without superseded rows, `default_offers` the edition's series by accelerator,
    `rated_watts` what one priced unit of an accelerator is rated for.
    `progress` hears the share done (0 to 1) and the activity in words, before each run and at the end.
    Raises ValueError where the bundle names a task that the phase does not measure: a manifest is checked before.
    """
    price, findings = choose_price(
        bundle.hardware, offers, default_offers.get(bundle.hardware.accelerator), bundle.run_date
    )
    measurements: dict[str, Measurement] = {}
    for number, evidence in enumerate(_board_order(bundle, rules)):
        setting = Setting(bundle, rules, evidence, _known(bundle, rules, evidence.task), gold.get(evidence.task))
        measurement, found = _task(setting, price, peers, _part(progress, number, len(bundle.tasks)))
        measurements[evidence.task] = measurement
        findings += found
    watts = rated_watts.get(bundle.hardware.accelerator)
    facts = SubmissionFacts(bundle, rules, tuple(measurements.values()), price, watts)
    for check in SUBMISSION_CHECKS:
        findings += check(facts)
    absent = {slug: not_run(slug, bundle.phase) for slug in missing(bundle, rules)}
    progress(1.0, "Done")
    return Report(
        findings=tuple(findings),
        measurements=tuple(_in_board_order(rules, measurements | absent)),
        price=price,
        badge=badge(bundle.phase, measurements.values(), confirmed),
    )


def _board_order(bundle: Bundle, rules: Rules) -> list[TaskEvidence]:
    """The evidence in the edition's order of tasks, whatever order the manifest was written or kept in."""
    positions = {task.slug: position for position, task in enumerate(rules.tasks)}
    return sorted(bundle.tasks, key=lambda evidence: positions.get(evidence.task, len(positions)))


def _known(bundle: Bundle, rules: Rules, slug: str) -> Task | None:
    """The task of the edition; None for `all` in pretraining."""
    task = rules.task(slug)
    if (task is None) != (bundle.phase is Phase.PRETRAINING) or (task is None and slug != ALL_TASKS):
        raise ValueError(f"{bundle.phase.value} of {rules.edition} does not measure {slug!r}")
    return task


def _task(setting: Setting, price: Price | None, peers: Peers, progress: Progress) -> tuple[Measurement, list[Finding]]:
    evidence = setting.evidence
    runs: list[Measured] = []
    for number, run in enumerate(evidence.runs, start=1):
        words = f"Reading {evidence.task}, run {number} of {len(evidence.runs)}"
        progress((number - 1) / len(evidence.runs), words)
        runs.append(measured(setting, number, run))
    findings = [_placed(found, evidence) for run in runs for found in run.findings]
    facts = TaskFacts(
        bundle=setting.bundle,
        rules=setting.rules,
        peers=peers,
        evidence=evidence,
        task=setting.task,
        runs=tuple(run.facts for run in runs),
        has_gold=setting.gold is not None,
        fractions=any(found.code == "scale-converted" for found in findings),
        measurement=together(setting, tuple(runs), price, invalid=False),
    )
    findings += _checked(facts, EVIDENCE_CHECKS)
    invalid = any(found.severity is Severity.ERROR for found in findings)
    measurement = together(setting, tuple(runs), price, invalid=invalid)
    findings += _checked(replace(facts, measurement=measurement), RESULT_CHECKS)
    if evidence.energy is None:
        return measurement, findings
    reading = read_energy(evidence.energy, run_id=evidence.energy_run_id, rules=setting.rules)
    findings += [_placed(found, evidence) for found in reading.findings]
    return replace(measurement, energy=reading.energy), findings


def _placed(found: Finding, evidence: TaskEvidence) -> Finding:
    """A reader that means the whole file names no task; the submission does."""
    return found if found.task else replace(found, task=evidence.task)


def _checked(facts: TaskFacts, checks: Iterable[TaskCheck]) -> list[Finding]:
    return [found for check in checks for found in check(facts)]


def _in_board_order(rules: Rules, measurements: Mapping[str, Measurement]) -> Iterator[Measurement]:
    """The edition's tasks in its order; then what spans tasks, or what no task of the edition is named."""
    known = [task.slug for task in rules.tasks if task.slug in measurements]
    return (measurements[slug] for slug in (*known, *(slug for slug in measurements if slug not in known)))


def badge(phase: Phase, measurements: Iterable[Measurement], confirmed: frozenset[str]) -> str:
    """What the evidence proves, in one of the words of PROTOCOL section 1.

    `verified`: every reached task is proven by complete predictions against confirmed gold. `partly proven`: not that,
    but a reached task is, or by the predictions of a part of its dev set. `unproven`: none is. Predictions against gold
    whose hash the edition does not publish are measured and shown, but prove nothing to readers: whoever runs the
    server could have imported anything. Pretraining brings no predictions: `log checked`.
    """
    if phase is Phase.PRETRAINING:
        return LOG_CHECKED
    reached = [measurement for measurement in measurements if measurement.outcome is Outcome.REACHED]
    proven = [measurement for measurement in reached if measurement.task in confirmed and _is_proven(measurement)]
    if not proven:
        return UNPROVEN
    complete = all(run.proof.complete for measurement in proven for run in _reached(measurement) if run.proof)
    return VERIFIED if complete and len(proven) == len(reached) else PARTLY_PROVEN


def _reached(measurement: Measurement) -> list[RunResult]:
    return [run for run in measurement.runs if run.outcome is Outcome.REACHED]


def _is_proven(measurement: Measurement) -> bool:
    return all(run.proof is not None and run.proof.reaches_cutoff is True for run in _reached(measurement))


__all__ = [
    "DETAIL_KEYS",
    "ENGINE_VERSION",
    "as_json",
    "badge",
    "curves_json",
    "details",
    "digests_json",
    "verify",
]
