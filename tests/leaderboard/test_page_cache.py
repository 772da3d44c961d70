"""Board pages from memory: never old, never somebody else's, and 304 for whoever has them already."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from leaderboard import publishing
from leaderboard.models import Edition, Entry
from tests.factories import NOW, make_accelerator, make_edition, make_entry, make_offer
from tests.made_once import once

PAGE, API = "/boards/finetuning/time/", "/api/v1/boards/finetuning/time/"


@pytest.fixture
def edition(db: None) -> Edition:
    return once(make_the_edition)


def make_the_edition() -> Edition:
    edition = make_edition(tasks=2)
    make_entry(edition, 100.0, model="Reference", is_reference=True)
    return edition


@pytest.mark.parametrize("address", [PAGE, API, f"/embed{PAGE}", f"{PAGE}pictures/"])
class TestVersions:
    def test_who_has_a_page_gets_304_until_the_board_changes(self, edition: Edition, client: Client, address: str):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        make_entry(edition, 50.0, model="Newcomer")
        changed = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert changed.status_code == 200
        assert b"Newcomer" in changed.content

    def test_a_page_from_memory_is_the_page_and_takes_one_query(
        self, edition: Edition, client: Client, address: str, django_assert_num_queries
    ):
        first = client.get(address)
        with django_assert_num_queries(1):
            second = client.get(address)
        assert second.content == first.content
        # What comes from memory is not counted against anybody's calls.
        assert dict(second.items()) == {name: value for name, value in first.items() if "RateLimit" not in name}
        if "pictures" not in address:
            assert client.get(f"{address}?per_page=10&q=zebra").content != first.content

    def test_withdrawing_shows_at_once(self, edition: Edition, client: Client, address: str):
        make_entry(edition, 40.0, model="Best", date=NOW.date() - timedelta(days=9))
        entry = make_entry(edition, 50.0, model="Shortlived")
        assert b"Shortlived" in client.get(address).content
        publishing.withdraw(entry, by=None, at=NOW + timedelta(days=1), reason="")
        assert b"Shortlived" not in client.get(address).content

    def test_what_the_catalogue_says_shows_at_once(self, edition: Edition, client: Client, address: str):
        tags = {client.get(address)["ETag"]}
        edition.tasks.filter(slug="task1").update(title="Renamed")
        tags.add(client.get(address)["ETag"])
        make_offer(make_accelerator("gpu"), usd=Decimal("1.5"))
        tags.add(client.get(address)["ETag"])
        edition.tasks.first().gold_set.save()
        tags.add(client.get(address)["ETag"])
        assert len(tags) == 4


def test_rows_written_past_the_code_raise_the_version_as_well(edition: Edition, client: Client):
    before = client.get(PAGE)["ETag"]
    Entry.objects.get().rows.update(framework="PyTorch")
    assert client.get(PAGE)["ETag"] != before


@pytest.mark.parametrize("cookie", ["sessionid", "__Host-sessionid", "renamed"])
def test_a_page_of_somebody_signed_in_is_given_to_nobody_else(
    edition: Edition, client: Client, django_user_model, settings, cookie: str
):
    settings.SESSION_COOKIE_NAME = cookie
    somebody = Client()
    somebody.force_login(django_user_model.objects.create_user("grace", "grace@example.org", "a-long-password"))
    assert b"grace" in somebody.get(PAGE).content
    assert b"grace" not in client.get(PAGE).content
    assert b"grace" in somebody.get(PAGE).content


def test_who_is_signed_in_gets_a_page_of_their_own(edition: Edition, client: Client, django_user_model):
    client.get(PAGE)
    client.force_login(django_user_model.objects.create_user("ada", "ada@example.org", "a-long-password"))
    page = client.get(PAGE)
    assert b"ada" in page.content
    assert page["Cache-Control"] == "private, no-cache"
    assert "ETag" not in page
    assert "Cookie" in page["Vary"]
    assert b"ada" not in Client().get(PAGE).content


def test_errors_and_exports_are_not_kept(edition: Edition, client: Client):
    assert "ETag" not in client.get(f"{PAGE}?sort=beauty")
    assert "ETag" not in client.get(f"{API}?format=csv")
    assert client.get(PAGE, headers={"Host": "evil.example"}).status_code == 400


def test_the_part_that_a_script_swaps_is_kept_apart_and_never_by_the_browser(edition: Edition, client: Client):
    page, part = client.get(PAGE), client.get(PAGE, headers={"HX-Request": "true"})
    for _ in range(2):
        assert client.get(PAGE, headers={"HX-Request": "true"}).content == part.content != page.content
    assert part["Cache-Control"] == "no-store"
    assert "X-Accel-Expires" not in part
    assert client.get(PAGE)["Cache-Control"] == "public, no-cache"


def test_pictures_follow_what_changes_another_board_of_the_phase(edition: Edition, client: Client):
    before = client.get(f"{PAGE}pictures/")["ETag"]
    Entry.objects.get().rows.filter(board__measure="cost").update(framework="PyTorch")
    assert client.get(f"{PAGE}pictures/")["ETag"] != before


def test_pictures_are_drawn_once_whatever_campaign_or_header_asks_for_them(
    edition: Edition, client: Client, django_assert_num_queries
):
    address = f"{PAGE}pictures/"
    first = client.get(f"{address}?edition={edition.slug}")
    with django_assert_num_queries(3):
        for query, headers in (("utm_a=1&", {}), ("", {"HX-Request": "true"}), ("utm_b=2&", {"HX-Target": "results"})):
            assert client.get(f"{address}?{query}edition={edition.slug}", headers=headers).content == first.content
    assert client.get(f"{address}?edition={edition.slug}&q=bert").status_code == 400
    assert client.get(address).content != first.content, "without the name of the edition in its links"
