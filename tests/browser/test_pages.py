"""The public pages in a real browser: accessible, on a phone too, with and without a script, and without complaint."""

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from leaderboard.models import Entry

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = [
    "/",
    "/boards/pretraining/cost/",
    "/boards/finetuning/time/",
    "/boards/finetuning/time/?q=roberta&hardware=rtx-2080-ti&since=2019-01-01",
    "/boards/inference/efficiency/",
    "/boards/finetuning/time/?q=zebra",
    "/boards/finetuning/time/?sort=speed",
    "/boards/finetuning/time/pictures/",
    "/embed/boards/finetuning/time/",
    "/tasks/",
    "/hardware/",
    "/rules/",
    "/rules/checks/",
    "/faq/",
    "/nowhere/",
]

REFUSED = ("/boards/finetuning/time/?sort=speed", "/nowhere/")
"""Pages of an error: the browser itself notes their status in the console."""


def addresses(entry: Entry) -> list[str]:
    own = entry.get_absolute_url()
    below = ("", "derivations/time/", "derivations/conll2003/cost/", f"evidence/{entry.evidence[0]['sha256']}/?line=3")
    return [*PAGES, *(own + rest for rest in below)]


# What is drawn depends on the width, its colours on the scheme: each once.
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_every_page_is_accessible(entry: Entry, live_server: LiveServer, page: Page, scheme: str, width: int):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    reports = []
    for address in addresses(entry):
        page.goto(live_server.url + address)
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        results = Axe().run(page, options=options)
        if results.violations_count:
            reports.append(f"{address}\n{results.generate_report()}")
    assert not reports, "\n".join(reports)


def test_no_page_scrolls_sideways_on_a_phone(entry: Entry, live_server: LiveServer, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    for address in addresses(entry):
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address


def test_no_page_complains_in_the_console(entry: Entry, live_server: LiveServer, page: Page, console: list[str]):
    for address in addresses(entry):
        if address in REFUSED:
            continue
        page.goto(live_server.url + address, wait_until="networkidle")
    assert console == []


def test_a_board_is_sorted_searched_and_shared_by_its_address(entry: Entry, live_server: LiveServer, page: Page):
    page.goto(f"{live_server.url}/boards/finetuning/time/")
    page.get_by_role("link", name="SST-2 s").click()
    expect(page.locator("th[aria-sort]")).to_contain_text("SST-2")
    expect(page.locator("tbody th").first).to_contain_text("RoBERTa-Base")
    page.get_by_role("searchbox").fill("albert")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    assert "q=albert" in page.url
    assert "sort=sst2" in page.url
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(9)


def test_a_board_and_an_entry_work_without_a_script(entry: Entry, live_server: LiveServer, browser: Browser):
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{live_server.url}/boards/finetuning/time/")
    page.get_by_label("Kind").select_option("baseline")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(8)
    expect(page.locator(".theme")).to_be_hidden()
    assert page.locator("body").evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(15, 21, 18)"
    page.goto(live_server.url + entry.get_absolute_url())
    page.get_by_text("The evaluations as a table").click()
    expect(page.locator("tr.crossing")).to_contain_text("44")
    context.close()


def test_a_phone_finds_the_folded_columns_in_the_row(entry: Entry, live_server: LiveServer, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/boards/finetuning/time/?q=RoBERTa-Large")
    expect(page.locator("td.fold").first).to_be_hidden()
    page.get_by_text("More", exact=True).click()
    details = page.locator(".unfold dl")
    expect(details).to_contain_text("397.12 s, score 22.93")
    expect(details).to_contain_text("1 × RTX 2080 Ti")
    box = details.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390


def test_the_keyboard_reaches_the_content_first(entry: Entry, live_server: LiveServer, page: Page):
    page.goto(f"{live_server.url}/boards/finetuning/time/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Pretraining")).to_be_focused()


def test_the_switch_turns_dark_and_is_remembered(entry: Entry, live_server: LiveServer, page: Page):
    page.emulate_media(color_scheme="light")
    page.goto(live_server.url + entry.get_absolute_url())
    page.get_by_role("button", name="Switch to dark").click()
    page.goto(f"{live_server.url}/rules/")
    assert page.locator("body").evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(15, 21, 18)"
    expect(page.get_by_role("button", name="Switch to light")).to_be_visible()


def test_the_learning_curve_is_drawn(entry: Entry, live_server: LiveServer, page: Page):
    page.goto(live_server.url + entry.get_absolute_url())
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(2)
    expect(page.locator(".plot")).to_contain_text("cut-off 91")


def test_pictures_are_drawn_in_both_themes_and_their_points_lead_to_entries(
    entry: Entry, live_server: LiveServer, page: Page, console: list[str]
):
    page.goto(f"{live_server.url}/boards/finetuning/time/pictures/")
    expect(page.locator(".plot .main-svg").first).to_be_visible()
    expect(page.locator("#parameters .plot")).to_contain_text("RoBERTa-Large")
    page.get_by_role("button", name="Switch to dark").click()
    point = page.locator("#parameters .scatterlayer .trace").last.locator(".point").first.bounding_box()
    assert point is not None
    page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.mouse.click(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.wait_for_url("**/entries/**")
    assert console == []


def test_pictures_have_a_table_without_a_script(entry: Entry, live_server: LiveServer, browser: Browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/boards/finetuning/time/pictures/")
    page.locator("#record summary").click()
    page.locator("#record").get_by_role("link", name="RoBERTa-Large").click()
    assert "/entries/" in page.url
    context.close()


def test_a_citation_can_be_copied(entry: Entry, live_server: LiveServer, page: Page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(live_server.url + entry.get_absolute_url())
    page.get_by_text("Cite this").click()
    page.get_by_role("button", name="Copy").first.click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{hulk-")


@pytest.mark.parametrize(
    ("path", "framed"), [("/embed/boards/finetuning/time/", True), ("/boards/finetuning/time/", False)]
)
def test_only_the_bare_board_can_be_framed_by_another_site(
    entry: Entry, live_server: LiveServer, page: Page, console: list[str], path: str, framed: bool
):
    elsewhere = live_server.url.replace("localhost", "127.0.0.1") + "/elsewhere/"
    frame = f'<iframe src="{live_server.url}{path}" width="700" height="500"></iframe>'
    # A page that was never on a network counts as far away: browsers ask before it may show what is on this machine.
    page.context.grant_permissions(["local-network-access"])
    page.route(elsewhere, lambda route: route.fulfill(content_type="text/html", body=frame))
    page.goto(elsewhere, wait_until="networkidle")
    inside = page.frame_locator("iframe").get_by_role("link", name="RoBERTa-Large", exact=True)
    expect(inside).to_have_count(1 if framed else 0)
    refused = [line for line in console if "frame-ancestors" in line or "X-Frame-Options" in line]
    assert bool(refused) is not framed


def test_a_board_weighs_under_sixty_kilobytes(entry: Entry, live_server: LiveServer, page: Page):
    """HTML and CSS as a gzipping server sends them; fonts and scripts are not needed to read it."""
    sizes: dict[str, int] = {}
    page.on("response", lambda response: sizes.update({response.url: len(gzip.compress(response.body()))}))
    page.goto(f"{live_server.url}/boards/finetuning/time/?per_page=100", wait_until="networkidle")
    assert all(url.startswith(live_server.url) for url in sizes), "nothing comes from elsewhere"
    assert not any("plotly" in url for url in sizes)
    assert sum(size for url, size in sizes.items() if not url.endswith(".js")) < 60_000
