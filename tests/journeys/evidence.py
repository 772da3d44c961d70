"""What the journeys send to `hulk-2020`: manifests, logs and latencies, made; predictions are real ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.shared_data import shared_file

NAMES = {"conll2003": "f1", "sst2": "accuracy"}
HALVES = ("matched", "mismatched")
CHIEU = "data/predictions/conll2003/systems/chieu.testa.txt"
MAYFIELD = "data/predictions/conll2003/systems/mayfield.testa.txt"
SST2_AT = "data/predictions/sst2/edge_785of872.tsv"
SST2_BELOW = "data/predictions/sst2/edge_784of872.tsv"
CROSSES = {
    "conll2003": [(20.25, 85.5), (40.5, 90.99), (60.75, 93.0), (81, 93.2)],
    "sst2": [(15, 86.5), (28.75, 90.1), (40, 90.3)],
    "mnli": [(100, 80), (500.5, 85.2), (800, 85.4)],
}
"""Seconds and metric of each evaluation; each task is reached at its second or third."""
NEVER = {task: [(10, 50), (20, 60.5)] for task in CROSSES}
CODE = "https://example.org/code"


def shared(name: str) -> bytes:
    return shared_file(name).read_bytes()


def log(task: str, points: Sequence[tuple[float, float]] | None = None) -> bytes:
    """A CSV log of dev evaluations; MNLI has a column a half."""
    points = CROSSES[task] if points is None else points
    if task == "mnli":
        rows = [f"{seconds},{metric + 0.1:.4f},{metric - 0.1:.4f}" for seconds, metric in points]
        return "\n".join(["seconds,accuracy_matched,accuracy_mismatched", *rows, ""]).encode()
    rows = [f"{seconds},{metric}" for seconds, metric in points]
    return "\n".join([f"seconds,{NAMES[task]}", *rows, ""]).encode()


def latencies(milliseconds: float, count: int = 1000) -> bytes:
    """A sample a line, a little above and below."""
    return b"".join(b"%.4f\n" % (milliseconds + (row % 11 - 5) / 100) for row in range(count))


def manifest(phase: str, tasks: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """A manifest for one RTX 2080 Ti on the day of the paper, unless said otherwise."""
    name = values.pop("name", "Journey-Base")
    hardware = values.pop("hardware", {"accelerator": "rtx-2080-ti"})
    model = {"name": name, "organisation": "Journey Lab", "parameters_millions": 110, "code_url": CODE}
    known = {"edition": "hulk-2020", "phase": phase, "run_date": "2020-02-01", "includes_evaluation": "no"}
    return {**known, "model": model, "hardware": hardware, "tasks": dict(tasks), **values}


def finetuning(
    predictions: Mapping[str, Any], logs: Mapping[str, bytes] | None = None, **values: Any
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A fine-tuning bundle: manifest and files. Predictions are bytes, or bytes by half; logs cross unless given."""
    tasks: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for task, sent in predictions.items():
        files[f"{task}/log.csv"] = (logs or {}).get(task) or log(task)
        tasks[task] = {"log": f"{task}/log.csv", "predictions": _add(files, task, sent)}
    return manifest("finetuning", tasks, **values), files


def inference(
    predictions: Mapping[str, Any], milliseconds: Mapping[str, float], **values: Any
) -> tuple[dict[str, Any], dict[str, bytes]]:
    tasks: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for task, sent in predictions.items():
        files[f"{task}/ms.txt"] = latencies(milliseconds[task])
        tasks[task] = {"latencies": f"{task}/ms.txt", "predictions": _add(files, task, sent)}
    return manifest("inference", tasks, **values), files


def pretraining(text: str, **values: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """One log with a row for each checkpoint tried, on 8 V100."""
    hardware = values.pop("hardware", {"accelerator": "v100-16gb", "count": 8})
    tasks = {"all": {"log": "pretraining.csv"}}
    return manifest("pretraining", tasks, hardware=hardware, **values), {"pretraining.csv": text.encode()}


def _add(files: dict[str, bytes], task: str, sent: Any) -> Any:
    """Puts predictions beside the other files; what the manifest says of them."""
    if isinstance(sent, bytes):
        files[f"{task}/dev.txt"] = sent
        return f"{task}/dev.txt"
    names = {half: f"{task}/{half}.tsv" for half in sent}
    files.update({names[half]: content for half, content in sent.items()})
    return names


def mnli(pair: str) -> dict[str, bytes]:
    """Both halves of one of the shared pairs."""
    folder = f"data/predictions/mnli/{pair}"
    return {"matched": shared(f"{folder}/MNLI-m.tsv"), "mismatched": shared(f"{folder}/MNLI-mm.tsv")}


def mnli_mended(pair: str, rows: int) -> dict[str, bytes]:
    """A pair with that many of its wrong matched rows put right."""
    halves = mnli(pair)
    gold = shared("data/gold/mnli_dev_matched.tsv").splitlines()
    lines = halves["matched"].splitlines()
    wrong = [number for number, (line, right) in enumerate(zip(lines, gold, strict=True)) if number and line != right]
    for number in wrong[:rows]:
        lines[number] = gold[number]
    return {**halves, "matched": b"\n".join(lines) + b"\n"}
