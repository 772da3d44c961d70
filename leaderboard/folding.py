"""Texts as searching and sorting compare them: one spelling of each letter, no capitals, single spaces."""

import unicodedata

LAST = b"\xff"
"""No UTF-8 has this byte: it stands after every text."""


def folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def key_up(text: str) -> bytes:
    """Sorts as the folded text does; an empty one stands last."""
    return folded(text).encode() or LAST


def key_down(text: str) -> bytes:
    """Sorts the other way round; an empty one stands last here, too. The last byte puts a longer text first."""
    return bytes(255 - byte for byte in folded(text).encode()) + LAST
