"""Scores and ranks of the boards: entries come and go, boards are scored anew, submissions get a preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from leaderboard import marks, rowscores, tallies
from leaderboard.columns import task_titles
from leaderboard.folding import key_down, key_up
from leaderboard.models import Board, BoardRow, Edition, Entry, EntryStatus, Outcome
from leaderboard.rowscores import Against, Change
from leaderboard.slots import UNKNOWN, Results, TaskResult, fill, results_of
from leaderboard.tallies import Tally
from scoring import scores
from scoring.rules import ALL_TASKS, Measure, Phase
from scoring.values import Outcome as OutcomeWord
from scoring.values import Peers

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Scored:
    """An entry's scores on one board: by task slug, and overall. None: unknown."""

    tasks: Mapping[str, float | None]
    overall: float | None


@dataclass(frozen=True, slots=True)
class Stage:
    """The three boards of a phase with what scoring them needs, once per change."""

    edition: Edition
    phase: Phase
    boards: Mapping[Measure, Board]
    slugs: Sequence[str]
    ratio: Against


def lock(edition: Edition) -> Edition:
    """Hold the edition until the transaction ends, so that its boards change one change at a time."""
    return Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)


@transaction.atomic
def change(
    edition: Edition,
    phase: Phase | str,
    *,
    at: datetime,
    reason: str,
    leaving: Sequence[Entry] = (),
    joining: Sequence[Entry] = (),
) -> None:
    """Take entries off the three boards of a phase and put others on them; no other row is touched.

    Where the reference is among them, every row is scored anew. The entries' own status is already what it will be.
    """
    edition = lock(edition)
    stage, why = stage_of(edition, Phase(phase)), Change(at, reason[:200], edition.revision)
    is_other_reference = any(entry.is_reference for entry in (*leaving, *joining))
    tally = Tally()
    for entry in leaving:
        _take_off(stage, entry, at, tally)
    rows = [_row(stage, entry, measure, why) for entry in joining for measure in Measure]
    BoardRow.objects.bulk_create(rows, batch_size=500)
    for row in rows[:: len(Measure)]:
        tally.count(row, 1)
    if is_other_reference:
        _rescore(stage, why)
    elif joining:
        _place(stage, [entry.pk for entry in joining])
    tallies.write(edition, stage.phase, tally)
    _count(stage, rows, 1)
    _refresh(stage)


@transaction.atomic
def rebuild(edition: Edition, phase: Phase | str, *, at: datetime, reason: str) -> int:
    """Read the outcomes of a phase's entries again and score all of its rows anew, in a few statements however many
    they are. How many rows changed; what they were before stays readable."""
    edition = lock(edition)
    stage, why = stage_of(edition, Phase(phase)), Change(at, reason[:200], edition.revision)
    tasks = [None] if stage.phase is Phase.PRETRAINING else [task.pk for task in edition.tasks.order_by("position")]
    changed = sum(
        rowscores.refresh_rows(board.pk, measure, tasks, why, stage.ratio.entry)
        for measure, board in stage.boards.items()
    )
    changed += _rescore(stage, why)
    if changed:
        _refresh(stage)
    return changed


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
    reference = _reference(edition, phase)
    baseline = results_of(reference) if reference else {}
    found = {measure: score(results, baseline, slugs, measure).overall for measure in Measure}
    boards = _boards(edition, phase)
    return {
        "scores": {measure.value: value for measure, value in found.items()},
        "preview_rank": {
            measure.value: None if value is None else marks.better(boards[measure].pk, order_key(value), replaces) + 1
            for measure, value in found.items()
        },
    }


def order_key(score: float | None) -> float:
    """Where a score stands in its board, ascending: numbers from the highest, N/R, then unknown (PROTOCOL 5)."""
    if score is None:
        return NAN
    return -score if score else float("inf")


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


def loaded(stage: Stage, tally: Tally, number: int) -> None:
    """Take into account that the same number of rows, scored already, has been added to each board of a phase."""
    tallies.write(stage.edition, stage.phase, tally)
    for board in stage.boards.values():
        marks.build(board.pk)
        board.count += number
    _refresh(stage)


def stage_of(edition: Edition, phase: Phase) -> Stage:
    """The boards of a phase as they are scored now."""
    slugs = [slug for slug, _ in task_titles(edition.tasks.all(), phase)]
    reference = _reference(edition, phase)
    ratio = rowscores.against(reference, results_of(reference) if reference else {}, slugs)
    boards = _boards(edition, phase)
    shown = {"entry": str(ratio.entry), "model": reference.model} if reference else {}
    for board in boards.values():
        board.reference = shown | {"seconds": list(ratio.seconds), "usd": list(ratio.usd)}
    return Stage(edition, phase, boards, slugs, ratio)


def _reference(edition: Edition, phase: Phase) -> Entry | None:
    return Entry.objects.filter(edition=edition, phase=phase).references().with_outcomes().first()


def _boards(edition: Edition, phase: Phase) -> dict[Measure, Board]:
    return {Measure(board.measure): board for board in Board.objects.filter(edition=edition, phase=phase)}


def _rescore(stage: Stage, why: Change) -> int:
    changed = 0
    for measure, board in stage.boards.items():
        rows = rowscores.rescore_rows(board.pk, measure, stage.ratio, why)
        if rows:
            marks.build(board.pk)
        changed += rows
    return changed


def _place(stage: Stage, entries: Sequence[UUID]) -> None:
    """Score new rows, and take their places into account."""
    for measure, board in stage.boards.items():
        rowscores.score_rows("leaderboard_boardrow", board.pk, measure, stage.ratio, entries)
        keys = BoardRow.objects.filter(board=board, entry__in=entries).order_by().values_list("order_key", flat=True)
        if len(entries) == 1:
            marks.add(board.pk, keys.get())
        else:
            # They stand there already: where the first one has the marks built anew, the others would count twice.
            marks.build(board.pk)


def _take_off(stage: Stage, entry: Entry, at: datetime, tally: Tally) -> None:
    rows = list(BoardRow.objects.filter(entry=entry))
    for row in rows[:1]:
        tally.count(row, -1)
    rowscores.keep_rows("entry_id = %s", [entry.pk], at, all_of_them=True)
    BoardRow.objects.filter(entry=entry).delete()
    for row in rows:
        marks.remove(row.board_id, row.order_key)
    _count(stage, rows, -1)


def _count(stage: Stage, rows: Sequence[BoardRow], by: int) -> None:
    for board in stage.boards.values():
        own = [row for row in rows if row.board_id == board.pk]
        board.count += by * len(own)
        board.with_energy_kwh += by * sum(row.energy_kwh is not None for row in own)
        board.with_co2e_kg += by * sum(row.co2e_kg is not None for row in own)


def _refresh(stage: Stage) -> None:
    """Write anew what every page of a board has at hand."""
    facets = tallies.most_frequent(stage.edition, stage.phase)
    for board in stage.boards.values():
        rows = BoardRow.objects.filter(board=board)
        board.facets = facets
        board.best = rows.order_by("order_key", "tie").values_list("score", flat=True).first()
        board.save(update_fields=["count", "with_energy_kwh", "with_co2e_kg", "facets", "best", "reference"])


def _row(stage: Stage, entry: Entry, measure: Measure, why: Change) -> BoardRow:
    """A row that is not scored yet."""
    row = BoardRow(board=stage.boards[measure], entry=entry, tie=entry.tie)
    for name in COPIED:
        setattr(row, name, getattr(entry, name))
    row.hardware = entry.hardware_text
    row.accelerator = entry.accelerator.slug if entry.accelerator else ""
    row.search = tallies.search_text(row.model, row.organisation, row.hardware, row.framework)
    row.valid_from, row.reason, row.edition_revision = why.at, why.reason, why.revision
    row.reference_id = stage.ratio.entry
    row.order_key = row.score_up = NAN
    fill(row, results_of(entry), stage.slugs, measure)
    millions = None if entry.parameters_millions is None else float(entry.parameters_millions)
    for name, key in sort_keys(row.model, row.organisation, row.hardware, row.date, millions).items():
        setattr(row, name, key)
    return row


def sort_keys(model: str, organisation: str, hardware: str, date: Date, millions: float | None) -> dict[str, Any]:
    """The columns of a row that it is sorted by, scores apart."""
    up = NAN if millions is None else millions
    keys: dict[str, Any] = {"parameters_millions": millions, "parameters_up": up, "parameters_down": -up}
    keys["date_down"] = -date.toordinal()
    for name, text in (("model", model), ("organisation", organisation), ("hardware", hardware)):
        keys |= {f"{name}_up": key_up(text), f"{name}_down": key_down(text)}
    return keys


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
    "footnotes",
)
"""What a row takes over from its entry under the same name."""
