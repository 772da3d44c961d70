"""An edition as frozen values: tasks, cut-offs and limits (PROTOCOL sections 1-3, 7)."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Phase(StrEnum):
    PRETRAINING = "pretraining"
    FINETUNING = "finetuning"
    INFERENCE = "inference"


class Measure(StrEnum):
    TIME = "time"
    COST = "cost"
    EFFICIENCY = "efficiency"


ALL_TASKS = "all"
"""The slug under which evidence stands that spans tasks: pretraining's one log."""

WHOLE = ""
"""The name of the only part of a gold set that has no parts."""

INFERENCE_INPUTS = 100_000
"""Inference cost is that of this many inputs (PROTOCOL section 4)."""


class MetricKind(StrEnum):
    ACCURACY = "accuracy"
    ENTITY_F1 = "entity_f1"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a gold set that is scored by itself; the metric of a task is the mean over its parts."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Task:
    """A data set with a dev metric (percent, 0-100) and a cut-off (PROTOCOL section 2)."""

    slug: str
    title: str
    metric: MetricKind
    cutoff: Decimal
    parts: tuple[Part, ...]
    labels: tuple[str, ...] = ()
    """Label names of a classification task; empty for tagging."""
    label_orders: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Named readings of integer labels: (name, labels by integer). The first is the usual one."""
    metric_names: tuple[str, ...] = ()
    """Column names a log may give the metric, lower case, without `eval_`, `dev_`, `val_`."""

    @property
    def gold_size(self) -> int:
        return sum(part.size for part in self.parts)

    @property
    def is_tagging(self) -> bool:
        return self.metric is MetricKind.ENTITY_F1


class Feedback(StrEnum):
    """What a submitter sees of the proven metric before approval (PROTOCOL section 8)."""

    VALUE = "value"
    CUTOFF_ONLY = "cutoff_only"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before it is parsed (PROTOCOL section 7, the table of limits). Sizes in bytes."""

    file_bytes: int = 200_000_000
    unpacked_bytes: int = 1_000_000_000
    submission_bytes: int = 1_000_000_000
    submission_files: int = 64
    line_bytes: int = 64 * 1024
    log_rows: int = 20_000_000
    json_depth: int = 32
    manifest_bytes: int = 256 * 1024
    verification_seconds: int = 600
    verification_bytes: int = 1024**3


@dataclass(frozen=True, slots=True)
class Rules:
    """One edition, ready to verify with. `tasks` stand in board order, which is also that of `result.csv`."""

    edition: str
    revision: int
    tasks: tuple[Task, ...]
    epoch_limit: Decimal = Decimal("5.0")
    clock: str = "training_start"
    minimum_samples: int = 1000
    feedback: Feedback = Feedback.VALUE
    limits: Limits = field(default_factory=Limits)

    def task(self, slug: str) -> Task | None:
        return next((task for task in self.tasks if task.slug == slug), None)
