"""Colours and signs of pictures: Okabe-Ito, which colour-blind readers tell apart, the same for a model everywhere."""

import zlib

from leaderboard.names import printable

COLOURS = ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Strong enough on light and on dark ground. Vermilion is kept for cut-offs and crossings."""
SIGNAL = "#D55E00"
QUIET = "#87948b"
"""Lines that join points, and what stands in the background."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "triangle-down", "x", "pentagon")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def colour_of(model: str) -> str:
    return COLOURS[_number(model) % len(COLOURS)]


def symbol_of(model: str) -> str:
    """Beside the colour, so that many models can be told apart, and without colours too."""
    return SYMBOLS[_number(model) % len(SYMBOLS)]


def _number(model: str) -> int:
    """The same for a name however it is written, on every server and in every process."""
    return zlib.crc32(printable(model).casefold().encode())
