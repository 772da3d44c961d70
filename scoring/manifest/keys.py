"""The keys that a manifest may have, and what each may hold: one table a place."""

from collections.abc import Mapping
from typing import Any

from scoring.manifest.fields import (
    NAME_LENGTH,
    Check,
    Field,
    choice,
    day,
    file_name,
    moment,
    number,
    one_or_several,
    pattern,
    read_object,
    text,
    url,
    whole,
)
from scoring.manifest.problems import Mistakes
from scoring.rules import Limits, Phase, Task

LIMITS = Limits()
MOST_RUNS = LIMITS.submission_files
LOG, PREDICTIONS, LATENCIES, ENERGY = "log", "predictions", "latencies", "energy"

MODEL = {
    "name": Field(text(NAME_LENGTH), required=True),
    "parameters_millions": Field(number(0.001, 100_000_000)),
    "organisation": Field(text(NAME_LENGTH), ""),
    "paper_url": Field(url, ""),
    "code_url": Field(url, ""),
    "base": Field(text(NAME_LENGTH), ""),
    "trained_on_top_of": Field(text(NAME_LENGTH), ""),
}
HARDWARE = {
    "accelerator": Field(text(60), required=True),
    "count": Field(whole(1, 1_000_000), 1),
    "details": Field(text(400), ""),
    "offer": Field(text(120)),
    "usd_per_hour": Field(number(0.0001, 1_000_000)),
    "price_source": Field(text(400), ""),
}
SOFTWARE = {"framework": Field(text(NAME_LENGTH), ""), "precision": Field(text(40), "")}


def objects(fields: Mapping[str, Field]) -> Check:
    return lambda value, path, mistakes: read_object(value, path, fields, mistakes)


def _anything(value: Any, path: str, mistakes: Mistakes) -> Any:
    return value


TOP = {
    "edition": Field(text(40), required=True),
    "phase": Field(choice(*Phase), required=True),
    "run_date": Field(day),
    "notes": Field(text(4000, lines=True), ""),
    "model": Field(objects(MODEL), required=True, absent={}),
    "hardware": Field(objects(HARDWARE), required=True, absent={}),
    "software": Field(objects(SOFTWARE)),
    "clock": Field(choice("training_start", "first_line")),
    "includes_evaluation": Field(choice("yes", "no", "unknown"), "unknown"),
    "started_at": Field(moment),
    "tasks": Field(_anything, required=True),
}
FILES = one_or_several(file_name, MOST_RUNS)
PATTERNS = objects({"time": Field(pattern, required=True), "metric": Field(pattern, required=True)})
IN_EVERY_PHASE = {
    "claimed_usd": Field(number(0.000001, 1_000_000_000)),
    "seeds": Field(one_or_several(whole(0, 2**53), MOST_RUNS)),
    "batch_size": Field(whole(1, 100_000_000)),
    "sequence_length": Field(whole(1, 100_000_000)),
    "energy": Field(file_name),
    "energy_run_id": Field(text(NAME_LENGTH)),
}
CLAIMED_SECONDS = Field(number(0.001, 1_000_000_000))
CLAIMED_METRIC = Field(number(0.0001, 100))


def task_fields(phase: str, task: Task | None) -> dict[str, Field]:
    """The keys a task has in a phase; `task` is None for pretraining's `all`."""
    if phase == Phase.PRETRAINING:
        own = {LOG: Field(file_name), "claimed_seconds": CLAIMED_SECONDS, "log_pattern": Field(PATTERNS)}
        return {**own, **IN_EVERY_PHASE}
    proof = {
        PREDICTIONS: Field(one_or_several(_predictions(task), MOST_RUNS)),
        "claimed_metric": CLAIMED_METRIC,
        "label_order": Field(choice(*(name for name, _ in task.label_orders) if task else ())),
    }
    if phase == Phase.INFERENCE:
        own = {
            LATENCIES: Field(FILES),
            "mean_ms": Field(number(0.000001, 10_000_000)),
            "samples": Field(whole(1, 1_000_000_000)),
            "claimed_ms": Field(number(0.000001, 10_000_000)),
        }
    else:
        own = {LOG: Field(FILES), "claimed_seconds": CLAIMED_SECONDS, "log_pattern": Field(PATTERNS)}
    return {**own, **proof, **IN_EVERY_PHASE}


def _predictions(task: Task | None) -> Check:
    """One file, or one for each part of the task's gold set: {"matched": "…", "mismatched": "…"}."""
    parts = part_names(task) if task else []

    def check(value: Any, path: str, mistakes: Mistakes) -> Any:
        if isinstance(value, dict) and parts:
            halves = read_object(value, path, {part: Field(file_name) for part in parts}, mistakes)
            return {part: name for part, name in halves.items() if name} or None
        return file_name(value, path, mistakes)

    return check


EVERY_KEY = sorted({key for phase in Phase for key in task_fields(phase, None)})


def part_names(task: Task) -> list[str]:
    """The parts of a task's gold set that have names; none where it is whole."""
    return [part.name for part in task.parts if part.name]
