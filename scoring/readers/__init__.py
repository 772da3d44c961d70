"""Evidence files -> plain values with findings. No function here raises, whatever the bytes are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from scoring.goldset import Gold
from scoring.readers.readings import LatencyReading, LogReading, PredictionsReading
from scoring.rules import Phase, Rules, Task
from scoring.values import Source


def read_log(
    source: Source,
    *,
    tasks: Sequence[Task],
    rules: Rules,
    phase: Phase,
    started_at: datetime | None = None,
    log_pattern: tuple[str, str] | None = None,
) -> LogReading:
    return LogReading()


def read_latencies(source: Source, *, tasks: Sequence[Task], rules: Rules) -> LatencyReading:
    return LatencyReading()


def read_predictions(
    sources: Mapping[str, Source], *, task: Task, gold: Gold | None, label_order: str | None, rules: Rules
) -> PredictionsReading:
    return PredictionsReading()


__all__ = ["LatencyReading", "LogReading", "PredictionsReading", "read_latencies", "read_log", "read_predictions"]
