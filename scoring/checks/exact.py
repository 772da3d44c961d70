"""Bounds that hold exactly where the protocol puts them: 5.6 is no more than 20% away from 7, whatever floats say."""

from decimal import Decimal


def exact(number: float) -> Decimal:
    """The number as it is written."""
    return Decimal(str(number))
