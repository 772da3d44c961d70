"""A real server on 127.0.0.1 with the demo edition, and the command as somebody who may submit to it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from typer.testing import Result

from hulk_cli.client import Client
from submissions import verification
from submissions.models import Submission
from tests import editions
from tests.cli.conftest import GOOD, hulk
from tests.factories_submissions import make_token, make_user


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings and caches of nobody else; neither server nor token in the environment."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "home" / name.lower()))
    for name in ("HULK_URL", "HULK_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def url(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, settings: Any) -> str:
    """A server with the demo edition that verifies what is sent as soon as it is stored."""

    def verify(arguments: tuple[str], **options: Any) -> None:
        verification.verify(Submission.objects.get(pk=arguments[0]).pk)

    monkeypatch.setattr("submissions.jobs.verify_submission.apply_async", verify)
    monkeypatch.setattr("submissions.broker.answers", lambda: True)
    settings.PUBLIC_URL = live_server.url
    editions.paper_and_demo()
    return live_server.url


@pytest.fixture
def owner(url: str) -> Any:
    return make_user("ada")


@pytest.fixture
def token(owner: Any) -> str:
    return make_token(owner)


@pytest.fixture
def signed_in(url: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HULK_URL", url)
    monkeypatch.setenv("HULK_TOKEN", token)


@pytest.fixture
def client(signed_in: None) -> Iterator[Client]:
    """The library instead of the command; it never waits."""
    with Client(sleep=lambda seconds: None) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Fine-tuning with logs as CSV, in the demo edition; nothing is wrong with it."""
    shutil.copytree(GOOD / "finetuning-csv", tmp_path / "mybert")
    return tmp_path / "mybert"


def spoken(result: Result) -> dict[str, Any]:
    """The one object that `--json` prints."""
    return json.loads(result.stdout)


def sent(folder: Path, *arguments: object) -> dict[str, Any]:
    """What `hulk submit --wait --json` prints where all is well."""
    result = hulk("submit", folder, "--wait", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return spoken(result)
