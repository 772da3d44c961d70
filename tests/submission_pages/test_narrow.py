"""Pages with long names, hashes and tables at the width of a phone, in the light and the dark theme."""

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from hulk_site.accounts.models import Token
from submissions.inspection import inspect
from submissions.recognition import look_at
from submissions.verification import verify
from tests.submissions.working.cases import (
    lately,
    make_draft,
    make_maintainer,
    make_person,
    make_queued,
    make_small_edition,
    manifest_of,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
LONG = "A_name_without_a_place_to_break_it_as_scripts_write_them_for_tokens_and_models"


@pytest.fixture
def people(transactional_db: None) -> dict:
    """Who sends and who reviews, with a submission in review and a draft."""
    cache.clear()
    make_small_edition()
    ada, mia = make_person("ada"), make_maintainer("mia")
    Token.objects.create(user=ada, name=LONG)
    queued = make_queued(ada, {**manifest_of(), "model": {"name": LONG, "code_url": "https://example.org/code"}})
    verify(queued.pk)
    draft = make_draft(ada, log=f"seconds,accuracy,note\n20,60,\n10,85,{LONG} {LONG}\n30,92,\n")
    look_at(draft, at=lately())
    inspect(draft.pk)
    return {"ada": ada, "mia": mia, "review": queued.pk, "draft": draft.pk}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("person", "address"),
    [
        ("ada", "/account/tokens/"),
        ("ada", "/submissions/{draft}/edit/evidence/"),
        ("ada", "/submissions/{review}/"),
        ("mia", "/admin/submissions/submission/{review}/change/"),
        ("mia", "/admin/submissions/submission/"),
    ],
)
def test_nothing_but_a_table_scrolls_sideways(
    person: str, address: str, scheme: str, people: dict, live_server: LiveServer, browser: Browser
) -> None:
    client = Client()
    client.force_login(people[person])
    context = browser.new_context(viewport=PHONE, color_scheme=scheme, base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(address.format(**people))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.get_by_role("heading", level=1).first.is_visible()
    context.close()
