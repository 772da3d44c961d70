"""Scores and ranks of the boards: rebuilds the rows of a phase, previews a submission, names the best so far."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from leaderboard.columns import task_titles, value_unit
from leaderboard.models import BoardRow, Edition, Entry, EntryStatus, Outcome, PublishedScore
from leaderboard.numbers import MISSING_TEXTS, score_text, tidy, value_text
from scoring import ranking, scores
from scoring.rules import ALL_TASKS, Measure, Phase
from scoring.values import Outcome as OutcomeWord
from scoring.values import Peers

NO_VALUE = (OutcomeWord.NOT_REACHED, OutcomeWord.NOT_RUN)
"""Outcomes that count 0: they sort after every number, before what is unknown."""


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What an entry has on one task: an outcome, and its two values where it reached the cut-off."""

    outcome: OutcomeWord
    seconds: float | None = None
    cost_usd: float | None = None

    def value(self, measure: Measure) -> float | None:
        return self.seconds if measure is Measure.TIME else self.cost_usd

    def outcome_on(self, measure: Measure) -> OutcomeWord:
        """The outcome as one board sees it: a reached task whose cost nobody knows is unknown on the cost board."""
        lacks_cost = self.outcome is OutcomeWord.REACHED and self.cost_usd is None
        return OutcomeWord.UNKNOWN if lacks_cost and measure is not Measure.TIME else self.outcome


@dataclass(frozen=True, slots=True)
class Scored:
    """An entry's scores on one board: by task slug, and overall. None: unknown."""

    tasks: Mapping[str, float | None]
    overall: float | None


Results = Mapping[str, TaskResult]
UNKNOWN = TaskResult(OutcomeWord.UNKNOWN)


def lock(edition: Edition) -> Edition:
    """Hold the edition until the transaction ends, so that its boards change one change at a time."""
    return Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)


@transaction.atomic
def rebuild(edition: Edition, phase: Phase | str, *, at: datetime, reason: str) -> None:
    """Write all rows of a phase's three boards anew, and close and open the spans of scores that changed."""
    edition, phase = lock(edition), Phase(phase)
    entries = list(Entry.objects.filter(edition=edition, phase=phase).public().with_outcomes())
    titles = task_titles(edition.tasks.all(), phase)
    slugs = [slug for slug, _ in titles]
    results = {entry.pk: results_of(entry) for entry in entries}
    reference = next((entry for entry in entries if entry.is_reference), None)
    baseline = results[reference.pk] if reference else {}
    BoardRow.objects.filter(edition=edition, phase=phase).delete()
    for measure in Measure:
        scored = {entry.pk: score(results[entry.pk], baseline, slugs, measure) for entry in entries}
        BoardRow.objects.bulk_create(_rows(entries, results, scored, titles, measure), batch_size=500)
        _keep_spans(edition, phase, measure, scored, reference, at=at, reason=reason)


def results_of(entry: Entry) -> dict[str, TaskResult]:
    return {row.task_slug: result_of(row) for row in entry.outcomes.all()}


def result_of(row: Outcome) -> TaskResult:
    return TaskResult(OutcomeWord(row.outcome), row.seconds, row.cost_usd)


def score(results: Results, reference: Results, slugs: Sequence[str], measure: Measure) -> Scored:
    """An entry's scores on one board (PROTOCOL section 5); a task that the entry says nothing of is unknown."""
    if measure is Measure.EFFICIENCY:
        time, cost = (score(results, reference, slugs, part) for part in (Measure.TIME, Measure.COST))
        tasks = {slug: scores.efficiency(time.tasks[slug], cost.tasks[slug]) for slug in slugs}
        return Scored(tasks, scores.efficiency(time.overall, cost.overall))
    tasks = {}
    for slug in slugs:
        result, against = results.get(slug, UNKNOWN), reference.get(slug, UNKNOWN)
        tasks[slug] = scores.task_score(result.outcome_on(measure), result.value(measure), against.value(measure))
    return Scored(tasks, scores.overall(tasks.values()))


def preview(
    edition: Edition,
    phase: Phase | str,
    outcomes: Mapping[str, tuple[str, float | None, float | None]],
    *,
    replaces: UUID | None = None,
) -> dict[str, dict[str, float | int | None]]:
    """The scores and ranks that a submission would get now.

    `outcomes`: (outcome, seconds, cost in USD) by task slug, or under `all` in pretraining. `replaces`: the entry that
    it would supersede, which then does not count.
    """
    phase = Phase(phase)
    slugs = [slug for slug, _ in task_titles(edition.tasks.all(), phase)]
    results = {slug: TaskResult(OutcomeWord(what[0]), what[1], what[2]) for slug, what in outcomes.items()}
    for slug in slugs:
        results.setdefault(slug, TaskResult(OutcomeWord.NOT_RUN))
    reference = Entry.objects.filter(edition=edition, phase=phase).references().with_outcomes().first()
    baseline = results_of(reference) if reference else {}
    found = {measure: score(results, baseline, slugs, measure).overall for measure in Measure}
    return {
        "scores": {measure.value: value for measure, value in found.items()},
        "preview_rank": {
            measure.value: _rank_of(value, edition, phase, measure, replaces) for measure, value in found.items()
        },
    }


def peers_of(edition: Edition, phase: Phase | str, accelerator: str) -> Peers:
    """The best approved time and cost of each task on like hardware, for the checks of what is plausible."""
    best = (
        Outcome.objects.filter(
            entry__edition=edition,
            entry__phase=Phase(phase),
            entry__status=EntryStatus.PUBLISHED,
            entry__accelerator__slug=accelerator,
            outcome=OutcomeWord.REACHED,
        )
        .order_by()
        .values("task__slug")
        .annotate(seconds=Min("seconds"), usd=Min("cost_usd"))
    )
    found = [(row["task__slug"] or ALL_TASKS, row["seconds"], row["usd"]) for row in best]
    return Peers(
        best_seconds={slug: seconds for slug, seconds, _ in found},
        best_usd={slug: usd for slug, _, usd in found if usd is not None},
    )


def folded(text: str) -> str:
    """Text as the search compares it: one spelling of each letter, no capitals, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _rank_of(
    value: float | None, edition: Edition, phase: Phase, measure: Measure, replaces: UUID | None
) -> int | None:
    if value is None:
        return None
    better = BoardRow.objects.filter(edition=edition, phase=phase, measure=measure, score__gt=value)
    return better.exclude(entry_id=replaces).count() + 1 if replaces else better.count() + 1


def _rows(
    entries: Sequence[Entry],
    results: Mapping[UUID, Results],
    scored: Mapping[UUID, Scored],
    titles: Sequence[tuple[str, str]],
    measure: Measure,
) -> list[BoardRow]:
    standings = [
        ranking.Standing(score=scored[entry.pk].overall, date=entry.date, model=entry.model, id=str(entry.pk))
        for entry in entries
    ]
    by_id = {str(entry.pk): entry for entry in entries}
    best = max((one.overall for one in scored.values() if one.overall), default=0.0)
    rows = []
    for standing, position, rank in ranking.ranked(standings):
        entry = by_id[standing.id]
        row = _row(entry, results[entry.pk], scored[entry.pk], titles, measure)
        row.position, row.rank = position, rank
        row.share = (row.score or 0.0) / best if best else 0.0
        rows.append(row)
    return rows


def _row(
    entry: Entry, results: Results, scored: Scored, titles: Sequence[tuple[str, str]], measure: Measure
) -> BoardRow:
    row = BoardRow(entry=entry, edition=entry.edition, phase=entry.phase, measure=measure, score=scored.overall)
    for name in COPIED:
        setattr(row, name, getattr(entry, name))
    millions = entry.parameters_millions
    row.parameters_millions = None if millions is None else float(millions)
    row.hardware = entry.hardware_text
    row.accelerator = entry.accelerator.slug if entry.accelerator else ""
    row.has_footnote = bool(entry.footnotes)
    row.search = "\n".join(folded(text) for text in (row.model, row.organisation, row.hardware, row.framework))
    row.tasks = []
    for slot, (slug, title) in enumerate(titles, start=1):
        cell = _cell(slug, title, results.get(slug, UNKNOWN), scored.tasks[slug], Phase(entry.phase), measure)
        row.tasks.append(cell)
        setattr(row, f"value_key_{slot}", _key(cell["outcome"], cell["value"] if cell["unit"] else 0.0))
        setattr(row, f"score_key_{slot}", _key(cell["outcome"], cell["score"]))
    row.score_key = _overall_key(row.tasks, scored.overall)
    return row


COPIED = (
    "model",
    "organisation",
    "framework",
    "date",
    "kind",
    "badge",
    "verified",
    "is_reference",
    "runs",
    "spread",
    "energy_kwh",
    "co2e_kg",
)
"""What a row takes over from its entry under the same name."""


def _cell(
    slug: str, title: str, result: TaskResult, task_score: float | None, phase: Phase, measure: Measure
) -> dict[str, Any]:
    """One task of one row, with the strings that boards show."""
    unit = value_unit(phase, measure)
    outcome = result.outcome_on(measure)
    value = _in_unit(result, phase, measure) if unit and outcome is OutcomeWord.REACHED else None
    text = value_text(value, unit) if value is not None and unit else MISSING_TEXTS.get(outcome, "")
    return {
        "slug": slug,
        "title": title,
        "outcome": outcome.value,
        "value": value,
        "unit": unit,
        "score": task_score,
        "text": text,
        "score_text": score_text(task_score),
    }


def _in_unit(result: TaskResult, phase: Phase, measure: Measure) -> float | None:
    """The value in the board's unit: hours, seconds or milliseconds, or US dollars."""
    if measure is Measure.COST or result.seconds is None:
        return result.cost_usd
    if phase is Phase.PRETRAINING:
        return tidy(result.seconds / 3600)
    return result.seconds if phase is Phase.FINETUNING else tidy(result.seconds * 1000)


def _key(outcome: str, number: float | None) -> float:
    """What a column sorts by: the number, infinity for N/R, NaN (PostgreSQL's last) for unknown."""
    if outcome in NO_VALUE:
        return math.inf
    return math.nan if number is None or outcome != OutcomeWord.REACHED else number


def _overall_key(tasks: Sequence[Mapping[str, Any]], overall: float | None) -> float:
    if overall is None:
        return math.nan
    return math.inf if all(task["outcome"] in NO_VALUE for task in tasks) else overall


def _keep_spans(
    edition: Edition,
    phase: Phase,
    measure: Measure,
    scored: Mapping[UUID, Scored],
    reference: Entry | None,
    *,
    at: datetime,
    reason: str,
) -> None:
    """Close the spans of scores that no longer hold and open those of the new ones; equal scores stay untouched."""
    holding = PublishedScore.objects.filter(
        entry__edition=edition, entry__phase=phase, measure=measure, valid_to=None
    ).select_for_update(of=("self",))
    unchanged = set()
    for span in holding:
        now = scored.get(span.entry_id)
        if now and (span.score, span.task_scores) == (now.overall, now.tasks):
            unchanged.add(span.entry_id)
            continue
        # Clocks of two servers may differ; a span never ends before it began.
        span.valid_to = max(at, span.valid_from)
        span.save(update_fields=["valid_to"])
    PublishedScore.objects.bulk_create(
        PublishedScore(
            entry_id=pk,
            measure=measure,
            score=new.overall,
            task_scores=dict(new.tasks),
            reference=reference,
            edition_revision=edition.revision,
            reason=reason,
            valid_from=at,
        )
        for pk, new in scored.items()
        if pk not in unchanged
    )
