"""What a run used and what that costs, as a form; the price of the day is filled in, and is no declaration."""

from collections.abc import Mapping
from typing import Any

from django import forms

from submissions.forms import ManifestForm, NumberPlace, Place, read_at
from submissions.price_list import Priced, PriceList


class PricedSelect(forms.Select):
    """Each choice with the price that it would mean, for the script of the page."""

    prices: Mapping[str, Priced]

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if priced := self.prices.get(str(value)):
            option["attrs"] |= {"data-usd": priced.usd, "data-words": priced.words}
        return option


class HardwareForm(ManifestForm):
    """Step 2: what it ran on, and what that costs."""

    sections = ("hardware",)

    accelerator = Place("hardware.accelerator", label="Accelerator", needed=True, widget=PricedSelect)
    count = NumberPlace(
        "hardware.count",
        label="How many",
        needed=True,
        help_text="Counted as printed: single GPUs, TPU chips, CPU instances.",
    )
    offer = Place("hardware.offer", label="Priced at", widget=PricedSelect)
    usd_per_hour = NumberPlace(
        "hardware.usd_per_hour",
        label="Price, in US dollars an hour for one unit",
        help_text=(
            "Empty: the price of the day. Your own needs its source; it scores only where the catalogue has no price "
            "for this hardware, and is shown beside otherwise."
        ),
    )
    price_source = Place(
        "hardware.price_source",
        label="Where your own price comes from",
        help_text="A link, or an invoice's words.",
    )
    details = Place(
        "hardware.details",
        label="Details",
        max_length=400,
        help_text="Host, memory, interconnect, drivers: what somebody needs to repeat it.",
    )
    price_of_the_day = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-keep": True}))
    """What the page's script has filled in as the price: left so, it is nobody's declaration."""

    def __init__(self, *args: Any, prices: PriceList, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = read_at(self.manifest, "hardware.accelerator") or ""
        self.initial.setdefault("count", 1)
        for name, none, choices, priced in (
            ("accelerator", "Choose the hardware", prices.accelerators(), prices.of_accelerators()),
            ("offer", "The edition's default offer", prices.offers(first=chosen), prices.of_offers()),
        ):
            widget = self.fields[name].widget
            widget.choices = [("", none), *choices]
            widget.prices = priced

    def clean_usd_per_hour(self) -> str:
        """The price as it was filled in, without a source, stands for the price of the day, whichever that will be."""
        typed = str(self.cleaned_data["usd_per_hour"])
        is_filled_in = typed == self.data.get("price_of_the_day") and not self.data.get("price_source", "").strip()
        return "" if is_filled_in else typed
