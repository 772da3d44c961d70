"""dev.py: what it installs and when, and what it says where it cannot."""

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import dev


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of its own, with an environment that is there already."""
    for name in ("requirements.txt", "requirements-local.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("nothing==1\n")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "var" / "log").mkdir(parents=True)
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "RECORD", tmp_path / ".venv" / "installed.json")
    monkeypatch.setattr(dev, "LOG", tmp_path / "var" / "log" / "pip.log")
    return tmp_path


def fake_pip(monkeypatch: pytest.MonkeyPatch, answer: Callable[[tuple[str, ...]], bool]) -> list[tuple[str, ...]]:
    calls: list[tuple[str, ...]] = []

    def pip(*arguments: str) -> bool:
        calls.append(arguments)
        dev.LOG.write_text("Collecting\nERROR: No matching distribution found\n")
        return answer(arguments)

    monkeypatch.setattr(dev, "pip", pip)
    return calls


def test_requirements_are_installed_once_and_again_when_they_change(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = fake_pip(monkeypatch, lambda arguments: True)
    dev.install("requirements.txt")
    dev.install("requirements.txt")
    assert len(calls) == 1
    (place / "requirements.txt").write_text("nothing==2\n")
    dev.install("requirements.txt")
    assert len(calls) == 2


def test_what_could_not_be_installed_is_told_in_one_sentence(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_pip(monkeypatch, lambda arguments: False)
    with pytest.raises(dev.Impossible, match=r"requirements\.txt: ERROR: No matching distribution"):
        dev.install("requirements.txt")


def test_a_server_without_a_wheel_does_not_keep_the_others_from_being_installed(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "requirements-local.txt").write_text("# servers\nrare==1  # no wheel\ncommon==1\n")
    calls = fake_pip(monkeypatch, lambda arguments: arguments[-1] == "common==1")
    dev.install("requirements-local.txt")
    assert [call[-1] for call in calls] == ["requirements-local.txt", "rare==1", "common==1"]
    assert "There is no rare for this machine" in capsys.readouterr().out
    assert not dev.RECORD.exists()


def test_an_old_python_is_told_what_is_needed(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert dev.main(["up"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("HULK needs Python 3.11 or newer") and said.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "var" / "environment.lock").mkdir()
    assert dev.main(["up"]) == 1
    said = capsys.readouterr().err
    assert "environment.lock cannot be used" in said and said.count("\n") == 1


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--help"], 0), (["fly"], 2)])
def test_without_a_command_it_says_which_there_are(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(arguments) == code
    assert "dev.py up" in capsys.readouterr().out


def test_an_old_python_can_read_it_as_far_as_that_sentence() -> None:
    ast.parse(Path(dev.__file__).read_text(), feature_version=(3, 7))
