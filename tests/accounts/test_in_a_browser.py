"""Accounts in a real browser: every page accessible and free of complaint, a passkey made and used."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.accounts.conftest import PASSWORD
from tests.submissions.working.cases import make_person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

OPEN = [
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/x-y/",
    "/account/confirm-email/",
    "/account/confirm-email/x/",
    "/account/inactive/",
]
SIGNED_IN = [
    "/account/",
    "/account/email/",
    "/account/password/change/",
    "/account/tokens/",
    "/account/sessions/",
    "/account/reauthenticate/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/",
    "/account/2fa/webauthn/add/",
    "/account/logout/",
]


@pytest.fixture
def site(live_server: Any, transactional_db: None) -> str:
    """Under a name: browsers make no passkeys for numbers."""
    cache.clear()
    make_person("ada")
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=site)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def sign_in(page: Page) -> None:
    page.goto("/account/login/")
    page.get_by_label("User name or e-mail address").fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/submissions/")


def prove(page: Page) -> None:
    page.goto("/account/reauthenticate/?next=/account/2fa/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/account/2fa/")


def check(page: Page, addresses: list[str]) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for address in addresses:
        page.goto(address)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, f"{address} scrolls sideways"
    assert [one for one in said if "404" not in one] == []


# What is drawn depends on the width, its colours on the scheme: each once.
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_are_accessible_fit_and_break_no_policy(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    check(page, OPEN)
    sign_in(page)
    prove(page)
    check(page, SIGNED_IN)


def test_a_passkey_is_made_and_signs_in_by_itself(context: BrowserContext, page: Page) -> None:
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page)
    prove(page)
    page.goto("/account/2fa/webauthn/add/")
    page.get_by_label("Name").fill("my laptop")
    page.get_by_label("A passkey").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/account/2fa/webauthn/")
    expect(page.get_by_role("rowheader", name="my laptop")).to_be_visible()
    page.get_by_text("Account of ada").click()
    page.locator(".menu").get_by_role("button", name="Sign out").click()
    page.goto("/account/login/?next=/account/tokens/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/account/tokens/")


def test_without_a_script_nothing_is_offered_that_needs_one(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site)
    page = context.new_page()
    page.goto("/account/login/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in(page)
    context.close()


@pytest.mark.parametrize("allowed", [True, False], ids=["clipboard", "no clipboard"])
def test_a_token_is_copied_with_a_button_and_shown_once(page: Page, context: BrowserContext, allowed: bool) -> None:
    sign_in(page)
    page.goto("/account/tokens/")
    page.get_by_label("Name").fill("laptop")
    page.get_by_role("button", name="Make the token").click()
    token = page.locator("#new-token").inner_text()
    if allowed:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
    else:
        # Without https there is no clipboard, and a browser may refuse it.
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    page.get_by_role("button", name="Copy").click()
    if allowed:
        expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
        assert page.evaluate("navigator.clipboard.readText()") == token
    else:
        expect(page.get_by_role("button", name="Press Ctrl+C")).to_be_visible()
        assert page.evaluate("getSelection().toString().trim()") == token
    page.goto("/account/tokens/")
    assert token not in page.content()
    page.go_back()
    assert token not in page.content()
