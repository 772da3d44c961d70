"""The public pages: each asks one question of the modules beside it, and shows the answer."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from leaderboard import board_templates, boards, takeaways
from leaderboard.catalogue import rules_of
from leaderboard.citation import PAPER
from leaderboard.columns import MEASURE_TITLES, PHASE_TITLES
from leaderboard.entry_page import entry_page
from leaderboard.filters import DEFAULT_PER_PAGE, PARAMETERS, BoardQuery, accelerator_names
from leaderboard.headings import headings, sorted_words
from leaderboard.models import Accelerator, DefaultOffer, Edition, Entry, Offer, Task
from leaderboard.moments import one_moment
from leaderboard.overview import glances
from leaderboard.parameters import PER_PAGE, Problem, WrongQuery
from leaderboard.pictures import SAMPLE
from leaderboard.pictures import pictures as drawn
from leaderboard.samples import sample_path, samples
from scoring.findings import CODES
from scoring.rules import Measure, Phase


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    edition = _edition()
    return render(
        request, "leaderboard/home.html", {"edition": edition, "glances": glances(edition) if edition else []}
    )


@require_safe
def board(request: HttpRequest, phase: str, measure: str) -> HttpResponse:
    titles = _titles(phase, measure)
    if "" in request.GET.values():
        return _without_empty_parameters(request)
    query = _query_or_answer(request, titles)
    if isinstance(query, HttpResponse):
        return query
    found = boards.board(query)
    context = titles | {
        "board": found,
        "path": request.path,
        "query": query,
        "editions": query.editions,
        "keep_edition": _edition_of(query),
        "headings": headings(found.columns, query),
        "sorted_words": sorted_words(found.columns, query),
        "page_sizes": PER_PAGE,
        "usual_page_size": DEFAULT_PER_PAGE,
        "accelerators": accelerator_names(query.board.pk, query.catalogue),
        "export_query": query.string(page=None, per_page=None),
        "frame": takeaways.frame(query, str(titles["board_title"])),
        "paper": PAPER,
    }
    return _board_response(request, context, query)


@require_safe
def pictures(request: HttpRequest, phase: str, measure: str) -> HttpResponse:
    """The pictures of one board. Of a board's parameters only `edition` is taken: they show the board unfiltered."""
    titles = _titles(phase, measure)
    query = _query_or_answer(request, titles)
    if isinstance(query, HttpResponse):
        return query
    others = [name for name in PARAMETERS if name != "edition" and request.GET.get(name)]
    if others:
        message = "Pictures show the whole board: they take no parameter but `edition`."
        return _wrong(request, titles, [Problem(name, message) for name in others])
    context = titles | {"query": query, "pictures": drawn(query), "sample": SAMPLE, "keep_edition": _edition_of(query)}
    return render(request, "leaderboard/pictures.html", context)


def _query_or_answer(request: HttpRequest, titles: dict[str, Any]) -> BoardQuery | HttpResponse:
    """What a page about one board is asked for; or the page that says why it cannot be shown."""
    try:
        return BoardQuery.read(titles["phase"], titles["measure"], request.GET)
    except Edition.DoesNotExist:
        return render(request, "leaderboard/no_edition.html", titles)
    except WrongQuery as wrong:
        return _wrong(request, titles, wrong.problems)


def _wrong(request: HttpRequest, titles: dict[str, Any], problems: list[Problem]) -> HttpResponse:
    context = titles | {"problems": problems}
    return render(request, "leaderboard/wrong_query.html", context, status=HTTPStatus.BAD_REQUEST)


def _titles(phase: str, measure: str) -> dict[str, Any]:
    """What every page about one board says of it; 404 where there is no such board."""
    if phase not in set(Phase) or measure not in set(Measure):
        raise Http404("no such board")
    return {
        "phases": PHASE_TITLES,
        "measures": MEASURE_TITLES,
        "phase": Phase(phase),
        "measure": Measure(measure),
        "phase_title": PHASE_TITLES[Phase(phase)],
        "measure_title": MEASURE_TITLES[Measure(measure)],
        "board_title": f"{PHASE_TITLES[Phase(phase)]}, by {MEASURE_TITLES[Measure(measure)].lower()}",
    }


def _edition_of(query: BoardQuery) -> str:
    """The query string that keeps the edition, where the address names one."""
    return f"?edition={query.edition.slug}" if query.edition_named else ""


def _board_response(request: HttpRequest, context: dict[str, Any], query: BoardQuery) -> HttpResponse:
    """The page; where htmx swaps the table, that part alone, with the address that the browser is to show."""
    asked = HtmxDetails(request)
    if not asked or asked.history_restore_request:
        content = board_templates.html("board", context)
        response = render(request, "leaderboard/board.html", context | {"content": content})
    else:
        response = HttpResponse(board_templates.html("results", context))
        response["HX-Push-Url"] = _address(request.path, query.string())
        # A browser that goes back would otherwise show the part in place of the page, whatever `Vary` says.
        response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["HX-Request"])
    return response


def _address(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _without_empty_parameters(request: HttpRequest) -> HttpResponseRedirect:
    """The same board at the address worth sharing: a form without script sends its empty fields too."""
    given = request.GET.copy()
    for name, values in request.GET.lists():
        given.setlist(name, [value for value in values if value])
    return HttpResponseRedirect(_address(request.path, given.urlencode()))


@require_safe
@one_moment()
def entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Entry.objects.with_outcomes(), pk=pk)
    url = f"{settings.PUBLIC_URL}{found.get_absolute_url()}"
    return render(request, "leaderboard/entry.html", {"page": entry_page(found, url), "entry": found})


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    with_gold = Prefetch("tasks", Task.objects.select_related("gold_set").order_by("position"))
    editions = Edition.objects.order_by("is_demo", "-published_on", "-pk").prefetch_related(with_gold)
    return render(request, "leaderboard/tasks.html", {"editions": editions})


@require_safe
def hardware(request: HttpRequest) -> HttpResponse:
    edition = _edition()
    offers = Offer.objects.annotate(is_superseded=Exists(Offer.objects.filter(supersedes=OuterRef("pk"))))
    accelerators = _with_default(edition).prefetch_related(Prefetch("offers", offers))
    context = {
        "edition": edition,
        "accelerators": accelerators,
        "offer_count": sum(len(one.offers.all()) for one in accelerators),
    }
    return render(request, "leaderboard/hardware.html", context)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    edition = _edition()
    if edition is None:
        return render(request, "leaderboard/no_edition.html")
    return render(request, "leaderboard/rules.html", {"edition": edition, "rules": rules_of(edition)})


@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    return render(request, "leaderboard/checks.html", {"codes": CODES.values()})


@require_safe
def faq(request: HttpRequest) -> HttpResponse:
    context = {"samples": samples(), "public_url": settings.PUBLIC_URL, "edition": _edition()}
    return render(request, "leaderboard/faq.html", context)


@require_safe
def sample(request: HttpRequest, bundle: str, name: str) -> FileResponse:
    path = sample_path(bundle, name)
    if path is None:
        raise Http404("no such sample")
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="text/plain")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = (
        "User-agent: *",
        "Disallow: /account/",
        "Disallow: /admin/",
        "Disallow: /submit/",
        "Disallow: /submissions/",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(static("img/favicon.svg"))


def _edition() -> Edition | None:
    """The newest edition that is not a demo; None on a server where none is loaded."""
    try:
        return Edition.objects.current()
    except Edition.DoesNotExist:
        return None


def _with_default(edition: Edition | None) -> QuerySet[Accelerator]:
    """Accelerators, each with the slug of the offer series that the edition scores it with."""
    default = DefaultOffer.objects.filter(edition=edition, accelerator=OuterRef("pk"))
    return Accelerator.objects.annotate(default_slug=Subquery(default.values("offer_slug")[:1]))
