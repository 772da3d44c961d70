"""The public pages: each asks one question of the modules beside it, and shows the answer."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from leaderboard import boards
from leaderboard.catalogue import rules_of
from leaderboard.columns import MEASURE_TITLES, PHASE_TITLES
from leaderboard.entry_page import entry_page
from leaderboard.filters import BoardQuery, accelerator_names
from leaderboard.headings import headings, sorted_words
from leaderboard.models import Accelerator, DefaultOffer, Edition, Entry, Offer, Task
from leaderboard.overview import glances
from leaderboard.parameters import PER_PAGE, WrongQuery
from leaderboard.row_templates import rows_html
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
    if phase not in set(Phase) or measure not in set(Measure):
        raise Http404("no such board")
    if "" in request.GET.values():
        return _without_empty_parameters(request)
    titles = {
        "phases": PHASE_TITLES,
        "measures": MEASURE_TITLES,
        "phase": Phase(phase),
        "measure": Measure(measure),
        "phase_title": PHASE_TITLES[Phase(phase)],
        "measure_title": MEASURE_TITLES[Measure(measure)],
    }
    try:
        query = BoardQuery.read(phase, measure, request.GET)
    except Edition.DoesNotExist:
        return render(request, "leaderboard/no_edition.html", titles)
    except WrongQuery as wrong:
        context = titles | {"problems": wrong.problems}
        return render(request, "leaderboard/wrong_query.html", context, status=HTTPStatus.BAD_REQUEST)
    found = boards.board(query)
    context = titles | {
        "board": found,
        "rows_html": rows_html(found),
        "query": query,
        "editions": query.editions,
        "keep_edition": f"?edition={query.edition.slug}" if query.edition_named else "",
        "headings": headings(found.columns, query),
        "sorted_words": sorted_words(found.columns, query),
        "page_sizes": PER_PAGE,
        "accelerators": accelerator_names(query.board.pk, query.catalogue),
        "export_query": query.string(page=None, per_page=None),
    }
    return render(request, "leaderboard/board.html", context)


def _without_empty_parameters(request: HttpRequest) -> HttpResponseRedirect:
    """The same board at the address worth sharing: a form without script sends its empty fields too."""
    given = request.GET.copy()
    for name, values in request.GET.lists():
        given.setlist(name, [value for value in values if value])
    query = given.urlencode()
    return HttpResponseRedirect(f"{request.path}?{query}" if query else request.path)


@require_safe
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
