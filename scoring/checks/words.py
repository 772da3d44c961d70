"""Numbers as messages print them: plain, without a power of ten, with at most the digits that matter."""

from decimal import Decimal


def plain(number: float | Decimal, digits: int = 6) -> str:
    """`38.4`, `9,106.72`, `0.0005`: at most `digits` decimals, no zeros behind, thousands apart."""
    text = f"{number:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(metric: float | Decimal) -> str:
    """A metric so that two that differ in a check's eyes differ in print: `92.1`, `92.0872`."""
    return plain(metric, 4)
