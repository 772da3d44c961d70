"""The scores of an entry that hold now, or held last, with what they were taken against: for its page, its derivations
and the API."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from leaderboard.history import History, Span, Standing, history_of, results_before
from leaderboard.models import BoardRow, Entry, Outcome
from leaderboard.scorings import by_task
from leaderboard.slots import TaskResult
from scoring.rules import Measure


@dataclass(frozen=True, slots=True)
class Held:
    """`newest` hold now, or held last, in the order of the measures.

    `against` has the outcomes of the reference that they were taken against, by task slug.
    """

    history: History
    newest: dict[Measure, Span]
    reference: Entry | None
    against: Mapping[str, Outcome | TaskResult]

    @property
    def standings(self) -> dict[str, Standing]:
        """Where the entry stands, by measure; empty once it has left the boards."""
        return {standing.measure: standing for standing in self.history.standings}


def held_scores(entry: Entry) -> Held:
    """Three queries at most beside those of its history: the reference and its outcomes."""
    history = history_of(entry)
    latest = {span.measure: span for span in sorted(history.spans, key=lambda span: span.valid_from)}
    newest = {measure: latest[measure] for measure in Measure if measure in latest}
    compared = {span.reference for span in newest.values() if span.reference}
    reference = Entry.objects.filter(pk__in=compared).first()
    return Held(history, newest, reference, _against(reference, newest) if reference else {})


def _against(reference: Entry, newest: Mapping[Measure, Span]) -> Mapping[str, Outcome | TaskResult]:
    """The reference's values of today, or of the moment when the scores ceased to hold: prices may differ since."""
    span = newest.get(Measure.EFFICIENCY)
    if span is not None and span.valid_to is not None:
        # Rows of this measure have times and costs.
        before = results_before(reference.pk, Measure.EFFICIENCY, span.valid_to, list(span.task_scores))
        if before:
            return before
    return by_task(Outcome.objects.filter(entry=reference).select_related("task"))


def scores_of(entries: Iterable[Entry]) -> dict[UUID, dict[Measure, float | None]]:
    """The scores on the boards by entry and measure, in the order of the measures. One query for all entries."""
    rows = BoardRow.objects.filter(entry__in=entries).order_by().values_list("entry_id", "board__measure", "score")
    found = {(pk, measure): score for pk, measure, score in rows}
    return {
        pk: {one: found[pk, one.value] for one in Measure if (pk, one.value) in found} for pk in {pk for pk, _ in found}
    }
