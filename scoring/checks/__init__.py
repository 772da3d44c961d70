"""The checks of PROTOCOL section 8: each takes facts and yields findings. A new one is a new file and a name below.

What a reader finds while it reads, and what choosing a price finds, comes beside these.
"""

from collections.abc import Callable, Iterator

from scoring.checks.claims import check_claims
from scoring.checks.copies import check_predictions_are_own, check_runs_differ
from scoring.checks.energy import check_energy
from scoring.checks.evidence import check_evidence_is_there, check_gold_is_there
from scoring.checks.facts import SubmissionFacts, TaskFacts
from scoring.checks.latencies import check_latencies
from scoring.checks.logs import check_crossings
from scoring.checks.plausibility import check_plausible
from scoring.checks.predictions import check_predictions_prove_the_log
from scoring.checks.submission import check_clock, check_code, check_something_was_reached
from scoring.findings import Finding

TaskCheck = Callable[[TaskFacts], Iterator[Finding]]
SubmissionCheck = Callable[[SubmissionFacts], Iterator[Finding]]

EVIDENCE_CHECKS: tuple[TaskCheck, ...] = (
    check_evidence_is_there,
    check_crossings,
    check_latencies,
    check_predictions_prove_the_log,
    check_predictions_are_own,
    check_runs_differ,
    check_gold_is_there,
)
"""About the files: an error makes the task invalid, as its number would rest on them."""

RESULT_CHECKS: tuple[TaskCheck, ...] = (check_claims, check_plausible)
"""About what was derived: an error blocks review and leaves the number standing, so that it can be compared."""

SUBMISSION_CHECKS: tuple[SubmissionCheck, ...] = (
    check_something_was_reached,
    check_clock,
    check_code,
    check_energy,
)

__all__ = ["EVIDENCE_CHECKS", "RESULT_CHECKS", "SUBMISSION_CHECKS", "SubmissionCheck", "TaskCheck"]
