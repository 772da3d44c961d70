"""A page that takes several statements is of one moment: a rescoring that is committed between two of them shows on it
as a whole, or not at all."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from leaderboard import page_cache, rescoring
from leaderboard.models import Entry, Offer
from tests.factories import NOW, make_accelerator, make_edition, make_entry, make_offer


class Meanwhile:
    """Does something on another connection, once, right after the first statement that reads entries or rows."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act, self.done = act, False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        if not self.done and ("leaderboard_entry" in sql or "leaderboard_boardrow" in sql):
            self.done = True
            thread = threading.Thread(target=self._act)
            thread.start()
            thread.join()
        return found

    def _act(self) -> None:
        try:
            self.act()
        finally:
            connection.close()


@pytest.mark.parametrize(
    "address",
    [
        "/entries/{pk}/",
        "/entries/{pk}/derivations/task1/cost/",
        "/entries/{pk}/derivations/efficiency/",
        "/api/v1/entries/{pk}/",
        "/boards/finetuning/cost/pictures/",
        "/boards/finetuning/cost/?on=2026-11-25",
    ],
)
def test_a_rescoring_between_two_statements_is_not_seen_by_halves(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, address: str
):
    monkeypatch.setattr(page_cache, "pages", page_cache.Pages(0))
    edition, gpu = make_edition("ed", tasks=2), make_accelerator("gpu")
    wrong = make_offer(gpu, usd="3.60", edition=edition)
    make_entry(edition, 100.0, model="Reference", is_reference=True)
    make_entry(edition, 50.0, model="Quick", accelerator=gpu)
    values = {name: getattr(wrong, name) for name in ("slug", "accelerator", "unit", "provider", "valid_from")}
    Offer.objects.create(**values, usd_per_unit_hour=Decimal("36"), source="mended", supersedes=wrong)
    address = address.format(pk=Entry.objects.get(model="Quick").pk)

    def rescore() -> None:
        rescoring.apply(edition, by=None, at=NOW, reason="corrected")

    before, meanwhile = Client().get(address), Meanwhile(rescore)
    with connection.execute_wrapper(meanwhile):
        during = Client().get(address)
    after = Client().get(address)
    assert meanwhile.done
    assert (before.status_code, during.status_code, after.status_code) == (200, 200, 200)
    assert during.content == before.content != after.content
