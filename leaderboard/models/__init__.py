"""Models by subject."""

from leaderboard.models.boards import Board, CatalogueVersion
from leaderboard.models.catalogue import Accelerator, DefaultOffer, Edition, GoldSet, Offer, Task
from leaderboard.models.entries import Curve, Entry, EntryStatus, Kind, Outcome
from leaderboard.models.ledger import Event
from leaderboard.models.rows import BoardRow, DayRow, Facet, Mark, PastRow, Term

__all__ = [
    "Accelerator",
    "Board",
    "BoardRow",
    "CatalogueVersion",
    "Curve",
    "DayRow",
    "DefaultOffer",
    "Edition",
    "Entry",
    "EntryStatus",
    "Event",
    "Facet",
    "GoldSet",
    "Kind",
    "Mark",
    "Offer",
    "Outcome",
    "PastRow",
    "Task",
    "Term",
]
