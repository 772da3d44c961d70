"""A changed price: shown first, then applied all or nothing, with old and new values and a reason."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from leaderboard import catalogue, ranking, rescoring
from leaderboard.history import history_of
from leaderboard.models import BoardRow, Edition, Entry, Event, Offer, PastRow
from scoring.values import Hardware
from tests.factories import NOW, make_accelerator, make_edition, make_entry, make_offer
from tests.leaderboard.conftest import Api
from tests.made_once import once

LATER = NOW + timedelta(days=1)


@pytest.fixture
def edition(db: None) -> Edition:
    """Two accelerators at $3.60 an hour; the reference and a quicker entry, each on one of them."""
    return once(make_the_edition)


def make_the_edition() -> Edition:
    edition = make_edition("ed", tasks=1)
    for slug, model, seconds in (("old-gpu", "Reference", 100.0), ("new-gpu", "Quick", 50.0)):
        gpu = make_accelerator(slug)
        make_offer(gpu, usd="3.60", edition=edition)
        make_entry(edition, seconds, model=model, accelerator=gpu, is_reference=model == "Reference")
    return edition


def correct(slug: str, usd: str) -> Offer:
    """A correcting row, as the admin adds it."""
    wrong = Offer.objects.get(accelerator__slug=slug, superseded_by=None)
    values = {name: getattr(wrong, name) for name in ("slug", "accelerator", "unit", "provider", "valid_from")}
    return Offer.objects.create(**values, usd_per_unit_hour=Decimal(usd), source="mended", supersedes=wrong)


def rescore(**options: object) -> str:
    out = StringIO()
    call_command("rescore", edition="ed", stdout=out, **options)
    return out.getvalue()


def costs() -> dict[str, float]:
    return {row.model: row.score for row in BoardRow.objects.filter(board__measure="cost")}


def test_where_nothing_changed_it_says_so_and_writes_nothing(edition: Edition):
    before = (Event.objects.count(), PastRow.objects.count())
    assert "nothing changes" in rescore()
    assert (Event.objects.count(), PastRow.objects.count()) == before


def test_a_dry_run_shows_the_rank_changes_and_writes_nothing(edition: Edition):
    correct("new-gpu", "36")
    said = rescore(dry_run=True)
    assert "Quick (finetuning, task1): $0.0500 -> $0.5000" in said
    assert "Quick (finetuning, cost): rank 1 -> 2, score 2.0000 -> 0.2000" in said
    assert costs() == {"Quick": 2.0, "Reference": 1.0}
    assert not Event.objects.filter(what="repriced").exists()


def test_it_reprices_and_rescores_and_records_old_and_new_with_the_reason(edition: Edition, api: Api):
    correct("new-gpu", "36")
    rescore(reason="the price had lost a digit")
    assert costs() == {"Quick": pytest.approx(0.2), "Reference": 1.0}
    assert api.models("finetuning", "cost") == ["Reference", "Quick"]
    assert api.models("finetuning", "time") == ["Quick", "Reference"]
    event = Event.objects.get(what="repriced")
    assert (event.entry.model, event.old, event.new) == ("Quick", {"task1": 0.05}, {"task1": 0.5})
    assert event.reason == "the price had lost a digit"
    changes = Event.objects.get(what="rescored").new["changes"]
    assert {(one["model"], one["measure"]) for one in changes} == {
        ("Quick", "cost"),
        ("Quick", "efficiency"),
        ("Reference", "cost"),
    }
    entry = Entry.objects.get(model="Quick")
    assert entry.price["usd_per_unit_hour"] == "36"


def test_a_second_time_changes_nothing(edition: Edition):
    correct("new-gpu", "36")
    rescore()
    assert "nothing changes" in rescore()
    assert Event.objects.filter(what="repriced").count() == 1


def test_a_changed_price_of_the_reference_changes_every_score(edition: Edition):
    correct("old-gpu", "7.20")
    plan = rescoring.apply(edition, by=None, at=LATER, reason="")
    assert [one.model for one in plan.repriced] == ["Reference"]
    assert costs() == {"Quick": pytest.approx(4.0), "Reference": 1.0}


def test_scores_that_held_before_stay_readable(edition: Edition):
    correct("new-gpu", "36")
    rescoring.apply(edition, by=None, at=LATER, reason="")
    history = [one for one in history_of(Entry.objects.get(model="Quick")).spans if one.measure == "cost"]
    assert [(one.score, one.valid_from, one.valid_to) for one in history] == [
        (2.0, NOW, LATER),
        (pytest.approx(0.2), LATER, None),
    ]


def test_the_price_is_that_of_the_run_date(edition: Edition):
    gpu = make_accelerator("new-gpu")
    make_offer(gpu, usd="36", valid_from=date(2026, 11, 21))
    assert rescoring.plan(edition, at=LATER).is_empty


def test_inference_costs_are_those_of_a_hundred_thousand_inputs(edition: Edition):
    gpu = make_accelerator("new-gpu")
    make_entry(edition, 0.001, model="Served", phase="inference", accelerator=gpu, is_reference=True)
    correct("new-gpu", "7.20")
    (repriced,) = [one for one in rescoring.plan(edition, at=LATER).repriced if one.model == "Served"]
    assert (repriced.old_usd, repriced.new_usd) == (pytest.approx(0.1), pytest.approx(0.2))


def test_a_named_offer_and_a_declared_price_stay_what_they_were(edition: Edition):
    gpu, other = make_accelerator("new-gpu"), make_accelerator("rare")
    make_offer(gpu, slug="dear", usd="36")
    named = catalogue.price_json(Hardware("new-gpu", offer="dear"), None)
    make_entry(edition, 50.0, model="Named", accelerator=gpu, price=named, usd_per_hour=36)
    declared = catalogue.price_json(Hardware("rare", usd_per_hour=7.2, price_source="a bill"), None)
    make_entry(edition, 50.0, model="Declared", accelerator=other, price=declared, usd_per_hour=7.2)
    assert rescoring.plan(edition, at=LATER).is_empty


def test_it_is_all_or_nothing(edition: Edition, monkeypatch: pytest.MonkeyPatch):
    correct("new-gpu", "36")
    calls = []

    def third_time_broken(*args: object, **values: object) -> None:
        calls.append(args)
        if len(calls) == 3:
            raise RuntimeError("the machine stops")

    monkeypatch.setattr(ranking, "rebuild", third_time_broken)
    with pytest.raises(RuntimeError):
        rescoring.apply(edition, by=None, at=LATER, reason="")
    assert Entry.objects.get(model="Quick").outcomes.get().cost_usd == pytest.approx(0.05)


def test_baselines_keep_their_prices_when_rescored(baselines: Edition):
    assert rescoring.plan(baselines, at=LATER).is_empty


def test_an_unknown_edition_is_refused_with_the_known_ones(edition: Edition):
    with pytest.raises(CommandError, match="Known: ed"):
        call_command("rescore", edition="nope")
