"""Files in memory, and the readers called as a verification calls them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from scoring.goldset import Gold
from scoring.readers import LogReading, PredictionsReading, read_log, read_predictions
from scoring.readers.text import source_of
from scoring.rules import WHOLE, Phase, Rules, Task
from scoring.values import Source
from tests.scoring.tasks import RULES, SST2


def sent(data: str | bytes, name: str = "sent") -> Source:
    return source_of(name, data.encode() if isinstance(data, str) else data)


def on_disk(path: Path) -> Source:
    return sent(path.read_bytes(), path.name)


def log(data: str | bytes, *tasks: Task, phase: Phase = Phase.FINETUNING, rules: Rules = RULES, **more) -> LogReading:
    return read_log(sent(data, "log"), tasks=tasks or (SST2,), rules=rules, phase=phase, **more)


def predictions(
    data: str | bytes | Mapping[str, str | bytes], task: Task, gold: Gold | None = None, label_order: str | None = None
) -> PredictionsReading:
    files = data if isinstance(data, Mapping) else {WHOLE: data}
    sources = {part: sent(content, f"predictions {part}".strip()) for part, content in files.items()}
    return read_predictions(sources, task=task, gold=gold, label_order=label_order, rules=RULES)


def codes(reading) -> list[str]:
    return [found.code for found in reading.findings]


def metrics(reading: LogReading, task: Task = SST2) -> list[str]:
    """As text without zeros at the end, so that nothing is rounded on the way."""
    texts = [format(point.metric, "f") for point in reading.curves[task.slug]]
    return [text.rstrip("0").rstrip(".") if "." in text else text for text in texts]


def seconds(reading: LogReading, task: Task = SST2) -> list[float]:
    return [point.seconds for point in reading.curves[task.slug]]


def labels_file(labels: Sequence[str], header: str = "index\tprediction") -> str:
    return "\n".join([header, *(f"{row}\t{label}" for row, label in enumerate(labels))]) + "\n"
