"""A server with the paper's boards and one entry that has everything, and a page that listens to the console."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from leaderboard.models import Accelerator, Entry
from leaderboard.publishing import CurveSnapshot
from tests import editions
from tests.factories import make_entry

POINTS = [[float(n), str(80 + n / 4), n + 1, n / 10, n * 20] for n in range(1, 50)]
LONG = "AVeryLongModelNameWithoutAnyPlaceToBreakIt" * 2


@pytest.fixture
def entry(transactional_db: None) -> Entry:
    """The paper's boards, and an entry with a curve, a long name and files."""
    edition = editions.paper()
    return make_entry(
        edition,
        {"conll2003": 44.0, "sst2": 40.0, "mnli": "not_reached"},
        model=LONG,
        organisation="<b>An organisation</b> " * 4,
        accelerator=Accelerator.objects.get(slug="rtx-2080-ti"),
        curves=(CurveSnapshot(task="conll2003", points=POINTS, steps=[]),),
        findings=[{"code": "crossing-thin", "severity": "note", "task": "sst2", "message": "Thin.", "remedy": "None."}],
        evidence=[{"name": f"{LONG}.csv", "sha256": "9f2c" * 16, "size": 9, "public": True}],
        code_url=f"https://example.org/{LONG}",
    )


@pytest.fixture
def console(page: Page) -> Iterator[list[str]]:
    """What the browser complained of, a violated content security policy included."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
