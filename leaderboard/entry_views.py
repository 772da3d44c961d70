"""Pages below an entry's address: how each score came about, and its public files line by line."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from leaderboard import walks
from leaderboard.columns import MEASURE_TITLES, PHASE_TITLES
from leaderboard.evidence import StorageAway
from leaderboard.evidence_lines import lines_around, public_file
from leaderboard.held import Held, held_scores
from leaderboard.models import Entry, Outcome
from leaderboard.moments import one_moment
from leaderboard.numbers import number_in
from leaderboard.parameters import Wrong, past_day
from leaderboard.then import Then, then
from scoring.readers.excerpts import Excerpt
from scoring.rules import ALL_TASKS, Measure, Phase

AROUND_IN_A_DERIVATION = 3
AROUND_ON_A_PAGE = 20
MOST_EXCERPTS = 3
"""Runs whose lines a derivation shows; the others are linked."""


class Shown(NamedTuple):
    """A place in the evidence with the lines around it; None where they are not public, or cannot be read just now."""

    source: walks.Source
    excerpt: Excerpt | None
    away: str = ""
    """Why they cannot be read just now."""


class Told(NamedTuple):
    """What a derivation tells of: an entry with its outcomes and scores, of now or of a day."""

    entry: Entry
    outcomes: Sequence[Outcome]
    held: Held
    then: Then | None
    wrong_day: str = ""
    """What is wrong with the day that was asked for."""

    @property
    def status(self) -> HTTPStatus:
        return HTTPStatus.BAD_REQUEST if self.wrong_day else HTTPStatus.OK


@require_safe
@one_moment()
def overall(request: HttpRequest, pk: UUID, measure: str) -> HttpResponse:
    """How the overall score of one measure came about. In pretraining that is its only task's."""
    entry = _entry(pk)
    if entry.phase == Phase.PRETRAINING and measure in set(Measure):
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponseRedirect(walks.walk_url(entry, ALL_TASKS, measure) + query)
    told = _told(request, entry, measure)
    found = walks.overall(told.entry, told.outcomes, Measure(measure), told.held)
    return render(request, "leaderboard/overall.html", _around(told, measure) | {"sum": found}, status=told.status)


@require_safe
@one_moment()
def derivation(request: HttpRequest, pk: UUID, task: str, measure: str) -> HttpResponse:
    """How one score of one task came about, down to the line of the log."""
    entry = _entry(pk)
    told = _told(request, entry, measure)
    outcome = next((one for one in told.outcomes if one.task_slug == task), None)
    if outcome is None:
        raise Http404("the entry has no such task")
    found = walks.walk(told.entry, outcome, Measure(measure), told.held)
    context = _around(told, measure) | {
        "walk": found,
        "tasks": {one.task_slug: one.task.title for one in told.outcomes if one.task},
        "shown": [_shown(entry, source) for source in found.sources[:MOST_EXCERPTS]],
        "more_sources": found.sources[MOST_EXCERPTS:],
        "findings": [finding for finding in entry.findings if finding.get("task") == task],
    }
    return render(request, "leaderboard/derivation.html", context, status=told.status)


@require_safe
def evidence(request: HttpRequest, pk: UUID, sha256: str) -> HttpResponse:
    """A public file as escaped text, some lines around `?line=`; its bytes are a download of the API."""
    entry = _entry(pk)
    file = public_file(entry, sha256)
    if file is None:
        raise Http404("the entry has no public file with this hash")
    given = request.GET.get("line", "").strip()
    line = _line(given or "1")
    excerpt = lines_around(entry, file, line or 1, AROUND_ON_A_PAGE)
    context = {
        "entry": entry,
        "phase_title": PHASE_TITLES[Phase(entry.phase)],
        "file": file,
        "line": line if given else None,
        "wrong": given if line is None else "",
        "excerpt": excerpt,
        "earlier": max(1, excerpt.lines[0].number - AROUND_ON_A_PAGE) if excerpt.has_earlier else None,
        "later": excerpt.lines[-1].number + AROUND_ON_A_PAGE if excerpt.has_later else None,
    }
    status = HTTPStatus.BAD_REQUEST if line is None else HTTPStatus.OK
    return render(request, "leaderboard/evidence.html", context, status=status)


def _entry(pk: UUID) -> Entry:
    return get_object_or_404(Entry.objects.with_outcomes(), pk=pk)


def _told(request: HttpRequest, entry: Entry, measure: str) -> Told:
    """What holds now, or held at the end of the day that `on` names; where that is no day, what holds now."""
    wrong, day = "", None
    if measure not in set(Measure):
        raise Http404("there is no such measure")
    if text := request.GET.get("on", "").strip():
        try:
            day = past_day(text, "on")
        except Wrong as error:
            wrong = str(error)
    if day is not None:
        old = then(entry, Measure(measure), day)
        if old is None:
            raise Http404("the entry had no such score on that day")
        return Told(old.entry, old.outcomes, old.held, old)
    held = held_scores(entry)
    if measure not in held.newest:
        raise Http404("the entry has no such score")
    return Told(entry, list(entry.outcomes.all()), held, None, wrong)


def _around(told: Told, measure: str) -> dict[str, object]:
    """What every derivation shows around itself."""
    entry, held = told.entry, told.held
    on = f"?on={told.then.day.isoformat()}" if told.then else ""
    return {
        "entry": entry,
        "phase_title": PHASE_TITLES[Phase(entry.phase)],
        "measure": measure,
        "measures": {one.value: MEASURE_TITLES[one] for one in held.newest},
        "place": None if told.then else held.standings.get(Measure(measure)),
        "reference": held.reference,
        "overall_url": walks.overall_url(entry, measure) + on if entry.phase != Phase.PRETRAINING else "",
        "then": told.then,
        "on": on,
        "wrong_day": told.wrong_day,
    }


def _shown(entry: Entry, source: walks.Source) -> Shown:
    file = public_file(entry, source.sha256) if source.url else None
    if file is None:
        return Shown(source, None)
    try:
        return Shown(source, lines_around(entry, file, source.line or 1, AROUND_IN_A_DERIVATION))
    except StorageAway as error:
        # All else that the page tells stands in the database.
        return Shown(source, None, f"{error} Its lines are shown once it can be again.")


def _line(text: str) -> int | None:
    """A line number from 1; None where the text is none."""
    return number_in(text) or None
