"""Entries to look at, and a page as a reader gets it."""

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from leaderboard.models import Edition, Entry
from leaderboard.publishing import CurveSnapshot, OutcomeSnapshot, publish
from tests.factories import NOW, make_accelerator, make_edition, make_entry, make_offer, make_snapshot
from tests.made_once import once

POINTS = [
    [10.0, "88.5", 2, 0.5, 100],
    [20.0, "89.9", 3, 1.0, 200],
    [30.5, "90.25", 4, 1.5, 300],
    [40.0, "91", 5, 2, 400],
]


class Page:
    """What a reader sees: status, HTML, and the words without tags."""

    def __init__(self, address: str, **headers: str) -> None:
        self.response = Client().get(address, headers={"host": "localhost", **headers})
        self.status = self.response.status_code
        self.html = self.response.content.decode()
        inline = re.sub(r"</?(a|b|bdi|code|em|i|span)\b[^>]*>", "", self.html)
        self.words = " ".join(unescape(re.sub(r"<[^>]+>", " ", inline)).split())


@pytest.fixture
def edition(db: None) -> Edition:
    """An edition that is current, with two tasks, a priced accelerator and a reference."""
    return once(make_the_edition)


def make_the_edition() -> Edition:
    edition = make_edition("now-2026", tasks=2)
    make_offer(make_accelerator("gpu", short_name="Fast GPU", name="Fast GPU 11 GB"), edition=edition)
    make_entry(edition, 100.0, model="Reference", is_reference=True, kind="baseline", badge="baseline")
    return edition


@pytest.fixture
def entry(edition: Edition) -> Entry:
    """A submission with everything that a page can show: curves, proof, price, findings, files, links."""
    details = {
        "file": "task1/log.csv",
        "sha256": "9f2c" * 16,
        "line": 4,
        "bracket": [20.0, 30.5],
        "margin": "0.25",
        "stability": "held",
        "clock": "column seconds",
        "proof": {"metric": 90.2523, "rows": 872, "gold_rows": 872, "complete": True, "interval": [88.1, 92.2],
                  "digest": "ab" * 32, "detail": {"correct": 787}},
    }  # fmt: skip
    reached = OutcomeSnapshot(
        task="task1", outcome="reached", seconds=30.5, cost_usd=0.0305, metric=Decimal("90.25"),
        proven_metric=90.2523, details=details,
    )  # fmt: skip
    snapshot = make_snapshot(
        edition,
        model="TinyModel",
        organisation="Example Lab",
        accelerator=make_accelerator("gpu"),
        badge="verified",
        price={"usd_per_unit_hour": "3.6", "units": 1, "unit": "gpu", "offer": "cloud-gpu", "accelerator": "gpu"},
        code_url="https://www.example.org/code",
        findings=[{"code": "crossing-thin", "severity": "note", "task": "task1", "file": "task1/log.csv", "line": 4,
                   "message": "Only 0.05 points above.", "remedy": "Nothing."}],
        evidence=[
            {"kind": "log", "name": "task1/log.csv", "sha256": "9f2c" * 16, "size": 14_233, "public": True},
            {"kind": "predictions", "name": "task1/dev.tsv", "sha256": "77aa" * 16, "size": 99, "public": False},
        ],
        curves=(CurveSnapshot(task="task1", points=POINTS, steps=[]),),
    )  # fmt: skip
    outcomes = (reached, OutcomeSnapshot(task="task2", outcome="not_reached"))
    return publish(replace(snapshot, outcomes=outcomes), by=None, at=NOW)
