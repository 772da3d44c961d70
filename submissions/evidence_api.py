"""The files of a submission, one an address: listed, put, downloaded, removed."""

import io
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from leaderboard.downloads import download
from submissions import api_schema as schema
from submissions import intake
from submissions.api import SubmitterView
from submissions.errors import FileRefused
from submissions.manifest import Place, places
from submissions.models import Evidence, Submission
from submissions.parsers import Arriving, PartsParser, watch
from submissions.preconditions import Precondition, precondition_of
from submissions.serializers import EvidenceSerializer
from submissions.uploads import Readable


@schema.evidence_list
class EvidenceList(SubmitterView):
    serializer_class = EvidenceSerializer  # type: ignore[assignment]

    def get(self, request: Request, pk: UUID) -> Response:
        page = self.paginate_queryset(self.find().evidence.order_by("task", "kind", "run", "part"))  # type: ignore[arg-type]
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


@schema.evidence
class OneEvidence(SubmitterView):
    parser_classes = [PartsParser]
    arriving: Arriving | None = None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.arriving = watch(request)
        return super().initialize_request(request, *args, **kwargs)

    def put(self, request: Request, pk: UUID, task: str, kind: str, name: str = "") -> Response:
        submission, place = self.find_own(), self.place()
        intake.must_be_open(submission, place)
        seen = self._seen(submission, place)
        stream, sent_name, expected = self._file(request)
        for given in filter(None, (name, sent_name)):
            intake.check_file_name(given)
        named = {one.key: one.name for one in places(submission.manifest)}
        evidence, is_new = intake.add_evidence(
            submission,
            by=self.user,
            place=place,
            stream=stream,
            name=named.get(place.key) or sent_name or name or str(place),
            at=timezone.now(),
            expected=expected,
            seen=seen,
        )
        data = EvidenceSerializer(evidence, context=self.get_serializer_context()).data
        return Response(data, status=201 if is_new else 200, headers={"ETag": f'"{evidence.sha256}"'})

    def get(self, request: Request, pk: UUID, task: str, kind: str) -> FileResponse:
        evidence = self._evidence(self.find())
        return download(evidence.sha256, evidence.name, size=evidence.size)

    def delete(self, request: Request, pk: UUID, task: str, kind: str) -> Response:
        evidence = self._evidence(self.find_own())
        intake.remove_evidence(evidence, by=self.user, seen=precondition_of(request.headers))
        return Response(status=204)

    def place(self) -> Place:
        """The place that the address names. ValidationError where `run` is no number, or the address says more."""
        for unknown in sorted(set(self.request.query_params) - {"run", "part"}):
            raise ValidationError({unknown[:100]: ["Only `run` and `part` may stand here."]})
        run = self.request.query_params.get("run", "1")
        if not (run.isascii() and run.isdecimal() and len(run) <= 3):
            raise ValidationError({"run": ["It must be a whole number from 1."]})
        return Place(self.kwargs["task"], self.kwargs["kind"], int(run), self.request.query_params.get("part", ""))

    def _seen(self, submission: Submission, place: Place) -> Precondition:
        """What the sender takes for granted of the place; what shows before the file is read is refused before."""
        seen = precondition_of(self.request.headers)
        there = intake.evidence_at(submission, place)
        seen.check(there.sha256 if there else "", f"`{place}`")
        return seen

    def _evidence(self, submission: Submission) -> Evidence:
        found = intake.evidence_at(submission, self.place())
        if found is None:
            raise Http404
        return found

    def _file(self, request: Request) -> tuple[Readable, str, int | None]:
        """The bytes sent, the name they were sent under, and their length: the raw body, or the part `file`."""
        if self.arriving is None:
            stream = request.stream
            return stream or io.BytesIO(), "", int(request.META.get("CONTENT_LENGTH") or 0)
        files = request.FILES.getlist("file")
        self.arriving.check_whole()
        if len(files) != 1:
            raise FileRefused("There must be one part named `file`.", remedy="With curl: -F file=@path.", field="file")
        return files[0], files[0].name or "", None


@extend_schema(exclude=True)
class NamedEvidence(OneEvidence):
    """What `curl -T log.csv …/evidence/sst2/log/` sends: curl puts the file's name behind the slash."""

    http_method_names = ["put", "options"]


urlpatterns = [
    path("submissions/<uuid:pk>/evidence/", EvidenceList.as_view(), name="api-evidence-list"),
    path("submissions/<uuid:pk>/evidence/<str:task>/<str:kind>/", OneEvidence.as_view(), name="api-evidence"),
    path("submissions/<uuid:pk>/evidence/<str:task>/<str:kind>/<str:name>", NamedEvidence.as_view()),
]
