"""What a measured time costs: hours x priced units x hourly price of one unit, in US dollars (PROTOCOL section 4)."""

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from scoring.findings import Finding, finding
from scoring.rules import INFERENCE_INPUTS
from scoring.values import Hardware, Offer, Price

ON_DEMAND = "on_demand"
DIFFERS = Decimal("0.10")
"""A declared price further off the offer than this share of it is pointed out."""
UNIT_WORDS = {"gpu": "GPU", "tpu": "TPU"}
"""Units that the catalogue writes otherwise than people do."""


def cost_usd(seconds: float, price: Price) -> float:
    """US dollars for this many seconds on all priced units."""
    return seconds * float(price.usd_per_unit_hour) * price.units / 3600


def inference_cost_usd(seconds: float, price: Price) -> float:
    """US dollars for 100,000 inputs at this latency in seconds."""
    return cost_usd(seconds * INFERENCE_INPUTS, price)


def priced_units(count: int, accelerators_per_unit: int) -> int:
    """How many units are paid for; a unit that is used in part is paid for whole."""
    return -(-count // accelerators_per_unit)


def dollars(usd: Decimal) -> str:
    """A price, with at least two decimals: `$3.06`, `$8.00`, `$0.526`."""
    exact = f"{usd.normalize():,f}"
    return f"${exact}" if len(exact.partition(".")[2]) > 2 else f"${usd:,.2f}"


def unit_words(unit: str, count: int = 1) -> str:
    """A priced unit in words, as many of it as there are: `GPU`, `4-chip devices`; `units` where it has no name."""
    word = UNIT_WORDS.get(unit, unit) or "unit"
    return word if count == 1 else f"{word}s"


def choose_price(
    hardware: Hardware, offers: Sequence[Offer], default_slug: str | None, on: date
) -> tuple[Price | None, list[Finding]]:
    """The price that scores and what there is to say about it; no price comes with an error finding.

    `offers` are the catalogue's rows without superseded ones, `default_slug` the edition's series for this
    accelerator, `on` the run date. Scored is the series that the hardware names, else the default. A spot series is
    recorded but not ranked, so the default holds there too. A declared price (of one priced unit) scores only where
    the catalogue has none.
    """
    findings: list[Finding] = []
    series = _default_series(hardware, offers, default_slug)
    if hardware.offer and hardware.offer != default_slug:
        named = [offer for offer in _of(hardware, offers) if offer.slug == hardware.offer]
        if not named:
            return None, [_unknown_offer(hardware, offers)]
        if all(offer.pricing == ON_DEMAND for offer in named):
            series = named
        elif series:
            findings.append(_not_ranked(hardware, _row_on(named, on), _row_on(series, on)))
    if not series:
        return _declared(hardware, offers)
    row = _row_on(series, on)
    price = Price(
        usd_per_unit_hour=row.usd_per_unit_hour,
        units=priced_units(hardware.count, row.accelerators_per_unit),
        offer=row,
        declared=False,
        note=_derivation(hardware, row, on),
    )
    if row.valid_from > on:
        findings.append(_before_first(row, on))
    findings.extend(_compared(hardware, row))
    return price, findings


def _of(hardware: Hardware, offers: Sequence[Offer]) -> list[Offer]:
    return [offer for offer in offers if offer.accelerator == hardware.accelerator]


def _default_series(hardware: Hardware, offers: Sequence[Offer], slug: str | None) -> list[Offer]:
    """The edition's series for this hardware; hardware nobody rents is priced at the closest offer, of another kind."""
    series = [offer for offer in offers if offer.slug == slug and offer.pricing == ON_DEMAND]
    return _of(hardware, series) or series


def _row_on(series: Sequence[Offer], on: date) -> Offer:
    """The newest row that holds on that day; before the first one, the earliest."""
    valid = [offer for offer in series if offer.valid_from <= on]
    if valid:
        return max(valid, key=lambda offer: offer.valid_from)
    return min(series, key=lambda offer: offer.valid_from)


def _declared(hardware: Hardware, offers: Sequence[Offer]) -> tuple[Price | None, list[Finding]]:
    """The declared price where the catalogue has none for this accelerator, or the reason why it cannot score."""
    known = _on_demand_slugs(hardware, offers)
    if known:
        message = (
            f"The edition names no default price for {hardware.accelerator}, and the manifest's `hardware.offer` names "
            "no on-demand offer."
        )
        return None, [finding("price-missing", message, remedy=_choose_one(known))]
    reason = _unusable(hardware)
    if reason:
        message = f"The catalogue has no on-demand offer for {hardware.accelerator}, and {reason}."
        return None, [finding("price-missing", message)]
    usd = Decimal(str(hardware.usd_per_hour))
    source = hardware.price_source.strip()
    priced = f"{hardware.count:,} {unit_words('', hardware.count)} priced"
    note = f"{dollars(usd)} an hour per unit as declared ({source}); {priced}"
    return Price(usd, hardware.count, offer=None, declared=True, note=note), []


def _unusable(hardware: Hardware) -> str:
    """Why the declared price cannot score, in words; empty where it can."""
    usd = hardware.usd_per_hour
    if usd is None:
        return "the manifest declares no price"
    if not math.isfinite(usd) or usd <= 0:
        return f"the declared price of {usd:g} US dollars an hour is not above 0"
    if not hardware.price_source.strip():
        return "the declared price names no source"
    return ""


def _on_demand_slugs(hardware: Hardware, offers: Sequence[Offer]) -> list[str]:
    return sorted({offer.slug for offer in _of(hardware, offers) if offer.pricing == ON_DEMAND})


def _derivation(hardware: Hardware, row: Offer, on: date) -> str:
    units = priced_units(hardware.count, row.accelerators_per_unit)
    words = (
        f"{row.provider} {row.slug}: {dollars(row.usd_per_unit_hour)} an hour per {unit_words(row.unit)} "
        f"from {row.valid_from.isoformat()}; {units:,} {unit_words(row.unit, units)} priced"
    )
    if row.accelerator != hardware.accelerator:
        words += f"; the closest offer for {hardware.accelerator}, which is of {row.accelerator}"
    if row.valid_from > on:
        words += f"; the run of {on.isoformat()} lies before the first price"
    return words


def _unknown_offer(hardware: Hardware, offers: Sequence[Offer]) -> Finding:
    known = _on_demand_slugs(hardware, offers)
    message = f"The catalogue has no offer {hardware.offer!r} for {hardware.accelerator}."
    remedy = "Leave `hardware.offer` empty and declare `usd_per_hour` with a `price_source`."
    if known:
        remedy = _choose_one(known)
    return finding("price-missing", message, remedy=remedy)


def _choose_one(known: Sequence[str]) -> str:
    return f"Set `hardware.offer` (in the form: 'Priced at') to one of: {', '.join(known)}."


def _not_ranked(hardware: Hardware, spot: Offer, scored: Offer) -> Finding:
    message = (
        f"The offer {hardware.offer!r} is not on demand ({dollars(spot.usd_per_unit_hour)} an hour): such prices "
        f"are recorded but not ranked. Scored is {scored.slug!r} at {dollars(scored.usd_per_unit_hour)} an hour."
    )
    return finding("price-differs", message, remedy="Nothing needs mending; name an on-demand offer to score another.")


def _before_first(row: Offer, on: date) -> Finding:
    message = (
        f"The run date {on.isoformat()} lies before the first price of {row.slug!r}, which is from "
        f"{row.valid_from.isoformat()}; that price of {dollars(row.usd_per_unit_hour)} an hour was taken."
    )
    return finding("price-before-first-offer", message)


def _compared(hardware: Hardware, row: Offer) -> list[Finding]:
    if hardware.usd_per_hour is None:
        return []
    declared = Decimal(str(hardware.usd_per_hour))
    if declared.is_finite() and abs(declared - row.usd_per_unit_hour) <= DIFFERS * row.usd_per_unit_hour:
        return []
    message = (
        f"The declared price of ${hardware.usd_per_hour:g} an hour is more than 10% off the offer {row.slug!r}, "
        f"{dollars(row.usd_per_unit_hour)} an hour per {unit_words(row.unit)}, which scores."
    )
    return [finding("price-differs", message)]
