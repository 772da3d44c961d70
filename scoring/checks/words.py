"""Numbers as messages print them: plain, without a power of ten, with at most the digits that matter."""

from decimal import Decimal

_FOUR_DECIMALS, _A_TENTH = Decimal("0.0001"), Decimal("0.1")


def plain(number: float | Decimal, digits: int = 6) -> str:
    """`38.4`, `9,106.72`, `0.0005`: at most `digits` decimals, no zeros behind, thousands apart."""
    text = f"{number:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(metric: float | Decimal) -> str:
    """A metric in percent to four decimals: `92.1`, `93.0131`. What would round to a full tenth that it is not, and so
    to a cut-off that it misses, keeps all its digits: `89.99999`."""
    exact = Decimal(str(metric))
    shown = exact.quantize(_FOUR_DECIMALS)
    looks_fuller = shown == shown.quantize(_A_TENTH) and shown != exact
    return f"{(exact if looks_fuller else shown).normalize():f}"
