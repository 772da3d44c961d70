"""The order of a board: score descending, ties share a rank, unknown stands last without one (PROTOCOL section 5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Standing:
    """What places an entry on a board. `score` is 0 where nothing was reached, None where it is unknown."""

    score: float | None
    date: Date
    """The day of first submission."""
    model: str
    id: str


class Place(NamedTuple):
    """Where a standing stands: `position` counts every row from 1, `rank` is shared by ties and None where unknown."""

    standing: Standing
    position: int
    rank: int | None


def order_key(standing: Standing) -> tuple[bool, float, Date, str, str]:
    """Sorts ascending into board order: numbers from the highest, N/R (0), then unknown; ties by date, model, id."""
    score = standing.score
    return (score is None, 0.0 if score is None else -score, standing.date, standing.model, str(standing.id))


def ranked(standings: Iterable[Standing]) -> list[Place]:
    """The whole board in order. Ties at full precision share a rank: 1, 2, 2, 4."""
    places: list[Place] = []
    rank = 0
    for position, standing in enumerate(sorted(standings, key=order_key), start=1):
        if not places or standing.score != places[-1].standing.score:
            rank = position
        places.append(Place(standing, position, None if standing.score is None else rank))
    return places
