"""The plain values between readers, rules and checks. Times are seconds, metrics percent, money US dollars."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import BinaryIO

from scoring.findings import Finding
from scoring.rules import Phase

# --- what was sent -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """One evidence file: the name the submitter knows it by, and a way to open its bytes as often as needed."""

    name: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Run:
    """The evidence of one run (seed) of one task. `predictions` is keyed by part, `WHOLE` where there is one file."""

    log: Source | None = None
    predictions: Mapping[str, Source] = field(default_factory=dict)
    latencies: Source | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    seconds: float | None = None
    milliseconds: float | None = None
    usd: float | None = None
    metric: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TaskEvidence:
    """What a submission brings for one task (slug, or `all` in pretraining). Runs are paired by position."""

    task: str
    runs: tuple[Run, ...]
    claims: Claims = Claims()
    mean_ms: float | None = None
    samples: int | None = None
    batch_size: int = 1
    label_order: str | None = None
    log_pattern: tuple[str, str] | None = None
    energy: Source | None = None
    energy_run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Hardware:
    """What the submission ran on. `count` counts accelerators as the catalogue prints them (chips, GPUs, instances)."""

    accelerator: str
    count: int = 1
    offer: str | None = None
    usd_per_hour: float | None = None
    price_source: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A whole submission as plain values: what `verify` reads."""

    phase: Phase
    tasks: tuple[TaskEvidence, ...]
    hardware: Hardware
    run_date: date
    code_url: str = ""
    clock: str | None = None
    includes_evaluation: str = "unknown"
    started_at: datetime | None = None

    def sources(self) -> Iterator[Source]:
        """Every file that is read."""
        for task in self.tasks:
            for run in task.runs:
                yield from (source for source in (run.log, run.latencies, *run.predictions.values()) if source)
            if task.energy:
                yield task.energy


@dataclass(frozen=True, slots=True)
class Offer:
    """A catalogue price row (PROTOCOL section 4). `slug` names a series, whose rows differ in `valid_from`."""

    slug: str
    accelerator: str
    unit: str
    accelerators_per_unit: int
    provider: str
    region: str
    pricing: str
    usd_per_unit_hour: Decimal
    valid_from: date
    source: str
    note: str = ""


def _nobody(task: str, digests: Collection[str]) -> Collection[str]:
    """Offline, no other predictions are known."""
    return ()


@dataclass(frozen=True, slots=True)
class Peers:
    """What the server knows of other submissions, for the checks that compare; empty offline.

    `sent_by_others` says, of a task and digests of predictions, which of them other people have sent; it is asked once
    a task, so that nobody needs to know them all. `best_seconds` and `best_usd` are the best approved value of each
    task on like hardware.
    """

    sent_by_others: Callable[[str, Collection[str]], Collection[str]] = field(default=_nobody, compare=False)
    best_seconds: Mapping[str, float] = field(default_factory=dict)
    best_usd: Mapping[str, float] = field(default_factory=dict)


# --- what was read and derived -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """One dev evaluation of a log: elapsed seconds, metric in percent exactly as written, and the line it stands on."""

    seconds: float
    metric: Decimal
    line: int
    epoch: float | None = None
    step: int | None = None


Curve = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """The first evaluation at or above the cut-off and the one before it (None: the clock's zero)."""

    at: Point
    after: Point | None

    @property
    def bracket(self) -> tuple[float, float]:
        return (self.after.seconds if self.after else 0.0, self.at.seconds)


class Stability(StrEnum):
    HELD = "held"
    DIPPED = "dipped"
    LOST = "lost"


class Outcome(StrEnum):
    """What became of one task (PROTOCOL section 1). Only `REACHED` has a value."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NOT_RUN = "not_run"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Price:
    """The price that scores, and why: `usd_per_unit_hour` times `units` an hour."""

    usd_per_unit_hour: Decimal
    units: int
    offer: Offer | None
    declared: bool
    note: str = ""

    @property
    def usd_per_hour(self) -> float:
        return float(self.usd_per_unit_hour) * self.units


@dataclass(frozen=True, slots=True)
class Proof:
    """What predictions prove against the gold labels. `metric` in percent; None where there is no gold."""

    metric: float | None
    reaches_cutoff: bool | None
    rows: int
    gold_rows: int
    complete: bool
    interval: tuple[float, float] | None = None
    digest: str = ""
    """A digest of the labels as understood, equal for equal predictions in any format."""
    detail: Mapping[str, float] = field(default_factory=dict)
    """Counts behind the metric, for the derivation: correct, found, gold, or accuracy a part."""


class Tier(StrEnum):
    """How an energy value came about, the surest first (PROTOCOL section 7)."""

    METERED = "metered"
    """By a meter between wall and machine."""
    COUNTER = "counter"
    """From the hardware's own counters."""
    ESTIMATE = "estimate"
    """By a model of what parts draw."""
    CLAIMED = "claimed"
    """Said by the submitter."""


@dataclass(frozen=True, slots=True)
class Energy:
    """The energy of one tracked run, as its tracker wrote it. Never scored."""

    kwh: float
    co2e_kg: float | None
    seconds: float | None
    """How long the tracker ran."""
    tier: Tier
    tracker: str
    """The tracker in words, with its version where the file tells it."""
    file: str = ""
    sha256: str = ""
    line: int | None = None
    run_id: str = ""

    @property
    def watts(self) -> float | None:
        """Average power; None where the tracker tells no duration."""
        return self.kwh * 3_600_000 / self.seconds if self.seconds else None


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one run of one task came to."""

    outcome: Outcome
    seconds: float | None = None
    metric: Decimal | None = None
    crossing: Crossing | None = None
    stability: Stability | None = None
    margin: Decimal | None = None
    proof: Proof | None = None
    file: str = ""
    sha256: str = ""
    line: int | None = None
    format: str = ""
    """The log's format in words."""
    clock: str = ""
    """Which clock was read, in words: part of the derivation."""
    estimated: bool = False
    curve: Curve = ()
    samples: int | None = None
    percentiles: Mapping[str, float] = field(default_factory=dict)
    """Inference: `p50`, `p95`, `p99` and `standard_error`, in milliseconds."""
    value: float | None = None
    """`seconds` in the unit of the measurement (h, s, ms), without a rounding on the way."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one task came to over its runs. `value` is in `unit` (h, s, ms); `seconds` is the same in seconds."""

    task: str
    outcome: Outcome
    unit: str
    runs: tuple[RunResult, ...] = ()
    value: float | None = None
    seconds: float | None = None
    cost_usd: float | None = None
    metric: Decimal | None = None
    proven_metric: float | None = None
    reaches_cutoff: bool | None = None
    file: str = ""
    line: int | None = None
    bracket: tuple[float, float] | None = None
    margin: Decimal | None = None
    stability: Stability | None = None
    estimated: bool = False
    spread: float | None = None
    """Largest minus smallest value over the runs that reached, in `unit`; None for a single run."""
    interval: tuple[float, float | None] | None = None
    """The 95% bootstrap interval of `value`, in `unit`; an upper end of None is N/R. None for a single run."""
    curves: Mapping[str, Curve] = field(default_factory=dict)
    """Pretraining only: the curve of every task by slug; else empty, as runs carry their own."""
    energy: Energy | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that a verification found: the same for server, page and laptop."""

    findings: tuple[Finding, ...]
    measurements: tuple[Measurement, ...]
    price: Price | None
    badge: str
    """`verified`, `partly proven`, `unproven` or `log checked` (PROTOCOL section 1)."""

    @property
    def passes(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)
