"""The catalogue that comes with HULK: editions, hardware and prices, read from the data files in `data/`.

A server loads it into its database, where maintainers go on from it; `hulk check` reads it as it is.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from scoring.cost import ON_DEMAND
from scoring.rules import Feedback, Limits, MetricKind, Part, Rules, Task
from scoring.values import Offer

DATA = files("scoring") / "data"
Row = Mapping[str, str]


class Shipped:
    """What a manifest may name where nothing but the data files is at hand."""

    def editions(self) -> Sequence[str]:
        return editions()

    def rules(self, edition: str) -> Rules | None:
        return rules_of(edition) if edition in editions() else None

    def accelerators(self) -> Sequence[str]:
        return accelerators()

    def ranked_offers(self, accelerator: str) -> Sequence[str]:
        return [one.slug for one in offers() if one.accelerator == accelerator and one.pricing == ON_DEMAND]


# --- as values -----------------------------------------------------------------------------------------------------


def editions() -> tuple[str, ...]:
    """The slugs of the editions, the newest first and demos last."""
    facts = [edition_facts(path.name.removesuffix(".json"))["edition"] for path in (DATA / "editions").iterdir()]
    newest = sorted(facts, key=lambda one: str(one["published_on"]), reverse=True)
    return tuple(one["slug"] for one in sorted(newest, key=lambda one: bool(one.get("is_demo"))))


def rules_of(edition: str) -> Rules:
    """The rules of an edition as it was first published. FileNotFoundError where it is not among those shipped."""
    facts = edition_facts(edition)
    own = facts["edition"]
    return Rules(
        edition=edition,
        revision=1,
        tasks=tuple(_task(one) for one in facts["tasks"]),
        epoch_limit=Decimal(own["epoch_limit"]),
        clock=own["clock"],
        minimum_samples=own["minimum_samples"],
        feedback=Feedback(own["feedback"]),
        limits=Limits(**own.get("limits", {})),
    )


def gold_hashes(edition: str) -> dict[str, str]:
    """The SHA-256 of the canonical gold that an edition publishes, by task; tasks without one are left out."""
    return {one["slug"]: one["gold_sha256"] for one in edition_facts(edition)["tasks"] if one["gold_sha256"]}


def accelerators() -> tuple[str, ...]:
    """The slugs of the hardware that the catalogue knows."""
    return tuple(row["slug"] for row in rows("accelerators.csv"))


@cache
def offers() -> tuple[Offer, ...]:
    """Every price row, oldest first."""
    return tuple(sorted((_offer(row) for row in offer_rows()), key=lambda offer: offer.valid_from))


def default_offers() -> dict[str, str]:
    """The price series by accelerator that an edition prices with, unless a manifest names another."""
    return {row["accelerator"]: row["offer"] for row in rows("default_offers.csv")}


def rated_watts() -> dict[str, float]:
    """What one priced unit of an accelerator is rated for; those nobody has told are left out."""
    return {row["slug"]: float(row["rated_watts"]) for row in rows("accelerators.csv") if row["rated_watts"]}


def _task(facts: Mapping[str, Any]) -> Task:
    return Task(
        slug=facts["slug"],
        title=facts["title"],
        metric=MetricKind(facts["metric"]),
        cutoff=Decimal(facts["cutoff"]),
        parts=tuple(Part(part["name"], part["size"]) for part in facts["parts"]),
        labels=tuple(facts["labels"]),
        label_orders=tuple((name, tuple(labels)) for name, labels in facts["label_orders"]),
        metric_names=tuple(facts["metric_names"]),
    )


def _offer(row: Row) -> Offer:
    return Offer(
        slug=offer_slug(row),
        accelerator=row["accelerator_slug"],
        unit=row["unit"],
        accelerators_per_unit=int(row["accelerators_per_unit"]),
        provider=row["provider"],
        region=row["region"],
        pricing=row["pricing"],
        usd_per_unit_hour=Decimal(row["usd_per_unit_hour"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        source=row.get("source_url") or row.get("source", ""),
        note=row["note"],
    )


# --- as written ----------------------------------------------------------------------------------------------------


@cache
def edition_facts(slug: str) -> Mapping[str, Any]:
    """The file of an edition: `edition` and `tasks`, in board order. FileNotFoundError where there is none."""
    facts: Mapping[str, Any] = json.loads((DATA / "editions" / f"{slug}.json").read_text(encoding="utf-8"))
    return facts


@cache
def rows(name: str) -> tuple[Row, ...]:
    """The rows of one of the CSV files."""
    return tuple(csv.DictReader(io.StringIO((DATA / name).read_text(encoding="utf-8"))))


def offer_rows() -> Iterator[Row]:
    """Every price row once: one is known by its series, accelerator and first day."""
    seen: set[tuple[str, str, str]] = set()
    for row in (*rows("paper_offers.csv"), *rows("offers.csv")):
        key = (offer_slug(row), row["accelerator_slug"], row["valid_from"])
        if key not in seen:
            seen.add(key)
            yield row


def offer_slug(row: Row) -> str:
    """The name of a price series: provider, accelerator, instance, region where stated, pricing unless on demand."""
    words = [row["provider"], row["accelerator_slug"], row["instance"]]
    if row["region"] != "unstated":
        words.append(row["region"])
    if row["pricing"] != ON_DEMAND:
        words.append(row["pricing"])
    return re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-")
