"""Front page, tasks, hardware, rules, checks, questions, errors: what a reader can rely on finding there."""

import re
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from leaderboard.models import Edition, GoldSet, Offer
from scoring.findings import CODES
from tests.factories import NOW, make_accelerator, make_edition, make_entry, make_offer, make_task
from tests.leaderboard_pages.conftest import Page

PAGES = ["/", "/tasks/", "/hardware/", "/rules/", "/rules/checks/", "/faq/", "/boards/finetuning/time/"]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_one_heading_a_title_and_a_way_past_the_navigation(edition: Edition, address: str):
    page = Page(address)
    assert page.status == 200
    assert len(re.findall(r"<h1\b", page.html)) == 1
    assert re.search(r"<title>[^<]+ · HULK</title>", page.html)
    assert 'href="#main"' in page.html
    assert 'id="main"' in page.html


@pytest.mark.parametrize("address", PAGES)
def test_a_page_stands_on_a_server_without_any_data(db: None, address: str):
    assert Page(address).status == 200


@pytest.mark.parametrize("address", PAGES)
def test_a_page_only_reads(edition: Edition, address: str):
    assert Client().post(address, headers={"host": "localhost"}).status_code == 405


@pytest.mark.parametrize("address", PAGES)
def test_a_page_takes_as_many_queries_with_ten_of_everything_as_with_one(edition: Edition, address: str):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            Page(address)
        return len(queries)

    before = count()
    for number in range(9):
        make_offer(make_accelerator(f"device-{number}"), edition=edition)
        make_entry(edition, 50.0 + number)
    assert count() == before


class TestFrontPage:
    def test_it_names_the_leaders_of_each_phase(self, edition: Edition):
        make_entry(edition, 50.0, model="Fast", parameters_millions=110)
        page = Page("/")
        assert "Save the world, one flop at a time." in page.words
        assert re.search(r'class="place">1</span><a href="[^"]+"><bdi>Fast</bdi></a><b>4.00</b>', page.html)

    def test_its_pictures_have_a_table_that_says_the_same(self, edition: Edition):
        make_entry(edition, 50.0, model="Fast", parameters_millions=110)
        html = Page("/").html
        assert 'class="dot leader"' in html
        assert re.search(r"<bdi>Fast</bdi></th><td class=\"num\">110</td><td class=\"num\">4.00</td>", html)

    def test_entries_without_a_number_are_told_and_not_drawn(self, edition: Edition):
        make_entry(edition, "unknown", model="Unknown", parameters_millions=110)
        make_entry(edition, 50.0, model="Fast", parameters_millions=110)
        assert "The same as a table, with 2 not drawn" in Page("/").words


class TestTasks:
    def test_it_says_when_gold_is_missing_and_how_to_import_it(self, edition: Edition):
        words = Page("/tasks/").words
        assert "gold not imported" in words
        assert "manage.py import_gold task1 FILE…" in words

    def test_it_says_when_gold_is_confirmed_and_when_not(self, edition: Edition):
        for slug, published in (("task1", "ab" * 32), ("task2", "")):
            gold = GoldSet.objects.get(task__edition=edition, task__slug=slug)
            gold.published_sha256, gold.imported_sha256 = published, "ab" * 32
            gold.imported_count, gold.imported_at = 10, NOW
            gold.save()
        words = Page("/tasks/").words
        assert "imported, confirmed 10 on 2026-11-20" in words
        assert "imported, unconfirmed" in words

    def test_parts_and_sizes_are_shown(self, edition: Edition):
        make_task(edition, "pairs", parts=[{"name": "matched", "size": 9815}, {"name": "mismatched", "size": 9832}])
        assert "19,647 (9,815 matched + 9,832 mismatched)" in Page("/tasks/").words

    def test_a_demo_edition_stands_after_the_real_one_and_says_so(self, edition: Edition):
        make_edition("demo", tasks=1, is_demo=True, title="Demo edition", published_on=date(2030, 1, 1))
        html = Page("/tasks/").html
        assert html.index(edition.title) < html.index("Demo edition")


class TestHardware:
    def test_the_default_offer_is_marked_and_a_corrected_row_stays_in_sight(self, edition: Edition):
        wrong = Offer.objects.get(slug="cloud-gpu")
        make_offer(wrong.accelerator, usd="2.95", supersedes=wrong)
        words = Page("/hardware/").words
        assert "3.06" in words
        assert "2.95" in words
        assert "corrected" in words
        assert "default" in words

    def test_spot_prices_say_that_they_are_not_ranked(self, edition: Edition):
        make_offer(make_accelerator("gpu"), slug="cloud-gpu-spot", pricing="spot")
        assert "spot, not ranked" in Page("/hardware/").words

    def test_hardware_without_an_offer_says_what_scores(self, edition: Edition):
        make_accelerator("rare")
        assert "Nobody rents it out: a declared price scores" in Page("/hardware/").words


class TestRules:
    def test_the_numbers_are_those_of_the_edition(self, edition: Edition):
        Edition.objects.filter(pk=edition.pk).update(minimum_samples=1234, epoch_limit="3.0", daily_attempts=7)
        words = Page("/rules/").words
        for fact in (
            "At least 1,234 samples",
            "after epoch 3 do not count",
            "7 a task and account",
            "200 MB",
            "64 KiB",
        ):
            assert fact in words

    def test_every_finding_code_has_its_row_to_link_to(self, db: None):
        html = Page("/rules/checks/").html
        for code in CODES.values():
            assert f'<tr id="{code.slug}">' in html


class TestSamples:
    def test_each_file_of_a_sample_can_be_downloaded(self, db: None):
        links = re.findall(r'href="(/faq/samples/[^"]+)"', Page("/faq/").html)
        assert any(link.endswith("/submission.json") for link in links)
        for link in links:
            response = Client().get(link, headers={"host": "localhost"})
            assert response.status_code == 200
            assert response["Content-Disposition"].startswith("attachment")
            assert b"".join(response.streaming_content)

    @pytest.mark.parametrize("name", ["../../../manage.py", "..%2f..%2fmanage.py", "/etc/passwd", "absent.csv"])
    def test_nothing_else_can(self, db: None, name: str):
        assert Page(f"/faq/samples/finetuning-csv/{name}").status == 404

    def test_without_the_folder_the_page_offers_none(self, db: None, settings: Settings, tmp_path: object):
        settings.BASE_DIR = tmp_path
        assert "Samples to try" not in Page("/faq/").words


class TestErrors:
    @pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "503"])
    def test_an_error_page_says_what_to_do_and_needs_neither_request_nor_database(self, name: str):
        html = render_to_string(f"{name}.html")
        assert "What you can do" in html

    def test_an_address_without_a_page_leads_back_to_the_boards(self, db: None):
        page = Page("/nowhere/")
        assert page.status == 404
        assert 'href="/boards/finetuning/time/"' in page.html


def test_the_head_names_who_is_signed_in_and_lets_maintainers_review(db: None):
    client = Client()
    user = get_user_model().objects.create_user("<b>rosa", is_staff=True)
    client.force_login(user)
    html = client.get("/", headers={"host": "localhost"}).content.decode()
    assert "<bdi>&lt;b&gt;rosa</bdi>" in html
    assert 'href="/admin/"' in html
    assert "Sign out" in html


def test_robots_stay_out_of_private_pages_and_the_icon_is_found(db: None):
    assert "Disallow: /submissions/" in Page("/robots.txt").html
    assert Page("/favicon.ico").response["Location"] == "/static/img/favicon.svg"
