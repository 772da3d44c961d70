"""The record over time: who held it when, entries that left the board since among them."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from leaderboard.models import Edition
from leaderboard.publishing import withdraw
from leaderboard.records import Contender, records
from tests.factories import make_entry
from tests.leaderboard_pages.conftest import Page
from tests.leaderboard_pages.test_pictures import ADDRESS, figure, section, table


def contender(name: str, year: int, score: float, left: int | None = None) -> Contender:
    return Contender(uuid4(), name, date(year, 1, 1), score, date(left, 1, 1) if left else None)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], []),
        ([("A", 2020, 1.0), ("B", 2021, 3.0), ("C", 2022, 2.0)], [(2020, "A"), (2021, "B")]),
        ([("A", 2020, 1.0), ("B", 2021, 1.0)], [(2020, "A")]),
        ([("A", 2020, 5.0, 2022), ("B", 2021, 3.0)], [(2020, "A"), (2022, "B")]),
        ([("A", 2020, 5.0, 2021), ("B", 2022, 3.0)], [(2020, "A"), (2021, None), (2022, "B")]),
        ([("A", 2020, 5.0, 2020), ("B", 2021, 3.0)], [(2020, "A"), (2020, None), (2021, "B")]),
        ([("A", 2020, 5.0, 2023), ("B", 2021, 7.0, 2022), ("C", 2021, 2.0)],
         [(2020, "A"), (2021, "B"), (2022, "A"), (2023, "C")]),
    ],
)  # fmt: skip
def test_a_record_stands_until_it_is_beaten_or_leaves(found: list, expected: list) -> None:
    steps = records(contender(*one) for one in found)
    assert [(step.day.year, step.holder and step.holder.model) for step in steps] == expected


def test_a_record_that_was_withdrawn_stands_in_its_time_and_says_so(edition: Edition) -> None:
    make_entry(edition, 50.0, model="Before", date=date(2025, 1, 1))
    gone = make_entry(edition, 10.0, model="Gone", date=date(2025, 6, 1))
    make_entry(edition, 20.0, model="After", date=date(2026, 1, 1))
    withdraw(gone, by=None, at=datetime(2026, 11, 25, 12, tzinfo=UTC), reason="contested")
    page = Page(ADDRESS)
    told = {row[0]: row[-1] for row in table(page, "record")}
    assert told == {"Before": "yes", "Gone": "until 2026-11-25 (withdrawn)", "After": "yes", "Reference": ""}
    assert "Hollow: it has left the board since" in section(page, "record")
    line = figure(page, "record")["data"][0]
    assert list(zip(line["x"], line["y"], strict=True)) == [
        ("2025-01-01", 4.0),
        ("2025-06-01", 20.0),
        ("2026-11-25", 10.0),
    ]
    assert any("-open" in str(trace.get("marker")) for trace in figure(page, "record")["data"])
    for key in ("parameters", "cost-task1"):
        assert "Gone" not in section(page, key)


def test_one_that_left_is_no_record_where_one_that_stands_beat_it(edition: Edition) -> None:
    make_entry(edition, 10.0, model="Best", date=date(2025, 1, 1))
    withdraw(make_entry(edition, 20.0, model="Gone", date=date(2025, 6, 1)), by=None, at=datetime.now(UTC), reason="x")
    assert "Gone" not in section(Page(ADDRESS), "record")
