"""A board as a reader sees it: order and its links, filters, paging, exports, remarks, and what an empty one says."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leaderboard.columns import sort_keys
from leaderboard.models import Edition
from scoring.rules import Phase
from tests.factories import make_edition, make_entry
from tests.leaderboard_pages.conftest import Page

BOARD = "/boards/finetuning/time/"
HOSTILE = '<script>alert("x")</script>\u202egnp.exe'


def models(page: Page) -> list[str]:
    return re.findall(r'<th scope="row".*?<bdi>(.*?)</bdi>', page.html, re.S)


def query_count(address: str) -> int:
    client = Client()
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


@pytest.mark.parametrize("phase", ["pretraining", "finetuning", "inference"])
@pytest.mark.parametrize("measure", ["time", "cost", "efficiency"])
def test_each_of_the_nine_boards_has_a_page(edition: Edition, phase: str, measure: str):
    make_entry(edition, 50.0, model="Anything", phase=phase)
    page = Page(f"/boards/{phase}/{measure}/")
    assert page.status == 200
    assert "Anything" in models(page)


@pytest.mark.parametrize("phase", ["pretraining", "finetuning", "inference"])
@pytest.mark.parametrize("measure", ["time", "cost", "efficiency"])
def test_whatever_a_board_can_be_sorted_by_its_page_says_so(edition: Edition, phase: str, measure: str):
    make_entry(edition, 50.0, model="Anything", phase=phase)
    for key in sort_keys(edition.tasks.all(), Phase(phase)):
        for sort in (key, f"-{key}"):
            page = Page(f"/boards/{phase}/{measure}/?sort={sort}")
            assert page.status == 200, sort
            assert re.search(r", (highest|lowest|newest|oldest) first|[az] to [az]", page.words), sort


@pytest.mark.parametrize("address", ["/boards/training/time/", "/boards/finetuning/speed/"])
def test_a_board_that_does_not_exist_is_not_found(db: None, address: str):
    assert Page(address).status == 404


class TestOrder:
    def test_the_board_stands_in_order_of_score_and_says_so(self, edition: Edition):
        make_entry(edition, 50.0, model="Fast")
        make_entry(edition, 200.0, model="Slow")
        page = Page(BOARD)
        assert models(page) == ["Fast", "Reference", "Slow"]
        assert "3 entries Overall score, highest first" in page.words

    def test_only_the_sorted_column_says_that_it_is_sorted(self, edition: Edition):
        for address, direction in (("", "descending"), ("?sort=task1", "ascending"), ("?sort=-model", "descending")):
            page = Page(BOARD + address)
            assert re.findall(r'aria-sort="(\w+)"', page.html) == [direction]

    def test_a_header_sorts_best_first_and_then_the_other_way_round(self, edition: Edition):
        assert 'href="?sort=task1"' in Page(BOARD).html
        assert 'href="?sort=-task1"' in Page(BOARD + "?sort=task1").html
        assert 'href="?sort=-task1_score"' in Page(BOARD).html
        assert 'href="?sort=score"' in Page(BOARD).html

    def test_sorting_another_column_keeps_ranks_and_filters(self, edition: Edition):
        make_entry(edition, 50.0, model="Fast", organisation="Lab")
        page = Page(BOARD + "?organisation=Lab&sort=model")
        assert "organisation=Lab" in re.search(r'href="(\?sort=-model[^"]*)"', page.html)[1]
        assert '<td class="rank">1</td>' in page.html


class TestCells:
    def test_not_reached_and_unknown_are_words_and_not_numbers(self, edition: Edition):
        make_entry(edition, {"task1": 50.0, "task2": "not_reached"}, model="Half")
        make_entry(edition, {"task1": 50.0, "task2": "unknown"}, model="Gap")
        page = Page(BOARD)
        assert re.search(r'nr"><a href="[^"]*">N/R</a><small>0.00</small>', page.html)
        assert "No rank: a value is unknown" in page.html

    def test_a_number_leads_to_its_derivation(self, edition: Edition):
        entry = make_entry(edition, 50.0)
        assert f'href="/entries/{entry.pk}/derivations/task1/time/"' in Page(BOARD).html

    def test_what_a_phone_folds_stands_in_the_details_of_the_row(self, edition: Edition):
        make_entry(edition, 50.0, model="Fast", parameters_millions=110)
        details = re.search(r'<details class="unfold">.*?</details>', Page(BOARD + "?q=fast").html, re.S)[0]
        for words in ("TASK1", "50.00 s, score 2.00", "110 M", "unproven"):
            assert words in details

    def test_the_cost_board_shows_dollars(self, edition: Edition):
        make_entry(edition, 5000.0, usd_per_hour=3.6)
        assert ">5.00</a>" in Page("/boards/finetuning/cost/").html


class TestSearchAndFilters:
    def test_a_filter_that_is_on_is_a_chip_that_takes_it_off(self, edition: Edition):
        make_entry(edition, 50.0, model="Fast", organisation="Lab")
        page = Page(BOARD + "?q=fast&organisation=Lab")
        assert models(page) == ["Fast"]
        assert 'class="chip" href="?organisation=Lab"' in page.html
        assert 'class="chip" href="?q=fast"' in page.html

    def test_the_form_keeps_what_was_entered_and_the_order(self, edition: Edition):
        page = Page(BOARD + "?q=ref&kind=baseline&sort=model&per_page=50")
        assert 'name="q" value="ref"' in page.html
        assert '<option value="baseline" selected>' in page.html
        assert '<option value="50" selected>' in page.html
        assert '<input type="hidden" name="sort" value="model" form="board-filters">' in page.html

    def test_a_number_in_the_form_is_written_as_in_the_address(self, edition: Edition):
        assert 'value="120"' in Page(BOARD + "?max_params=120").html
        assert 'value="12.5"' in Page(BOARD + "?max_params=12.5").html

    def test_hardware_is_chosen_by_its_name(self, edition: Edition, entry: object):
        page = Page(BOARD + "?hardware=gpu")
        assert '<option value="gpu" selected>Fast GPU (1)</option>' in page.html
        assert models(page) == ["TinyModel"]

    def test_wrong_values_get_a_page_with_all_the_right_ones(self, edition: Edition):
        page = Page(BOARD + "?sort=speed&per_page=7&colour=red")
        assert page.status == 400
        for words in ("task1_score", "10, 25, 50, 100", "colour"):
            assert words in page.words

    def test_nothing_found_says_what_to_do(self, edition: Edition):
        page = Page(BOARD + "?q=zebra")
        assert (page.status, models(page)) == (200, [])
        assert "No entry matches" in page.words


class TestRankInFilter:
    def test_it_stands_beside_the_rank_of_the_whole_board(self, edition: Edition):
        make_entry(edition, 50.0, model="Fast")
        for seconds in (200.0, 300.0):
            make_entry(edition, seconds, model=f"Slow {seconds:.0f}", organisation="Lab")
        page = Page(BOARD + "?organisation=Lab&sort=model")
        assert re.findall(r'<td class="rank">(\d+)</td>', page.html) == ["3", "4"]
        assert re.findall(r">(\d+) in filter<", page.html) == ["1", "2"]
        assert " in filter<" not in Page(BOARD).html

    def test_nothing_but_a_misspelling_matches_and_the_page_says_so(self, edition: Edition):
        make_entry(edition, 50.0, model="RoBERTa Large")
        page = Page(BOARD + "?q=roberat")
        assert models(page) == ["RoBERTa Large"]
        assert "Nothing matches" in page.words and "Shown:" in page.words


class TestPaging:
    def test_pages_lead_on_and_back_and_keep_the_filters(self, edition: Edition):
        for number in range(11):
            make_entry(edition, 50.0 + number, model=f"Model {number:02}")
        first, second = Page(BOARD + "?per_page=10&q=model"), Page(BOARD + "?per_page=10&q=model&page=2")
        assert 'rel="next" href="?q=model&amp;per_page=10&amp;cursor=' in first.html
        assert 'rel="prev" href="?q=model&amp;per_page=10"' in second.html
        assert models(second) == ["Model 10"]

    def test_a_page_past_the_end_leads_to_the_first(self, edition: Edition):
        assert "This page is past the end" in Page(BOARD + "?page=9").words

    def test_exports_ask_for_the_same_board_whole(self, edition: Edition):
        page = Page(BOARD + "?q=ref&page=1&per_page=50")
        assert 'href="/api/v1/boards/finetuning/time/?q=ref&amp;format=csv"' in page.html
        assert 'href="/api/v1/boards/finetuning/time/?q=ref&amp;format=json"' in page.html
        assert 'href="/api/v1/boards/finetuning/time/?q=ref"' in page.html


class TestEditions:
    def test_one_edition_needs_no_choice(self, edition: Edition):
        assert 'aria-label="Edition"' not in Page(BOARD).html

    def test_an_edition_that_was_chosen_stays_chosen(self, edition: Edition):
        demo = make_edition("demo", tasks=1, is_demo=True, title="Demo")
        make_entry(demo, 50.0, model="Only there")
        assert 'href="?edition=demo">Demo</a>' in Page(BOARD).html
        page = Page(BOARD + "?edition=demo")
        assert models(page) == ["Only there"]
        assert 'href="/boards/inference/time/?edition=demo"' in page.html
        assert 'href="?sort=model&amp;edition=demo"' in page.html


class TestWhatItSays:
    def test_every_column_is_explained_in_words(self, edition: Edition):
        page = Page(BOARD)
        assert "What the columns mean" in page.words
        assert "Elapsed training time until the dev metric of TASK1 reached its cut-off." in page.words

    def test_a_remark_is_marked_in_its_row_and_told_below(self, edition: Edition):
        make_entry(edition, 50.0, model="Odd", footnotes=["Printed as 27 s."])
        page = Page(BOARD)
        assert ">†</sup>" in page.html
        assert "† Odd: Printed as 27 s." in page.words

    def test_an_empty_board_invites_to_submit(self, edition: Edition):
        assert "No entries yet" in Page("/boards/inference/time/").words

    def test_without_an_edition_there_is_a_page_that_says_so(self, db: None):
        page = Page(BOARD)
        assert page.status == 200
        assert "load_baselines" in page.words

    def test_names_are_shown_as_text_and_cannot_turn_the_line_round(self, edition: Edition):
        make_entry(edition, 50.0, model=HOSTILE, organisation=HOSTILE, framework=HOSTILE, hardware_text=HOSTILE)
        page = Page(BOARD)
        assert "<script>alert" not in page.html
        assert "&lt;script&gt;" in page.html
        bare = re.sub(
            r"<bdi>.*?</bdi>|<(option|title)\b.*?</\1>|(aria-label|value)=\"[^\"]*\"", "", page.html, flags=re.S
        )
        assert "\u202e" not in bare


def test_a_board_takes_as_many_queries_with_ten_rows_as_with_one(edition: Edition):
    one = query_count(BOARD)
    for number in range(10):
        make_entry(edition, 50.0 + number, organisation=f"Lab {number}")
    assert query_count(BOARD) == one


def test_no_page_needs_an_inline_script_or_style(edition: Edition, entry: object):
    for address in (BOARD, "/", f"/entries/{entry.pk}/", "/rules/"):
        html = Page(address).html
        assert not re.search(r"<style|\son\w+=|javascript:", html)
        assert not re.search(r"<script(?![^>]*(src=|application/json))", html)
        assert "style=" not in html


def test_energy_has_a_column_only_where_an_entry_of_the_board_brought_it(edition: Edition) -> None:
    make_entry(edition, 50.0, model="Quiet")
    address = "/boards/finetuning/time/"
    assert "Energy kWh" not in Page(address).words
    make_entry(edition, 70.0, model="Metered", energy_kwh=0.0125)
    page = Page(address)
    assert "Energy kWh" in page.words
    assert "0.0125" in page.words
    assert "CO2e kg" not in page.words, "nobody brought emissions"
    cells = re.findall(r"<tr>(.*?)</tr>", page.html.partition("<tbody>")[2], re.DOTALL)
    heads = page.html.partition("<thead>")[2].partition("</thead>")[0].count("<th")
    assert {len(re.findall(r"<t[dh][ >]", row)) for row in cells} == {heads}, "every row has a cell for every header"


class TestInPlace:
    """What htmx gets: the same address, the part that changes."""

    def test_a_swap_gets_the_table_alone_and_the_address_worth_sharing(self, edition: Edition):
        part = Page(BOARD + "?sort=task1&per_page=25", **{"HX-Request": "true"})
        assert 'id="board-results"' in part.html
        assert 'id="board-status"' in part.html
        assert "<html" not in part.html
        assert part.response["HX-Push-Url"] == BOARD + "?sort=task1"
        assert part.response["Cache-Control"] == "no-store"

    def test_going_back_and_readers_without_htmx_get_the_page(self, edition: Edition):
        back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        for headers in ({}, back):
            page = Page(BOARD, **headers)
            assert "<html" in page.html
            assert "HX-Request" in page.response["Vary"]


class TestEmptyFields:
    def test_a_form_s_empty_fields_do_not_stay_in_the_address(self, edition: Edition):
        page = Page("/boards/finetuning/time/?q=tiny&hardware=&kind=&per_page=25&since=")
        assert (page.status, page.response["Location"]) == (302, "/boards/finetuning/time/?q=tiny&per_page=25")
        assert Page("/boards/finetuning/time/?q=&kind=").response["Location"] == "/boards/finetuning/time/"

    def test_the_lede_names_the_reference_of_the_shown_edition(self, edition: Edition):
        assert "ratios to the reference entry, Reference (1.00 a task)" in Page("/boards/finetuning/time/").words
