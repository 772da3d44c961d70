"""Prices and scores every entry of an edition anew: first as a plan, then for good, in one transaction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from leaderboard import catalogue, ranking
from leaderboard.models import BoardRow, Edition, Entry, Event, Outcome
from leaderboard.publishing import pk_of
from scoring.cost import choose_price, cost_usd, inference_cost_usd
from scoring.rules import Phase
from scoring.values import Offer, Price


@dataclass(frozen=True, slots=True)
class Repricing:
    """What one task of one entry cost before and costs now, in US dollars."""

    entry: str
    model: str
    phase: str
    task: str
    old_usd: float | None
    new_usd: float | None


@dataclass(frozen=True, slots=True)
class RankChange:
    """Where an entry stood on one board, and where it stands now."""

    entry: str
    model: str
    phase: str
    measure: str
    old_rank: int | None
    new_rank: int | None
    old_score: float | None
    new_score: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rescoring changes; `changes` holds every board row whose rank or score moves."""

    repriced: tuple[Repricing, ...]
    changes: tuple[RankChange, ...]

    @property
    def is_empty(self) -> bool:
        return not self.repriced and not self.changes


Standings = Mapping[tuple[str, str], BoardRow]


def plan(edition: Edition, *, at: datetime) -> Plan:
    """What `apply` would change now. It is done and taken back, so that it cannot differ from what will be done."""
    with transaction.atomic():
        found = apply(edition, by=None, at=at, reason="planned")
        transaction.set_rollback(True)
    return found


@transaction.atomic
def apply(edition: Edition, *, by: AbstractBaseUser | None, at: datetime, reason: str) -> Plan:
    """Reprice and rescore, all or nothing; what changed is recorded. Where nothing changes, nothing is written."""
    edition = ranking.lock(edition)
    before = _standings(edition)
    repriced = _reprice(edition, by=by, at=at, reason=reason)
    for phase in Phase:
        ranking.rebuild(edition, phase, at=at, reason=reason)
    changes = _changes(before, _standings(edition))
    if changes:
        new = {"changes": [asdict(change) for change in changes]}
        Event.objects.create(what=Event.What.RESCORED, edition=edition, by_id=pk_of(by), at=at, new=new, reason=reason)
    return Plan(tuple(repriced), changes)


def _standings(edition: Edition) -> Standings:
    rows = BoardRow.objects.filter(edition=edition).order_by("phase", "measure", "position")
    return {(row.measure, str(row.entry_id)): row for row in rows}


def _changes(before: Standings, after: Standings) -> tuple[RankChange, ...]:
    changes = []
    for key, row in after.items():
        old = before.get(key)
        old_rank, old_score = (old.rank, old.score) if old else (None, None)
        if old is None or (old_rank, old_score) != (row.rank, row.score):
            where = (key[1], row.model, row.phase, row.measure)
            changes.append(RankChange(*where, old_rank, row.rank, old_score, row.score))
    return tuple(changes)


def _reprice(edition: Edition, *, by: AbstractBaseUser | None, at: datetime, reason: str) -> list[Repricing]:
    offers, defaults = catalogue.offers(), catalogue.default_offers(edition)
    found = []
    for entry in Entry.objects.filter(edition=edition).public().with_outcomes():
        price = _price(entry, offers, defaults)
        if price is None:
            continue
        changes = list(_new_costs(entry, price))
        if not changes:
            continue
        _write(entry, price, changes)
        repriced = [_repricing(entry, row, usd) for row, usd in changes]
        old = {one.task: one.old_usd for one in repriced}
        new = {one.task: one.new_usd for one in repriced}
        what = Event.What.REPRICED
        Event.objects.create(
            what=what, edition=edition, entry=entry, by_id=pk_of(by), at=at, old=old, new=new, reason=reason
        )
        found += repriced
    return found


def _price(entry: Entry, offers: tuple[Offer, ...], defaults: Mapping[str, str]) -> Price | None:
    """The price of the entry's run date now; None where there is nothing to price it with, and its costs stay."""
    hardware = catalogue.hardware_of(entry)
    if hardware is None:
        return None
    return choose_price(hardware, offers, defaults.get(hardware.accelerator), entry.run_date)[0]


def _new_costs(entry: Entry, price: Price) -> list[tuple[Outcome, float]]:
    cost = inference_cost_usd if entry.phase == Phase.INFERENCE else cost_usd
    costs = [(row, cost(row.seconds, price)) for row in entry.outcomes.all() if row.seconds is not None]
    return [(row, usd) for row, usd in costs if usd != row.cost_usd]


def _repricing(entry: Entry, row: Outcome, usd: float) -> Repricing:
    return Repricing(str(entry.pk), entry.model, entry.phase, row.task_slug, row.cost_usd, usd)


def _write(entry: Entry, price: Price, changes: list[tuple[Outcome, float]]) -> None:
    hardware = catalogue.hardware_of(entry)
    if hardware is not None:
        entry.price = catalogue.price_json(hardware, price)
        entry.save(update_fields=["price"])
    for row, usd in changes:
        Outcome.objects.filter(pk=row.pk).update(cost_usd=usd)


def words(found: Plan) -> list[str]:
    """A plan as lines for a terminal or a message: prices first, then ranks."""
    lines = [
        f"{one.model} ({one.phase}, {one.task}): ${_amount(one.old_usd)} -> ${_amount(one.new_usd)}"
        for one in found.repriced
    ]
    return lines + [_rank_words(one) for one in found.changes]


def _rank_words(one: RankChange) -> str:
    rank = f"rank {one.old_rank or '-'} -> {one.new_rank or '-'}"
    if one.old_rank == one.new_rank:
        rank = f"rank {one.new_rank or '-'}"
    return (
        f"{one.model} ({one.phase}, {one.measure}): {rank}, score {_amount(one.old_score)} -> {_amount(one.new_score)}"
    )


def _amount(value: Any) -> str:
    return "-" if value is None else f"{value:,.4f}"
