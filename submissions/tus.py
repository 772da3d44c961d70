"""Resumable uploads as tus 1.0 speaks of them (https://tus.io/protocols/resumable-upload): core, creation,
creation-with-upload, expiration, termination, checksum. The verbs are those of `resumable`."""

import base64
import binascii
import io
import re
from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import http_date
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from leaderboard.evidence import SHA256
from submissions import api_schema as schema
from submissions import resumable, spool
from submissions.api import SubmitterView
from submissions.errors import ChecksumDiffers, OffsetDiffers, ProtocolUnknown
from submissions.manifest import Place
from submissions.models import Upload
from submissions.parsers import widest_limits
from submissions.permissions import must_own
from submissions.preconditions import precondition_of
from submissions.resumable import CHECKSUMS, Checksum
from submissions.serializers import UploadSerializer
from submissions.uploads import Readable

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum"
CHECKSUM_DIFFERS = 460
"""The status that the protocol has for it, which HTTP does not know."""
PIECE = "application/offset+octet-stream"
WHOLE_NUMBER = re.compile(r"[0-9]{1,15}")
NEEDED = ("submission", "task", "kind")
KEYS = (*NEEDED, "run", "part", "filename", "filetype", "sha256")
LONGEST_VALUE = 1000


class PieceParser(BaseParser):
    """Leaves the bytes of a piece where they are, to be read as they come: what looks for form fields finds none."""

    media_type = PIECE

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        return {}


class TusView(SubmitterView):
    """What every answer of the protocol carries, and what every request but OPTIONS must."""

    serializer_class = UploadSerializer  # type: ignore[assignment]
    parser_classes = [PieceParser]

    def get_permissions(self) -> Any:
        """What the server can do is told to everybody."""
        return [] if self.request.method == "OPTIONS" else super().get_permissions()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in {"OPTIONS", "GET"} and request.headers.get("Tus-Resumable") != VERSION:
            raise ProtocolUnknown(
                f"The request does not say that it speaks tus {VERSION}.",
                remedy=f"Send the header `Tus-Resumable: {VERSION}`.",
                field="Tus-Resumable",
            )

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = VERSION
        answer["Tus-Version"] = VERSION
        return answer

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, OffsetDiffers):
            response["Upload-Offset"] = str(exc.offset)
        if isinstance(exc, ChecksumDiffers):
            response.status_code = response.data["status"] = CHECKSUM_DIFFERS
            response.data["title"] = "Checksum Mismatch"
        return response

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        told = {
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(widest_limits().file_bytes),
            "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        }
        return Response(status=204, headers=told)

    def piece(self, upload: Upload, offset: int) -> int:
        """Appends the body at an offset; where the upload ends then."""
        stream: Readable = self.request.stream or io.BytesIO()
        length = int(self.request.META.get("CONTENT_LENGTH") or 0)
        return resumable.append(
            upload, stream, offset=offset, length=length, by=self.user, at=timezone.now(), checksum=self.checksum()
        )

    def checksum(self) -> Checksum | None:
        """What `Upload-Checksum` says of the body. ValidationError where it cannot be read."""
        header = self.request.headers.get("Upload-Checksum", "")
        if not header:
            return None
        algorithm, _, coded = header.strip().partition(" ")
        if algorithm not in CHECKSUMS:
            raise ValidationError({"Upload-Checksum": [f"Its algorithm must be one of {', '.join(CHECKSUMS)}."]})
        try:
            return Checksum(algorithm, base64.b64decode(coded, validate=True))
        except (binascii.Error, ValueError) as error:
            raise ValidationError({"Upload-Checksum": ["The checksum must be in base64."]}) from error

    def number(self, header: str) -> int:
        value = self.request.headers.get(header, "")
        if not WHOLE_NUMBER.fullmatch(value):
            raise ValidationError({header: ["It must be there, a whole number of bytes."]})
        return int(value)

    def expires(self, upload: Upload) -> dict[str, str]:
        return {"Upload-Expires": http_date(upload.expires_at.timestamp())}


@schema.uploads
class Uploads(TusView):
    """Announces a file, and may bring its first bytes."""

    def post(self, request: Request) -> Response:
        if "Upload-Defer-Length" in request.headers:
            raise ValidationError({"Upload-Defer-Length": ["The length must be known: send Upload-Length."]})
        size, said = self.number("Upload-Length"), self.metadata()
        submission = get_object_or_404(self.get_queryset(), pk=said["submission"])
        must_own(self.user, submission)
        place = Place(said["task"], said["kind"], said["run"], said["part"], said["filename"])
        seen = precondition_of(request.headers)
        upload = resumable.begin(
            submission, by=self.user, place=place, size=size, at=timezone.now(), sha256=said["sha256"], seen=seen
        )
        headers = {"Location": request.build_absolute_uri(reverse("api-upload", args=[upload.pk]))}
        if request.content_type == PIECE:
            headers["Upload-Offset"] = str(self.piece(upload, 0))
        return Response(self.get_serializer(upload).data, status=201, headers=headers | self.expires(upload))

    def metadata(self) -> dict[str, Any]:
        """What `Upload-Metadata` says. ValidationError with all that is wrong with it."""
        said, wrong = read_metadata(self.request.headers.get("Upload-Metadata", ""))
        wrong |= {key: ["It must be there."] for key in NEEDED if key not in said and key not in wrong}
        run = said.get("run", "1")
        if not (run.isascii() and run.isdecimal() and len(run) <= 3):
            wrong["run"] = ["It must be a whole number from 1."]
        if said.get("sha256") and not SHA256.fullmatch(said["sha256"]):
            wrong["sha256"] = ["It must be a SHA-256, in 64 lower-case hex digits."]
        if "submission" in said and not _is_uuid(said["submission"]):
            wrong["submission"] = ["It must be the id of a submission."]
        if wrong:
            raise ValidationError({f"Upload-Metadata.{key}": messages for key, messages in wrong.items()})
        return {"part": "", "filename": "", "sha256": "", **said, "run": int(run)}


def read_metadata(header: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The pairs of `Upload-Metadata` (`key base64,key base64`), and by key what is wrong with the others."""
    said: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    for pair in filter(None, (item.strip() for item in header.split(","))):
        key, _, coded = pair.partition(" ")
        if key not in KEYS:
            wrong[key[:60]] = [f"Only {', '.join(KEYS)} may stand here."]
            continue
        try:
            said[key] = base64.b64decode(coded, validate=True).decode()
        except (binascii.Error, ValueError):
            wrong[key] = ["Its value must be UTF-8 text in base64."]
            continue
        if len(said[key]) > LONGEST_VALUE or "\x00" in said[key]:
            wrong[key] = [f"It must have at most {LONGEST_VALUE:,} characters, none of them NUL."]
    return said, wrong


def write_metadata(upload: Upload) -> str:
    said = {
        "submission": str(upload.submission_id),
        "task": upload.task,
        "kind": upload.kind,
        "run": str(upload.run),
        "part": upload.part,
        "filename": upload.name,
        "sha256": upload.sha256,
    }
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items() if value)


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


@schema.upload
class OneUpload(TusView):
    """One file on its way: how much of it is here, its next piece, and giving it up."""

    def get(self, request: Request, pk: UUID) -> Response:
        upload = self.upload()
        return Response(self.get_serializer(upload).data, headers=self.state(upload))

    def head(self, request: Request, pk: UUID) -> Response:
        upload = self.upload()
        return Response(headers=self.state(upload) | {"Upload-Metadata": write_metadata(upload)})

    def patch(self, request: Request, pk: UUID) -> Response:
        if request.content_type != PIECE:
            raise UnsupportedMediaType(request.content_type, f"A piece of a file is sent as `{PIECE}`.")
        upload = self.upload()
        offset = self.piece(upload, self.number("Upload-Offset"))
        return Response(status=204, headers={"Upload-Offset": str(offset)} | self.expires(upload))

    def delete(self, request: Request, pk: UUID) -> Response:
        spool.give_up(self.upload())
        return Response(status=204)

    def upload(self) -> Upload:
        """The caller's own; 404 where it is another's, expired, given up or never was."""
        rows = Upload.objects.select_related("submission__edition", "submission__owner")
        own = rows.filter(submission__owner=self.user.pk, expires_at__gt=timezone.now())
        return get_object_or_404(own, pk=self.kwargs["pk"])

    def state(self, upload: Upload) -> dict[str, str]:
        return {
            "Upload-Offset": str(spool.held(upload)),
            "Upload-Length": str(upload.size),
            **self.expires(upload),
        }


urlpatterns = [
    path("uploads/", Uploads.as_view(), name="api-uploads"),
    path("uploads/<uuid:pk>/", OneUpload.as_view(), name="api-upload"),
]
