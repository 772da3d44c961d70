"""Prices and costs: which row scores on which day, and the paper's amounts in dollars."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.cost import choose_price, cost_usd, inference_cost_usd, priced_units
from scoring.values import Hardware, Offer, Price

DAY = date(2026, 11, 20)


def offer(slug: str = "aws-v100", usd: str = "3.06", **changes: object) -> Offer:
    fields = {
        "accelerator": "v100",
        "unit": "gpu",
        "accelerators_per_unit": 1,
        "provider": "AWS",
        "region": "us-east-1",
        "pricing": "on_demand",
        "valid_from": date(2020, 1, 1),
        "source": "a price list",
    }
    return Offer(slug=slug, usd_per_unit_hour=Decimal(usd), **(fields | changes))


def price(usd: str, units: int = 1) -> Price:
    return Price(Decimal(usd), units, offer=None, declared=False)


def choose(hardware: Hardware, *offers: Offer, default: str | None = "aws-v100", on: date = DAY):
    """The price and the codes of the findings."""
    chosen, findings = choose_price(hardware, offers, default, on)
    return chosen, [found.code for found in findings]


V100 = Hardware("v100")


@pytest.mark.parametrize(
    ("seconds", "usd", "units", "expected"),
    [
        (24 * 3600, "3.06", 1024, 75_202.56),
        (60 * 3600, "8", 128, 61_440),
        (32 * 3600, "8", 256, 65_536),
        (96 * 3600, "4.5", 16, 6_912),
        (9106.72, "3.06", 1, 7.740712),
    ],
)
def test_costs_are_those_of_the_papers_tables(seconds, usd, units, expected):
    assert cost_usd(seconds, price(usd, units)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("milliseconds", [2.67, 2.68, 2.70])
def test_inference_costs_that_of_a_hundred_thousand_inputs(milliseconds):
    assert round(inference_cost_usd(milliseconds / 1000, price("3.06")), 2) == 0.23


def test_a_unit_that_is_used_in_part_is_paid_for_whole():
    assert [priced_units(count, 4) for count in (1, 4, 5, 512)] == [1, 1, 2, 128]


def test_the_default_offer_scores_with_its_units():
    tpu = offer("gcp-tpu-v3", "8.00", accelerator="tpu-v3", unit="4-core device", accelerators_per_unit=4)
    chosen, codes = choose(Hardware("tpu-v3", count=512), tpu, offer(), default="gcp-tpu-v3")
    assert (chosen.units, chosen.usd_per_hour, chosen.offer, codes) == (128, 1024.0, tpu, [])


def test_the_newest_row_on_the_run_date_scores():
    rows = [offer(usd=usd, valid_from=date(year, 1, 1)) for year, usd in ((2020, "3"), (2024, "2"), (2027, "1"))]
    assert choose(V100, *rows)[0].usd_per_unit_hour == 2
    assert choose(V100, *rows, on=date(2027, 1, 1))[0].usd_per_unit_hour == 1
    assert choose(V100, *rows, on=date(2026, 12, 31))[0].usd_per_unit_hour == 2


def test_before_the_first_offer_the_earliest_scores_and_that_is_said():
    rows = [offer(usd=usd, valid_from=date(year, 1, 1)) for year, usd in ((2024, "2"), (2020, "3"))]
    chosen, codes = choose(V100, *rows, on=date(2019, 6, 1))
    assert (chosen.usd_per_unit_hour, codes) == (3, ["price-before-first-offer"])
    assert "2019-06-01 lies before" in chosen.note


def test_a_named_offer_of_the_hardware_scores_instead_of_the_default():
    lambda_ = offer("lambda-v100", "0.55", provider="Lambda")
    assert choose(Hardware("v100", offer="lambda-v100"), offer(), lambda_)[0].offer == lambda_


def test_an_unknown_offer_or_one_of_other_hardware_is_an_error_that_names_the_right_ones():
    other = offer("gcp-t4", accelerator="t4")
    for name in ("nonsense", "gcp-t4"):
        chosen, findings = choose_price(Hardware("v100", offer=name), [offer(), other], "aws-v100", DAY)
        assert (chosen, findings[0].code) == (None, "price-missing")
        assert "aws-v100" in findings[0].remedy


def test_a_spot_offer_is_recorded_but_the_default_scores():
    spot = offer("aws-v100-spot", "0.92", pricing="spot")
    chosen, codes = choose(Hardware("v100", offer="aws-v100-spot"), offer(), spot)
    assert (chosen.usd_per_unit_hour, codes) == (Decimal("3.06"), ["price-differs"])


def test_spot_alone_never_scores():
    spot = offer("aws-v100-spot", "0.92", pricing="spot")
    assert choose(Hardware("v100", offer="aws-v100-spot"), spot, default=None) == (None, ["price-missing"])
    assert choose(V100, spot, default="aws-v100-spot") == (None, ["price-missing"])


def test_hardware_nobody_rents_is_priced_at_the_closest_offer_named():
    chosen, codes = choose(Hardware("rtx-2080-ti"), offer())
    assert (chosen.usd_per_hour, codes) == (3.06, [])
    assert "closest offer for rtx-2080-ti, which is of v100" in chosen.note
    assert choose(Hardware("rtx-2080-ti", offer="aws-v100"), offer())[0] == chosen


def test_a_declared_price_scores_only_where_the_catalogue_has_none():
    declared = Hardware("abacus", count=3, usd_per_hour=1.5, price_source="https://example.org/prices")
    chosen, codes = choose(declared, offer(), default=None)
    assert (chosen.usd_per_unit_hour, chosen.units, chosen.declared, codes) == (Decimal("1.5"), 3, True, [])
    known = Hardware("v100", usd_per_hour=1.5, price_source="https://example.org/prices")
    assert choose(known, offer())[0].usd_per_unit_hour == Decimal("3.06")


def test_where_the_catalogue_has_offers_but_no_default_one_must_be_named():
    chosen, findings = choose_price(Hardware("v100", usd_per_hour=1.0, price_source="mine"), [offer()], None, DAY)
    assert chosen is None
    assert findings[0].remedy == "Set `hardware.offer` (in the form: 'Priced at') to one of: aws-v100."


@pytest.mark.parametrize(
    "hardware",
    [
        Hardware("abacus"),
        Hardware("abacus", usd_per_hour=0.0, price_source="free tier"),
        Hardware("abacus", usd_per_hour=-1.0, price_source="x"),
        Hardware("abacus", usd_per_hour=float("nan"), price_source="x"),
        Hardware("abacus", usd_per_hour=2.0, price_source=" "),
    ],
)
def test_a_declared_price_needs_to_be_above_zero_and_to_have_a_source(hardware):
    assert choose(hardware, offer(), default=None) == (None, ["price-missing"])


def test_a_declared_price_more_than_ten_percent_off_is_pointed_out():
    def codes(usd: float) -> list[str]:
        return choose(Hardware("v100", usd_per_hour=usd), offer(usd="3.00"))[1]

    assert codes(3.30) == codes(2.70) == codes(3.0) == []
    assert codes(3.31) == codes(2.69) == codes(0.0) == codes(float("inf")) == ["price-differs"]


@given(st.floats(1e-3, 1e7), st.integers(1, 10_000), st.sampled_from(["0.34", "3.06", "98.32"]))
def test_cost_is_proportional_to_time_and_units(seconds, units, usd):
    once = cost_usd(seconds, price(usd))
    assert cost_usd(2 * seconds, price(usd, units)) == pytest.approx(2 * units * once, rel=1e-12)
