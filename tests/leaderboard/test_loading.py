"""load_baselines: a second time changes nothing, it is all or nothing, and it never touches a demo edition."""

import threading
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models

from leaderboard import loading, publishing, ranking
from leaderboard.models import Edition, Entry, Event, Offer
from tests.factories import NOW, make_edition, make_entry


def everything() -> dict[str, Any]:
    """Every row of every table of the app, with its timestamps."""
    return {
        model._meta.label: sorted(map(str, model.objects.order_by("pk").values_list()))
        for model in apps.get_app_config("leaderboard").get_models()
        if issubclass(model, models.Model)
    }


def load() -> str:
    out = StringIO()
    call_command("load_baselines", stdout=out)
    return out.getvalue()


def test_it_says_what_it_added(db: None):
    assert "27 baselines" in load()


def test_a_second_load_changes_nothing_and_says_so(db: None):
    load()
    before = everything()
    assert "nothing was changed" in load()
    assert everything() == before


def test_what_a_maintainer_changed_stays(db: None):
    load()
    bert = Entry.objects.get(model="BERT-Base", phase="inference")
    publishing.withdraw(bert, by=None, at=NOW, reason="contested")
    load()
    bert.refresh_from_db()
    assert bert.status == "withdrawn"


def test_what_is_missing_is_added(db: None):
    load()
    Offer.objects.filter(provider="Vultr").delete()
    assert load().strip() == "Added 1 offers."


def test_it_is_all_or_nothing(db: None, monkeypatch: pytest.MonkeyPatch):
    def broken(*args: Any, **values: Any) -> None:
        raise RuntimeError("the machine stops")

    monkeypatch.setattr(ranking, "change", broken)
    with pytest.raises(RuntimeError):
        load()
    assert not Edition.objects.exists() and not Offer.objects.exists() and not Event.objects.exists()


def test_a_demo_edition_is_never_touched(db: None):
    demo = make_edition("demo", is_demo=True, tasks=1)
    make_entry(demo, model="Demo model")
    before = list(demo.entries.values_list())
    load()
    assert list(demo.entries.values_list()) == before


def test_a_demo_in_the_place_of_the_edition_is_refused(db: None):
    make_edition("hulk-2020", is_demo=True)
    with pytest.raises(CommandError, match="demo"):
        load()
    assert not Entry.objects.exists()


def test_two_loads_at_once_load_once(transactional_db: None):
    added = []

    def one() -> None:
        added.append(loading.load(NOW)["baselines"])
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [0, 0, 27]
    assert Entry.objects.count() == 27
