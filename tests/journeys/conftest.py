"""The benchmark as an operator sets it up, and the people who meet there."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from leaderboard.models import Edition
from tests.journeys.actors import Maintainer, Researcher, Visitor
from tests.made_once import once
from tests.shared_data import shared_file

GOLD = {
    "conll2003": ["data/gold/conll2003_testa_iob2.txt"],
    "sst2": ["data/gold/sst2_dev.tsv"],
    "mnli": ["data/gold/mnli_dev_matched.tsv", "data/gold/mnli_dev_mismatched.STANDIN.tsv"],
}


def import_gold(task: str, *names: str, **options: Any) -> str:
    """What `manage.py import_gold` says; the usual files of the task unless others are named."""
    out = StringIO()
    paths = [str(shared_file(name)) for name in names or GOLD[task]]
    call_command("import_gold", task, *paths, stdout=out, **options)
    return out.getvalue()


def load_baselines() -> Edition:
    call_command("load_baselines", stdout=StringIO())
    return Edition.objects.get(slug="hulk-2020")


def load_with_gold() -> Edition:
    edition = load_baselines()
    for task in GOLD:
        import_gold(task)
    return edition


@pytest.fixture
def benchmark(db: None) -> Edition:
    """`hulk-2020` with the paper's baselines, before any gold labels are imported."""
    return once(load_baselines)


@pytest.fixture
def golden(db: None) -> Edition:
    """`hulk-2020` with the paper's baselines and the gold labels of all its tasks."""
    return once(load_with_gold)


@pytest.fixture
def ada(db: None) -> Researcher:
    return Researcher("ada")


@pytest.fixture
def bob(db: None) -> Researcher:
    return Researcher("bob")


@pytest.fixture
def mia(db: None) -> Maintainer:
    return Maintainer("mia")


@pytest.fixture
def visitor(db: None) -> Visitor:
    return Visitor()


@pytest.fixture
def reference() -> dict[str, Any]:
    """Reference results of the shared prediction files, by their name below `data/`."""
    return json.loads(shared_file("data/reference.json").read_text())["files"]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bytes]]]:
    """Every answer that anybody gets while the test runs: address and body, headers in front."""
    heard: list[tuple[str, bytes]] = []
    request = Client.request

    def listening(self: Client, **values: Any) -> Any:
        response = request(self, **values)
        head = "\n".join(f"{name}: {value}" for name, value in response.headers.items()).encode()
        body = b"".join(response.streaming_content) if response.streaming else response.content
        if response.streaming:
            response.streaming_content = [body]
        heard.append((f"{values['REQUEST_METHOD']} {values['PATH_INFO']}", head + b"\n\n" + body))
        return response

    monkeypatch.setattr(Client, "request", listening)
    yield heard
