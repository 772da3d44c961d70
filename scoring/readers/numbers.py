"""Numbers as people write them in evidence files, kept exactly: the only place that turns text into a number."""

import re
from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

Cell = Any
"""A cell of a row: text, or what JSON had there."""

_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST = 200
_EXACT = Context(prec=2500)  # longer than any number that is read, so that nothing is rounded near a cut-off


def number(cell: Cell) -> Decimal | None:
    """The cell's number exactly as written; None where it is none, not finite, or not in plain ASCII digits."""
    if isinstance(cell, Decimal):
        return cell if cell.is_finite() else None
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    return Decimal(text) if len(text) <= _LONGEST and _NUMBER.fullmatch(text) else None


def how_to_write(cell: Cell) -> str:
    """What would make a number of a cell that is none; empty where there is no telling."""
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        return ""
    text = cell.strip()
    stem = text.removesuffix("%").rstrip()
    ways = ["without %"] if stem != text else []
    ways += ["with a decimal point"] if stem.count(",") == 1 else []
    return f"Write it {' and '.join(ways)}." if ways and _NUMBER.fullmatch(stem.replace(",", ".")) else ""


def json_number(text: str) -> Decimal:
    """What the JSON parser makes of a number: exact, and not a number where it is absurdly long or large."""
    value = number(text)
    return Decimal("NaN") if value is None else value


def whole(cell: Cell) -> int | None:
    """The cell's number where it is an integer of at most 18 digits; `12.0` counts, `12.5` does not."""
    value = number(cell)
    if value is None or abs(value) >= Decimal(10) ** 18 or value != value.to_integral_value():
        return None
    return int(value)


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def times(value: Decimal, factor: Decimal | int) -> Decimal:
    """The exact product."""
    return _EXACT.multiply(value, Decimal(factor))


def mean(values: Sequence[Decimal]) -> Decimal:
    """The mean, exact where there are one or two values."""
    total = values[0]
    for value in values[1:]:
        total = _EXACT.add(total, value)
    if len(values) == 2:
        return _EXACT.multiply(total, Decimal("0.5"))
    return total if len(values) == 1 else Context(prec=50).divide(total, Decimal(len(values)))
