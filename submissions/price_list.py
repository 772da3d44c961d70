"""What the catalogue asks for each accelerator on a day, as choices of a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from leaderboard import catalogue
from leaderboard.models import Accelerator, Edition
from scoring.cost import ON_DEMAND, choose_price, dollars, unit_words
from scoring.values import Hardware, Offer, Price

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Priced:
    """The price of one unit that a choice would mean: as a number to be typed, and where it comes from."""

    usd: str
    words: str


class PriceList:
    """The prices of one edition on one day. Three queries, however often it is asked."""

    def __init__(self, edition: Edition, on: date) -> None:
        self.on = on
        self._offers: Sequence[Offer] = catalogue.offers()
        self._defaults: Mapping[str, str] = catalogue.default_offers(edition)
        self._names: Mapping[str, str] = dict(Accelerator.objects.values_list("slug", "name"))

    def price(self, hardware: Hardware) -> Price | None:
        """The price that would score; None where the catalogue has none and none is declared."""
        price, _ = choose_price(hardware, self._offers, self._defaults.get(hardware.accelerator), self.on)
        return price

    def accelerators(self) -> list[Choice]:
        """Every accelerator with the price of the day beside its name."""
        return [(slug, f"{name} · {self._default_words(slug)}") for slug, name in self._names.items()]

    def offers(self, first: str = "") -> list[tuple[str, list[Choice]]]:
        """The on-demand series of every accelerator, grouped under its name; the group of `first` stands on top."""
        groups = [(slug, name, self._series(slug)) for slug, name in self._names.items()]
        groups.sort(key=lambda group: group[0] != first)
        return [(name, choices) for _, name, choices in groups if choices]

    def of_accelerators(self) -> dict[str, Priced]:
        """By slug, the price of the day of each accelerator that has one."""
        found = {slug: self.priced(Hardware(accelerator=slug)) for slug in self._names}
        return {slug: priced for slug, priced in found.items() if priced}

    def of_offers(self) -> dict[str, Priced]:
        """By slug, the price of the day of each on-demand series."""
        slugs = {offer.slug: offer.accelerator for offer in self._offers if offer.pricing == ON_DEMAND}
        found = {slug: self.priced(Hardware(accelerator=of, offer=slug)) for slug, of in slugs.items()}
        return {slug: priced for slug, priced in found.items() if priced}

    def priced(self, hardware: Hardware) -> Priced | None:
        """What the catalogue asks; None where it has no price, or one must be chosen."""
        price = self.price(hardware)
        if price is None or price.offer is None:
            return None
        offer, usd = price.offer, price.usd_per_unit_hour
        words = f"{dollars(usd)} an hour per {unit_words(offer.unit)}, {offer.provider} {offer.slug}"
        if offer.accelerator != hardware.accelerator:
            words += f", the closest offer, which is of {self.name(offer.accelerator)}"
        return Priced(f"{usd.normalize():f}", words)

    def name(self, accelerator: str) -> str:
        return self._names.get(accelerator, accelerator)

    def _default_words(self, slug: str) -> str:
        price = self.price(Hardware(accelerator=slug))
        if price and price.offer:
            return f"{dollars(price.usd_per_unit_hour)} an hour per {unit_words(price.offer.unit)}"
        return "several prices: name an offer" if self._series(slug) else "no price in the catalogue: declare your own"

    def _series(self, accelerator: str) -> list[Choice]:
        rows = {
            offer.slug: offer
            for offer in self._offers
            if offer.accelerator == accelerator and offer.pricing == ON_DEMAND
        }
        return [(slug, self._offer_words(accelerator, offer)) for slug, offer in rows.items()]

    def _offer_words(self, accelerator: str, offer: Offer) -> str:
        where = " ".join(word for word in (offer.provider, offer.region) if word and word != "unstated")
        price = self.price(Hardware(accelerator=accelerator, offer=offer.slug))
        return (
            f"{where} · {dollars(price.usd_per_unit_hour)} an hour per {unit_words(offer.unit)} ({offer.slug})"
            if price
            else f"{where} · {offer.slug}"
        )
