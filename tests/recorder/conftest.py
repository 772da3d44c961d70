"""A clock that goes on only when a test says so, and folders whose submission only lacks its runs."""

import json
import types
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hulk_cli import examples
from hulk_cli.verdict import judge
from scoring import catalogue
from scoring.rules import Phase
from scoring.values import Measurement

Tick = Callable[[float], None]


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Tick:
    """Lets so many seconds pass."""
    now = [1_000_000.0]

    def pass_by(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr("hulk.clock.time", types.SimpleNamespace(monotonic=lambda: now[0]))
    return pass_by


def rows(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def derived(folder: Path) -> dict[str, Measurement]:
    """What HULK derives of each task of a folder; what a recorder cannot know is filled in."""
    path = folder / "submission.json"
    manifest = json.loads(path.read_text())
    manifest["model"] |= {"name": "Tiny", "code_url": "https://example.org/code"}
    manifest["hardware"]["accelerator"] = "v100-16gb"
    _add_predictions(folder, manifest)
    path.write_text(json.dumps(manifest))
    verdict = judge(folder, (), today=datetime.now(UTC).date(), progress=lambda share, activity: None)
    assert verdict.report, verdict.problems
    return {one.task: one for one in verdict.report.measurements}


def _add_predictions(folder: Path, manifest: dict[str, Any]) -> None:
    """Predictions of the right shape for every task that has a log."""
    rules = catalogue.rules_of(manifest["edition"])
    samples = examples.bundle(rules, Phase.FINETUNING, today=datetime.now(UTC).date())
    for slug, task in json.loads(samples["submission.json"])["tasks"].items():
        if slug in manifest["tasks"]:
            named = task["predictions"]
            manifest["tasks"][slug]["predictions"] = named
            for name in [named] if isinstance(named, str) else named.values():
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_text(samples[name])
