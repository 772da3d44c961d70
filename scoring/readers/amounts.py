"""Amounts in energy files: energy, emissions and durations, which are never negative."""

from decimal import Decimal

from scoring.readers.numbers import Cell, is_blank, number
from scoring.readers.text import Unreadable
from scoring.readers.wording import clean, shown

_MOST = Decimal(10) ** 12


def amount(cell: Cell, what: str, line: int) -> float:
    """The number in a cell. Unreadable where it is none, negative or out of range."""
    value = number(cell)
    if value is None or not 0 <= value <= _MOST:
        raise Unreadable(
            f"{shown(cell)} is no {clean(what)}.",
            remedy="Send the file as the tracker wrote it; its numbers are finite and not negative.",
            line=line,
        )
    return float(value)


def amount_or_none(cell: Cell, what: str, line: int) -> float | None:
    """As `amount`; None where the tracker left it out or did not know it."""
    if is_blank(cell) or (isinstance(cell, str) and cell.strip().lower() in ("nan", "none")):
        return None
    return amount(cell, what, line)
