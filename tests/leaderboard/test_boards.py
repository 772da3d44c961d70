"""A board: order, ties, N/R and unknown, sorting, searching, filtering, paging, and how many queries it takes."""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from leaderboard import searching
from leaderboard.boards import BoardPage, board
from leaderboard.filters import BoardQuery
from leaderboard.models import BoardRow, Edition
from tests.factories import make_accelerator, make_edition, make_entry
from tests.leaderboard.conftest import Api
from tests.made_once import once


@pytest.fixture
def edition(db: None) -> Edition:
    return once(make_the_edition)


def make_the_edition() -> Edition:
    edition = make_edition(tasks=2)
    make_entry(edition, 100.0, model="Reference", is_reference=True)
    return edition


def show(query: str = "", phase: str = "finetuning", measure: str = "time") -> BoardPage:
    return board(BoardQuery.read(phase, measure, QueryDict(query)))


def models(query: str = "", **where: str) -> list[str]:
    return [row.model for row in show(query, **where).rows]


class TestOrder:
    def test_more_is_better_and_a_tie_shares_a_rank(self, edition: Edition):
        make_entry(edition, 50.0, model="Fast")
        make_entry(edition, 100.0, model="Equal")
        make_entry(edition, 200.0, model="Slow")
        ranks = [(row.rank, row.model) for row in show().rows]
        assert ranks == [(1, "Fast"), (2, "Equal"), (2, "Reference"), (4, "Slow")]

    def test_ties_stand_by_first_submission_date_then_name(self, edition: Edition):
        make_entry(edition, 100.0, model="A late one", date=date(2026, 11, 21))
        make_entry(edition, 100.0, model="Z early one", date=date(2019, 1, 1))
        assert models() == ["Z early one", "Reference", "A late one"]

    def test_a_task_not_reached_or_not_run_counts_nothing(self, edition: Edition):
        make_entry(edition, {"task1": 50.0, "task2": "not_reached"}, model="Half")
        make_entry(edition, {"task1": 25.0, "task2": "not_run"}, model="Quarter")
        assert [(row.model, row.score) for row in show().rows] == [("Quarter", 4), ("Half", 2), ("Reference", 2)]

    def test_unknown_stands_last_and_has_neither_score_nor_rank(self, edition: Edition):
        make_entry(edition, {"task1": 1.0, "task2": "unknown"}, model="Unknown")
        make_entry(edition, "not_reached", model="Never")
        assert [(row.model, row.rank, row.score) for row in show().rows] == [
            ("Reference", 1, 2.0),
            ("Never", 2, 0.0),
            ("Unknown", None, None),
        ]

    def test_a_task_that_the_entry_says_nothing_of_is_unknown(self, edition: Edition):
        make_entry(edition, {"task1": 1.0}, model="Partial")
        row = show("q=partial").rows[0]
        assert (row.score, row.tasks[1].outcome) == (None, "unknown")

    def test_without_a_reference_nothing_has_a_score(self, db: None):
        make_entry(make_edition(tasks=1), 100.0)
        assert [row.score for row in show().rows] == [None]

    def test_efficiency_is_the_sum_of_time_and_cost_scores(self, edition: Edition):
        make_entry(edition, 50.0, model="Fast and dear", usd_per_hour=36.0)
        row = show("q=fast", measure="efficiency").rows[0]
        assert row.score == pytest.approx(4 + 0.4)
        assert [task.value for task in row.tasks] == [None, None]


class TestSorting:
    """Whatever the direction, N/R stands after all numbers, and unknown after that."""

    @pytest.fixture(autouse=True)
    def entries(self, edition: Edition):
        make_entry(edition, {"task1": 10.0, "task2": "not_reached"}, model="Not reached", organisation="beta")
        make_entry(edition, {"task1": 20.0, "task2": "unknown"}, model="Unknown", organisation="Alpha")
        make_entry(edition, {"task1": 30.0, "task2": 30.0}, model="Quick", parameters_millions=12)

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("task1", ["Not reached", "Unknown", "Quick", "Reference"]),
            ("-task1", ["Reference", "Quick", "Unknown", "Not reached"]),
            ("task2", ["Quick", "Reference", "Not reached", "Unknown"]),
            ("-task2", ["Reference", "Quick", "Not reached", "Unknown"]),
            ("task2_score", ["Reference", "Quick", "Not reached", "Unknown"]),
            ("-task2_score", ["Quick", "Reference", "Not reached", "Unknown"]),
            ("score", ["Reference", "Quick", "Not reached", "Unknown"]),
            ("-score", ["Not reached", "Quick", "Reference", "Unknown"]),
            ("rank", ["Not reached", "Quick", "Reference", "Unknown"]),
            ("-rank", ["Reference", "Quick", "Not reached", "Unknown"]),
            ("model", ["Not reached", "Quick", "Reference", "Unknown"]),
            ("-model", ["Unknown", "Reference", "Quick", "Not reached"]),
            ("organisation", ["Unknown", "Not reached", "Quick", "Reference"]),
            ("-organisation", ["Not reached", "Unknown", "Quick", "Reference"]),
            ("parameters_millions", ["Quick", "Not reached", "Reference", "Unknown"]),
            ("-parameters_millions", ["Quick", "Not reached", "Reference", "Unknown"]),
        ],
    )
    def test_order(self, sort: str, expected: list[str]):
        assert models(f"sort={sort}") == expected

    def test_a_rank_stays_what_it_is_when_another_column_is_sorted(self):
        assert {row.model: row.rank for row in show("sort=-task1").rows} == {row.model: row.rank for row in show().rows}

    def test_an_entry_that_reached_nothing_stands_after_every_number_in_both_directions(self, edition: Edition):
        make_entry(edition, "not_reached", model="Never")
        for sort in ("score", "-score", "rank", "-rank"):
            assert models(f"sort={sort}")[-2:] == ["Never", "Unknown"]

    def test_every_sort_key_works_on_every_board(self, baselines: Edition, api: Api):
        for phase, tasks in (("pretraining", ["all"]), ("inference", ["conll2003", "sst2", "mnli"])):
            for measure in ("time", "cost", "efficiency"):
                keys = ["rank", "model", "organisation", "parameters_millions", "hardware", "date", "score"]
                for key in keys + tasks + [f"{task}_score" for task in tasks]:
                    assert api.rows(phase, measure, f"sort={key}")
                    assert api.rows(phase, measure, f"sort=-{key}")


class TestSearchAndFilters:
    @pytest.fixture(autouse=True)
    def entries(self, edition: Edition):
        gpu = make_accelerator("big-gpu", short_name="Big GPU")
        make_entry(
            edition,
            model="Été 100%",
            organisation="Lab_A",
            framework="PyTorch 2.4",
            accelerator=gpu,
            count=8,
            parameters_millions=110,
            date=date(2026, 1, 1),
            verified=True,
            badge="verified",
        )
        make_entry(edition, model="Old", kind="baseline", badge="baseline", date=date(2019, 11, 1))

    @pytest.mark.parametrize("q", ["été", "ÉTÉ", "100%", "lab_a", "pytorch", "8 × big", "  100%  "])
    def test_search_finds_a_part_in_any_case(self, q: str):
        query = QueryDict(mutable=True)
        query["q"] = q
        assert models(query.urlencode()) == ["Été 100%"]

    @pytest.mark.parametrize("q", ["lab été", "TORCH 100%", "2.4 lab_a gpu", "é _", "torch\u3000lab"])
    def test_every_word_is_looked_for_wherever_it_stands(self, q: str):
        assert models(urlencode({"q": q})) == ["Été 100%"]

    @pytest.mark.parametrize("q", ["100%lab_a", "10_%", "été old", "%%", "_ old"])
    def test_search_takes_no_wildcards_and_does_not_run_over_the_edge_of_a_field(self, q: str):
        found = show(urlencode({"q": q}))
        assert not found.rows or found.shown_instead

    @pytest.mark.parametrize("q", ["pytorhc", "PyTorhc 100%", "pytorhc é", "8 pytorhc", "été été pytorhc"])
    def test_for_a_word_that_nobody_has_the_nearest_known_one_is_shown_and_named(self, q: str):
        found = show(urlencode({"q": q}))
        assert [row.model for row in found.rows] == ["Été 100%"]
        assert found.shown_instead == " ".join(dict.fromkeys(q.lower().replace("pytorhc", "pytorch").split()))

    @pytest.mark.parametrize("q", ["e", "été", "ol", "torch 100%", "l é", "old lab", "xyz", "_", "2"])
    def test_frequent_words_are_looked_for_another_way_and_find_the_same(self, monkeypatch, q: str):
        make_entry(make_edition(), model="Été Old 2 of another edition")
        of_rare_words = models(urlencode({"q": q}))
        monkeypatch.setattr(searching, "few_rows", lambda count: 0)
        assert models(urlencode({"q": q})) == of_rare_words

    @pytest.mark.parametrize(
        "query", ["q=été old", "q=pytorhc old", "q=pytorhc&kind=baseline", "q=pytorhc&page=2", "q=xyzxyz", "q=old §"]
    )
    def test_nothing_is_said_to_be_shown_where_nothing_is(self, query: str):
        found = show(query)
        assert (found.rows, found.shown_instead, found.count, found.count_exact) == ([], "", 0, True)

    def test_of_a_past_day_too_the_nearest_known_word_is_shown_and_named(self):
        entries = list(BoardRow.objects.values_list("pk", flat=True))
        BoardRow.objects.filter(pk__in=entries).update(valid_from="2026-11-20T12:00Z")
        found = show("q=pytorhc&on=2026-11-20")
        assert ([row.model for row in found.rows], found.shown_instead) == (["Été 100%"], "pytorch")
        assert show("q=été old&on=2026-11-20").shown_instead == ""

    def test_files_have_what_was_asked_for_and_a_frame_says_what_it_shows(self, api: Api, client: Client):
        assert api.get("boards/finetuning/time/?q=pytorhc")["shown_instead"] == "pytorch"
        assert api.csv("finetuning", "time", "q=pytorhc") == []
        assert api.get("boards/finetuning/time/?q=pytorhc&format=json") == []
        assert [row["model"] for row in api.csv("finetuning", "time", "q=pytorch")] == ["Été 100%"]
        frame = client.get("/embed/boards/finetuning/time/?q=pytorhc").getvalue().decode()
        assert "Nothing matches <q><bdi>pytorhc</bdi></q>. Shown: <q><bdi>pytorch</bdi></q>." in frame

    def test_more_words_than_anybody_looks_for_are_refused(self, api: Api):
        problems = api.get("boards/finetuning/time/?q=a+b+c+d+e+f+g+h+i+A", status=400)["errors"]
        assert "9 different words" in str(problems)
        assert api.get("boards/finetuning/time/?q=a+A+é+é+100%+l+t+o+r+c")["count"] == 1

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("hardware=big-gpu", ["Été 100%"]),
            ("hardware=8 × Big GPU", ["Été 100%"]),
            ("framework=PyTorch 2.4", ["Été 100%"]),
            ("organisation=Lab_A", ["Été 100%"]),
            ("kind=baseline", ["Old"]),
            ("verified=true", ["Été 100%"]),
            ("verified=false", ["Old", "Reference"]),
            ("since=2026-01-02", ["Reference"]),
            ("until=2026-01-01", ["Old", "Été 100%"]),
            ("max_params=110", ["Été 100%"]),
            ("max_params=109.9", []),
            ("q=&hardware=&sort=&page=&kind=", ["Old", "Été 100%", "Reference"]),
            ("utm_source=mail&utm_anything=x&q=old", ["Old"]),
        ],
    )
    def test_filter(self, query: str, expected: list[str]):
        assert models(query) == expected

    def test_facets_count_the_whole_board(self):
        facets = show("q=old").facets
        assert [(one.value, one.count) for one in facets["hardware"]] == [("big-gpu", 1)]
        assert [(one.value, one.count) for one in facets["organisation"]] == [("Lab_A", 1)]

    def test_a_filter_of_another_phase_gives_an_empty_board_not_an_error(self):
        assert models("organisation=Lab_A", phase="inference") == []


class TestEditions:
    def test_without_a_name_it_is_the_newest_that_is_not_a_demo(self, edition: Edition):
        newer = make_edition(tasks=1, published_on=date(2025, 1, 1))
        make_edition(tasks=1, published_on=date(2026, 1, 1), is_demo=True)
        assert show().edition == newer

    def test_one_can_be_named_and_links_keep_the_name(self, edition: Edition):
        demo = make_edition("demo", tasks=1, is_demo=True)
        make_entry(demo, 10.0, model="Demo model")
        found = show("edition=demo")
        assert [row.model for row in found.rows] == ["Demo model"]
        assert found.query.string(sort="model") == "sort=model&edition=demo"


class TestPaging:
    @pytest.fixture(autouse=True)
    def entries(self, edition: Edition):
        for number in range(1, 12):
            make_entry(edition, 100.0 + number, model=f"Model {number:02}")

    def test_pages_follow_one_another(self):
        pages = [models(f"per_page=10&page={page}") for page in (1, 2)]
        assert [len(page) for page in pages] == [10, 2]
        assert len({*pages[0], *pages[1]}) == 12

    def test_past_the_end_there_are_no_rows_and_the_way_back_is_named(self, api: Api):
        page = api.get("boards/finetuning/time/?per_page=10&page=9")
        assert (page["count"], page["results"], page["next"]) == (12, [], None)
        assert page["previous"].endswith("?page=2&per_page=10")

    def test_next_and_previous_keep_the_query(self, api: Api):
        first = api.get("boards/finetuning/time/?per_page=10&sort=model&q=o")
        assert "?q=o&sort=model&per_page=10&cursor=" in first["next"]
        assert first["previous"] is None
        second = api.get(first["next"].partition("/api/v1/")[2])
        assert second["previous"].endswith("?q=o&sort=model&per_page=10")


MANY_WORDS = [
    f"q={words}{more}"
    for words in ("a+b+e+r+t+l+g+x", "b+e+r+t+q%25+q_+zz+yy", "berx", "berx+a", "x_+berx")
    for more in (
        "",
        "&sort=-mnli",
        "&hardware=rtx-2080-ti&sort=model&kind=baseline",
        "&page=2",
        "&best=model&sort=date",
    )
]


class TestQueries:
    @pytest.mark.parametrize("address", ["/api/v1/boards/finetuning/time/", "/boards/finetuning/time/"])
    def test_a_board_of_ten_takes_as_many_as_a_board_of_one(
        self, edition: Edition, client: Client, django_assert_max_num_queries, address: str
    ):
        accelerator = make_accelerator()
        client.get(address)
        # Addresses that were not asked for before: their pages are not in memory.
        with django_assert_max_num_queries(6) as one:
            client.get(f"{address}?utm_source=one")
        of_one = len(one)
        for number in range(10):
            make_entry(edition, 50.0 + number, accelerator=accelerator, footnotes=[f"note {number}"])
        client.get(address)
        with django_assert_max_num_queries(of_one):
            client.get(f"{address}?utm_source=ten")

    @pytest.mark.parametrize(
        "query", ["q=bert&sort=-mnli", "hardware=rtx-2080-ti&best=model&sort=model", "q=tpuu", *MANY_WORDS]
    )
    def test_a_page_takes_at_most_six_whatever_is_asked(
        self, baselines: Edition, client: Client, django_assert_max_num_queries, query: str
    ):
        client.get("/boards/finetuning/time/")
        with django_assert_max_num_queries(6):
            assert client.get(f"/boards/finetuning/time/?{query}&per_page=10").status_code == 200

    def test_a_board_takes_at_most_six(self, baselines: Edition, django_assert_max_num_queries):
        with django_assert_max_num_queries(6):
            found = show("q=bert&sort=-mnli&per_page=10")
            assert found.rows and found.footnotes and found.facets and found.reference

    def test_publishing_into_a_board_of_ten_takes_as_many_as_into_a_board_of_one(
        self, edition: Edition, django_assert_max_num_queries
    ):
        make_entry(edition)
        with django_assert_max_num_queries(60) as one:
            make_entry(edition)
        for _ in range(8):
            make_entry(edition)
        with django_assert_max_num_queries(len(one)):
            make_entry(edition)


def test_has_gold_only_where_every_task_has_it(edition: Edition):
    assert not show().has_gold
    for task in edition.tasks.all():
        task.gold_set.imported_sha256 = "a" * 64
        task.gold_set.save()
    assert show().has_gold
