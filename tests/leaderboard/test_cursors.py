"""Pages that follow one another by cursors: nothing comes twice and nothing is lost, whatever happens in between."""

from datetime import timedelta

import pytest

from leaderboard import publishing
from leaderboard.models import Edition, Entry
from tests.factories import NOW, make_edition, make_snapshot
from tests.leaderboard.conftest import Api
from tests.made_once import once

BOARD = "boards/finetuning/time/"


@pytest.fixture
def edition(db: None) -> Edition:
    return once(make_the_edition)


def make_the_edition() -> Edition:
    edition = make_edition(tasks=1)
    snapshots = [
        make_snapshot(edition, 100.0 + number, model=f"M{number:02}", is_reference=number == 0) for number in range(32)
    ]
    publishing.publish_baselines(snapshots, at=NOW)
    return edition


def follow(api: Api, page: dict, link: str = "next") -> dict:
    return api.get(page[link].partition("/api/v1/")[2])


def names(page: dict) -> list[str]:
    return [row["model"] for row in page["results"]]


def test_a_board_that_changes_between_two_pages_neither_repeats_nor_loses_rows(edition: Edition, api: Api):
    first = api.get(f"{BOARD}?per_page=10")
    publishing.publish(make_snapshot(edition, 50.0, model="New on top"), by=None, at=NOW)
    publishing.withdraw(
        Entry.objects.get(model="M09"), by=None, at=NOW + timedelta(days=1), reason="the row at the edge"
    )
    publishing.withdraw(Entry.objects.get(model="M15"), by=None, at=NOW + timedelta(days=1), reason="a row to come")
    second = follow(api, first)
    assert names(first) == [f"M{number:02}" for number in range(10)]
    assert names(second) == [f"M{number:02}" for number in range(10, 21) if number != 15]
    assert [row["rank"] for row in second["results"]] == list(range(11, 21)), "ranks are those of now"


def test_ties_that_are_renumbered_in_between_keep_the_place(edition: Edition, api: Api):
    page = api.get(f"{BOARD}?per_page=10&sort=date")
    for entry in Entry.objects.all():
        entry.rows.update(tie=entry.tie * 3 + 7)
        Entry.objects.filter(pk=entry.pk).update(tie=entry.tie * 3 + 7)
    assert names(page) + names(follow(api, page)) == names(api.get(f"{BOARD}?per_page=25&sort=date"))[:20]


def test_a_cursor_goes_with_its_address_only(edition: Edition, api: Api):
    cursor = api.get(f"{BOARD}?per_page=10&sort=model")["next"].partition("cursor=")[2]
    for address in (f"{BOARD}?per_page=10&sort=-model", "boards/finetuning/cost/?per_page=10&sort=model", BOARD):
        joined = f"{address}{'&' if '?' in address else '?'}cursor={cursor}"
        assert "cursor" in api.get(joined, status=400)["errors"][0]["message"]
    api.get(f"{BOARD}?per_page=10&sort=model&cursor={cursor[:-3]}xyz", status=400)


def test_the_last_page_is_a_link_away_and_leads_back(edition: Edition, api: Api, client):
    html = client.get("/boards/finetuning/time/?per_page=10").content.decode()
    last = html.partition('rel="last" href="?')[2].partition('"')[0].replace("&amp;", "&")
    page = client.get(f"/boards/finetuning/time/?{last}").content.decode()
    assert "Page 4 of 4" in page and "M31" in page and "M29" not in page
    previous = page.partition('rel="prev" href="?')[2].partition('"')[0].replace("&amp;", "&")
    before = client.get(f"/boards/finetuning/time/?{previous}").content.decode()
    assert "Page 3 of 4" in before and "M20" in before and "M30" not in before


def test_entries_of_one_day_that_come_in_any_order_stand_by_name(edition: Edition, api: Api):
    for number in range(45):
        snapshot = make_snapshot(edition, 100.0, model=f"A{number:02}")
        publishing.publish(snapshot, by=None, at=NOW)
    tied = names(api.get(f"{BOARD}?per_page=50"))[:46]
    assert tied == [f"A{number:02}" for number in range(45)] + ["M00"]
