"""The form without a mouse and without seeing it: Tab, arrows, Enter and Space, and names that make sense alone."""

from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from submissions.models import Status, Submission
from tests.submissions.working.cases import CROSSES, make_person, make_small_edition, predictions

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MOST_TABS = 60
NAME = """() => {
  const on = document.activeElement;
  const words = on.labels?.length ? [...on.labels].map((one) => one.textContent).join(" ") : on.textContent;
  return (on.getAttribute("aria-label") || words || "").replace(/\\s+/g, " ").trim();
}"""
CONTROLS = ", ".join(f"form.draft {one}" for one in ("input:not([type=hidden])", "select", "summary"))
NAMES = "all => all.map((one) => (one.labels?.[0] ?? one).textContent.replace(/\\s+/g, ' ').trim())"


@pytest.fixture
def page(browser: Browser, live_server, transactional_db):
    cache.clear()
    make_small_edition()
    make_person("ada")
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    # Told in good time that files are chosen by the test: asked at the key itself, Chromium may open its own dialog.
    page.on("filechooser", lambda _: None)
    yield page
    context.close()


def tab_to(page: Page, name: str) -> None:
    """Tab, until what has the focus is called so; it must be visibly focused then."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(NAME))
        if passed[-1].startswith(name):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"{name!r} is not among {passed}")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose_file(page: Page, name: str, file: Path) -> None:
    tab_to(page, name)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    expect(page.get_by_role("link", name=file.name)).to_be_visible(timeout=15_000)
    assert page.evaluate(NAME).startswith(name), "the focus stays where it was when the place is drawn anew"


def test_from_signing_in_to_sending_with_the_keyboard_alone(page: Page, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(CROSSES)
    (tmp_path / "dev.tsv").write_text(predictions())
    page.goto("/submit/")
    tab_to(page, "User name or e-mail address")
    page.keyboard.type("ada")
    tab_to(page, "Password")
    page.keyboard.type("a long passphrase")
    press(page, "Sign in")
    tab_to(page, "Name of the model")
    page.keyboard.type("KeyBERT")
    tab_to(page, "Link to the source code")
    page.keyboard.type("https://example.org/code")
    press(page, "Save and go on to hardware")
    tab_to(page, "Search the catalogue")
    page.keyboard.type("card")
    expect(page.get_by_label("Accelerator")).to_have_value("card")
    press(page, "Save and go on to evidence")
    choose_file(page, "Training log of", tmp_path / "log.csv")
    choose_file(page, "Predictions on the dev set of", tmp_path / "dev.tsv")
    expect(page.get_by_role("status").filter(has_text="dev.tsv is here.")).to_be_attached()
    press(page, "Save and check")
    tab_to(page, "I may publish these files")
    page.keyboard.press("Space")
    press(page, "Send for verification")
    assert Submission.objects.get().status == Status.QUEUED


def test_each_control_of_the_evidence_step_has_a_name_of_its_own(page: Page) -> None:
    page.goto("/submit/")
    page.get_by_label("User name or e-mail address").fill("ada")
    page.get_by_label("Password").fill("a long passphrase")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Name of the model").fill("KeyBERT")
    page.get_by_role("button", name="Save and go on to hardware").click()
    page.get_by_label("Accelerator").select_option("card")
    page.get_by_role("button", name="Save and go on to evidence").click()
    page.locator("summary").last.click()
    names = page.locator(CONTROLS).evaluate_all(NAMES)
    assert len(names) == len(set(names)), names
    assert all(" of " in name for name in names), names
