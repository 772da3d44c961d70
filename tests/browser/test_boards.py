"""A board under somebody's hands: what is clicked and typed swaps the table alone, and the address keeps up."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from leaderboard.models import Edition, Entry
from tests.factories import make_entry

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOARD = "/boards/finetuning/time/"


@pytest.fixture
def board(entry: Entry, live_server: LiveServer, page: Page, console: list[str]) -> Page:
    """The fine-tuning board, open, with a mark that a reload would wipe away."""
    page.goto(live_server.url + BOARD)
    page.evaluate("window.untouched = true")
    return page


def was_not_loaded_again(page: Page) -> bool:
    return bool(page.evaluate("window.untouched === true"))


def first_model(page: Page):
    return page.locator("tbody th").first


def test_a_header_sorts_in_place_keeps_the_focus_and_says_so(board: Page, console: list[str]):
    header = board.get_by_role("link", name="SST-2 s")
    header.focus()
    place = header.bounding_box()
    board.keyboard.press("Enter")
    expect(first_model(board)).to_contain_text("RoBERTa-Base")
    assert board.url.endswith(BOARD + "?sort=sst2")
    expect(board.locator("th[aria-sort=ascending]")).to_contain_text("SST-2")
    expect(board.locator("#board-status")).to_contain_text("SST-2, lowest first")
    expect(board.get_by_role("link", name="SST-2 s")).to_be_focused()
    assert place is not None
    assert board.get_by_role("link", name="SST-2 s").bounding_box()["y"] == place["y"]
    board.keyboard.press("Enter")
    expect(board.locator("th[aria-sort=descending]")).to_contain_text("SST-2")
    assert was_not_loaded_again(board)
    assert console == []


def test_typing_searches_and_keeps_the_caret(board: Page):
    search = board.get_by_role("searchbox")
    search.press_sequentially("lbert")
    search.press("Home")
    search.press_sequentially("a")
    expect(board.locator("tbody tr")).to_have_count(2)
    expect(board.locator("#board-status")).to_contain_text("2 entries")
    expect(search).to_be_focused()
    assert search.evaluate("field => field.selectionStart") == 1
    assert board.url.endswith("?q=albert")
    assert was_not_loaded_again(board)


def test_what_is_typed_in_one_go_is_one_step_back(board: Page):
    board.get_by_label("Kind").select_option("baseline")
    expect(board.locator(".chip")).to_have_count(1)
    search = board.get_by_role("searchbox")
    for letters, address in (("al", "al"), ("bert-l", "albert-l")):
        search.press_sequentially(letters)
        expect(board).to_have_url(re.compile(rf"\?q={address}&kind=baseline$"))
    search.press("Enter")
    board.go_back()
    expect(board).to_have_url(re.compile(r"\?kind=baseline$"))
    expect(board.locator("tbody tr")).to_have_count(8)
    expect(search).to_have_value("")
    board.go_forward()
    expect(board).to_have_url(re.compile(r"\?q=albert-l&kind=baseline$"))
    expect(search).to_have_value("albert-l")


def test_filters_become_chips_that_take_them_off(board: Page):
    board.get_by_label("Kind").select_option("baseline")
    expect(board.locator("tbody tr")).to_have_count(8)
    board.get_by_label("Hardware", exact=True).select_option("rtx-2080-ti")
    expect(board.locator(".chip")).to_have_count(2)
    board.get_by_role("link", name="Remove filter kind: baseline").click()
    expect(board.locator(".chip")).to_have_count(1)
    expect(board.get_by_label("Kind")).to_have_value("")
    expect(board.locator("#board-chips a").first).to_be_focused()
    board.get_by_role("link", name="Clear all").click()
    expect(board.locator(".chip")).to_have_count(0)
    expect(board.get_by_label("Hardware", exact=True)).to_have_value("")
    assert board.url.endswith(BOARD)
    assert was_not_loaded_again(board)


def test_back_and_forward_show_what_was_there(board: Page, console: list[str]):
    board.get_by_role("link", name="SST-2 s").click()
    expect(first_model(board)).to_contain_text("RoBERTa-Base")
    board.get_by_label("Kind").select_option("submission")
    expect(board.locator("tbody tr")).to_have_count(1)
    board.go_back()
    expect(board.locator("tbody tr")).to_have_count(9)
    expect(board.locator("th[aria-sort=ascending]")).to_contain_text("SST-2")
    expect(board.get_by_label("Kind")).to_have_value("")
    board.go_back()
    expect(board.locator("th[aria-sort=descending]")).to_contain_text("Overall score")
    board.go_forward()
    expect(first_model(board)).to_contain_text("RoBERTa-Base")
    expect(board.get_by_role("link", name="HULK", exact=True)).to_be_visible()
    assert console == []


def test_back_from_an_entry_shows_the_whole_page_again(board: Page):
    board.get_by_role("link", name="SST-2 s").click()
    expect(first_model(board)).to_contain_text("RoBERTa-Base")
    board.get_by_role("link", name="RoBERTa-Base", exact=True).click()
    expect(board.get_by_role("heading", level=1)).to_contain_text("RoBERTa-Base")
    board.go_back()
    expect(board.get_by_role("heading", level=1)).to_have_text("Fine-tuning, by time")
    expect(board.locator("th[aria-sort=ascending]")).to_contain_text("SST-2")


def test_pages_turn_in_place_and_the_focus_stays(entry: Entry, live_server: LiveServer, page: Page):
    for number in range(14):
        make_entry(Edition.objects.current(), 500.0 + number)
    page.goto(f"{live_server.url}{BOARD}?per_page=10")
    page.evaluate("window.untouched = true")
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".pager")).to_contain_text("Page 2")
    expect(page.get_by_role("link", name="Next")).to_be_focused()
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("#board-results .board")).to_be_focused()
    assert was_not_loaded_again(page)


def test_a_wrong_value_leads_to_the_page_that_says_what_is_right(board: Page):
    board.locator(".more summary").click()
    board.locator("[name=until]").fill("2019-01-01")
    expect(board.locator(".chip")).to_have_count(1)
    board.locator("[name=since]").fill("2020-01-01")
    expect(board.get_by_role("heading", level=1)).to_have_text("This view of the board does not exist")


def test_any_state_opens_the_same_in_a_clean_browser(board: Page, browser: Browser):
    board.get_by_role("link", name="MNLI s").click()
    expect(board.locator("th[aria-sort=ascending]")).to_contain_text("MNLI")
    board.get_by_role("searchbox").fill("bert")
    expect(board.locator("#board-chips")).to_contain_text("search: bert")
    expect(board.locator(".chip")).to_have_count(1)
    board.wait_for_url(re.compile(r"q=bert"))
    for javascript in (True, False):
        context = browser.new_context(java_script_enabled=javascript)
        other = context.new_page()
        other.goto(board.url)
        assert other.locator("tbody").inner_text() == board.locator("tbody").inner_text()
        assert other.get_by_role("searchbox").input_value() == "bert"
        context.close()


def test_the_address_can_be_copied(board: Page):
    board.context.grant_permissions(["clipboard-read", "clipboard-write"])
    board.get_by_role("link", name="SST-2 s").click()
    expect(first_model(board)).to_contain_text("RoBERTa-Base")
    board.get_by_role("button", name="Copy link").click()
    expect(board.get_by_role("button", name="Copied")).to_be_visible()
    assert board.evaluate("navigator.clipboard.readText()") == board.url
