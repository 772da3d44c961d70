"""Evidence files -> plain values with findings. No function here raises, whatever the bytes are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from scoring.goldset import Gold
from scoring.readers import energy, latencies, logs, predictions
from scoring.readers.evaluations import LogRequest
from scoring.readers.readings import EnergyReading, LatencyReading, LogReading, PredictionsReading
from scoring.rules import Phase, Rules, Task
from scoring.values import Source

__all__ = [
    "EnergyReading",
    "LatencyReading",
    "LogReading",
    "PredictionsReading",
    "read_energy",
    "read_latencies",
    "read_log",
    "read_predictions",
]


def read_log(
    source: Source,
    *,
    tasks: Sequence[Task],
    rules: Rules,
    phase: Phase,
    started_at: datetime | None = None,
    log_pattern: tuple[str, str] | None = None,
    clock: str | None = None,
) -> LogReading:
    """The learning curves of `tasks` in a log of any format that is read (PROTOCOL section 7).

    `clock` is the one that the manifest names: `first_line` puts zero at the log's first record with a time.
    """
    return logs.read(source, LogRequest(tasks, rules, phase, started_at, log_pattern, clock))


def read_latencies(source: Source, *, tasks: Sequence[Task], rules: Rules) -> LatencyReading:
    """The latency samples of `tasks`, in milliseconds (PROTOCOL sections 3 and 7)."""
    return latencies.read(source, tasks, rules)


def read_predictions(
    sources: Mapping[str, Source], *, task: Task, gold: Gold | None, label_order: str | None, rules: Rules
) -> PredictionsReading:
    """What the predictions prove. `sources` by part name, `WHOLE` where one file is for all; without `gold` no metric.

    The findings here are about the file alone; those that compare the proof with cut-off, log or claims are checks'.
    """
    return predictions.read(sources, task, gold, label_order, rules)


def read_energy(source: Source, *, run_id: str | None, rules: Rules) -> EnergyReading:
    """What a tracker measured; `run_id` names the run where its file has several (PROTOCOL section 7)."""
    return energy.read(source, run_id, rules)
