"""The submitter's part of /api/v1/: reads a request, calls one verb, and says what came of it."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from leaderboard.catalogue import limits_of
from leaderboard.models import Edition
from submissions import api_schema as schema
from submissions import idempotency, intake, organisations, review
from submissions.errors import ChangedMeanwhile, Refused, UploadBroken
from submissions.evidence import keeping
from submissions.idempotency import Answer
from submissions.manifest import validate
from submissions.models import Organisation, Status, Submission, Verification
from submissions.parsers import (
    Arriving,
    ManifestParser,
    Parcel,
    PartsParser,
    body_hash,
    dry_run_asked,
    key_of,
    read_parcel,
    require_length,
    watch,
)
from submissions.permissions import HasScope, must_own
from submissions.preconditions import ANY, precondition_of
from submissions.serializers import (
    CommentSerializer,
    QueuedSerializer,
    SubmissionSerializer,
    address,
)
from submissions.verification import visible

BESIDE = frozenset({"attempts_left", "bytes_left", "files_left", "progress", "unread_messages"})
"""What stands in an answer about a submission, and changes without anybody changing it."""
SHOWN_WITH_IT = ("evidence", "uploads", "edition__tasks", "messages", "superseded_by")


class AnyAccept(DefaultContentNegotiation):
    """Answers in JSON whatever is asked for: a download or a problem is what it is."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class SubmitterView(GenericAPIView[Submission]):
    """What all addresses here share: who may call, and which submissions there are for the caller."""

    permission_classes = [IsAuthenticated, HasScope]
    content_negotiation_class = AnyAccept
    parser_classes = [ManifestParser]
    serializer_class = SubmissionSerializer
    dry_runs = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_length(request._request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """What is private to an account is kept by no cache on the way; its owner may keep a read, and ask anew."""
        response["Cache-Control"] = "private, no-cache" if request.method == "GET" else "private, no-store"
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def user(self) -> AbstractUser:
        """Who calls; `IsAuthenticated` has seen to it that it is somebody."""
        return cast(AbstractUser, self.request.user)

    def body(self) -> dict[str, Any]:
        """The JSON object sent; empty where none was."""
        return cast("dict[str, Any]", self.request.data)

    def get_queryset(self) -> QuerySet[Submission]:
        rows = Submission.objects.select_related("edition", "owner", "organisation").prefetch_related(*SHOWN_WITH_IT)
        if self.dry_runs:
            return rows.filter(is_dry_run=True, owner=self.user.pk)
        return rows.visible_to(self.user)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": timezone.now(), "attempts_left": {}}

    def find(self) -> Submission:
        """The submission of the address; 404 where there is none for this caller."""
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def find_own(self) -> Submission:
        submission = self.find()
        must_own(self.user, submission)
        return submission

    def must_match(self, submission: Submission) -> None:
        """In a transaction: holds the submission; raises ChangedMeanwhile where `If-Match` says another state of it."""
        expected = tuple(state_in(tag) for tag in precondition_of(self.request.headers).match)
        if expected:
            get_object_or_404(Submission.objects.select_for_update(of=("self",)), pk=submission.pk)
            tag = tag_of(self.shown(submission))
            if expected != (ANY,) and state_in(tag) not in expected:
                raise ChangedMeanwhile("The submission", tag=tag)

    def with_tag(self, shown: dict[str, Any], status: int = 200, **headers: str) -> Response:
        """An answer with a submission, and the ETag by which its next change can say what it saw."""
        return Response(shown, status=status, headers={"ETag": f'"{tag_of(shown)}"', **headers})

    def shown(self, submission: Submission) -> dict[str, Any]:
        """A submission as it is now, as plain JSON values."""
        fresh = self.get_queryset().get(pk=submission.pk)
        return plain(self.get_serializer(fresh).data)

    def organisation(self) -> Organisation | None:
        """Whose members may read it: `?organisation=<slug>`, beside the manifest. ManifestInvalid where it is wrong."""
        return organisations.chosen(self.user, self.request.query_params.get("organisation", ""))

    def answer(self, status: int, submission: Submission) -> Answer:
        """What a request that may be repeated is told: the submission, its address, and its ETag."""
        shown = self.shown(submission)
        headers = {"Location": address(self.request, submission), "ETag": f'"{tag_of(shown)}"'}
        return Answer(status, shown, headers)

    def once(self, work: Callable[[], Answer], body_sha256: str) -> Response:
        """Do the work, or give the first answer again where the request carries a known Idempotency-Key."""
        request = self.request
        account_address = request.get_full_path()[:300]
        answer = idempotency.run(self.user, account_address, key_of(request), body_sha256, work, at=timezone.now())
        return Response(answer.body, status=answer.status, headers=answer.headers)


def plain(data: Any) -> Any:
    """Rendered and read again: no UUID or time is left that a JSON column could not keep."""
    return json.loads(JSONRenderer().render(data))


def tag_of(shown: dict[str, Any]) -> str:
    """Stands for a submission as it was shown: its own state, a hyphen, and what changes without it being changed."""
    own = {key: value for key, value in shown.items() if key not in BESIDE}
    beside = {key: value for key, value in shown.items() if key in BESIDE}
    return f"{_hash_of(own)}-{_hash_of(beside)}"


def _hash_of(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:24]


def state_in(tag: str) -> str:
    """The part of a tag that a change is held against."""
    return tag.partition("-")[0]


@schema.submissions
class Submissions(SubmitterView):
    def get(self, request: Request) -> Response:
        slug = request.query_params.get("organisation")
        shown = Q(owner=self.user.pk) if slug is None else Q(pk__in=Submission.objects.in_organisation(slug, self.user))
        page = self.paginate_queryset(self.get_queryset().filter(shown))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def post(self, request: Request) -> Response:
        data, organisation = self.body(), self.organisation()

        def create() -> Answer:
            submission = intake.create_draft(
                owner=self.user, manifest=data, at=timezone.now(), organisation=organisation
            )
            return self.answer(201, submission)

        return self.once(create, body_hash(data))


@schema.submission
class OneSubmission(SubmitterView):
    def get(self, request: Request, pk: UUID) -> Response:
        return self.with_tag(plain(self.get_serializer(self.find()).data))

    def patch(self, request: Request, pk: UUID) -> Response:
        submission, changes = self.find_own(), self.body()
        if list(changes) == ["manifest"] and isinstance(changes["manifest"], dict):
            changes = changes["manifest"]
        with transaction.atomic():
            self.must_match(submission)
            if "organisation" in request.query_params:
                intake.give_to(submission, self.organisation(), by=self.user)
            intake.change_draft(submission, by=self.user, manifest=changes, at=timezone.now())
        return self.with_tag(self.shown(submission))

    def delete(self, request: Request, pk: UUID) -> Response:
        submission = self.find_own()
        with transaction.atomic():
            self.must_match(submission)
            intake.delete_draft(submission, by=self.user)
        return Response(status=204)


@schema.submit
class Submit(SubmitterView):
    def post(self, request: Request, pk: UUID) -> Response:
        submission = self.find_own()

        def submit() -> Answer:
            with transaction.atomic():
                self.must_match(submission)
                intake.submit(submission, by=self.user, at=timezone.now())
            return self.answer(202, submission)

        return self.once(submit, body_hash({}))


@schema.withdraw
class Withdraw(SubmitterView):
    def post(self, request: Request, pk: UUID) -> Response:
        submission = self.find_own()
        said = CommentSerializer(data=self.body())
        said.is_valid(raise_exception=True)
        review.withdraw(submission, by=self.user, at=timezone.now(), comment=said.validated_data["comment"])
        return Response(self.shown(submission))


@schema.revise
class Revise(SubmitterView):
    def post(self, request: Request, pk: UUID) -> Response:
        draft = review.revise(self.find_own(), by=self.user, at=timezone.now())
        status = 200 if draft.pk == pk else 201
        return self.with_tag(self.shown(draft), status, Location=address(request, draft))


@schema.verification
class NewestVerification(SubmitterView):
    def get(self, request: Request, pk: UUID) -> Response:
        submission = self.find()
        newest = submission.verifications.order_by("-number").first()
        if submission.status == Status.DRAFT and newest is None:
            raise NotFound("This draft was not submitted yet, so there is no verification.", code="not-submitted")
        return Response(visible(newest, submission, to=self.user))


@schema.verifications
class Verifications(SubmitterView):
    def get(self, request: Request, pk: UUID) -> Response:
        submission = self.find()
        page = cast("list[Verification]", self.paginate_queryset(submission.verifications.order_by("-number")))  # type: ignore[arg-type]
        return self.get_paginated_response([visible(one, submission, to=self.user) for one in page])


@schema.bundles
class Bundles(SubmitterView):
    parser_classes = [PartsParser]
    serializer_class = QueuedSerializer  # type: ignore[assignment]
    arriving: Arriving | None = None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.arriving = watch(request)
        return super().initialize_request(request, *args, **kwargs)

    def post(self, request: Request) -> Response:
        dry_run, key = dry_run_asked(request.query_params), key_of(request)
        organisation = None if dry_run else self.organisation()
        if self.arriving is None:
            raise UploadBroken("A bundle is multipart/form-data.", remedy="With curl: -F manifest=@submission.json …")
        parcel = read_parcel(request, self.arriving)
        valid = self._check(parcel, key)
        limits = limits_of(Edition.objects.get(slug=valid["edition"]))
        with keeping() as kept:
            blobs = intake.store_files(parcel.files, limits, kept)

            def send() -> Answer:
                submission = intake.send_stored(
                    owner=self.user,
                    valid=valid,
                    files=parcel.files,
                    blobs=blobs,
                    at=timezone.now(),
                    dry_run=dry_run,
                    organisation=organisation,
                )
                body = {
                    "id": str(submission.pk),
                    "status": submission.status,
                    "url": address(request, submission),
                    "verification_url": address(request, submission, "-verification"),
                }
                return Answer(202, body, {"Location": body["url"]})

            return self.once(send, body_hash(parcel.manifest, {name: blob.sha256 for name, blob in blobs.items()}))

    def _check(self, parcel: Parcel, key: str) -> dict[str, Any]:
        """The manifest made valid. What was answered 202 before was valid: what is not now is another body."""
        try:
            valid = validate(parcel.manifest)
            intake.check_bundle(valid, parcel.files)
        except Refused:
            account_address = self.request.get_full_path()[:300]
            if idempotency.is_known(self.user, account_address, key, at=timezone.now()):
                raise idempotency.another_body() from None
            raise
        return valid


@schema.dry_run
class OneDryRun(SubmitterView):
    dry_runs = True

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(self.find()).data)


@schema.dry_run_verification
class DryRunVerification(NewestVerification):
    dry_runs = True


urlpatterns = [
    path("submissions/", Submissions.as_view(), name="api-submissions"),
    path("submissions/<uuid:pk>/", OneSubmission.as_view(), name="api-submission"),
    path("submissions/<uuid:pk>/submit/", Submit.as_view(), name="api-submit"),
    path("submissions/<uuid:pk>/withdraw/", Withdraw.as_view(), name="api-withdraw"),
    path("submissions/<uuid:pk>/revise/", Revise.as_view(), name="api-revise"),
    path("submissions/<uuid:pk>/verification/", NewestVerification.as_view(), name="api-submission-verification"),
    path("submissions/<uuid:pk>/verifications/", Verifications.as_view(), name="api-verifications"),
    path("bundles/", Bundles.as_view(), name="api-bundles"),
    path("dry-runs/<uuid:pk>/", OneDryRun.as_view(), name="api-dry-run"),
    path("dry-runs/<uuid:pk>/verification/", DryRunVerification.as_view(), name="api-dry-run-verification"),
]
