"""The scores of an entry as they stood at the end of a day: with the values and the reference of the rows of that day.

What was kept beside the rows is that of today: a file's lines, a price. It is told as far as the values are the same.
"""

from copy import copy
from dataclasses import dataclass
from datetime import date

from leaderboard.columns import task_titles
from leaderboard.held import Held, held_scores
from leaderboard.history import Span, results_before, rows_before, span_of
from leaderboard.models import Entry, Outcome
from leaderboard.slots import TaskResult, result_in
from leaderboard.standing import end_of
from scoring.rules import Measure, Phase


@dataclass(frozen=True, slots=True)
class Then:
    """An entry on one day: with what held then in place of what holds now, ready for `walks`."""

    day: date
    entry: Entry
    """Not to be saved: without its price where that has been another one since."""
    outcomes: list[Outcome]
    """With the values of that day; not to be saved."""
    held: Held
    span: Span
    """Of the measure that was asked for."""
    since: Span | None
    """What came after it; None where the score still stands, or was the last."""
    lost_price: bool
    """Whether the price of that day is no longer the entry's."""
    accelerator: str
    """The one that is priced, by its slug; empty where none is."""


def then(entry: Entry, measure: Measure, day: date) -> Then | None:
    """None where the entry was on no board of this measure at the end of the day."""
    rows = rows_before(entry.pk, end_of(day))
    if measure not in rows:
        return None
    slugs = [slug for slug, _ in task_titles(entry.edition.tasks.order_by("position"), Phase(entry.phase))]
    spans = {each: span_of(row, slugs, getattr(row, "valid_to", None)) for each, row in rows.items()}
    row, span, held = rows[measure], spans[measure], held_scores(entry)
    reference = Entry.objects.filter(pk=span.reference).first() if span.reference else None
    against = results_before(reference.pk, measure, end_of(day), slugs) if reference else {}
    now = list(entry.outcomes.all())
    outcomes = [_outcome(one, result_in(row, slugs.index(one.task_slug) + 1), measure) for one in now]
    lost_price = any(
        one.cost_usd != other.cost_usd for one, other in zip(outcomes, now, strict=True) if one.seconds == other.seconds
    )
    old = copy(entry)
    if lost_price:
        old.price = {}
    later = [one for one in held.history.spans if one.measure == measure and one.valid_from > span.valid_from]
    return Then(
        day,
        old,
        outcomes,
        Held(held.history, spans, reference, against),
        span,
        later[0] if later else None,
        lost_price,
        entry.price.get("accelerator") or "",
    )


def _outcome(now: Outcome, old: TaskResult, measure: Measure) -> Outcome:
    """The outcome with the values of a row. Time boards know no dollars, and details are those of today's time."""
    found = copy(now)
    found.outcome, found.seconds = old.outcome, old.seconds
    if measure is not Measure.TIME:
        found.cost_usd = old.cost_usd
    if (old.outcome, old.seconds) != (now.outcome, now.seconds):
        found.details, found.metric, found.proven_metric = {}, None, None
    return found
