"""Loads the edition `hulk-2020`, the catalogue of `scoring.catalogue` and the paper's baselines from `baselines/`.

What is there already is left as it is: a second load changes nothing.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection, transaction

from leaderboard import catalogue
from leaderboard.models import Accelerator, DefaultOffer, Edition, Entry, GoldSet, Kind, Offer, Task
from leaderboard.publishing import EntrySnapshot, OutcomeSnapshot, publish_baselines
from scoring import catalogue as shipped
from scoring.catalogue import Row, offer_slug
from scoring.cost import choose_price, cost_usd, inference_cost_usd
from scoring.rules import ALL_TASKS, Phase
from scoring.values import Hardware, Price
from scoring.values import Offer as OfferValue

EDITION = "hulk-2020"
FOLDER = Path(__file__).resolve().parent / "baselines"
REPORTED_ON = date(2019, 11, 1)
"""The date of the paper's baselines, whose prices count."""
BASELINES = uuid5(NAMESPACE_URL, "https://hulkbenchmark.github.io/")
LOAD_LOCK = 0x48554C4B
"""PostgreSQL advisory lock: one load at a time, also before the edition exists."""
SECONDS = {"h": Decimal(3600), "s": Decimal(1), "ms": Decimal("0.001")}


class DemoInTheWay(ValueError):
    """An edition of that name exists and is a demo: baselines are never loaded into one."""

    code = "demo-in-the-way"


@transaction.atomic
def load(at: datetime) -> dict[str, int]:
    """Add whatever is missing, all of it or nothing; how many rows of each kind were added."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
    edition, is_new = add_edition(EDITION, remarks=_remarks())
    if edition.is_demo:
        raise DemoInTheWay(f"The edition {edition.slug} of this server is a demo; baselines are not loaded into it.")
    return {
        "editions": int(is_new),
        "tasks": add_tasks(edition),
        "accelerators": _accelerators(),
        "offers": _offers(),
        "default offers": _default_offers(edition),
        "baselines": _baselines(edition, at),
    }


def baseline_id(edition: str, phase: str, model: str) -> UUID:
    """The id of a baseline: the same on every server."""
    return uuid5(BASELINES, f"{edition}/{phase}/{model}")


def _read(name: str) -> Iterator[Row]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def add_edition(slug: str, **values: Any) -> tuple[Edition, bool]:
    """A shipped edition as a row, and whether it is new. One that is there already stays as it is."""
    facts = shipped.edition_facts(slug)["edition"]
    defaults = {name: value for name, value in facts.items() if name != "slug"} | values
    defaults["published_on"] = date.fromisoformat(facts["published_on"])
    defaults["epoch_limit"] = Decimal(facts["epoch_limit"])
    return Edition.objects.get_or_create(slug=slug, defaults=defaults)


def add_tasks(edition: Edition) -> int:
    """The tasks of a shipped edition, with what it publishes of their gold labels; how many were missing."""
    added = 0
    for position, facts in enumerate(shipped.edition_facts(edition.slug)["tasks"], start=1):
        values = {name: value for name, value in facts.items() if not name.startswith("gold_") and name != "slug"}
        values |= {"position": position, "cutoff": Decimal(facts["cutoff"])}
        values["sota"] = Decimal(facts["sota"]) if facts["sota"] else None
        task, is_new = Task.objects.get_or_create(edition=edition, slug=facts["slug"], defaults=values)
        gold = {"published_sha256": facts["gold_sha256"], "note": facts["gold_note"]}
        GoldSet.objects.get_or_create(task=task, defaults=gold)
        added += is_new
    return added


def _remarks() -> dict[str, list[str]]:
    """The footnotes of whole boards, by phase."""
    remarks: dict[str, list[str]] = {}
    for row in _read("footnotes.csv"):
        if row["models"] == "*":
            remarks.setdefault(row["phase"], []).append(row["text"])
    return remarks


def _accelerators() -> int:
    added = 0
    for row in shipped.rows("accelerators.csv"):
        values = {"name": row["name"], "short_name": row["short_name"], "note": row["note"]}
        watts = int(row["rated_watts"]) if row["rated_watts"] else None
        added += Accelerator.objects.get_or_create(slug=row["slug"], defaults=values | {"rated_watts": watts})[1]
    return added


def _offers() -> int:
    """Add the price rows that are missing: one is known by its series, accelerator and first day."""
    accelerators = {one.slug: one for one in Accelerator.objects.all()}
    known = set(Offer.objects.values_list("slug", "accelerator__slug", "valid_from"))
    new = []
    for row in shipped.offer_rows():
        key = (offer_slug(row), row["accelerator_slug"], date.fromisoformat(row["valid_from"]))
        if key not in known:
            new.append(_offer(row, accelerators[row["accelerator_slug"]]))
    Offer.objects.bulk_create(new)
    return len(new)


def _offer(row: Row, accelerator: Accelerator) -> Offer:
    return Offer(
        slug=offer_slug(row),
        accelerator=accelerator,
        unit=row["unit"],
        accelerators_per_unit=int(row["accelerators_per_unit"]),
        provider=row["provider"],
        instance=row["instance"],
        region=row["region"],
        pricing=row["pricing"],
        usd_per_unit_hour=Decimal(row["usd_per_unit_hour"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        source_url=row.get("source_url", ""),
        source=row.get("source", ""),
        note=row["note"],
    )


def _default_offers(edition: Edition) -> int:
    accelerators = {one.slug: one for one in Accelerator.objects.all()}
    added = 0
    for accelerator, offer in shipped.default_offers().items():
        added += DefaultOffer.objects.get_or_create(
            edition=edition, accelerator=accelerators[accelerator], defaults={"offer_slug": offer}
        )[1]
    return added


def _baselines(edition: Edition, at: datetime) -> int:
    known = set(Entry.objects.filter(edition=edition, kind=Kind.BASELINE).values_list("pk", flat=True))
    new = [one for one in snapshots(edition) if one.id not in known]
    return len(publish_baselines(new, at=at))


def snapshots(edition: Edition) -> Iterator[EntrySnapshot]:
    """Every baseline as it would be published now, at the catalogue's prices of the paper's date."""
    models = {row["model"]: row for row in _read("models.csv")}
    accelerators = {one.slug: one for one in Accelerator.objects.all()}
    offers, defaults = catalogue.offers(), catalogue.default_offers(edition)
    values: dict[tuple[str, str], list[Row]] = {}
    for row in _read("values.csv"):
        values.setdefault((row["phase"], row["model"]), []).append(row)
    footnotes = list(_read("footnotes.csv"))
    for row in _read("entries.csv"):
        hardware = Hardware(row["accelerator"], int(row["count"])) if row["accelerator"] else None
        price = _price(hardware, offers, defaults)
        outcomes = [_outcome(one, price) for one in values[row["phase"], row["model"]]]
        yield EntrySnapshot(
            id=baseline_id(edition.slug, row["phase"], row["model"]),
            edition=edition,
            phase=row["phase"],
            kind=Kind.BASELINE,
            date=REPORTED_ON,
            run_date=REPORTED_ON,
            badge="baseline",
            outcomes=outcomes,
            accelerator=accelerators[hardware.accelerator] if hardware else None,
            count=hardware.count if hardware else 1,
            hardware_text=row["hardware"],
            price=catalogue.price_json(hardware, price) if hardware else {},
            is_reference=row["is_reference"] == "true",
            source=f"Reported in the paper ({row['source']}), not verified here.",
            footnotes=_footnotes(row, footnotes, outcomes),
            **_model(models[row["model"]]),
        )


def _model(row: Row) -> dict[str, Any]:
    millions = row["parameters_millions"]
    return {
        "model": row["model"],
        "organisation": row["organisation"],
        "parameters_millions": Decimal(millions) if millions else None,
        "trained_on_top_of": row["trained_on_top_of"],
        "paper_url": row["paper_url"],
    }


def _price(hardware: Hardware | None, offers: tuple[OfferValue, ...], defaults: Mapping[str, str]) -> Price | None:
    if hardware is None:
        return None
    return choose_price(hardware, offers, defaults.get(hardware.accelerator), REPORTED_ON)[0]


def _outcome(row: Row, price: Price | None) -> OutcomeSnapshot:
    seconds = float(Decimal(row["value"]) * SECONDS[row["unit"]]) if row["value"] else None
    usd = None
    if seconds is not None and price is not None:
        usd = (inference_cost_usd if row["phase"] == Phase.INFERENCE else cost_usd)(seconds, price)
    details = {"printed": row["printed"], "source": row["source"]} | ({"note": row["remark"]} if row["remark"] else {})
    task = None if row["task"] == ALL_TASKS else row["task"]
    return OutcomeSnapshot(task=task, outcome=row["outcome"], seconds=seconds, cost_usd=usd, details=details)


def _footnotes(row: Row, footnotes: list[Row], outcomes: list[OutcomeSnapshot]) -> list[str]:
    """What is said of this entry alone: its own footnotes, and remarks on a number that is not used as printed."""
    own = [one["text"] for one in footnotes if one["phase"] == row["phase"] and row["model"] in one["models"].split()]
    return own + [str(outcome.details["note"]) for outcome in outcomes if "note" in outcome.details]
