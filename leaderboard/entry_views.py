"""Pages below an entry's address: how each score came about, and its public files line by line."""

from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from leaderboard import walks
from leaderboard.columns import MEASURE_TITLES, PHASE_TITLES
from leaderboard.evidence_lines import lines_around, public_file
from leaderboard.held import Held, held_scores
from leaderboard.models import Entry, Outcome
from scoring.readers.excerpts import Excerpt
from scoring.rules import ALL_TASKS, Measure, Phase

AROUND_IN_A_DERIVATION = 3
AROUND_ON_A_PAGE = 20
MOST_EXCERPTS = 3
"""Runs whose lines a derivation shows; the others are linked."""
LONGEST_NUMBER = 9


class Shown(NamedTuple):
    """A place in the evidence with the lines around it; None where they are not public."""

    source: walks.Source
    excerpt: Excerpt | None


@require_safe
def overall(request: HttpRequest, pk: UUID, measure: str) -> HttpResponse:
    """How the overall score of one measure came about. In pretraining that is its only task's."""
    entry = _entry(pk)
    if entry.phase == Phase.PRETRAINING and measure in set(Measure):
        return HttpResponseRedirect(walks.walk_url(entry, ALL_TASKS, measure))
    held = _held(entry, measure)
    found = walks.overall(entry, Measure(measure), held)
    context = _around(entry, held, measure) | {"sum": found}
    return render(request, "leaderboard/overall.html", context)


@require_safe
def derivation(request: HttpRequest, pk: UUID, task: str, measure: str) -> HttpResponse:
    """How one score of one task came about, down to the line of the log."""
    entry = _entry(pk)
    held, outcome = _held(entry, measure), _outcome(entry, task)
    found = walks.walk(entry, outcome, Measure(measure), held)
    context = _around(entry, held, measure) | {
        "walk": found,
        "tasks": {one.task_slug: one.task.title for one in entry.outcomes.all() if one.task},
        "shown": [_shown(entry, source) for source in found.sources[:MOST_EXCERPTS]],
        "more_sources": found.sources[MOST_EXCERPTS:],
        "findings": [finding for finding in entry.findings if finding.get("task") == task],
    }
    return render(request, "leaderboard/derivation.html", context)


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


def _held(entry: Entry, measure: str) -> Held:
    held = held_scores(entry)
    if measure not in held.newest:
        raise Http404("the entry has no such score")
    return held


def _outcome(entry: Entry, task: str) -> Outcome:
    found = next((one for one in entry.outcomes.all() if one.task_slug == task), None)
    if found is None:
        raise Http404("the entry has no such task")
    return found


def _around(entry: Entry, held: Held, measure: str) -> dict[str, object]:
    """What every derivation shows around itself."""
    return {
        "entry": entry,
        "phase_title": PHASE_TITLES[Phase(entry.phase)],
        "measure": measure,
        "measures": {one.value: MEASURE_TITLES[one] for one in held.newest},
        "place": held.standings.get(measure),
        "reference": held.reference,
        "overall_url": walks.overall_url(entry, measure) if entry.phase != Phase.PRETRAINING else "",
    }


def _shown(entry: Entry, source: walks.Source) -> Shown:
    file = public_file(entry, source.sha256) if source.url else None
    return Shown(source, lines_around(entry, file, source.line or 1, AROUND_IN_A_DERIVATION) if file else None)


def _line(text: str) -> int | None:
    """A line number from 1; None where the text is none."""
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and int(text) >= 1:
        return int(text)
    return None
