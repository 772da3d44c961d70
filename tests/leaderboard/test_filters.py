"""The address of a board: wrong values get 400 with the right ones, never 500 and never a silently different board."""

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard.filters import PARAMETERS, BoardQuery, WrongQuery
from leaderboard.models import Edition
from tests.factories import make_edition, make_entry
from tests.leaderboard.conftest import Api
from tests.made_once import once


@pytest.fixture
def edition(db: None) -> Edition:
    return once(make_the_edition)


def make_the_edition() -> Edition:
    edition = make_edition("ed", tasks=1)
    make_entry(edition, organisation="Lab")
    return edition


def read(query: str, phase: str = "finetuning") -> BoardQuery:
    return BoardQuery.read(phase, "time", QueryDict(query))


class TestWrongValues:
    @pytest.mark.parametrize("query", ["sort=zz", "kind=zz", "per_page=77"])
    def test_the_wrong_value_is_named_beside_the_right_ones(self, edition: Edition, query: str):
        with pytest.raises(WrongQuery) as wrong:
            read(query)
        (problem,) = wrong.value.problems
        assert repr(query.partition("=")[2]) in problem.message
        assert problem.allowed

    @pytest.mark.parametrize(
        ("query", "parameter", "allowed"),
        [
            ("sort=beauty", "sort", "task1_score"),
            ("sort=--rank", "sort", "rank"),
            ("per_page=7", "per_page", "25"),
            ("kind=guess", "kind", "baseline"),
            ("verified=perhaps", "verified", "true"),
            ("edition=hulk-1999", "edition", "ed"),
            ("hardware=abacus", "hardware", None),
            ("organisation=Nobody", "organisation", "Lab"),
            ("framework=Lisp", "framework", None),
            ("page=0", "page", None),
            ("page=-1", "page", None),
            ("page=1.0", "page", None),
            ("page=99999999999999999999", "page", None),
            ("page=1000&per_page=25", "page", None),
            ("page=²", "page", None),
            ("since=yesterday", "since", None),
            ("since=20191101", "since", None),
            ("since=2019-13-01", "since", None),
            ("until=2019-W44-5", "until", None),
            ("since=2026-01-02&until=2026-01-01", "until", None),
            ("max_params=many", "max_params", None),
            ("max_params=nan", "max_params", None),
            ("max_params=1e999", "max_params", None),
            ("max_params=0", "max_params", None),
            ("max_params=1_0", "max_params", None),
            ("q=a%00b", "q", None),
            ("edition=a%00b", "edition", "ed"),
            ("organisation=a%00b", "organisation", "Lab"),
            ("colour=green", "colour", "max_params"),
            ("on=2999-01-01", "on", None),
            ("on=tomorrow", "on", None),
            ("prices_on=2999-01-01", "prices_on", None),
            ("best=all", "best", "model"),
            ("cursor=abc", "cursor", None),
            ("cursor=a%00b", "cursor", None),
            ("cursor=abc&page=2", "cursor", None),
            ("moment=2026-01-01", "moment", "since"),
            ("kind=baseline&kind=submission", "kind", None),
        ],
    )
    def test_it_is_named_with_the_right_ones(self, edition: Edition, query: str, parameter: str, allowed: str | None):
        with pytest.raises(WrongQuery) as caught:
            read(query)
        (problem,) = caught.value.problems
        assert problem.parameter == parameter
        if allowed:
            assert allowed in problem.allowed

    def test_all_mistakes_are_told_at_once(self, edition: Edition):
        with pytest.raises(WrongQuery) as caught:
            read("sort=x&per_page=3&colour=green")
        assert {problem.parameter for problem in caught.value.problems} == {"sort", "per_page", "colour"}

    def test_the_api_answers_400_as_a_problem(self, edition: Edition, api: Api):
        answer = api.get("boards/finetuning/time/?sort=beauty&kind=guess", status=400)
        assert answer["code"] == "wrong-query"
        assert {error["field"] for error in answer["errors"]} == {"sort", "kind"}
        assert all(error["remedy"] for error in answer["errors"])

    def test_the_export_answers_400_before_it_streams(self, edition: Edition, api: Api):
        api.get("boards/finetuning/time/?format=csv&sort=beauty", status=400)
        api.get("boards/finetuning/time/?format=xml", status=400)

    def test_the_page_answers_400(self, edition: Edition, client: Client):
        response = client.get("/boards/finetuning/time/?sort=beauty")
        assert response.status_code == 400
        assert "task1_score" in response.content.decode()

    @pytest.mark.parametrize("board", ["finetuning/speed", "training/time", "Finetuning/time"])
    def test_a_board_that_is_not_there_is_404(self, edition: Edition, api: Api, board: str):
        api.get(f"boards/{board}/", status=404)

    def test_without_any_edition_it_is_404(self, db: None, api: Api):
        api.get("boards/finetuning/time/", status=404)
        api.get("boards/", status=404)


class TestLinks:
    def test_what_is_default_is_left_out(self, edition: Edition):
        assert read("sort=rank&page=1&per_page=25").string() == ""

    def test_a_change_leads_back_to_the_first_page(self, edition: Edition):
        query = read("q=a b&page=3")
        assert query.string() == "q=a+b&page=3"
        assert query.string(sort="-score") == "q=a+b&sort=-score"
        assert query.string(page=2) == "q=a+b&page=2"
        assert query.string(q=None) == ""

    def test_a_string_reads_back_as_the_same_query(self, edition: Edition):
        query = read(
            "q=x&sort=-date&per_page=50&kind=baseline&verified=false&since=2020-01-01&max_params=1.5&edition=ed"
        )
        assert read(query.string()) == query

    def test_chips_name_each_filter_and_the_way_without_it(self, edition: Edition):
        chips = read("q=x&verified=true").active
        assert [(chip.label, chip.without) for chip in chips] == [("search: x", "verified=true"), ("verified", "q=x")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from([*PARAMETERS, "x", "format"]), st.text(max_size=12)), max_size=4),
    st.sampled_from(["", "-", "1", "10" * 20]),
)
def test_no_value_makes_it_fail(edition: Edition, api: Api, pairs: list[tuple[str, str]], odd: str):
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, odd + value)
    encoded = "&".join(f"{name}={_quoted(value)}" for name, values in query.lists() for value in values)
    assert api.client.get(f"/api/v1/boards/finetuning/time/?{encoded}").status_code in (200, 400)


def _quoted(value: str) -> str:
    """Percent-encoded, lone surrogates too: what a hostile client can send."""
    return "".join(f"%{byte:02X}" for byte in value.encode("utf-8", "surrogatepass"))
