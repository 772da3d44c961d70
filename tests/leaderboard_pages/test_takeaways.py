"""What other sites show of this one: feed, badges, a board in a frame, citations, and what a shared link looks like."""

import re
import time
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import http_date
from pytest_django import Settings

from leaderboard import ranking
from leaderboard.badges import text_width
from leaderboard.models import Edition, Entry
from leaderboard.publishing import publish, withdraw
from tests.factories import NOW, make_entry, make_snapshot
from tests.leaderboard_pages.conftest import Page

ATOM = "{http://www.w3.org/2005/Atom}"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'A<script>x</script>&"\x1b\u202eb'
EMBED = "/embed/boards/finetuning/time/"


def query_count(address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        Client().get(address)
    return len(queries)


class TestFeed:
    def feed(self) -> ElementTree.Element:
        response = Client().get("/feeds/entries.atom", headers={"host": "localhost"})
        assert response["Content-Type"].startswith("application/atom+xml")
        return ElementTree.fromstring(response.content)

    def test_the_newest_entries_stand_first_with_all_that_atom_asks_for(self, edition: Edition, settings: Settings):
        settings.PUBLIC_URL = "https://hulk.example.org"
        entry = make_entry(edition, 50.0, model="Fast", organisation="Lab", at=NOW + timedelta(days=1))
        feed = self.feed()
        assert feed.find(f"{ATOM}author/{ATOM}name").text == "HULK"
        for name in ("id", "title", "updated"):
            assert feed.find(ATOM + name).text
        first, second = feed.findall(f"{ATOM}entry")
        assert first.find(f"{ATOM}title").text == "Fast by Lab, fine-tuning"
        assert first.find(f"{ATOM}id").text == f"urn:uuid:{entry.pk}"
        assert first.find(f"{ATOM}link").get("href") == f"https://hulk.example.org/entries/{entry.pk}/"
        assert first.find(f"{ATOM}updated").text == "2026-11-21T12:00:00+00:00"
        assert "Time score 4.00, Cost score 4.00, Efficiency score 8.00" in first.find(f"{ATOM}summary").text
        assert second.find(f"{ATOM}title").text == "Reference, fine-tuning"
        assert all(link.get("href").startswith("https://hulk.example.org/") for link in feed.iter(f"{ATOM}link"))

    def test_hostile_names_are_text_in_it(self, edition: Edition):
        make_entry(edition, 50.0, model=HOSTILE, at=NOW + timedelta(days=1))
        assert self.feed().find(f"{ATOM}entry/{ATOM}title").text == 'A<script>x</script>&" b, fine-tuning'

    def test_what_left_the_boards_left_the_feed(self, edition: Edition):
        withdraw(make_entry(edition, 50.0), by=None, at=NOW, reason="Wrong.")
        assert len(self.feed().findall(f"{ATOM}entry")) == 1

    @pytest.mark.parametrize("change", ["an older one leaves", "a score changes"])
    def test_whoever_asks_again_learns_what_changed(self, edition: Edition, change: str):
        older = make_entry(edition, 50.0)
        make_entry(edition, 40.0, at=NOW + timedelta(hours=1))
        before = Client().get("/feeds/entries.atom", headers={"host": "localhost"})
        asked = {"if-modified-since": http_date(time.time()), "if-none-match": before["ETag"], "host": "localhost"}
        assert Client().get("/feeds/entries.atom", headers=asked).status_code == 304
        if change == "a score changes":
            older.outcomes.update(seconds=25.0)
            ranking.rebuild(edition, "finetuning", at=NOW + timedelta(days=1), reason="mended")
        else:
            withdraw(older, by=None, at=NOW + timedelta(days=1), reason="contested")
        assert Client().get("/feeds/entries.atom", headers=asked).status_code == 200
        del asked["if-none-match"]
        assert Client().get("/feeds/entries.atom", headers=asked).status_code == 200
        if change == "a score changes":
            updated = {
                entry.find(f"{ATOM}id").text: entry.find(f"{ATOM}updated").text
                for entry in self.feed().findall(f"{ATOM}entry")
            }
            assert updated[f"urn:uuid:{older.pk}"] == (NOW + timedelta(days=1)).isoformat()

    def test_without_entries_it_is_still_a_feed(self, db: None):
        assert self.feed().findall(f"{ATOM}entry") == []

    def test_it_takes_as_many_queries_with_ten_entries_as_with_one(self, edition: Edition):
        one = query_count("/feeds/entries.atom")
        for _ in range(10):
            make_entry(edition, 50.0)
        assert query_count("/feeds/entries.atom") == one <= 3

    def test_every_page_names_it(self, db: None):
        assert re.search(r'<link rel="alternate" type="application/atom\+xml"[^>]*/feeds/entries.atom', Page("/").html)


class TestBadge:
    def badge(self, entry: Entry, measure: str = "time") -> ElementTree.Element:
        response = Client().get(f"/entries/{entry.pk}/badge.svg?measure={measure}", headers={"host": "localhost"})
        assert response.status_code == 200
        assert response["Content-Type"].startswith("image/svg+xml")
        return ElementTree.fromstring(response.content)

    def words(self, entry: Entry, measure: str = "time") -> str:
        return ": ".join(text.text for text in self.badge(entry, measure).iter(f"{SVG}text"))

    def test_it_says_phase_measure_score_and_rank(self, entry: Entry):
        assert self.words(entry) == "HULK fine-tuning time: 3.28 · rank 1"
        assert self.words(entry, "efficiency") == "HULK fine-tuning efficiency: 6.56 · rank 1"
        assert self.badge(entry).find(f"{SVG}title").text == "HULK fine-tuning time: 3.28 · rank 1 (TinyModel)"

    def test_n_r_and_unknown_are_words(self, edition: Edition):
        assert self.words(make_entry(edition, "not_reached")) == "HULK fine-tuning time: N/R · rank 2"
        assert self.words(make_entry(edition, "unknown")) == "HULK fine-tuning time: unknown"

    def test_what_left_the_boards_says_so(self, edition: Edition, entry: Entry):
        publish(make_snapshot(edition, 40.0), by=None, at=NOW, supersedes=entry)
        assert self.words(entry) == "HULK fine-tuning time: superseded"
        gone = make_entry(edition, 50.0)
        withdraw(gone, by=None, at=NOW, reason="Wrong.")
        assert self.words(gone) == "HULK fine-tuning time: withdrawn"

    def test_every_text_has_the_room_that_it_was_measured_to_need(self, edition: Edition):
        make_entry(edition, 1.0, phase="inference", is_reference=True)
        badge = self.badge(make_entry(edition, 1e-9, phase="inference"), "efficiency")
        left, right = badge.iter(f"{SVG}text")
        assert float(left.get("x")) + float(left.get("textLength")) < float(right.get("x"))
        assert float(right.get("x")) + float(right.get("textLength")) < float(badge.get("width"))
        assert text_width("4,000,000,000.00") > text_width("4.00")
        assert text_width("模型") > text_width("ab")

    def test_a_hostile_name_stays_text(self, edition: Edition):
        assert "<script>x</script>" in self.badge(make_entry(edition, 50.0, model=HOSTILE)).find(f"{SVG}title").text

    def test_it_is_asked_for_again_and_answered_briefly_while_nothing_changed(self, edition: Edition, entry: Entry):
        address = f"/entries/{entry.pk}/badge.svg"
        first = Page(address).response
        assert first["Cache-Control"] == "no-cache"
        assert Page(address, **{"If-None-Match": first["ETag"]}).status == 304
        make_entry(edition, 10.0)
        assert Page(address, **{"If-None-Match": first["ETag"]}).status == 200

    def test_a_wrong_measure_is_told_and_a_missing_entry_is_not_found(self, entry: Entry):
        page = Page(f"/entries/{entry.pk}/badge.svg?measure=speed")
        assert (page.status, "time, cost, efficiency" in page.html) == (400, True)
        assert Page("/entries/00000000-0000-4000-8000-000000000000/badge.svg").status == 404


class TestEmbed:
    def test_it_alone_may_be_framed(self, entry: Entry):
        for address, framed in ((EMBED, True), ("/boards/finetuning/time/", False), (entry.get_absolute_url(), False)):
            response = Page(address).response
            assert ("frame-ancestors *" in response["Content-Security-Policy"]) is framed
            assert ("X-Frame-Options" in response) is not framed
        assert "script-src 'self'" in Page(EMBED).response["Content-Security-Policy"]

    def test_it_shows_the_board_with_its_parameters_and_nothing_that_asks(self, edition: Edition, entry: Entry):
        page = Page(EMBED + "?q=tiny")
        assert "TinyModel Example Lab 3.28 30.50 N/R 1 × Fast GPU" in page.words
        assert "Reference Fast" not in page.words
        assert not re.search(r"<(form|script|input|button)\b", page.html)
        assert 'href="http://127.0.0.1:8000/boards/finetuning/time/?q=tiny"' in page.html

    def test_every_link_opens_a_new_tab_and_hands_nothing_over(self, entry: Entry):
        links = re.findall(r"<a [^>]*>", Page(EMBED).html)
        assert links
        assert all('target="_blank" rel="noopener"' in link and 'href="http' in link for link in links)

    def test_efficiency_boards_have_no_values(self, entry: Entry):
        assert "6.56 1 × Fast GPU" in Page("/embed/boards/finetuning/efficiency/").words

    def test_wrong_values_and_missing_boards_are_told(self, edition: Edition):
        page = Page(EMBED + "?sort=speed")
        assert (page.status, "frame-ancestors *" in page.response["Content-Security-Policy"]) == (400, True)
        assert "speed" in page.words
        assert Page("/embed/boards/finetuning/speed/").status == 404

    def test_an_empty_board_and_a_server_without_editions_say_so(self, db: None):
        assert "No edition is loaded" in Page(EMBED).words

    def test_it_takes_as_many_queries_with_ten_rows_as_with_one(self, edition: Edition):
        one = query_count(EMBED)
        for _ in range(10):
            make_entry(edition, 50.0)
        # What the catalogue says is at hand the second time.
        assert query_count(EMBED) <= one

    def test_the_board_page_has_the_html_to_copy(self, edition: Edition):
        html = Page("/boards/finetuning/time/?q=ref&kind=baseline").html
        code = unescape(re.search(r'<pre[^>]*id="embed-code"[^>]*>(.*?)</pre>', html, re.S)[1])
        assert code.startswith(
            '<iframe src="http://127.0.0.1:8000/embed/boards/finetuning/time/?q=ref&amp;kind=baseline" '
            'title="HULK: Fine-tuning, by time"'
        )


class TestCitation:
    def test_an_entry_and_the_paper_can_be_cited(self, entry: Entry):
        html = Page(entry.get_absolute_url()).html
        assert f"@misc{{hulk-tinymodel-finetuning-{str(entry.pk)[:8]}" in html
        assert "@inproceedings{zhou-etal-2021-hulk" in html
        assert 'data-copy="entry-bibtex" hidden' in html

    def test_what_tex_would_misread_is_escaped(self, edition: Edition):
        entry = make_entry(edition, 50.0, model="50% <A|B> {x}_y^z~#1 $ & \\", organisation="A\nB")
        record = unescape(
            re.search(r'id="entry-bibtex"[^>]*>(.*?)</pre>', Page(entry.get_absolute_url()).html, re.S)[1]
        )
        assert (
            r"50\% \textless{}A\textbar{}B\textgreater{} \{x\}\_y\textasciicircum{}z\textasciitilde{}\#1 \$ \& "
            r"\textbackslash{}" in record
        )
        assert "author = {{A B}}" in record


@pytest.mark.parametrize("address", ["/", "/boards/finetuning/time/?sort=model", None])
def test_a_shared_link_says_what_it_is(entry: Entry, address: str | None):
    address = address or entry.get_absolute_url()
    html = Page(address).html
    for name in ("og:title", "og:description", "og:url"):
        assert re.search(rf'<meta property="{name}" content="[^"]+">', html), name
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{address.partition("?")[0]}">' in html
