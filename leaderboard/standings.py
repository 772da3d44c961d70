"""Where an entry stands, and which of its scores hold: asked once, for its page, its derivations, badge and feed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count

from leaderboard.models import BoardRow, Entry, Outcome, PublishedScore
from leaderboard.scorings import by_task
from scoring.rules import Measure


@dataclass(frozen=True, slots=True)
class Held:
    """The scores of an entry: `newest` hold now, or held last, in the order of the measures; `spans` are all of them.

    `against` has the outcomes of the reference that they were taken against, by task slug.
    """

    spans: list[PublishedScore]
    newest: dict[Measure, PublishedScore]
    reference: Entry | None
    against: dict[str, Outcome]


class Place(NamedTuple):
    """A rank (None where a value is unknown) among so many entries of a board."""

    rank: int | None
    of: int


def held_scores(entry: Entry) -> Held:
    """Two queries: the spans, and the reference's outcomes."""
    spans = list(entry.published_scores.select_related("reference").order_by("-valid_from", "-pk"))
    newest = _newest(spans)
    reference = next((span.reference for span in newest.values()), None)
    against = by_task(Outcome.objects.filter(entry=reference).select_related("task")) if reference else {}
    return Held(spans, newest, reference, against)


def places_of(entry: Entry) -> dict[str, Place]:
    """By measure, on the boards that the entry is on; empty once it has left them. Two queries."""
    ranks = dict(BoardRow.objects.filter(entry=entry).values_list("measure", "rank"))
    if not ranks:
        return {}
    board = BoardRow.objects.filter(edition=entry.edition_id, phase=entry.phase).order_by()
    sizes = dict(board.values_list("measure").annotate(Count("pk")))
    return {measure: Place(rank, sizes[measure]) for measure, rank in ranks.items()}


def scores_of(entries: Iterable[Entry]) -> dict[UUID, dict[Measure, float | None]]:
    """The scores on the boards by entry and measure, in the order of the measures. One query for all entries."""
    rows = BoardRow.objects.filter(entry__in=entries).order_by().values_list("entry_id", "measure", "score")
    found = {(pk, measure): score for pk, measure, score in rows}
    return {
        pk: {one: found[pk, one.value] for one in Measure if (pk, one.value) in found} for pk in {pk for pk, _ in found}
    }


def _newest(spans: Sequence[PublishedScore]) -> dict[Measure, PublishedScore]:
    newest: dict[str, PublishedScore] = {}
    for span in spans:
        newest.setdefault(span.measure, span)
    return {measure: newest[measure] for measure in Measure if measure in newest}
