"""A number on the board of a past day leads to how it came about on that day."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from leaderboard import publishing, rescoring
from leaderboard.models import Edition, Entry, Offer
from tests.factories import make_accelerator, make_edition, make_entry, make_offer
from tests.leaderboard_pages.conftest import Page

DAYS = [datetime(2021, 11, day, 12, tzinfo=UTC) for day in range(1, 8)]
PRICE = {"usd_per_unit_hour": "3.6", "units": 1, "unit": "gpu", "offer": "cloud-gpu", "accelerator": "gpu"}


@pytest.fixture
def history(db: None) -> Edition:
    """Two entries on the 1st; on the 3rd the price of Slow's hardware is corrected, on the 5th the reference gives way
    to a quicker one, on the 7th Slow is withdrawn."""
    edition = make_edition("ed", tasks=2)
    for slug in ("other", "gpu"):
        make_offer(make_accelerator(slug), usd="3.60", edition=edition)
    other, gpu = make_accelerator("other"), make_accelerator("gpu")
    run = date(2021, 10, 1)
    first = make_entry(
        edition, 100.0, model="First", accelerator=other, is_reference=True, at=DAYS[0], run_date=run, price=PRICE
    )
    slow = make_entry(
        edition, {"task1": 200.0, "task2": "not_reached"}, model="Slow", accelerator=gpu, at=DAYS[0], run_date=run,
        price=PRICE,
    )  # fmt: skip
    correct("gpu", "0.90")
    rescoring.apply(edition, by=None, at=DAYS[2], reason="corrected")
    make_entry(
        edition, 50.0, model="Second", accelerator=other, is_reference=True, at=DAYS[4], run_date=run, supersedes=first
    )
    publishing.withdraw(slow, by=None, at=DAYS[6], reason="contested")
    return edition


def correct(accelerator: str, usd: str) -> None:
    wrong = Offer.objects.get(accelerator__slug=accelerator)
    values = {name: getattr(wrong, name) for name in ("slug", "accelerator", "unit", "provider", "valid_from")}
    Offer.objects.create(**values, usd_per_unit_hour=Decimal(usd), source="mended", supersedes=wrong)


def followed(edition: Edition, measure: str, on: str, place: int = 0) -> Page:
    """The page behind a number of Slow on the board of a day: its overall score, or the value of a task."""
    board = Page(f"/boards/finetuning/{measure}/?edition=ed&on={on}")
    row = next(part for part in board.html.split("<tr>") if "Slow" in part)
    return Page(re.findall(r'href="([^"]+/derivations/[^"]+)"', row)[place])


def test_a_score_is_told_against_the_reference_of_that_day(history: Edition):
    words = followed(history, "time", "2021-11-04", 1).words
    assert "0.50 time score" in words
    assert "time score 100.00 s ÷ 200.00 s = 0.5000" in words
    assert "reference First: 100.00 s" in words
    assert (
        "As of 2021-11-04, at the end of the day. This held until 2021-11-05 12:00 UTC; then: Second published."
        in words
    )
    words = followed(history, "time", "2021-11-06", 1).words
    assert "time score 50.00 s ÷ 200.00 s = 0.2500" in words
    assert "This held until 2021-11-07 12:00 UTC, when the entry left the boards." in words


def test_a_cost_is_that_of_the_day_and_says_that_its_price_was_corrected(history: Edition):
    words = followed(history, "cost", "2021-11-02", 1).words
    assert "cost score $0.1000 ÷ $0.2000 = 0.5000" in words
    assert "The price behind it has been corrected since" in words
    assert "$0.90/h" not in words
    words = followed(history, "cost", "2021-11-04", 1).words
    assert "cost score $0.1000 ÷ $0.0500 = 2.0000" in words
    assert "× $0.90/h = $0.0500" in words
    assert "corrected since" not in words


def test_what_left_the_boards_is_told_against_the_reference_as_it_was_when_it_left(history: Edition):
    """The reference stands on, and its price is corrected after that: the sums still add up."""
    correct("other", "7.20")
    rescoring.apply(history, by=None, at=datetime(2021, 11, 9, tzinfo=UTC), reason="corrected")
    slow = Entry.objects.get(model="Slow")
    words = Page(f"/entries/{slow.pk}/derivations/task1/cost/").words
    assert "cost score $0.0500 ÷ $0.0500 = 1.0000" in words
    assert "reference Second: $0.0500" in words
    words = Page(f"/entries/{slow.pk}/derivations/task1/efficiency/").words
    assert "efficiency 0.2500 + 1.0000 = 1.2500" in words
    assert "cost score $0.0500 ÷ $0.0500 = 1.0000" in Page(f"/entries/{slow.pk}/").words
    second = Entry.objects.get(model="Second")
    assert "reference Second: $0.1000" in Page(f"/entries/{second.pk}/derivations/task1/cost/").words


def test_efficiency_has_both_formulas_of_the_day(history: Edition):
    assert "efficiency 0.5000 + 0.5000 = 1.0000" in followed(history, "efficiency", "2021-11-02", 1).words


def test_the_sum_and_all_links_around_stay_with_the_day(history: Edition):
    page = followed(history, "time", "2021-11-04")
    assert "0.5000 + 0.0000 = 0.5000" in page.words
    links = re.findall(r'href="(/entries/[^"]+/derivations/[^"]+)"', page.html)
    assert [link for link in links if not link.endswith("?on=2021-11-04")] == [page.response.request["PATH_INFO"]], (
        "only the way to what holds now leaves the day"
    )
    assert all(Page(link).status == 200 for link in links)


def test_a_score_that_still_holds_says_so(history: Edition):
    slow = history.entries.get(model="Second")
    page = Page(f"/entries/{slow.pk}/derivations/task1/time/?on=2021-11-06")
    assert "It still holds." in page.words


def test_a_day_without_the_entry_is_not_found_and_a_wrong_one_says_how_days_are_written(history: Edition):
    address = f"/entries/{history.entries.get(model='Slow').pk}/derivations/task1/time/"
    assert Page(f"{address}?on=2021-10-31").status == 404
    assert Page(f"{address}?on=2021-11-07").status == 404
    wrong = Page(f"{address}?on=yesterday")
    assert wrong.status == 400
    assert "on is a day such as 2019-11-01." in wrong.words
