"""The pictures of a board: who is drawn, who leads, and the table that says the same."""

import json
import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leaderboard import pictures
from leaderboard.models import Edition
from leaderboard.palette import COLOURS, colour_of
from tests import editions
from tests.factories import make_edition, make_entry
from tests.leaderboard_pages.conftest import Page

ADDRESS = "/boards/finetuning/time/pictures/"


def section(page: Page, key: str) -> str:
    return re.search(rf'<section class="panel picture" id="{key}".*?</section>', page.html, re.S)[0]


def figure(page: Page, key: str) -> dict:
    return json.loads(re.search(r'type="application/json">(.*?)</script>', section(page, key), re.S)[1])


def table(page: Page, key: str) -> list[list[str]]:
    body = section(page, key).partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    return [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def leading(page: Page, key: str) -> list[str]:
    return [row[0] for row in table(page, key) if row[-1] == "yes"]


@pytest.fixture
def entries(edition: Edition) -> Edition:
    """A small quick one, a large quicker one, and one that both beat."""
    make_entry(edition, 50.0, model="Small", parameters_millions=10, date=date(2020, 1, 1))
    make_entry(edition, 20.0, model="Large", parameters_millions=300, date=date(2021, 1, 1))
    make_entry(edition, 60.0, model="Beaten", parameters_millions=200, date=date(2022, 1, 1))
    return edition


class TestFronts:
    def test_no_smaller_model_beats_one_on_the_front(self, entries: Edition):
        assert leading(Page(ADDRESS), "parameters") == ["Small", "Large"]

    def test_a_record_is_above_all_before_it(self, entries: Edition):
        page = Page(ADDRESS)
        assert leading(page, "record") == ["Small", "Large"]
        assert figure(page, "record")["data"][0]["line"]["shape"] == "hv"

    def test_nobody_beats_one_on_the_front_in_time_and_cost(self, entries: Edition):
        make_entry(entries, 30.0, model="Cheap", usd_per_hour=0.5)
        assert leading(Page(ADDRESS), "cost-task1") == ["Large", "Cheap"]

    def test_what_leads_is_drawn_from_beyond_the_sample_too(self, entries: Edition, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(pictures, "SAMPLE", 1)
        page = Page(ADDRESS)
        assert [row[0] for row in table(page, "parameters")] == ["Small", "Large"]

    @pytest.mark.parametrize("seed", range(3))
    def test_fronts_are_those_of_the_definition(self, edition: Edition, seed: int):
        made = {}
        for number in range(12):
            size, seconds = 1 + (number * 7 + seed * 5) % 11, 10.0 + (number * 13 + seed * 3) % 17
            made[f"Model {number}"] = (size, seconds)
            make_entry(edition, seconds, model=f"Model {number}", parameters_millions=size)
        expected = {
            name
            for name, (size, seconds) in made.items()
            if not any(s <= size and t <= seconds and (s, t) != (size, seconds) for s, t in made.values())
        }
        found = set(leading(Page(ADDRESS), "parameters")) - {"Reference"}
        assert {made[name] for name in found} == {made[name] for name in expected}


class TestPoints:
    def test_points_are_links_and_a_model_has_the_same_colour_everywhere(self, entries: Edition):
        page = Page(ADDRESS)
        for key in ("parameters", "record", "cost-task1"):
            marker = next(
                (trace["marker"]["color"][trace["hovertext"].index("Large")], trace["customdata"])
                for trace in figure(page, key)["data"]
                if "Large" in trace.get("hovertext", [])
            )
            assert marker[0] == colour_of("Large") == colour_of(" LARGE ")
            assert all(url.startswith("/entries/") for url in marker[1])
        assert colour_of("Large") in COLOURS

    def test_what_cannot_be_drawn_is_told(self, edition: Edition):
        make_entry(edition, "not_reached", model="Never", parameters_millions=10)
        page = Page(ADDRESS)
        assert "with 2 that cannot be drawn" in section(page, "parameters")
        assert ["Never", "10", "0.00", ""] in table(page, "parameters")

    def test_shares_add_up_and_one_task_has_none(self, entries: Edition):
        page = Page(ADDRESS)
        bars = figure(page, "shares")["data"]
        assert [bar["name"] for bar in bars] == ["TASK1", "TASK2"]
        assert [sum(parts) for parts in zip(*(bar["x"] for bar in bars), strict=True)] == [10.0, 4.0, 200 / 60, 2.0]
        make_entry(entries, 3600.0, phase="pretraining", is_reference=True)
        assert 'id="shares"' not in Page("/boards/pretraining/time/pictures/").html

    def test_hostile_names_stay_text(self, edition: Edition):
        make_entry(edition, 50.0, model="</script><script>x</script>", parameters_millions=1)
        assert "<script>x" not in Page(ADDRESS).html


class TestPage:
    @pytest.mark.parametrize("phase", ["pretraining", "finetuning", "inference"])
    @pytest.mark.parametrize("measure", ["time", "cost", "efficiency"])
    def test_each_board_of_the_paper_has_pictures(self, db: None, phase: str, measure: str):
        editions.paper()
        page = Page(f"/boards/{phase}/{measure}/pictures/")
        assert page.status == 200
        assert f'href="/boards/{phase}/{measure}/pictures/"' in Page(f"/boards/{phase}/{measure}/").html
        assert table(page, "parameters")
        assert page.html.count("data-figure") == page.html.count("application/json")

    def test_a_board_without_entries_says_so_and_loads_no_script(self, db: None):
        make_edition("empty", tasks=2)
        page = Page(ADDRESS)
        assert "No entries yet" in page.words
        assert "plotly" not in page.html

    def test_one_entry_is_a_picture_too(self, edition: Edition):
        assert Page(ADDRESS).status == 200

    def test_it_takes_an_edition_and_nothing_else(self, entries: Edition):
        assert Page(ADDRESS + f"?edition={entries.slug}").status == 200
        for wrong in ("?q=small", "?edition=nowhere", "?colour=red"):
            assert Page(ADDRESS + wrong).status == 400
        assert Page("/boards/finetuning/speed/pictures/").status == 404

    def test_it_takes_as_many_queries_with_ten_entries_as_with_one(self, edition: Edition):
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                Client().get(ADDRESS)
            return len(queries)

        one = count()
        for number in range(10):
            make_entry(edition, 50.0 + number, parameters_millions=10 + number)
        # What the catalogue says is at hand the second time.
        assert count() <= one
