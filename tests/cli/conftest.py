"""The command as a submitter calls it, and folders to call it on."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hulk_cli.app import app
from hulk_site.demo import labels

GOOD = Path(__file__).resolve().parents[1] / "bundles" / "good"
SAMPLES = sorted(path.name for path in GOOD.iterdir())


def hulk(*arguments: object, typed: str = "", **environment: str) -> Result:
    """Runs `hulk`; exit code, standard output and standard error, as of a script: neither is a terminal."""
    return CliRunner().invoke(app, [str(one) for one in arguments], input=typed, env=environment)


def checked(folder: Path, *arguments: object) -> dict[str, Any]:
    """What `hulk check --json` prints."""
    result = hulk("check", folder, "--json", *arguments)
    assert result.exit_code in {0, 4}, result.output
    return json.loads(result.stdout)


def codes(folder: Path, *arguments: object) -> list[str]:
    """The codes of what was found, apart from the warning that no gold was given."""
    found = checked(folder, *arguments)["findings"]
    return [one["code"] for one in found if one["code"] != "gold-not-imported"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sample to spoil: fine-tuning with logs as CSV, in the demo edition."""
    shutil.copytree(GOOD / "finetuning-csv", tmp_path / "bundle")
    return tmp_path / "bundle"


@pytest.fixture
def change(folder: Path) -> Callable[..., Path]:
    """Changes values of the sample's manifest by dotted path; the folder."""

    def change_values(values: dict[str, Any]) -> Path:
        path = folder / "submission.json"
        manifest = json.loads(path.read_text())
        for dotted, value in values.items():
            *parents, last = dotted.split(".")
            place = manifest
            for key in parents:
                place = place[key]
            place[last] = value
        path.write_text(json.dumps(manifest))
        return folder

    return change_values


@pytest.fixture
def gold(tmp_path: Path) -> list[str]:
    """The options that give the demo's gold labels."""
    options: list[str] = []
    for task, files in labels.gold_files().items():
        for name, content in files.items():
            path = tmp_path / f"{task}-{name}"
            path.write_text(content)
            options += ["--gold", f"{task}={path}"]
    return options
