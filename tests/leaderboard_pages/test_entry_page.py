"""The page of one entry: what it reached, how each number came about, and what became of it."""

import json
import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leaderboard.models import Edition, Entry
from leaderboard.publishing import CurveSnapshot, publish, withdraw
from tests.factories import NOW, make_entry, make_snapshot
from tests.leaderboard_pages.conftest import POINTS, Page


def page_of(entry: Entry) -> Page:
    return Page(entry.get_absolute_url())


class TestResults:
    def test_it_shows_scores_and_ranks_on_its_boards(self, entry: Entry):
        words = page_of(entry).words
        assert "Time score 3.28 rank 1 of 2" in words
        assert f'href="/boards/finetuning/cost/?edition={entry.edition.slug}"' in page_of(entry).html

    def test_each_number_says_where_it_came_from(self, entry: Entry):
        words = page_of(entry).words
        for fact in (
            "task1/log.csv line 4 · sha256 9f2c9f2c9f2c…",
            "clock column seconds",
            "90.25 ≥ cut-off 90, margin 0.25",
            "20.00 s … 30.50 s: the true time lies between",
            "held: never below the cut-off again",
            "predictions give 90.2523, 787 right on 872 of 872 rows",
            "95% interval of the proof 88.1 … 92.2",
            "cost 30.50 s ÷ 3,600 × 1 GPU × $3.60/h = $0.0305",
            "time score 100.00 s ÷ 30.50 s = 3.2787",
            "cost score $0.1000 ÷ $0.0305 = 3.2787",
            "efficiency 3.2787 + 3.2787 = 6.5574",
        ):
            assert fact in words

    def test_a_task_not_reached_is_n_r_and_counts_nothing(self, entry: Entry):
        section = re.search(r'id="task2".*?</section>', page_of(entry).html, re.S)[0]
        assert ">N/R</span>" in section
        assert "not reached counts 0" in section

    def test_inference_calculates_the_cost_of_100_000_inputs(self, edition: Edition):
        make_entry(edition, 0.008, phase="inference", is_reference=True)
        price = {"usd_per_unit_hour": "3.6", "units": 1, "unit": "gpu"}
        entry = make_entry(edition, 0.002, phase="inference", price=price)
        words = page_of(entry).words
        assert "cost 2.00 ms × 100,000 ÷ 1,000 ÷ 3,600 × 1 GPU × $3.60/h = $0.2000" in words
        assert "time score 8.00 ms ÷ 2.00 ms = 4.0000" in words

    def test_pretraining_has_one_result_for_all_tasks(self, edition: Edition):
        make_entry(edition, 7200.0, phase="pretraining", is_reference=True)
        entry = make_entry(edition, 3600.0, phase="pretraining")
        assert "All tasks" in page_of(entry).words
        assert "time score 2 h ÷ 1 h = 2.0000" in page_of(entry).words


class TestCurves:
    def figure(self, page: Page) -> dict:
        return json.loads(re.search(r'type="application/json">(.*?)</script>', page.html, re.S)[1])

    def test_the_figure_has_logarithmic_time_the_cut_off_and_the_crossing(self, entry: Entry):
        figure = self.figure(page_of(entry))
        curve, crossing, smoothed = figure["data"]
        assert figure["layout"]["xaxis"]["type"] == "log"
        assert figure["layout"]["shapes"][0]["y0"] == 90
        assert curve["x"] == [10.0, 20.0, 30.5, 40.0]
        assert (crossing["x"], crossing["y"]) == ([30.5], [90.25])
        assert (smoothed["visible"], smoothed["y"][:2]) == (False, [(88.5 + 89.9) / 2, (88.5 + 89.9 + 90.25) / 3])

    def test_a_table_says_the_same_and_marks_the_crossing(self, entry: Entry):
        html = page_of(entry).html
        assert re.search(r'class="crossing"><td class="num">30.5</td><td class="num">90.25</td>', html)
        assert (
            "Learning curve on TASK1: dev metric over elapsed time, cut-off 90, first at or above it after 30.50 s."
            in html
        )

    def test_the_chart_script_loads_only_where_a_chart_stands(self, edition: Edition, entry: Entry):
        assert "plotly" in page_of(entry).html
        assert "plotly" not in page_of(make_entry(edition, 50.0)).html

    def test_a_long_curve_is_thinned_and_says_so(self, edition: Edition):
        points = [[float(n), str(80 + n / 500), n + 1, None, n] for n in range(5000)]
        entry = make_entry(edition, 50.0, curves=(CurveSnapshot(task="task1", points=points, steps=[]),))
        page = page_of(entry)
        assert len(self.figure(page)["data"][0]["x"]) < 1600
        assert "of 5,000 evaluations, evenly taken" in page.words

    def test_several_runs_are_told_apart(self, edition: Edition):
        curves = tuple(CurveSnapshot(task="task1", run=run, points=POINTS, steps=[]) for run in (1, 2))
        page = page_of(make_entry(edition, 30.5, curves=curves))
        assert [
            trace["name"] for trace in self.figure(page)["data"] if trace["name"] not in {"crossing", "smoothed"}
        ] == [
            "run 1",
            "run 2",
        ]

    def test_a_log_that_starts_at_zero_seconds_can_still_be_drawn(self, edition: Edition):
        points = [[0.0, "50", 2], [10.0, "95", 3]]
        page = page_of(make_entry(edition, 10.0, curves=(CurveSnapshot(task="task1", points=points, steps=[]),)))
        assert self.figure(page)["data"][0]["x"] == [10.0]


class TestAround:
    def test_links_of_a_submitter_carry_no_weight(self, entry: Entry):
        link = '<a href="https://www.example.org/code" rel="noopener nofollow ugc"><bdi>example.org</bdi></a>'
        assert link in page_of(entry).html

    def test_only_web_addresses_become_links(self, edition: Edition):
        entry = make_entry(edition, 50.0, code_url="javascript:alert(1)", paper_url="ftp://example.org/x")
        html = page_of(entry).html
        assert "javascript:alert(1)" in html
        assert 'href="javascript' not in html
        assert 'href="ftp' not in html

    def test_public_files_can_be_fetched_and_private_ones_are_only_named(self, entry: Entry):
        html = page_of(entry).html
        assert f'href="/api/v1/entries/{entry.pk}/evidence/{"9f2c" * 16}/"' in html
        assert f"evidence/{'77aa' * 16}" not in html
        assert "99 bytes, not public" in page_of(entry).words

    def test_findings_for_the_public_say_their_code_and_place(self, entry: Entry):
        html = page_of(entry).html
        assert 'href="/rules/checks/#crossing-thin"' in html
        assert "Only 0.05 points above." in html

    def test_the_citation_survives_special_characters(self, edition: Edition):
        entry = make_entry(edition, 50.0, model="100% {BERT}_x & \\y", organisation="A & B")
        words = page_of(entry).words
        assert r"100\% \{BERT\}\_x \& \textbackslash{}y" in words
        assert f"/entries/{entry.pk}/" in words

    def test_hostile_names_stay_text(self, edition: Edition):
        entry = make_entry(
            edition, 50.0, model="</title><script>x</script>", organisation="<b>", framework="<i onclick=x>"
        )
        html = page_of(entry).html
        assert "<script>x" not in html
        assert "<i onclick" not in html


class TestAfterwards:
    def test_a_withdrawn_entry_keeps_its_page_and_says_so_and_offers_no_files(self, entry: Entry):
        withdraw(entry, by=None, at=NOW, reason="Wrong log.")
        page = page_of(entry)
        assert page.status == 200
        assert "no longer on the boards" in page.words
        assert "Wrong log." in page.words
        assert f">{entry.badge}</span>" not in page.html
        assert "when it was last on the board" in page.words
        assert "/evidence/" not in page.html

    def test_a_superseded_entry_leads_to_its_successor(self, edition: Edition, entry: Entry):
        successor = publish(make_snapshot(edition, 40.0, model="Better"), by=None, at=NOW, supersedes=entry)
        page = page_of(entry)
        assert "Superseded on" in page.words
        assert f'href="/entries/{successor.pk}/"' in page.html

    def test_an_entry_that_never_was_is_not_found(self, db: None):
        assert Page("/entries/00000000-0000-4000-8000-000000000000/").status == 404


def test_an_entry_takes_as_many_queries_whatever_stands_beside_it(edition: Edition, entry: Entry):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            Client().get(entry.get_absolute_url(), headers={"host": "localhost"})
        return len(queries)

    before = count()
    for _ in range(10):
        make_entry(edition, 50.0)
    assert count() == before
