"""The catalogue in the admin: prices are added and never edited, published things are read, and changes are told."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from leaderboard import ranking, rescoring
from leaderboard.models import BoardRow, Edition, Entry, Event, Offer
from tests.factories import make_accelerator, make_edition, make_entry, make_offer
from tests.made_once import once


@pytest.fixture
def edition(db: None) -> Edition:
    return once(make_the_edition)


def make_the_edition() -> Edition:
    edition = make_edition("ed", tasks=1)
    gpu = make_accelerator("gpu")
    make_offer(gpu, usd="3.60", edition=edition)
    make_entry(edition, 100.0, model="Reference", is_reference=True, usd_per_hour=7.2)
    make_entry(edition, 50.0, model="Quick", accelerator=gpu)
    return edition


@pytest.fixture
def maintainer(client: Client, db: None) -> Client:
    client.force_login(get_user_model().objects.create_superuser("maintainer", "m@example.org", "correct horse"))
    return client


def offer_form(offer: Offer, **changes: Any) -> dict[str, Any]:
    names = ("slug", "unit", "accelerators_per_unit", "provider", "instance", "region", "pricing", "valid_from")
    values = {name: getattr(offer, name) for name in names}
    values |= {"accelerator": offer.accelerator_id, "usd_per_unit_hour": "7.20", "source": "a newer page", "note": ""}
    return values | changes


def costs() -> dict[str, float]:
    return {row.model: row.score for row in BoardRow.objects.filter(board__measure="cost", board__phase="finetuning")}


def away(*args: Any, **options: Any) -> int:
    raise OperationalError("the connection is gone")


def add(client: Client, form: dict[str, Any]) -> str:
    return client.post("/admin/leaderboard/offer/add/", form, follow=True).content.decode()


class TestOffers:
    def test_a_correction_is_a_new_row_and_what_it_changes_is_told(self, edition: Edition, maintainer: Client):
        wrong = Offer.objects.get()
        said = add(maintainer, offer_form(wrong, supersedes=wrong.pk))
        assert "Scored anew in ed: " in said
        assert "Quick (finetuning, task1): $0.0500 -&gt; $0.1000" in said
        assert Offer.objects.get(superseded_by=None).usd_per_unit_hour == Decimal("7.20")

    def test_no_board_stands_at_a_price_that_was_corrected(self, edition: Edition, maintainer: Client):
        wrong = Offer.objects.get()
        assert costs() == {"Reference": 1.0, "Quick": 4.0}
        add(maintainer, offer_form(wrong, supersedes=wrong.pk))
        assert costs() == {"Reference": 1.0, "Quick": 2.0}
        assert rescoring.plan(edition, at=timezone.now()).is_empty
        event = Event.objects.get(what="rescored")
        assert (event.by.username, event.reason) == (
            "maintainer",
            "price of cloud-gpu from 2019-11-01 corrected: $7.20 an hour",
        )

    def test_where_it_cannot_be_scored_anew_there_is_no_new_price(
        self, edition: Edition, maintainer: Client, monkeypatch: pytest.MonkeyPatch
    ):
        wrong = Offer.objects.get()
        maintainer.raise_request_exception = False
        monkeypatch.setattr(ranking, "rebuild", away)
        assert (
            maintainer.post("/admin/leaderboard/offer/add/", offer_form(wrong, supersedes=wrong.pk)).status_code >= 500
        )
        assert Offer.objects.get() == wrong
        assert costs() == {"Reference": 1.0, "Quick": 4.0}

    def test_a_later_price_that_changes_no_board_says_so(self, edition: Edition, maintainer: Client):
        assert "no board changes" in add(maintainer, offer_form(Offer.objects.get(), valid_from="2027-01-01"))

    def test_a_correction_keeps_series_and_first_day(self, edition: Edition, maintainer: Client):
        wrong = Offer.objects.get()
        said = add(maintainer, offer_form(wrong, supersedes=wrong.pk, valid_from="2027-01-01"))
        assert "A correction keeps series" in said
        assert Offer.objects.count() == 1

    @pytest.mark.parametrize("changes", [{"source": ""}, {"usd_per_unit_hour": "0"}, {"valid_from": "2019-11-01"}])
    def test_what_cannot_be_is_refused_with_a_message(
        self, edition: Edition, maintainer: Client, changes: dict[str, str]
    ):
        said = add(maintainer, offer_form(Offer.objects.get(), **{"valid_from": "2027-01-01", **changes}))
        assert "errornote" in said
        assert Offer.objects.count() == 1

    def test_rows_are_not_edited_or_deleted(self, edition: Edition, maintainer: Client):
        offer = Offer.objects.get()
        maintainer.post(f"/admin/leaderboard/offer/{offer.pk}/change/", offer_form(offer))
        maintainer.post(f"/admin/leaderboard/offer/{offer.pk}/delete/", {"post": "yes"})
        assert Offer.objects.get().usd_per_unit_hour == offer.usd_per_unit_hour


class TestPublished:
    def test_withdrawing_takes_an_entry_off_and_records_who_did_it(self, edition: Edition, maintainer: Client):
        entry = make_entry(edition, kind="baseline")
        form = {"action": "withdraw", "_selected_action": [str(entry.pk)]}
        maintainer.post("/admin/leaderboard/entry/", form)
        entry.refresh_from_db()
        assert entry.status == "withdrawn"
        assert Event.objects.get(what="withdrawn").by.username == "maintainer"
        assert not BoardRow.objects.filter(entry=entry).exists()

    def test_the_reference_cannot_be_withdrawn(self, edition: Edition, maintainer: Client):
        entry = Entry.objects.get(model="Reference")
        form = {"action": "withdraw", "_selected_action": [str(entry.pk)]}
        said = maintainer.post("/admin/leaderboard/entry/", form, follow=True).content.decode()
        assert "is the reference of its boards" in said
        entry.refresh_from_db()
        assert entry.status == "published"

    @pytest.mark.parametrize("model", ["entry", "event", "edition", "task"])
    def test_nothing_of_it_is_added_edited_or_deleted_by_hand(self, edition: Edition, maintainer: Client, model: str):
        page = f"/admin/leaderboard/{model}/"
        assert maintainer.get(page).status_code == 200
        assert maintainer.get(f"{page}add/").status_code == 403

    def test_every_page_of_one_thing_opens(self, edition: Edition, maintainer: Client):
        for thing in (edition, edition.tasks.get(), Entry.objects.first(), Event.objects.first(), Offer.objects.get()):
            assert thing is not None
            page = f"/admin/leaderboard/{thing._meta.model_name}/{thing.pk}/change/"
            assert maintainer.get(page).status_code == 200

    def test_an_accelerators_slug_stays(self, edition: Edition, maintainer: Client):
        gpu = make_accelerator("gpu")
        form = {"slug": "other", "name": "Renamed", "short_name": "R", "rated_watts": "", "note": ""}
        maintainer.post(f"/admin/leaderboard/accelerator/{gpu.pk}/change/", form)
        gpu.refresh_from_db()
        assert (gpu.slug, gpu.name) == ("gpu", "Renamed")


def test_the_lists_take_as_many_queries_with_ten_rows_as_with_one(
    edition: Edition, maintainer: Client, django_assert_max_num_queries
):
    maintainer.get("/admin/leaderboard/offer/")
    with django_assert_max_num_queries(20) as one:
        maintainer.get("/admin/leaderboard/offer/")
    gpu = make_accelerator("gpu")
    for day in range(1, 10):
        make_offer(gpu, valid_from=date(2027, 1, day))
    with django_assert_max_num_queries(len(one)):
        maintainer.get("/admin/leaderboard/offer/")
