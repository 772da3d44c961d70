"""What `hulk init` writes: a filled-in manifest and files that have the right shape, and numbers that are made up."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from hulk_cli.folder import MANIFEST
from scoring import catalogue
from scoring.manifest import part_names
from scoring.rules import ALL_TASKS, Phase, Rules, Task

EVALUATIONS = 12
CROSSING_AT = 10
"""The evaluation, counted from 1, that first reaches the cut-off."""
Files = dict[str, str]


def bundle(rules: Rules, phase: Phase, *, today: date) -> Files:
    """The files of a submission to an edition by name, the manifest first."""
    if phase is Phase.PRETRAINING:
        tasks = {ALL_TASKS: {"log": "log.csv", "claimed_seconds": CROSSING_AT * 3600, "claimed_usd": None}}
        files = {"log.csv": _pretraining_log(rules.tasks)}
    else:
        tasks, files = {}, {}
        for task in rules.tasks:
            brought = _training(task) if phase is Phase.FINETUNING else _inference(task, rules)
            predictions = _predictions(task)
            files |= brought | predictions
            tasks[task.slug] = _facts(task, phase, list(brought), list(predictions))
    return {MANIFEST: _manifest(rules, phase, tasks, today), **files}


def _manifest(rules: Rules, phase: Phase, tasks: dict[str, Any], today: date) -> str:
    described = {
        "edition": rules.edition,
        "phase": phase.value,
        "run_date": today.isoformat(),
        "notes": "",
        "model": {
            "name": "MyBERT",
            "parameters_millions": 110,
            "organisation": "My lab",
            "paper_url": "",
            "code_url": "https://example.org/your-code",
            "base": "bert-base",
            "trained_on_top_of": "",
        },
        "hardware": {
            "accelerator": catalogue.accelerators()[0],
            "count": 1,
            "details": "",
            "offer": None,
            "usd_per_hour": None,
            "price_source": "",
        },
        "software": {"framework": "PyTorch 2.4", "precision": "fp16"},
        "clock": None,
        "includes_evaluation": "no",
        "started_at": None,
        "tasks": tasks,
    }
    return json.dumps(described, indent=2) + "\n"


def _facts(task: Task, phase: Phase, brought: Sequence[str], predictions: Sequence[str]) -> dict[str, Any]:
    """The task's part of the manifest, with the keys that can be filled in."""
    parts = part_names(task)
    named: Any = dict(zip(parts, predictions, strict=True)) if parts else predictions[0]
    common = {"predictions": named, "claimed_metric": None, "claimed_usd": None, "label_order": None, "energy": None}
    if phase is Phase.INFERENCE:
        return {"latencies": brought[0], "claimed_ms": None, "batch_size": 1, "sequence_length": 128, **common}
    own = {"log": brought[0], "claimed_seconds": CROSSING_AT * 10, "log_pattern": None, "seeds": [1], "batch_size": 32}
    return {**own, "sequence_length": 128, **common}


# --- files ---------------------------------------------------------------------------------------------------------


def _training(task: Task) -> Files:
    """An evaluation every ten seconds; the tenth is half a point above the cut-off."""
    columns = [f"{part}_{task.metric_names[0]}" for part in part_names(task)] or [task.metric_names[0]]
    lines = [",".join(["epoch", "step", "seconds", *columns])]
    for row, metric in _climb(task):
        lines.append(",".join([f"{row * 0.25:g}", str(row * 100), str(row * 10), *([metric] * len(columns))]))
    return {f"{task.slug}/log.csv": "\n".join(lines) + "\n"}


def _pretraining_log(tasks: Sequence[Task]) -> str:
    """A checkpoint an hour with the metric of every task after fine-tuning it."""
    columns = [(task, f"{task.slug}_{part}" if part else task.slug) for task in tasks for part in _parts(task)]
    climbs = [list(_climb(task)) for task, _ in columns]
    lines = [",".join(["step", "hours", *(name for _, name in columns)])]
    for row in range(1, EVALUATIONS + 1):
        lines.append(",".join([str(row * 10_000), str(row), *(climb[row - 1][1] for climb in climbs)]))
    return "\n".join(lines) + "\n"


def _climb(task: Task) -> Iterator[tuple[int, str]]:
    """(evaluation from 1, metric): towards the cut-off, and half a point above it from the crossing on."""
    cutoff = float(task.cutoff)
    for row in range(1, EVALUATIONS + 1):
        metric = cutoff + 0.5 if row >= CROSSING_AT else cutoff - 0.5 * (CROSSING_AT - row)
        yield row, f"{metric:.2f}"


def _inference(task: Task, rules: Rules) -> Files:
    """One latency a line, a little above and below two and a half milliseconds."""
    samples = (f"{2.5 + (row * 37 % 101) / 1000:.3f}\n" for row in range(rules.minimum_samples))
    return {f"{task.slug}/latencies.csv": "ms\n" + "".join(samples)}


def _predictions(task: Task) -> Files:
    """A row for every row of the dev set; the labels take turns."""
    if task.is_tagging:
        return {_file(task, part.name, "conll"): "Example B-PER\n. O\n\n" * part.size for part in task.parts}
    return {
        _file(task, part.name, "tsv"): "index\tprediction\n"
        + "".join(f"{row}\t{task.labels[row % len(task.labels)]}\n" for row in range(part.size))
        for part in task.parts
    }


def _file(task: Task, part: str, ending: str) -> str:
    return f"{task.slug}/{part or 'dev'}.{ending}"


def _parts(task: Task) -> list[str]:
    return [part.name for part in task.parts]
