"""The board as it stood on a day, and at the prices of one: what was shown then, in every form, and never a guess."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from leaderboard import publishing, rescoring, standing
from leaderboard.models import Edition, Offer
from tests.factories import make_accelerator, make_edition, make_entry, make_offer
from tests.leaderboard.conftest import Api
from tests.made_once import once

DAYS = [datetime(2021, 11, day, 12, tzinfo=UTC) for day in range(1, 10)]
RUN = date(2021, 10, 1)


@pytest.fixture
def edition(db: None) -> Edition:
    """One entry a day: the reference on the 1st, Slow on the 2nd; on the 3rd Fast, withdrawn on the 5th. On the 7th the
    price of Slow's hardware is corrected."""
    return once(make_the_edition)


def make_the_edition() -> Edition:
    edition = make_edition("ed", tasks=1)
    for slug in ("old-gpu", "new-gpu"):
        make_offer(make_accelerator(slug), usd="3.60", edition=edition)
    old, new = make_accelerator("old-gpu"), make_accelerator("new-gpu")
    make_entry(edition, 100.0, model="Reference", accelerator=old, is_reference=True, at=DAYS[0], run_date=RUN)
    make_entry(edition, 200.0, model="Slow", accelerator=new, at=DAYS[1], run_date=RUN)
    fast = make_entry(edition, 50.0, model="Fast", accelerator=new, at=DAYS[2], run_date=RUN)
    publishing.withdraw(fast, by=None, at=DAYS[4], reason="contested")
    wrong = Offer.objects.get(accelerator__slug="new-gpu")
    values = {name: getattr(wrong, name) for name in ("slug", "accelerator", "unit", "provider", "valid_from")}
    Offer.objects.create(**values, usd_per_unit_hour=Decimal("0.90"), source="mended", supersedes=wrong)
    rescoring.apply(edition, by=None, at=DAYS[6], reason="corrected")
    return edition


def board(api: Api, query: str, measure: str = "cost") -> list[tuple[int, str, float]]:
    return [(row["rank"], row["model"], round(row["score"], 6)) for row in api.rows("finetuning", measure, query)]


class TestOn:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            ("2021-11-01", [(1, "Reference", 1.0)]),
            ("2021-11-02", [(1, "Reference", 1.0), (2, "Slow", 0.5)]),
            ("2021-11-04", [(1, "Fast", 2.0), (2, "Reference", 1.0), (3, "Slow", 0.5)]),
            ("2021-11-05", [(1, "Reference", 1.0), (2, "Slow", 0.5)]),
            ("2021-11-06", [(1, "Reference", 1.0), (2, "Slow", 0.5)]),
            ("2021-11-07", [(1, "Slow", 2.0), (2, "Reference", 1.0)]),
        ],
    )
    def test_it_is_the_board_at_the_end_of_that_day(self, edition: Edition, api: Api, day: str, expected: list):
        assert board(api, f"on={day}") == expected
        assert api.get(f"boards/finetuning/cost/?on={day}")["count"] == len(expected)

    def test_page_api_csv_and_json_say_the_same(self, edition: Edition, api: Api, client: Client):
        query = "on=2021-11-04&sort=-task1"
        rows = api.rows("finetuning", "cost", query)
        assert [row["model"] for row in rows] == ["Slow", "Reference", "Fast"]
        assert [row["model"] for row in api.csv("finetuning", "cost", query)] == [row["model"] for row in rows]
        assert api.get(f"boards/finetuning/cost/?{query}&format=json") == rows
        page = client.get(f"/boards/finetuning/cost/?{query}").content.decode()
        assert page.index("Slow") < page.index("Fast")
        assert "as of: 2021-11-04" in page

    def test_it_is_filtered_searched_and_paged_like_any_other(self, edition: Edition, api: Api):
        assert board(api, "on=2021-11-04&q=fast") == [(1, "Fast", 2.0)]
        assert board(api, "on=2021-11-04&hardware=new-gpu") == [(1, "Fast", 2.0), (3, "Slow", 0.5)]
        assert board(api, "on=2021-11-04&q=quickest") == []

    def test_before_the_first_entry_it_is_empty_and_says_when_that_came(
        self, edition: Edition, api: Api, client: Client
    ):
        assert board(api, "on=2020-01-01") == []
        page = client.get("/boards/finetuning/cost/?on=2020-01-01").content.decode()
        assert "Nobody was on this board yet" in page
        assert "?on=2021-11-01" in page

    def test_the_scores_of_that_day_are_those_of_the_reference_of_that_day(self, edition: Edition, api: Api):
        make_entry(
            edition,
            400.0,
            model="New reference",
            is_reference=True,
            at=DAYS[8],
            supersedes=edition.entries.get(model="Reference"),
        )
        assert board(api, "", "time") == [(1, "Slow", 2.0), (2, "New reference", 1.0)]
        assert board(api, "on=2021-11-08", "time") == [(1, "Reference", 1.0), (2, "Slow", 0.5)]


class TestPricesOn:
    @pytest.fixture(autouse=True)
    def dearer(self, edition: Edition) -> None:
        make_offer(make_accelerator("new-gpu"), slug="cloud-new-gpu", usd="36", valid_from=date(2021, 11, 21))

    def test_every_row_is_priced_as_on_that_day(self, edition: Edition, api: Api):
        assert board(api, "") == [(1, "Slow", 2.0), (2, "Reference", 1.0)]
        with_day = f"prices_on={date(2021, 11, 22)}"
        assert board(api, with_day) == [(1, "Reference", 1.0), (2, "Slow", 0.05)]
        assert board(api, with_day, "time") == board(api, "", "time")
        (slow,) = api.rows("finetuning", "cost", f"{with_day}&q=slow")
        assert slow["tasks"]["task1"]["value"] == pytest.approx(2.0)

    def test_both_days_go_together(self, edition: Edition, api: Api):
        expected = [(1, "Reference", 1.0), (2, "Fast", 0.2), (3, "Slow", 0.05)]
        assert board(api, "on=2021-11-04&prices_on=2021-11-22") == expected
        assert [row["model"] for row in api.csv("finetuning", "cost", "on=2021-11-04&prices_on=2021-11-22")] == [
            model for _, model, _ in expected
        ]

    def test_nothing_stays_changed(self, edition: Edition, api: Api):
        before = board(api, "")
        board(api, "prices_on=2021-11-22")
        assert board(api, "") == before


def test_a_day_that_has_not_come_is_refused(edition: Edition, api: Api):
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    for name in ("on", "prices_on"):
        assert "not known" in api.get(f"boards/finetuning/time/?{name}={tomorrow}", status=400)["errors"][0]["message"]


class TestTurns:
    """Anybody may ask for any day of any board: large ones are worked out by few at a time, and not for long."""

    @pytest.fixture(autouse=True)
    def large(self, edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(standing, "LARGE", 1)

    @pytest.mark.parametrize("address", ["/boards/finetuning/cost/?", "/api/v1/boards/finetuning/cost/?format=csv&"])
    @pytest.mark.parametrize("query", ["on=2021-11-04", "prices_on=2021-11-22"])
    def test_without_a_turn_the_answer_is_to_come_back(
        self, edition: Edition, client: Client, monkeypatch: pytest.MonkeyPatch, address: str, query: str
    ):
        monkeypatch.setattr(standing, "PAGES_AT_ONCE", 0)
        monkeypatch.setattr(standing, "EXPORTS_AT_ONCE", 0)
        answer = client.get(address + query)
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
        assert "Try again in some seconds" in answer.content.decode()

    def test_what_takes_too_long_is_ended_and_says_so(
        self, edition: Edition, client: Client, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(standing, "LONGEST", "1ms")
        answer = client.get("/boards/finetuning/cost/?on=2021-11-04&prices_on=2021-11-22")
        assert answer.status_code == 503
        assert "this one took too long" in answer.content.decode()

    def test_pictures_go_through_a_whole_board_and_wait_for_a_turn_too(
        self, edition: Edition, client: Client, monkeypatch: pytest.MonkeyPatch
    ):
        address = "/boards/finetuning/cost/pictures/"
        with monkeypatch.context() as patch:
            patch.setattr(standing, "PAGES_AT_ONCE", 0)
            answer = client.get(address)
            assert (answer.status_code, answer["Retry-After"]) == (503, "10")
            assert "The pictures of a board are worked out anew" in answer.content.decode()
        assert client.get(address).status_code == 200

    def test_today_and_times_at_other_prices_need_none(
        self, edition: Edition, api: Api, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(standing, "PAGES_AT_ONCE", 0)
        assert board(api, f"on={datetime.now(UTC).date()}") == board(api, "")
        assert board(api, "prices_on=2021-11-22", "time") == board(api, "", "time")
