"""All sample bundles as bytes: those of `bundles`, and one for each format that other tools write."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hulk_site.demo import program_logs
from hulk_site.demo.bundles import (
    CROSSING_AT,
    EVALUATIONS,
    Model,
    bundles,
    log_rows,
    manifest,
    table,
)
from hulk_site.demo.event_files import Scalar, event_file
from hulk_site.demo.labels import NER, NLI, PARTS, SENTIMENT, TASKS

STARTED_AT = 1_795_165_200
"""2026-11-20T09:00:00Z."""
WATTS = 240
"""What the made-up runs draw on average; the hardware is rated for 300 W."""
GRAMS_A_KWH = 380
Samples = dict[str, dict[str, bytes]]

MARTIN = Model(
    "Martin-Base",
    60,
    {NER: 38, SENTIMENT: 26, NLI: 28},
    {NER: 26.0, SENTIMENT: 33.0, NLI: 92.0},
    {NER: 2.0, SENTIMENT: 2.0, NLI: 2.1},
)
SWIFT = Model(
    "Swift-Small",
    25,
    {NER: 40, SENTIMENT: 28, NLI: 29},
    {NER: 14.0, SENTIMENT: 19.0, NLI: 58.0},
    {NER: 1.2, SENTIMENT: 1.2, NLI: 1.3},
)
PLOVER = Model(
    "Plover-Large",
    210,
    {NER: 39, SENTIMENT: 26, NLI: 29},
    {NER: 66.0, SENTIMENT: 80.0, NLI: 230.0},
    {NER: 6.0, SENTIMENT: 6.0, NLI: 6.3},
)


def samples() -> Samples:
    """Every sample bundle by its folder's name: the files in it, `submission.json` among them."""
    others = {
        "finetuning-tensorboard": finetuning_tensorboard(MARTIN),
        "finetuning-mllog": finetuning_mllog(SWIFT),
        "finetuning-dawnbench": finetuning_dawnbench(PLOVER),
    }
    made = {name: {path: text.encode() for path, text in files.items()} for name, files in bundles().items()}
    return made | others | {f"finetuning-{name}": finetuning_program(name) for name in program_logs.WRITERS}


def finetuning_tensorboard(model: Model) -> dict[str, bytes]:
    """An event file a task; the manifest says when training started, as no record does."""
    files = {f"{task}/events.out.tfevents.{STARTED_AT}.demo": _events(model, task) for task in TASKS}
    tasks: dict[str, dict[str, Any]] = {task: {"log": name} for task, name in zip(TASKS, files, strict=True)}
    return _bundle(model, tasks, files, started_at="2026-11-20T09:00:00Z")


def _events(model: Model, task: str) -> bytes:
    return event_file(STARTED_AT, _scalars(model, task))


def _scalars(model: Model, task: str) -> Iterator[Scalar]:
    for row in log_rows(model, task):
        at = STARTED_AT + row["seconds"]
        for name, value in _metrics(row):
            yield at, row["step"], f"eval/{name}", round(value / 100, 6)
        yield at, row["step"], "train/epoch", row["epoch"]


def finetuning_mllog(model: Model) -> dict[str, bytes]:
    """MLPerf's lines among a script's own, with carbontracker's output beside them."""
    files: dict[str, bytes] = {}
    tasks: dict[str, dict[str, Any]] = {}
    for task in TASKS:
        log, energy = f"{task}/mllog.txt", f"{task}/carbontracker_output.log"
        files |= {log: _mllog(model, task).encode(), energy: _carbontracker(model, task).encode()}
        tasks[task] = {"log": log, "energy": energy}
    return _bundle(model, tasks, files)


def _mllog(model: Model, task: str) -> str:
    lines = ["+ python train.py", _record("init_start", -8.0, None), _record("run_start", 0.0, None)]
    for row in log_rows(model, task):
        for name, value in _metrics(row):
            lines.append(_record(f"eval_{name}", row["seconds"], round(value / 100, 6), epoch_num=row["epoch"]))
    lines += [_record("run_stop", _total(model, task), None, status="success"), "Done."]
    return "\n".join(lines) + "\n"


def _record(key: str, seconds: float, value: float | None, **metadata: Any) -> str:
    at = STARTED_AT * 1000 + round(seconds * 1000)
    event = {"time_ms": at, "key": key, "value": value, "metadata": metadata}
    return ":::MLLOG " + json.dumps(event, separators=(",", ":"))


def _carbontracker(model: Model, task: str) -> str:
    """Two totals, of which the last counts, and a prediction, which never does."""
    whole = _total(model, task)
    return (
        "2026-11-20 09:00:00 - CarbonTracker: The following components were found: GPU with device(s) V100.\n"
        + _consumption("Actual", 2, whole / 2)
        + _consumption("Predicted", 8, whole * 2)
        + _consumption("Actual", 4, whole)
        + "2026-11-20 09:10:00 - CarbonTracker: Finished monitoring.\n"
    )


def _consumption(kind: str, epochs: int, seconds: float) -> str:
    kwh = _kwh(seconds)
    whole = round(seconds)
    time = f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return (
        f"2026-11-20 09:05:00 - CarbonTracker: \n{kind} consumption for {epochs} epoch(s):\n"
        f"\tTime:\t{time}\n\tEnergy:\t{kwh:.9f} kWh\n\tCO2eq:\t{kwh * GRAMS_A_KWH:.6f} g\n"
    )


def finetuning_program(name: str) -> dict[str, bytes]:
    """A log a task as one program prints it."""
    model = (MARTIN, SWIFT, PLOVER)[len(name) % 3]
    files = {f"{task}/log.txt": program_logs.WRITERS[name](model, task).encode() for task in TASKS}
    tasks: dict[str, dict[str, Any]] = {task: {"log": log} for task, log in zip(TASKS, files, strict=True)}
    if name == "log-pattern":
        tasks = {task: {**facts, "log_pattern": program_logs.PATTERN} for task, facts in tasks.items()}
    return _bundle(model, tasks, files)


def finetuning_dawnbench(model: Model) -> dict[str, bytes]:
    """A TSV a task, and one `emissions.csv` of CodeCarbon for all, in which each task names its run."""
    names = {"f1": "f1Score", "accuracy": "top1Accuracy"}
    files: dict[str, bytes] = {}
    tasks: dict[str, dict[str, Any]] = {}
    for task in TASKS:
        rows = [
            {"epoch": row["epoch"], "hours": round(row["seconds"] / 3600, 9)}
            | {names.get(name, name.replace("_accuracy", "Accuracy")): value for name, value in _metrics(row)}
            for row in log_rows(model, task)
        ]
        files[f"{task}/train.tsv"] = table(rows, "\t").encode()
        tasks[task] = {"log": f"{task}/train.tsv", "energy": "emissions.csv", "energy_run_id": f"run-{task}"}
    files["emissions.csv"] = table([_emissions(model, task) for task in TASKS]).encode()
    return _bundle(model, tasks, files)


def _emissions(model: Model, task: str) -> dict[str, Any]:
    seconds = _total(model, task)
    kwh = _kwh(seconds)
    return {
        "timestamp": "2026-11-20T09:30:00",
        "project_name": "demo",
        "run_id": f"run-{task}",
        "duration": seconds,
        "emissions": round(kwh * GRAMS_A_KWH / 1000, 9),
        "energy_consumed": round(kwh, 9),
        "codecarbon_version": "2.8.3",
    }


def _bundle(
    model: Model, tasks: Mapping[str, dict[str, Any]], files: dict[str, bytes], **more: str
) -> dict[str, bytes]:
    """A bundle with predictions in their shortest form: tags a sentence a line, labels one a line."""
    tags = "".join(" ".join(tag for _, tag in sentence) + "\n" for sentence in model.tags())
    predictions = {
        f"{NER}/tags.txt": tags,
        f"{SENTIMENT}/labels.txt": _lines(model.sentiments()),
        **{f"{NLI}/{part}.txt": _lines(model.relations(part)) for part in PARTS},
    }
    tasks[NER]["predictions"] = f"{NER}/tags.txt"
    tasks[SENTIMENT]["predictions"] = f"{SENTIMENT}/labels.txt"
    tasks[NLI]["predictions"] = {part: f"{NLI}/{part}.txt" for part in PARTS}
    described = json.dumps(json.loads(manifest(model, "finetuning", tasks)) | more, indent=2) + "\n"
    return {
        "submission.json": described.encode(),
        **files,
        **{path: text.encode() for path, text in predictions.items()},
    }


def _lines(names: list[str]) -> str:
    return "".join(f"{name}\n" for name in names)


def _metrics(row: Mapping[str, Any]) -> list[tuple[str, float]]:
    return [(name, value) for name, value in row.items() if name not in {"epoch", "step", "seconds"}]


def _total(model: Model, task: str) -> float:
    """Seconds to the end of the log."""
    return round(model.seconds[task] * EVALUATIONS / CROSSING_AT, 3)


def _kwh(seconds: float) -> float:
    return WATTS * seconds / 3_600_000
