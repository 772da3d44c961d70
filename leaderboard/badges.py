"""A badge of one entry as SVG: `HULK fine-tuning time: 25.12 · rank 1`. Values in, markup out; no query."""

import unicodedata
from dataclasses import dataclass

from leaderboard.columns import MEASURE_TITLES, PHASE_TITLES
from leaderboard.history import Standing
from leaderboard.models import Entry, EntryStatus
from leaderboard.names import printable
from leaderboard.numbers import NOT_REACHED_TEXT, score_text
from scoring.rules import Measure, Phase
from scoring.values import Outcome as OutcomeWord

FONT_SIZE = 11
PADDING = 7
GREEN, GREY, RED = "#12633b", "#55625a", "#a3221a"
"""Of the right half; white text on each has a contrast above 5."""
WIDE, NARROW, USUAL = "mwMW%@…", "fijlrt.,:;'!|()[] -", 0.66
WIDTHS = {**dict.fromkeys(WIDE, 0.98), **dict.fromkeys(NARROW, 0.42)}
"""Of characters in a usual sans-serif, as parts of the font's size: a little more than most fonts need. The drawing
stretches the text to the measured width, so that nothing is cut in any of them."""


@dataclass(frozen=True, slots=True)
class Badge:
    """What the template draws; lengths in pixels."""

    left: str
    right: str
    colour: str
    title: str

    @property
    def left_text(self) -> int:
        return text_width(self.left)

    @property
    def right_text(self) -> int:
        return text_width(self.right)

    @property
    def left_width(self) -> int:
        return self.left_text + 2 * PADDING

    @property
    def right_width(self) -> int:
        return self.right_text + 2 * PADDING

    @property
    def width(self) -> int:
        return self.left_width + self.right_width

    @property
    def right_start(self) -> int:
        return self.left_width + PADDING


def badge_of(entry: Entry, measure: Measure, standing: Standing | None) -> Badge:
    """`entry` comes with its outcomes; `standing` is its own on the measure's board, None where it has none."""
    left = f"HULK {PHASE_TITLES[Phase(entry.phase)].lower()} {MEASURE_TITLES[measure].lower()}"
    right, colour = _told(entry, standing)
    return Badge(left, right, colour, f"{left}: {right} ({printable(entry.model)})")


def text_width(text: str) -> int:
    """Pixels that a text needs at the badge's size."""
    return round(FONT_SIZE * sum(_width(character) for character in text)) + 1


def _told(entry: Entry, standing: Standing | None) -> tuple[str, str]:
    if entry.status != EntryStatus.PUBLISHED:
        return entry.status, RED if entry.status == EntryStatus.WITHDRAWN else GREY
    score, place = (standing.score, standing.rank) if standing else (None, None)
    rank = "" if place is None else f" · rank {place:,}"
    outcomes = {outcome.outcome for outcome in entry.outcomes.all()}
    if outcomes <= {OutcomeWord.NOT_REACHED, OutcomeWord.NOT_RUN}:
        return f"{NOT_REACHED_TEXT}{rank}", GREY
    return f"{score_text(score)}{rank}", GREEN if score is not None else GREY


def _width(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    return WIDTHS.get(character, USUAL)
