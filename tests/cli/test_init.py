"""hulk init: a submission that hulk check passes, and nothing of anybody's overwritten."""

import json
from pathlib import Path

import pytest

from scoring import catalogue
from tests.cli.conftest import codes, hulk

PHASES = ("pretraining", "finetuning", "inference")


@pytest.mark.parametrize("edition", catalogue.editions())
@pytest.mark.parametrize("phase", PHASES)
def test_what_it_writes_passes_hulk_check(tmp_path: Path, phase: str, edition: str):
    assert hulk("init", tmp_path / "new", "--phase", phase, "--edition", edition).exit_code == 0
    assert hulk("check", tmp_path / "new").exit_code == 0
    assert codes(tmp_path / "new") == []


def test_the_edition_is_the_newest_real_one_unless_named(tmp_path: Path):
    hulk("init", tmp_path, "--phase", "inference")
    assert json.loads((tmp_path / "submission.json").read_text())["edition"] == "hulk-2020"


@pytest.mark.parametrize("phase", PHASES)
def test_files_are_small(tmp_path: Path, phase: str):
    hulk("init", tmp_path, "--phase", phase)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 500_000


def test_nothing_is_overwritten_and_then_nothing_is_written(tmp_path: Path):
    (tmp_path / "sst2").mkdir()
    (tmp_path / "sst2" / "log.csv").write_text("mine")
    result = hulk("init", tmp_path, "--phase", "finetuning")
    assert result.exit_code == 2
    assert "sst2/log.csv" in result.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "sst2" / "log.csv"]
    assert (tmp_path / "sst2" / "log.csv").read_text() == "mine"


def test_other_files_of_the_folder_stay(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("mine")
    assert hulk("init", tmp_path, "--phase", "pretraining").exit_code == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_wrong_usage_says_what_is_known(tmp_path: Path):
    unknown = hulk("init", tmp_path / "new", "--phase", "pretraining", "--edition", "hulk-1999")
    assert (unknown.exit_code, "hulk-2020" in unknown.stderr) == (2, True)
    assert hulk("init", tmp_path / "new", "--phase", "training").exit_code == 2
    assert hulk("init", tmp_path / "new").exit_code == 2
    assert not (tmp_path / "new").exists()


def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path):
    (tmp_path / "file").write_text("")
    result = hulk("init", tmp_path / "file" / "below", "--phase", "pretraining")
    assert (result.exit_code, "Traceback" in result.output) == (2, False)


def test_scripts_learn_what_was_written(tmp_path: Path):
    written = json.loads(hulk("init", tmp_path / "a", "--phase", "pretraining", "--json").stdout)
    assert written == {
        "folder": str(tmp_path / "a"),
        "edition": "hulk-2020",
        "phase": "pretraining",
        "files": ["submission.json", "log.csv"],
    }
    assert hulk("init", tmp_path / "b", "--phase", "pretraining", "-q").output == "submission.json\nlog.csv\n"
