"""A `submission.json` written, or completed, with a run that was recorded. What is there stays as it is."""

import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scoring import manifest
from scoring.rules import ALL_TASKS, Phase

Named = str | Mapping[str, str] | None
FRAMEWORKS = {"torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX", "numpy": "NumPy"}


def complete(
    path: Path, *, edition: str, task: str, log: Path, seed: int | None, predictions: Named = None
) -> dict[str, Any]:
    """Names a run's log in a manifest, as one more run where the task has some; the manifest as it is now.

    A new one has model and hardware to fill in: `hulk check` says what is left. ValueError where the file is no
    manifest, or the log is outside its folder.
    """
    described = _read(path) if path.exists() else _new(edition, task)
    if not described.get("includes_evaluation") or described["includes_evaluation"] == "unknown":
        described["includes_evaluation"] = "no"
    tasks = described.setdefault("tasks", {})
    facts = tasks.setdefault(task, {})
    name = _inside(log, path.parent)
    run = _number_of(name, facts, path.parent)
    facts["log"] = _with(facts.get("log"), run, name)
    if seed is not None and (known := _with(facts.get("seeds") or [], run, seed)) is not None:
        facts["seeds"] = known if isinstance(known, list) else [known]
    if predictions is not None:
        named = predictions if isinstance(predictions, str) else dict(predictions)
        facts["predictions"] = _with(facts.get("predictions"), run, named)
    _write(path, described)
    return described


def _read(path: Path) -> dict[str, Any]:
    try:
        return manifest.load(path.read_bytes())
    except manifest.Malformed as error:
        raise ValueError(f"{path}: {error.problem.message}") from error


def _new(edition: str, task: str) -> dict[str, Any]:
    phase = Phase.PRETRAINING if task == ALL_TASKS else Phase.FINETUNING
    return {
        "edition": edition,
        "phase": phase.value,
        "run_date": datetime.now(UTC).date().isoformat(),
        "model": {"name": "", "parameters_millions": None, "organisation": "", "code_url": ""},
        "hardware": {"accelerator": "", "count": 1},
        "software": {"framework": framework()},
        "includes_evaluation": "no",
        "tasks": {},
    }


def framework() -> str:
    """The first of the known frameworks that the process has loaded, with its version."""
    for module, title in FRAMEWORKS.items():
        if loaded := sys.modules.get(module):
            return f"{title} {getattr(loaded, '__version__', '')}".strip()
    return ""


def _inside(file: Path, folder: Path) -> str:
    """The name of a file as a manifest in a folder gives it."""
    try:
        return file.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        raise ValueError(f"{file} is outside of {folder}: a submission names files in its own folder.") from None


def _number_of(name: str, facts: Mapping[str, Any], folder: Path) -> int:
    """Which run, from 0, a log is: the one that names it, else the first whose log is not there, else the next."""
    known = facts.get("log")
    logs = known if isinstance(known, list) else [known] if known else []
    if name in logs:
        return logs.index(name)
    absent = (number for number, one in enumerate(logs) if not (folder / one).exists())
    return next(absent, len(logs))


def _with(known: Any, run: int, value: Any) -> Any:
    """What a manifest writes of several runs with one more: a single value, or a list in the order of the runs.

    Unchanged where a run before this one has none.
    """
    values = list(known) if isinstance(known, list) else [known] if known is not None else []
    if run > len(values):
        return known
    values[run : run + 1] = [value]
    return values[0] if len(values) == 1 else values


def _write(path: Path, described: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(path)
