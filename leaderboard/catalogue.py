"""The catalogue as the plain values that `scoring` works with: rules of an edition, offers, the price of an entry."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from leaderboard.models import Accelerator, Edition, Entry
from leaderboard.models import Offer as OfferRow
from leaderboard.models import Task as TaskRow
from scoring.rules import Feedback, Limits, MetricKind, Part, Rules, Task
from scoring.values import Hardware, Offer, Price


def rules_of(edition: Edition) -> Rules:
    """An edition as frozen rules, its tasks in board order. Two queries at most: tasks, and nothing else."""
    return Rules(
        edition=edition.slug,
        revision=edition.revision,
        tasks=tuple(task_of(row) for row in edition.tasks.order_by("position")),
        epoch_limit=edition.epoch_limit,
        clock=edition.clock,
        minimum_samples=edition.minimum_samples,
        feedback=Feedback(edition.feedback),
        limits=limits_of(edition),
    )


def limits_of(edition: Edition) -> Limits:
    """What an edition takes; asks nothing."""
    return Limits(**edition.limits)


def task_of(row: TaskRow) -> Task:
    return Task(
        slug=row.slug,
        title=row.title,
        metric=MetricKind(row.metric),
        cutoff=row.cutoff,
        parts=tuple(Part(name=part["name"], size=part["size"]) for part in row.parts),
        labels=tuple(row.labels),
        label_orders=tuple((name, tuple(labels)) for name, labels in row.label_orders),
        metric_names=tuple(row.metric_names),
    )


def offers() -> tuple[Offer, ...]:
    """Every price row that still stands, oldest first: corrected rows are left out."""
    rows = OfferRow.objects.filter(superseded_by=None).select_related("accelerator").order_by("valid_from", "pk")
    return tuple(offer_of(row) for row in rows)


def offer_of(row: OfferRow) -> Offer:
    return Offer(
        slug=row.slug,
        accelerator=row.accelerator.slug,
        unit=row.unit,
        accelerators_per_unit=row.accelerators_per_unit,
        provider=row.provider,
        region=row.region,
        pricing=row.pricing,
        usd_per_unit_hour=row.usd_per_unit_hour,
        valid_from=row.valid_from,
        source=row.source_url or row.source,
        note=row.note,
    )


def default_offers(edition: Edition) -> dict[str, str]:
    """The offer series by accelerator slug that the edition prices with, unless a manifest names another."""
    return dict(edition.default_offers.values_list("accelerator__slug", "offer_slug"))


def rated_watts() -> dict[str, float]:
    """What one priced unit of an accelerator is rated for; those nobody has told are left out."""
    rated = Accelerator.objects.values_list("slug", "rated_watts")
    return {slug: float(watts) for slug, watts in rated if watts is not None}


def price_json(hardware: Hardware, price: Price | None) -> dict[str, Any]:
    """What an entry keeps of its price: the row that scored, and what was asked for, so that it can be priced again."""
    asked = {
        "named_offer": hardware.offer,
        "declared_usd_per_hour": hardware.usd_per_hour,
        "declared_source": hardware.price_source,
    }
    if price is None:
        return asked
    offer = price.offer
    return asked | {
        "usd_per_unit_hour": f"{price.usd_per_unit_hour.normalize():f}",
        "units": price.units,
        "usd_per_hour": price.usd_per_hour,
        "declared": price.declared,
        "note": price.note,
        "offer": offer.slug if offer else None,
        "accelerator": offer.accelerator if offer else hardware.accelerator,
        "unit": offer.unit if offer else "",
        "accelerators_per_unit": offer.accelerators_per_unit if offer else 1,
        "provider": offer.provider if offer else "",
        "region": offer.region if offer else "",
        "pricing": offer.pricing if offer else "",
        "valid_from": offer.valid_from.isoformat() if offer else None,
        "source": offer.source if offer else hardware.price_source,
        "offer_note": offer.note if offer else "",
    }


def hardware_of(entry: Entry) -> Hardware | None:
    """What an entry ran on, with the price it asked for; None where the source names no hardware."""
    return hardware_asked(entry.accelerator.slug, entry.count, entry.price) if entry.accelerator else None


def hardware_asked(accelerator: str, count: int, asked: Mapping[str, Any]) -> Hardware:
    """Hardware with the price that an entry's record (`price_json`) says it asked for."""
    return Hardware(
        accelerator=accelerator,
        count=count,
        offer=asked.get("named_offer"),
        usd_per_hour=asked.get("declared_usd_per_hour"),
        price_source=asked.get("declared_source") or "",
    )


def decimal_text(value: Decimal) -> str:
    """A number without an exponent and without trailing zeros: `91`, `93.5`."""
    return f"{value.normalize():f}"
