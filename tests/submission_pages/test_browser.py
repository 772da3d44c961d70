"""A researcher at a phone, without a script: sign in, fill in the form, send it, read the number."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from submissions.inspection import inspect
from submissions.models import Submission
from submissions.verification import verify
from tests.submissions.working.cases import (
    BACKWARDS,
    CROSSES,
    make_person,
    make_queued,
    make_small_edition,
    predictions,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@pytest.fixture
def site(live_server, transactional_db):
    """The address of a server with an edition and one person."""
    cache.clear()
    make_small_edition()
    make_person("ada")
    return live_server.url


@pytest.fixture
def phone(browser: Browser, site: str):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, base_url=site)
    yield context.new_page()
    context.close()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {"log": CROSSES, "dev": predictions(), "bad": BACKWARDS}
    for name, text in made.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return {name: tmp_path / f"{name}.csv" for name in made}


def sign_in(page: Page) -> None:
    page.get_by_label("User name or e-mail address").fill("ada")
    page.get_by_label("Password").fill("a long passphrase")
    page.get_by_role("button", name="Sign in", exact=True).click()


def fits(page: Page) -> None:
    """Nothing but a table scrolls sideways."""
    width = page.locator("html").bounding_box()
    assert width is not None and width["width"] <= page.viewport_size["width"], page.url


def describe(page: Page) -> None:
    page.get_by_label("Edition").select_option("small")
    page.get_by_label("Name of the model").fill("PhoneBERT")
    page.get_by_label("Link to the source code").fill("https://example.org/code")
    page.get_by_label("Is evaluation on the clock?").select_option("no")
    fits(page)
    page.get_by_role("button", name="Save and go on to hardware").click()


def choose(page: Page) -> None:
    page.get_by_label("Accelerator").select_option("card")
    fits(page)
    page.get_by_role("button", name="Save and go on to evidence").click()


def send(page: Page) -> Submission:
    page.get_by_label("I may publish these files").check()
    fits(page)
    page.get_by_role("button", name="Send for verification").click()
    expect(page.get_by_role("heading", name="Under way")).to_be_visible()
    return Submission.objects.get()


def test_from_signing_in_to_the_number_on_a_phone_without_a_script(phone, files):
    phone.goto("/submit/")
    sign_in(phone)
    describe(phone)
    choose(phone)
    phone.get_by_label("Training log").set_input_files(files["log"])
    phone.get_by_label("Predictions on the dev set").set_input_files(files["dev"])
    fits(phone)
    phone.get_by_role("button", name="Save and check").click()
    submission = send(phone)
    expect(phone.get_by_text("This page loads itself again")).to_be_visible()
    verify(submission.pk)
    phone.reload()
    expect(phone.get_by_text("in review").first).to_be_visible()
    expect(phone.get_by_text("30.50 s", exact=True)).to_be_visible()
    expect(phone.get_by_text("on 100 of 100 rows: at or above the cut-off 90")).to_be_visible()
    fits(phone)


def test_an_error_is_mended_in_the_browser_and_back_and_reload_keep_what_was_there(phone, files):
    phone.goto("/submit/")
    sign_in(phone)
    describe(phone)
    phone.go_back()
    expect(phone.get_by_label("Link to the source code")).to_have_value("https://example.org/code")
    phone.get_by_label("Name of the model").fill("Renamed")
    with phone.expect_navigation():
        phone.get_by_role("button", name="Save and go on to hardware").click()
    assert Submission.objects.get().model_name == "Renamed"
    choose(phone)
    phone.get_by_label("Training log").set_input_files(files["bad"])
    phone.get_by_label("Predictions on the dev set").set_input_files(files["dev"])
    with phone.expect_navigation():
        phone.get_by_role("button", name="Save and stay here").click()
    phone.reload()
    expect(phone.get_by_role("link", name="toy/bad.csv")).to_be_visible()
    phone.get_by_role("link", name="Check and send").click()
    verify(send(phone).pk)
    phone.reload()
    expect(phone.get_by_text("log-time-backwards")).to_be_visible()
    phone.get_by_role("button", name="Revise").click()
    phone.get_by_role("link", name="Evidence").click()
    phone.get_by_label("Training log").set_input_files(files["log"])
    phone.get_by_role("button", name="Save and check").click()
    verify(send(phone).pk)
    phone.reload()
    expect(phone.get_by_text("30.50 s", exact=True)).to_be_visible()


def test_files_are_sent_in_pieces_go_on_after_a_cut_and_say_what_they_are(browser, site, tmp_path):
    """A large log: the connection breaks once, the page goes on by itself; several files at once are several runs."""
    large = "seconds,accuracy\n10,60\n30.5,92\n" + "".join(f"{40 + row},93\n" for row in range(1_300_000))
    for name, text in (("large.csv", large), ("one.csv", CROSSES), ("two.csv", CROSSES + "50,94\n")):
        (tmp_path / name).write_text(text)
    context = browser.new_context(viewport=DESK, base_url=site)
    page = context.new_page()
    page.goto("/submit/")
    sign_in(page)
    describe(page)
    choose(page)
    pieces, cut = [], []

    def once(route):
        pieces.append(route.request.headers["upload-offset"])
        if len(pieces) == 2 and not cut:
            cut.append(True)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(
        "**/api/v1/uploads/*/", lambda route: once(route) if route.request.method == "PATCH" else route.continue_()
    )
    page.locator("[data-kind=log] input[type=file]").first.set_input_files(tmp_path / "large.csv")
    expect(page.get_by_role("link", name="toy/large.csv")).to_be_visible(timeout=60_000)
    assert pieces == ["0", "8388608", "8388608"]
    page.locator("[data-kind=log][data-run='1'] input[type=file]").set_input_files(
        [tmp_path / "one.csv", tmp_path / "two.csv"]
    )
    expect(page.get_by_role("link", name="toy/run2/two.csv")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("heading", name="Run 2")).to_be_visible()
    draft = Submission.objects.get()
    assert [row.name for row in draft.evidence.all()] == ["toy/one.csv", "toy/run2/two.csv"]
    inspect(draft.pk)
    expect(page.get_by_text("reaches the cut-off 90 at 30.50 s, line 4, with 92").first).to_be_visible(timeout=15_000)
    page.get_by_label("Batch size").fill("32")
    page.reload()
    expect(page.get_by_label("Batch size")).to_have_value("32")
    expect(page.get_by_text("What you had typed and not saved is there again.")).to_be_visible()
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_role("heading", name="What the files say so far")).to_be_visible()
    draft.refresh_from_db()
    assert draft.manifest["tasks"]["toy"]["batch_size"] == 32
    context.close()


def test_the_price_of_the_day_is_filled_in_until_somebody_types_their_own(browser, site):
    context = browser.new_context(viewport=DESK, base_url=site)
    page = context.new_page()
    page.goto("/submit/")
    sign_in(page)
    describe(page)
    price, source = page.get_by_label("Price, in US dollars"), page.get_by_label("Where your own price comes from")
    expect(price).to_have_value("")
    page.get_by_label("Accelerator").select_option("card")
    expect(price).to_have_value("3.6")
    expect(page.get_by_role("status").filter(has_text="$3.60 an hour per GPU")).to_be_visible()
    page.reload()
    expect(page.get_by_text("What you had typed and not saved is there again.")).to_be_visible()
    expect(price).to_have_value("3.6")
    page.get_by_role("button", name="Save and go on to evidence").click()
    assert Submission.objects.get().manifest["hardware"]["usd_per_hour"] is None
    page.get_by_role("link", name="Hardware and price").click()
    expect(price).to_have_value("3.6")
    price.fill("2.5")
    expect(source).to_have_attribute("aria-required", "true")
    page.get_by_role("button", name="Save and go on to evidence").click()
    expect(source).to_have_attribute("aria-invalid", "true")
    source.fill("an invoice")
    page.get_by_role("button", name="Save and go on to evidence").click()
    expect(page.get_by_role("heading", name="What becomes public")).to_be_visible()
    assert Submission.objects.get().manifest["hardware"]["usd_per_hour"] == 2.5
    context.close()


def test_the_page_of_what_is_under_way_follows_it_and_then_shows_what_was_found(browser, site, files):
    context = browser.new_context(viewport=DESK, base_url=site)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/" in request.url else None)
    page.goto("/submissions/")
    sign_in(page)
    submission = make_queued(get_user_model().objects.get(), log=BACKWARDS)
    page.goto(f"/submissions/{submission.pk}/")
    Submission.objects.update(progress=0.5, activity="reading toy, run 1 of 1")
    expect(page.get_by_role("status").filter(has_text="Reading toy, run 1 of 1")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "50")
    verify(submission.pk)
    expect(page.get_by_text("log-time-backwards")).to_be_visible(timeout=15_000)
    expect(page.locator(".excerpt").first).to_have_text("310,85")
    expect(page.get_by_role("status").filter(has_text="It is now invalid.")).to_be_attached()
    count = len(asked)
    page.wait_for_timeout(2500)
    assert len(asked) == count, "it stops asking"
    page.get_by_role("button", name="Replace this file").first.click()
    expect(page.get_by_role("link", name="toy/log.csv")).to_be_in_viewport()
    context.close()


# What is drawn depends on the size, its colours on the scheme: each once.
@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone", "desk"])
def test_the_pages_have_no_barriers(browser, site, files, scheme, size):
    context = browser.new_context(viewport=size, color_scheme=scheme, base_url=site, bypass_csp=True)
    page = context.new_page()
    page.goto("/submit/")
    barriers(page)
    sign_in(page)
    barriers(page)
    page.get_by_role("button", name="Save and go on to hardware").click()
    barriers(page)
    describe(page)
    barriers(page)
    choose(page)
    page.get_by_label("Training log").set_input_files(files["log"])
    expect(page.get_by_role("link", name="toy/log.csv")).to_be_visible()
    page.get_by_label("Seconds").fill("soon")
    page.get_by_role("button", name="Save and check").click()
    barriers(page)
    page.get_by_label("Seconds").fill("")
    page.get_by_label("Predictions on the dev set").set_input_files(files["dev"])
    expect(page.get_by_role("link", name="toy/dev.csv")).to_be_visible()
    barriers(page)
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_role("heading", name="What the files say so far")).to_be_visible()
    barriers(page)
    submission = send(page)
    verify(submission.pk)
    for address in ("", "withdraw/"):
        page.goto(f"/submissions/{submission.pk}/{address}")
        barriers(page)
    for address in ("/submissions/", "/account/", "/account/tokens/", "/account/password/change/", "/account/logout/"):
        page.goto(address)
        barriers(page)
    context.close()


def barriers(page: Page) -> None:
    """Fails with what axe has to say about the page."""
    fits(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
