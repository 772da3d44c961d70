"""The public part of /api/v1/: boards, entries and the catalogue. Each view reads the request and shows one answer."""

from itertools import product
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.urls import path, reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from leaderboard import catalogue, exports, serializers
from leaderboard.boards import BoardPage, board
from leaderboard.columns import MEASURE_TITLES, PHASE_TITLES
from leaderboard.downloads import download
from leaderboard.filters import BEST, PARAMETERS, BoardQuery
from leaderboard.held import held_scores
from leaderboard.models import (
    Accelerator,
    Board,
    Curve,
    Edition,
    Entry,
    Event,
    Kind,
    Offer,
    Task,
)
from leaderboard.moments import one_moment
from leaderboard.parameters import PER_PAGE, Problem, WrongQuery
from leaderboard.public_api import CataloguePages, PublicView, edition_named
from leaderboard.walks import walks
from scoring.rules import Measure, Phase

BOARDS, ENTRIES, CATALOGUE = ["boards"], ["entries"], ["catalogue"]
"""What the operations stand under in the documentation."""
FORMATS = ("csv", "json")
EDITION = OpenApiParameter("edition", description="Name of an edition; without it, the newest that is not a demo.")
DESCRIPTIONS = {
    "q": "Searched in model, organisation, hardware and framework: at most eight different words.",
    "sort": "A column key, with `-` before it for descending order; `rank` by default.",
    "page": "From 1; works to row 10,000.",
    "hardware": "An accelerator's slug, or hardware as boards print it.",
    "since": "First day of submission.",
    "until": "Last day of submission.",
    "max_params": "Most millions of parameters.",
    "best": "`model`: of the rows that match, only the best of each model.",
    "edition": EDITION.description,
    "on": "The board as it stood at the end of that UTC day.",
    "prices_on": "The board at the prices of that day.",
    "cursor": "A place in the board: as `next` and `previous` carry it.",
}
TYPES: dict[str, Any] = {
    "page": OpenApiTypes.INT,
    "verified": OpenApiTypes.BOOL,
    "since": OpenApiTypes.DATE,
    "until": OpenApiTypes.DATE,
    "max_params": OpenApiTypes.FLOAT,
    "on": OpenApiTypes.DATE,
    "prices_on": OpenApiTypes.DATE,
}
CHOICES: dict[str, Any] = {"per_page": list(map(str, PER_PAGE)), "kind": Kind.values, "best": list(BEST)}
BOARD_PARAMETERS = [
    OpenApiParameter(
        name, TYPES.get(name, OpenApiTypes.STR), description=DESCRIPTIONS.get(name, ""), enum=CHOICES.get(name)
    )
    for name in PARAMETERS
]
FORMAT = OpenApiParameter("format", enum=FORMATS, description="Stream the whole filtered board as CSV or one array.")
PHASE = OpenApiParameter("phase", location=OpenApiParameter.PATH, enum=[phase.value for phase in Phase])
MEASURE = OpenApiParameter("measure", location=OpenApiParameter.PATH, enum=[measure.value for measure in Measure])


class BoardsView(PublicView):
    @extend_schema(
        operation_id="boards_list",
        summary="The nine boards",
        tags=BOARDS,
        parameters=[EDITION],
        responses=serializers.BoardListSerializer,
    )
    def get(self, request: Request) -> Response:
        """The nine boards of an edition."""
        edition = edition_named(request.query_params.get("edition", ""))
        boards = Board.objects.filter(edition=edition).values_list("phase", "measure", "count")
        counts = {(phase, measure): number for phase, measure, number in boards}
        results = [
            _summary(edition, phase, measure, counts.get((phase.value, measure.value), 0))
            for phase, measure in product(Phase, Measure)
        ]
        return Response({"count": len(results), "next": None, "previous": None, "results": results})


class BoardView(PublicView):
    @extend_schema(
        operation_id="board",
        summary="One board",
        tags=BOARDS,
        parameters=[PHASE, MEASURE, *BOARD_PARAMETERS, FORMAT],
        responses={(200, "application/json"): serializers.BoardPageSerializer, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, phase: str, measure: str) -> Response | StreamingHttpResponse:
        """One page of a board; with `format`, the whole filtered board."""
        if phase not in list(Phase) or measure not in list(Measure):
            raise Http404("There is no such board.")
        try:
            query = BoardQuery.read(phase, measure, request.query_params, also=("format",))
        except Edition.DoesNotExist as error:
            raise Http404("No edition is loaded on this server yet.") from error
        wanted = request.query_params.get("format", "")
        if wanted and wanted not in FORMATS:
            raise WrongQuery([Problem("format", "A board comes as csv or json.", FORMATS)])
        return _stream(query, wanted) if wanted else Response(_page(board(query)))


class EntryView(PublicView):
    @extend_schema(operation_id="entry", summary="One entry", tags=ENTRIES, responses=serializers.EntrySerializer)
    @one_moment()
    def get(self, request: Request, pk: UUID) -> Response:
        """One entry with everything its page shows. Withdrawn and superseded ones stay, and say so in `status`."""
        entry = _entry(_entries(), pk)
        held = held_scores(entry)
        also = {
            "files": _files(entry),
            "standings": held.history.standings,
            "scores": held.history.spans,
            "walks": walks(entry, held),
        }
        for name, value in also.items():
            setattr(entry, name, value)  # for the serializer alone
        return Response(serializers.EntrySerializer(entry).data)


class CurvesView(PublicView):
    @extend_schema(
        operation_id="entry_curves",
        summary="Its learning curves",
        tags=ENTRIES,
        responses=serializers.CurveSerializer(many=True),
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """The learning curves of an entry, every evaluation of every run."""
        curves = Curve.objects.filter(entry=_entry(Entry.objects.all(), pk)).select_related("task")
        return Response(serializers.CurveSerializer(curves, many=True).data)


class EvidenceListView(PublicView):
    @extend_schema(
        operation_id="entry_evidence",
        summary="Its public files",
        tags=ENTRIES,
        responses=serializers.EvidenceSerializer(many=True),
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """The files of an entry that anybody may read: logs, latencies and energy files."""
        files = [file for file in _files(_entry(Entry.objects.all(), pk)) if file["url"]]
        return Response(serializers.EvidenceSerializer(files, many=True).data)


class EvidenceView(PublicView):
    @extend_schema(
        operation_id="entry_evidence_file",
        summary="The bytes of one public file",
        tags=ENTRIES,
        responses={(200, "application/octet-stream"): bytes},
    )
    def get(self, request: Request, pk: UUID, sha256: str) -> FileResponse:
        """The bytes of one public file, always as a download."""
        files = _files(_entry(Entry.objects.all(), pk))
        found = next((file for file in files if file["sha256"] == sha256 and file["url"]), None)
        if found is None:
            raise Http404("The entry has no public file with this hash.")
        return download(sha256, found["name"])


@extend_schema_view(get=extend_schema(summary="The editions", tags=CATALOGUE))
class EditionsView(PublicView, ListAPIView):
    """The editions of the benchmark, the newest first."""

    queryset = Edition.objects.prefetch_related("tasks")
    serializer_class = serializers.EditionSerializer
    pagination_class = CataloguePages


@extend_schema_view(get=extend_schema(summary="The tasks of an edition", tags=CATALOGUE, parameters=[EDITION]))
class TasksView(PublicView, ListAPIView):
    """The tasks of an edition in board order, with their cut-offs and what is public of their gold labels."""

    queryset = Task.objects.select_related("edition", "gold_set")
    serializer_class = serializers.TaskSerializer
    pagination_class = CataloguePages

    def get_queryset(self) -> QuerySet[Task]:
        return super().get_queryset().filter(edition=edition_named(self.request.query_params.get("edition", "")))


@extend_schema_view(get=extend_schema(summary="Hardware and prices", tags=CATALOGUE, parameters=[EDITION]))
class HardwareView(PublicView, ListAPIView):
    """Hardware with every price row and its source; `default_offer` is the series that the edition prices it with."""

    queryset = Accelerator.objects.prefetch_related(
        Prefetch("offers", Offer.objects.select_related("superseded_by").order_by("slug", "valid_from"))
    )
    serializer_class = serializers.AcceleratorSerializer
    pagination_class = CataloguePages

    def get_serializer_context(self) -> dict[str, Any]:
        edition = edition_named(self.request.query_params.get("edition", ""))
        return {**super().get_serializer_context(), "default_offers": catalogue.default_offers(edition)}


def _summary(edition: Edition, phase: Phase, measure: Measure, count: int) -> dict[str, Any]:
    where = f"{phase.value}/{measure.value}"
    return {
        "edition": edition.slug,
        "phase": phase.value,
        "measure": measure.value,
        "title": f"{PHASE_TITLES[phase]}, {MEASURE_TITLES[measure].lower()}",
        "url": settings.PUBLIC_URL + reverse("api-board", args=[phase.value, measure.value]),
        "page": f"{settings.PUBLIC_URL}/boards/{where}/",
        "count": count,
    }


def _page(found: BoardPage) -> dict[str, Any]:
    query = found.query
    return {
        "count": found.count,
        "count_exact": found.count_exact,
        "next": _address(query, found.links.next),
        "previous": _address(query, found.links.previous),
        "edition": found.edition.slug,
        "phase": query.phase.value,
        "measure": query.measure.value,
        "on": query.on.isoformat() if query.on else None,
        "prices_on": query.prices_on.isoformat() if query.prices_on else None,
        "shown_instead": found.shown_instead or None,
        "footnotes": [{"text": note.text, "models": list(note.models)} for note in found.footnotes],
        "rank_in_filter": _ranks_in_filter(found),
        "results": [exports.row_json(row) for row in found.rows],
    }


def _ranks_in_filter(found: BoardPage) -> dict[str, int | None] | None:
    """By entry, so that rows are the same in every answer; None where there is no filter, or it matches too many."""
    return {str(row.entry_id): row.rank_in_filter for row in found.rows} if found.shows_filter_ranks else None


def _address(query: BoardQuery, parameters: str | None) -> str | None:
    if parameters is None:
        return None
    address = settings.PUBLIC_URL + reverse("api-board", args=[query.phase.value, query.measure.value])
    return f"{address}?{parameters}" if parameters else address


def _stream(query: BoardQuery, wanted: str) -> StreamingHttpResponse:
    name = f"{query.edition.slug}-{query.phase.value}-{query.measure.value}.{wanted}"
    if wanted == "csv":
        response = StreamingHttpResponse(
            exports.begun(query, exports.csv_rows(query)), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    return StreamingHttpResponse(exports.begun(query, exports.json_rows(query)), content_type="application/json")


def _entries() -> QuerySet[Entry]:
    """Entries with all that one shows, in a fixed number of queries."""
    return Entry.objects.with_outcomes().prefetch_related(
        Prefetch("events", Event.objects.order_by("at", "pk")),
    )


def _entry(entries: QuerySet[Entry], pk: UUID) -> Entry:
    entry = entries.filter(pk=pk).first()
    if entry is None:
        raise Http404("There is no such entry.")
    return entry


def _files(entry: Entry) -> list[dict[str, Any]]:
    """The files of an entry; those that are public have an address, unless the entry was withdrawn."""
    return [
        {
            "task": file.get("task", ""),
            "kind": file.get("kind", ""),
            "run": file.get("run", 1),
            "part": file.get("part", ""),
            "name": file.get("name", ""),
            "sha256": file["sha256"],
            "size": file.get("size", 0),
            "public": bool(file.get("public")),
            "url": _file_url(entry, file["sha256"]) if entry.offers(file) else None,
        }
        for file in entry.evidence
    ]


def _file_url(entry: Entry, sha256: str) -> str:
    return settings.PUBLIC_URL + reverse("api-entry-evidence-file", args=[entry.pk, sha256])


urlpatterns = [
    path("boards/", BoardsView.as_view(), name="api-boards"),
    path("boards/<str:phase>/<str:measure>/", BoardView.as_view(), name="api-board"),
    path("entries/<uuid:pk>/", EntryView.as_view(), name="api-entry"),
    path("entries/<uuid:pk>/curves/", CurvesView.as_view(), name="api-entry-curves"),
    path("entries/<uuid:pk>/evidence/", EvidenceListView.as_view(), name="api-entry-evidence"),
    path("entries/<uuid:pk>/evidence/<str:sha256>/", EvidenceView.as_view(), name="api-entry-evidence-file"),
    path("editions/", EditionsView.as_view(), name="api-editions"),
    path("tasks/", TasksView.as_view(), name="api-tasks"),
    path("hardware/", HardwareView.as_view(), name="api-hardware"),
]
