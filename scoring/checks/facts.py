"""What a check may look at: the evidence of one task and what it came to, or the whole submission."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.latency import Latency
from scoring.rules import Rules, Task
from scoring.values import Bundle, Measurement, Outcome, Peers, Price, Run, RunResult, TaskEvidence


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run as sent and as read. `number` counts from 1, as submitters do."""

    number: int
    sent: Run
    result: RunResult
    late: bool = False
    """The cut-off was reached, but only after the epoch limit."""
    latency: Latency | None = None
    perfect: bool = False
    """The predictions equal the gold labels on every row."""

    @property
    def reached(self) -> bool:
        return self.result.outcome is Outcome.REACHED


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """One task of a submission. `task` is None where the evidence spans tasks (pretraining)."""

    bundle: Bundle
    rules: Rules
    peers: Peers
    evidence: TaskEvidence
    task: Task | None
    runs: tuple[RunFacts, ...]
    has_gold: bool
    fractions: bool
    """The log's metric column held fractions of 1, so that a claim is one as well."""
    measurement: Measurement

    @property
    def slug(self) -> str:
        return self.evidence.task

    @property
    def cutoff(self) -> Decimal:
        """In pretraining the curve is that of margins, whose cut-off is zero."""
        return self.task.cutoff if self.task else Decimal(0)

    def of_run(self, run: RunFacts) -> str:
        """` of run 2` where there are several, for messages."""
        return f" of run {run.number}" if len(self.runs) > 1 else ""


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """The whole submission, after every task was measured. `sent` leaves out the tasks that were not."""

    bundle: Bundle
    rules: Rules
    sent: Sequence[Measurement]
    price: Price | None = None
    rated_watts: float | None = None
    """Of one priced unit of the hardware; None where nobody knows."""
