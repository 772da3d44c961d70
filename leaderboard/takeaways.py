"""What other sites show of this one: a badge of an entry, and a board in a frame."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import conditional_page, require_safe

from leaderboard import boards, exports
from leaderboard.badges import badge_of
from leaderboard.columns import MEASURE_TITLES, PHASE_TITLES, value_unit
from leaderboard.filters import BoardQuery
from leaderboard.history import history_of
from leaderboard.models import Edition, Entry
from leaderboard.parameters import WrongQuery
from scoring.rules import Measure, Phase


def frame(query: BoardQuery, title: str) -> str:
    """The HTML that shows a board in a frame, as text to copy."""
    path = reverse("leaderboard:embed", args=[query.phase, query.measure])
    parameters = query.string(page=None)
    address = f"{settings.PUBLIC_URL}{path}{f'?{parameters}' if parameters else ''}"
    tag = '<iframe src="{}" title="{}" width="100%" height="560" loading="lazy"></iframe>'
    return str.__str__(format_html(tag, address, f"HULK: {title}"))


@require_safe
@conditional_page
def badge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The badge of an entry on one board, `?measure=` (time, unless asked otherwise)."""
    measure = request.GET.get("measure", "").strip() or Measure.TIME
    if measure not in set(Measure):
        allowed = ", ".join(Measure)
        message = f"`measure` is one of {allowed}.\n"
        return HttpResponse(message, status=HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8")
    entry = get_object_or_404(Entry.objects.with_outcomes(), pk=pk)
    standing = next((one for one in history_of(entry).standings if one.measure == measure), None)
    drawn = badge_of(entry, Measure(measure), standing)
    response = render(request, "leaderboard/badge.svg", {"badge": drawn}, content_type="image/svg+xml; charset=utf-8")
    # Kept by whoever shows it, and asked for again each time: the tag says whether it changed.
    response["Cache-Control"] = "no-cache"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types know views without arguments only
def embedded_board(request: HttpRequest, phase: str, measure: str) -> HttpResponse:
    """A bare board at the address of the board's own page and with its parameters; the only page that may be framed."""
    if phase not in set(Phase) or measure not in set(Measure):
        raise Http404("no such board")
    whole = settings.PUBLIC_URL + reverse("leaderboard:board", args=[phase, measure])
    context: dict[str, Any] = {
        "title": f"{PHASE_TITLES[Phase(phase)]}, by {MEASURE_TITLES[Measure(measure)].lower()}",
        "public_url": settings.PUBLIC_URL,
        "whole": whole,
    }
    try:
        query = BoardQuery.read(phase, measure, request.GET)
    except Edition.DoesNotExist:
        return render(request, "leaderboard/embed.html", context)
    except WrongQuery as wrong:
        context |= {"problems": wrong.problems}
        return render(request, "leaderboard/embed.html", context, status=HTTPStatus.BAD_REQUEST)
    found = boards.board(query)
    context |= {
        "board": found,
        "rows": [exports.row_json(row) for row in found.rows],
        "tasks": [column for column in found.columns if column.task and not column.key.endswith("_score")],
        "has_values": value_unit(query.phase, query.measure) is not None,
        "whole": f"{whole}?{query.string()}" if query.string() else whole,
    }
    return render(request, "leaderboard/embed.html", context)
