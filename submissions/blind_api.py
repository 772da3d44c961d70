"""Whether a submission is published blind, as a thing that a script puts there and takes away."""

from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from submissions import review
from submissions.api import SubmitterView
from submissions.serializers import SubmissionSerializer


class Blind(SubmitterView):
    """For papers under review: the entry shows `anonymous`, no links and no files, until its owner reveals them."""

    @extend_schema(summary="Publish it blind", tags=["submissions"], request=None, responses=SubmissionSerializer)
    def put(self, request: Request, pk: UUID) -> Response:
        return Response(self.shown(review.hide_names(self.find_own(), by=self.user)))

    @extend_schema(summary="Reveal the names, for good", tags=["submissions"], responses={200: SubmissionSerializer})
    def delete(self, request: Request, pk: UUID) -> Response:
        return Response(self.shown(review.reveal(self.find_own(), by=self.user, at=timezone.now())))


urlpatterns = [path("submissions/<uuid:pk>/blind/", Blind.as_view(), name="api-blind")]
