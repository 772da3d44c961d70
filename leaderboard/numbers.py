"""How boards write numbers, and how whole ones in a request are read.

Ready strings, without markup and without units: the unit stands in the header.
"""

import math
from decimal import Decimal

from leaderboard.catalogue import decimal_text
from scoring.checks.words import percent

MOST_DIGITS = 9
NOT_REACHED_TEXT = "N/R"
UNKNOWN_TEXT = "unknown"
NOT_RUN_TEXT = "not run"
MISSING_TEXTS = {
    "not_reached": NOT_REACHED_TEXT,
    "not_run": NOT_RUN_TEXT,
    "invalid": "invalid",
    "unknown": UNKNOWN_TEXT,
}


def value_text(value: float, unit: str) -> str:
    """A value as a board shows it: `155.43`, `1,274.87`, `96` hours, `75,203` dollars."""
    if unit == "h":
        return _trimmed(f"{value:,.2f}") if value >= 0.1 else significant(value)
    if unit.startswith("USD"):
        return f"{value:,.0f}" if value >= 100 else _cents(value)
    return f"{value:,.2f}" if value >= 0.1 else significant(value)


def score_text(score: float | None) -> str:
    """A score with two decimals (PROTOCOL section 5); `unknown` where there is none."""
    return UNKNOWN_TEXT if score is None else f"{score:,.2f}"


def number_text(value: Decimal | float | str) -> str:
    """A number as it was given, without an exponent and trailing zeros: `91`, `3.06`, `1,274.87`."""
    whole, point, rest = decimal_text(Decimal(str(value))).partition(".")
    return f"{int(whole):,}{point}{rest}"


def percent_text(value: Decimal | float) -> str:
    """A metric in percent as findings write it: `93.0131`, but never rounded up to a cut-off that it misses."""
    return percent(value)


def plain(value: float | None) -> float | int | None:
    """A number as JSON and CSV write it: whole ones without a decimal point, the others without binary noise."""
    if value is None:
        return None
    tidy = float(f"{value:.15g}")
    return int(tidy) if tidy.is_integer() and abs(tidy) < 2**53 else tidy


def tidy(value: float) -> float:
    """Take away what changing the unit added in the last bit: 0.00268 s is 2.68 ms, not 2.6799999999999997."""
    return float(f"{value:.15g}")


def _cents(value: float) -> str:
    return f"{value:,.2f}" if value >= 0.1 else significant(value)


def significant(value: float, digits: int = 3) -> str:
    """A small number with that many significant digits, without an exponent down to a billionth."""
    if value == 0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{value:.{decimals}f}" if decimals <= 12 else f"{value:.2e}"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".")


def number_in(text: str) -> int | None:
    """A whole number that a request wrote in digits; None where it is none, or has more of them than any that is meant.

    Python refuses to read some thousands of digits, and an offset in the database holds fewer than twenty.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
