"""Models by subject."""

from leaderboard.models.catalogue import Accelerator, DefaultOffer, Edition, GoldSet, Offer, Task
from leaderboard.models.entries import Curve, Entry, EntryStatus, Kind, Outcome, PublishedScore
from leaderboard.models.ledger import Event
from leaderboard.models.rows import BoardRow

__all__ = [
    "Accelerator",
    "BoardRow",
    "Curve",
    "DefaultOffer",
    "Edition",
    "Entry",
    "EntryStatus",
    "Event",
    "GoldSet",
    "Kind",
    "Offer",
    "Outcome",
    "PublishedScore",
    "Task",
]
