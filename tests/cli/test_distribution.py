"""The distribution `hulk`: what it holds, and that it needs neither Django nor a network."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD

ROOT = Path(__file__).resolve().parents[2]
ALONE = """
import importlib.abc, socket, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {banned!r}:
            raise ImportError(f"{{name}} is not installed")

def no_network(*arguments, **named):
    raise OSError("there is no network")

sys.meta_path.insert(0, Refuse())
socket.socket.connect = socket.getaddrinfo = no_network
sys.argv = ["hulk", *{arguments!r}]
from hulk_cli.app import main
main()
"""
BANNED = {"django", "rest_framework", "celery", "redis", "psycopg2", "pandas", "plotly", "hulk_site"}
BANNED |= {"leaderboard", "submissions", "tests"}


def alone(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs `hulk` in a process of its own that can import neither Django nor the site, and cannot connect."""
    program = ALONE.format(banned=BANNED, arguments=arguments)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=cwd, check=False)


@pytest.mark.parametrize("sample", ["finetuning-csv", "pretraining-result-csv", "inference-csv"])
def test_hulk_check_needs_neither_django_nor_a_network(sample: str):
    result = alone("check", str(GOOD / sample))
    assert (result.returncode, result.stderr) == (0, "")
    assert "Nothing blocks review." in result.stdout


def test_hulk_init_needs_neither_django_nor_a_network(tmp_path: Path):
    assert alone("init", str(tmp_path), "--phase", "pretraining").returncode == 0
    assert alone("check", str(tmp_path)).returncode == 0


def test_python_dash_m_is_the_same_command():
    command = [sys.executable, "-m", "hulk_cli", "--version"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.startswith("hulk ")


class TestProject:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    def test_the_console_script_is_the_command(self):
        assert self.project["project"]["scripts"] == {"hulk": "hulk_cli.app:main"}

    def test_it_depends_on_nothing_of_the_site(self):
        names = {line.split(">")[0].split("[")[0] for line in self.project["project"]["dependencies"]}
        assert names == {"typer", "rich", "numpy", "google-re2", "httpx", "platformdirs"}

    def test_it_holds_the_command_the_rules_and_their_data_and_no_more(self):
        setuptools = self.project["tool"]["setuptools"]
        assert setuptools["packages"]["find"]["include"] == ["hulk", "hulk_cli*", "scoring*"]
        data = [path.suffix for path in (ROOT / "scoring" / "data").rglob("*") if path.is_file()]
        assert set(data) == {".json", ".csv", ".md"}
        assert setuptools["package-data"] == {"scoring": ["data/*.csv", "data/editions/*.json"]}
