"""What is said about a submission, and what has happened to it, in /api/v1/."""

from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from submissions import changes, talk
from submissions.api import SubmitterView, plain
from submissions.api_schema import KEY, TAGS
from submissions.idempotency import Answer
from submissions.parsers import body_hash
from submissions.serializers import MessageSerializer, RevisionSerializer, StepSerializer, WordsSerializer


@extend_schema_view(
    get=extend_schema(
        summary="The messages between owner and maintainers",
        description="Reading them here does not count as reading: `read_at` is set by the page, and by an answer.",
        operation_id="messages_list",
        tags=TAGS,
        responses=MessageSerializer(many=True),
    ),
    post=extend_schema(
        summary="Write to the other side",
        description="Possible once it has been sent, until it is withdrawn or superseded. The other side is mailed.",
        tags=TAGS,
        request=WordsSerializer,
        parameters=[KEY],
        responses={201: MessageSerializer},
    ),
)
class Messages(SubmitterView):
    serializer_class = MessageSerializer  # type: ignore[assignment]

    def get(self, request: Request, pk: UUID) -> Response:
        page = self.paginate_queryset(self.find().messages.select_related("author").order_by("pk"))  # type: ignore[arg-type]
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def post(self, request: Request, pk: UUID) -> Response:
        submission, data = self.find(), self.body()
        said = WordsSerializer(data=data)
        said.is_valid(raise_exception=True)

        def write() -> Answer:
            message = talk.write(submission, by=self.user, body=said.validated_data["body"], at=timezone.now())
            return Answer(201, plain(self.get_serializer(message).data))

        return self.once(write, body_hash(data))


@extend_schema_view(
    get=extend_schema(
        summary="Every step of its life",
        description="Oldest first, recorded for good: who, when, from, to, and the words that were said about it.",
        operation_id="events_list",
        tags=TAGS,
        responses=StepSerializer(many=True),
    )
)
class Events(SubmitterView):
    serializer_class = StepSerializer  # type: ignore[assignment]

    def get(self, request: Request, pk: UUID) -> Response:
        page = self.paginate_queryset(self.find().steps.select_related("by").order_by("pk"))  # type: ignore[arg-type]
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


@extend_schema_view(
    get=extend_schema(
        summary="Its revisions, and what changed from one to the next",
        description="The newest first, all on one page: a person sends few.",
        operation_id="revisions_list",
        tags=TAGS,
        responses=RevisionSerializer(many=True),
    )
)
class Revisions(SubmitterView):
    serializer_class = RevisionSerializer  # type: ignore[assignment]

    def get(self, request: Request, pk: UUID) -> Response:
        shown = changes.revisions_of(self.find())
        results = self.get_serializer(shown, many=True).data
        return Response({"count": len(shown), "next": None, "previous": None, "results": results})


urlpatterns = [
    path("submissions/<uuid:pk>/revisions/", Revisions.as_view(), name="api-revisions"),
    path("submissions/<uuid:pk>/messages/", Messages.as_view(), name="api-messages"),
    path("submissions/<uuid:pk>/events/", Events.as_view(), name="api-events"),
]
