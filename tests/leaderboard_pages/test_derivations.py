"""Where from? The walk from a score on a board to the line of the log, and what is said where there is no log."""

import io
import re
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leaderboard import evidence
from leaderboard.models import Edition, Entry
from leaderboard.publishing import withdraw
from tests import editions
from tests.factories import NOW, make_entry
from tests.leaderboard_pages.conftest import Page

LOG = b"seconds,metric\n10,88.5\n20,89.9\n30.5,90.25\n40,<script>alert(1)</script>\n"


@pytest.fixture
def stored(entry: Entry) -> Entry:
    """The entry whose log is stored here under its real hash."""
    blob = evidence.put(io.BytesIO(LOG), limit=10_000)
    entry.evidence[0] |= {"sha256": blob.sha256, "size": blob.size}
    entry.save()
    outcome = entry.outcomes.get(task__slug="task1")
    outcome.details["sha256"] = blob.sha256
    outcome.save()
    return entry


def derivation(entry: Entry, task: str = "task1", measure: str = "time") -> Page:
    return Page(f"/entries/{entry.pk}/derivations/{task}/{measure}/")


def links(page: Page) -> list[str]:
    return re.findall(r'href="([^"]+)"', page.html)


class TestWalk:
    def test_two_clicks_lead_from_a_score_to_the_line_of_the_log(self, stored: Entry):
        row = next(part for part in Page("/boards/finetuning/time/").html.split("<tr>") if "TinyModel" in part)
        first = f"/entries/{stored.pk}/derivations/task1/time/"
        assert f'href="{first}"' in row
        second = next(link for link in links(Page(first)) if "/evidence/" in link)
        assert second.endswith("?line=4#L4")
        page = Page(second.partition("#")[0])
        assert re.search(r'<tr id="L4" class="this">.*?<bdi>30.5,90.25</bdi>', page.html)

    def test_the_overall_score_is_the_sum_of_its_tasks(self, stored: Entry):
        assert f'href="/entries/{stored.pk}/derivations/time/"' in Page("/boards/finetuning/time/").html
        page = Page(f"/entries/{stored.pk}/derivations/time/")
        assert "3.2787 + 0.0000 = 3.2787" in page.words
        assert f"/entries/{stored.pk}/derivations/task1/time/" in links(page)

    def test_every_station_is_told(self, stored: Entry):
        words = derivation(stored, measure="cost").words
        for fact in (
            "cost score $0.1000 ÷ $0.0305 = 3.2787",
            "reference Reference: $0.1000",
            "cost 30.50 s ÷ 3,600 × 1 GPU × $3.60/h = $0.0305",
            "price $3.60 an hour for one GPU",
            "offer cloud-gpu",
            "20.00 s … 30.50 s: the true time lies between",
            "90.25 ≥ cut-off 90, margin 0.25",
            "predictions give 90.2523, 787 right on 872 of 872 rows",
            "derived here the time, from the file named above",
            "only claimed hardware, software, parameters",
            "badge verified: every reached task is proven",
            "edition Edition",
            "revision 1",
            "Only 0.05 points above.",
        ):
            assert fact in words, fact

    def test_the_lines_around_the_crossing_are_shown(self, stored: Entry):
        page = derivation(stored)
        assert "20,89.9" in page.words
        assert '<tr id="L4" class="this">' in page.html
        assert "<script>alert" not in page.html

    def test_where_the_storage_is_away_the_walk_is_told_without_lines_and_the_file_says_try_again(self, stored: Entry):
        sha256 = stored.evidence[0]["sha256"]
        path = Path(default_storage.path(evidence.name_of(sha256)))
        path.unlink()
        path.mkdir()
        page = derivation(stored)
        assert "The storage of files cannot be read just now." in page.words
        assert "time score 100.00 s ÷ 30.50 s" in page.words
        answer = Client().get(f"/entries/{stored.pk}/evidence/{sha256}/")
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")

    def test_efficiency_has_both_formulas(self, stored: Entry):
        words = derivation(stored, measure="efficiency").words
        for fact in (
            "time score 100.00 s ÷ 30.50 s",
            "cost score $0.1000 ÷ $0.0305",
            "efficiency 3.2787 + 3.2787 = 6.5574",
        ):
            assert fact in words

    def test_not_reached_counts_nothing_and_says_so(self, stored: Entry):
        assert "not reached counts 0" in derivation(stored, task="task2").words

    def test_a_baseline_says_what_the_paper_printed_and_that_nothing_was_checked(self, db: None):
        editions.paper()
        entry = Entry.objects.get(model="RoBERTa-Base", phase="finetuning")
        words = derivation(entry, task="mnli").words
        for fact in ("printed", "used 1,274.87 s", "Reported in the paper", "verified here nothing"):
            assert fact in words, fact

    def test_pretraining_has_one_walk_for_all_tasks(self, edition: Edition):
        make_entry(edition, 7200.0, phase="pretraining", is_reference=True)
        entry = make_entry(edition, 3600.0, phase="pretraining")
        assert "time score 2 h ÷ 1 h = 2.0000" in derivation(entry, task="all").words
        assert Page(f"/entries/{entry.pk}/derivations/time/").response["Location"].endswith("/derivations/all/time/")

    def test_a_withdrawn_entry_says_so_and_shows_no_line(self, stored: Entry):
        withdraw(stored, by=None, at=NOW, reason="Wrong log.")
        page = derivation(stored)
        assert (page.status, "Wrong log." in page.words) == (200, True)
        assert "30.5,90.25" not in page.words
        assert "(not public)" in page.words

    @pytest.mark.parametrize("rest", ["task9/time/", "task1/speed/", "speed/", "all/time/"])
    def test_what_an_entry_does_not_have_is_not_found(self, entry: Entry, rest: str):
        assert Page(f"/entries/{entry.pk}/derivations/{rest}").status == 404

    def test_a_file_that_is_gone_is_told(self, entry: Entry):
        assert "This server does not hold the file." in derivation(entry).words


def test_the_api_tells_the_same(stored: Entry):
    derivations = Client().get(f"/api/v1/entries/{stored.pk}/").json()["derivations"]
    assert len(derivations) == 6, "two tasks by three measures"
    found = next(one for one in derivations if (one["task"], one["measure"]) == ("task1", "cost"))
    assert (found["outcome"], found["value"], round(found["score"], 4)) == ("reached", "$0.0305", 3.2787)
    assert found["url"].endswith(f"/entries/{stored.pk}/derivations/task1/cost/")
    assert (found["sources"][0]["line"], found["sources"][0]["sha256"]) == (4, stored.evidence[0]["sha256"])
    words = derivation(stored, measure="cost").words
    for step in found["steps"]:
        for line in step["lines"]:
            assert line["text"].replace("`", "") in words


class TestEvidence:
    def address(self, entry: Entry, query: str = "") -> str:
        return f"/entries/{entry.pk}/evidence/{entry.evidence[0]['sha256']}/{query}"

    def test_lines_are_text_and_never_markup(self, stored: Entry):
        page = Page(self.address(stored))
        assert page.status == 200
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.html
        assert "<script>alert" not in page.html
        assert "End of the file" not in page.words, "it has one page"

    def test_long_files_are_turned_over(self, edition: Edition, stored: Entry):
        blob = evidence.put(io.BytesIO(b"".join(b"%d\n" % n for n in range(1, 1001))), limit=10_000)
        stored.evidence[0] |= {"sha256": blob.sha256, "size": blob.size}
        stored.save()
        page = Page(self.address(stored, "?line=500"))
        assert re.findall(r'<tr id="L(\d+)"', page.html) == [str(n) for n in range(480, 521)]
        assert "?line=460" in links(page)
        assert "?line=540" in links(page)

    @pytest.mark.parametrize("line", ["0", "-1", "x", "1e3", "9" * 30, "٣"])
    def test_what_is_no_line_gets_an_answer(self, stored: Entry, line: str):
        page = Page(self.address(stored, f"?line={line}"))
        assert page.status == 400
        assert "is a whole number from 1" in page.words

    def test_past_the_end_it_says_where_the_end_is(self, stored: Entry):
        assert "The file has 5 lines." in Page(self.address(stored, "?line=99")).words

    def test_private_files_and_those_of_withdrawn_entries_are_not_found(self, stored: Entry):
        assert Page(f"/entries/{stored.pk}/evidence/{'77aa' * 16}/").status == 404
        assert Page(f"/entries/{stored.pk}/evidence/nothing/").status == 404
        withdraw(stored, by=None, at=NOW, reason="Wrong log.")
        assert Page(self.address(stored)).status == 404


def test_a_derivation_takes_as_many_queries_whatever_stands_beside_it(edition: Edition, stored: Entry):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            Client().get(f"/entries/{stored.pk}/derivations/task1/time/", headers={"host": "localhost"})
        return len(queries)

    before = count()
    for _ in range(10):
        make_entry(edition, 50.0)
    assert count() == before
    assert before <= 8
