"""Do the claims agree with what was derived? Compared as decimals as written, so that exactly 1% is still agreement."""

from collections.abc import Iterator
from decimal import Decimal

from scoring.checks.exact import exact
from scoring.checks.facts import TaskFacts
from scoring.checks.words import percent, plain
from scoring.findings import Finding, finding
from scoring.rules import Feedback, Phase
from scoring.values import Outcome

SHARE = Decimal("0.01")
POINTS = Decimal("0.05")


def check_claims(facts: TaskFacts) -> Iterator[Finding]:
    """claim-time-, claim-cost- and claim-metric-mismatch. An invalid task has nothing to compare with."""
    if facts.measurement.outcome not in (Outcome.REACHED, Outcome.NOT_REACHED):
        return
    yield from _times(facts)
    yield from _ratio(facts, "claim-cost-mismatch", facts.evidence.claims.usd, facts.measurement.cost_usd, "US dollars")
    yield from _metric(facts)


def _times(facts: TaskFacts) -> Iterator[Finding]:
    code, claims, derived = "claim-time-mismatch", facts.evidence.claims, facts.measurement
    if facts.bundle.phase is not Phase.INFERENCE:
        yield from _ratio(facts, code, claims.seconds, derived.seconds, "s")
        return
    yield from _ratio(facts, code, claims.milliseconds, derived.value, "ms")
    if any(run.sent.latencies for run in facts.runs):
        yield from _ratio(facts, code, facts.evidence.mean_ms, derived.value, "ms")


def _ratio(facts: TaskFacts, code: str, claimed: float | None, derived: float | None, unit: str) -> Iterator[Finding]:
    if claimed is None:
        return
    if derived is None:
        if facts.measurement.outcome is Outcome.NOT_REACHED:
            message = (
                f"The claim for {facts.slug} is {plain(claimed)} {unit}, but the evidence does not reach the cut-off."
            )
            yield finding(code, message, task=facts.slug)
        return
    if abs(exact(claimed) - exact(derived)) > SHARE * exact(derived):
        message = (
            f"The claim for {facts.slug} is {plain(claimed)} {unit}; the evidence gives {plain(derived)} {unit}, "
            "more than 1% away."
        )
        yield finding(code, message, task=facts.slug, file=facts.measurement.file, line=facts.measurement.line)


def _metric(facts: TaskFacts) -> Iterator[Finding]:
    claimed, derived = facts.evidence.claims.metric, _derived_metric(facts)
    if claimed is None or derived is None:
        return
    points = claimed * 100 if _is_fraction(facts, claimed) else claimed
    if abs(points - derived) > POINTS:
        source = "predictions prove" if facts.bundle.phase is Phase.INFERENCE else "log says, at the crossing,"
        message = (
            f"The claimed metric for {facts.slug} is {percent(points)}; the {source} {percent(derived)}, "
            "more than 0.05 points away."
        )
        yield finding(
            "claim-metric-mismatch", message, task=facts.slug, file=facts.measurement.file, line=facts.measurement.line
        )


def _derived_metric(facts: TaskFacts) -> Decimal | None:
    """The log's metric at the crossing; in inference the proven one.

    Where an edition hides the proven metric, a claim is not compared with it: the answer would tell it step by step.
    """
    if facts.bundle.phase is not Phase.INFERENCE:
        return facts.measurement.metric
    proven = facts.measurement.proven_metric
    if proven is None or facts.rules.feedback is Feedback.CUTOFF_ONLY:
        return None
    return exact(proven)


def _is_fraction(facts: TaskFacts, claimed: Decimal) -> bool:
    """A claim follows its log. Inference has none: there, a claim up to 1 is a fraction."""
    return claimed <= 1 if facts.bundle.phase is Phase.INFERENCE else facts.fractions
