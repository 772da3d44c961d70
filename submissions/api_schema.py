"""What OpenAPI says about each address of the submitter's part of the API."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

from submissions.models import Evidence
from submissions.serializers import (
    CommentSerializer,
    EvidenceSerializer,
    QueuedSerializer,
    SubmissionSerializer,
    UploadSerializer,
    VerificationSerializer,
)

CONSENT = (
    "Sending a submission is consent to publish its logs, latencies and energy files under CC BY 4.0 once it is "
    "approved. Predictions and attachments are never published."
)
ATTEMPTS = (
    "Uses an attempt of today for each task whose predictions are sent, whatever is found, unless they equal those "
    "last verified of the same submission, or of the one it supersedes; a new submission, a dry run too, always uses "
    "one. A failure of the platform gives it back."
)
MANIFEST = {"application/json": OpenApiTypes.OBJECT}
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A repeated request gets the first answer, for 24 h."
)
ORGANISATION = OpenApiParameter(
    "organisation",
    str,
    description="The slug of an organisation that you are in: its members may read the submission. Empty: nobody else.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` that it had when you read it: 412 where it has been changed since, and nothing is done.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="`*`: only where no file stands at that place; else 412."
)
PLACE = [
    OpenApiParameter(
        "task", str, OpenApiParameter.PATH, description="A task's slug, or `all` where a file spans tasks."
    ),
    OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=Evidence.Kind.values),
    OpenApiParameter("run", int, description="From 1, where there are several runs.", default=1),
    OpenApiParameter("part", str, description="`matched` or `mismatched`, where there are several files."),
]
FILE = {
    "application/octet-stream": OpenApiTypes.BINARY,
    "multipart/form-data": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}},
}
BUNDLE = {
    "multipart/form-data": {
        "type": "object",
        "required": ["manifest"],
        "properties": {"manifest": {"type": "string", "description": "The manifest, as JSON."}},
        "additionalProperties": {"type": "string", "format": "binary"},
    }
}
TAGS = ["submissions"]


def _view(**methods: Any) -> Any:
    return extend_schema_view(**methods)


def _says(summary: str, **more: Any) -> Any:
    return extend_schema(summary=summary, tags=TAGS, **more)


submissions = _view(
    get=_says(
        "Your submissions, or those of an organisation that you are in",
        operation_id="submissions_list",
        parameters=[OpenApiParameter("organisation", str, description="Its slug; without it, your own.")],
        responses=SubmissionSerializer(many=True),
    ),
    post=_says(
        "Create a draft from a manifest",
        request=MANIFEST,
        parameters=[KEY, ORGANISATION],
        responses={201: SubmissionSerializer},
    ),
)
submission = _view(
    get=_says("One submission"),
    patch=_says(
        "Change the manifest of a draft (RFC 7396), or whose members may read it",
        request=MANIFEST,
        parameters=[ORGANISATION, IF_MATCH],
        responses=SubmissionSerializer,
    ),
    delete=_says("Delete a draft", parameters=[IF_MATCH], responses={204: None}),
)
submit = _view(
    post=_says(
        "Freeze a draft and queue it",
        description=f"{CONSENT} {ATTEMPTS}",
        request=None,
        parameters=[KEY, IF_MATCH],
        responses={202: SubmissionSerializer},
    )
)
withdraw = _view(post=_says("Withdraw", request=CommentSerializer, responses=SubmissionSerializer))
revise = _view(
    post=_says(
        "Make it a draft again, or begin one that supersedes it",
        request=None,
        responses={200: SubmissionSerializer, 201: SubmissionSerializer},
    )
)
verification = _view(get=_says("The newest verification", responses=VerificationSerializer))
verifications = _view(
    get=_says("Every verification", operation_id="verifications_list", responses=VerificationSerializer(many=True))
)
evidence_list = _view(get=_says("The files", operation_id="evidence_list", responses=EvidenceSerializer(many=True)))
evidence = _view(
    put=_says(
        "Add or replace a file of a draft",
        parameters=[*PLACE, IF_MATCH, IF_NONE_MATCH],
        request=FILE,
        responses={200: EvidenceSerializer, 201: EvidenceSerializer},
    ),
    get=_says("Download a file", parameters=PLACE, responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}),
    delete=_says("Remove a file from a draft", parameters=[*PLACE, IF_MATCH], responses={204: None}),
)
bundles = _view(
    post=_says(
        "Create, upload and submit in one call",
        description=f"{CONSENT} {ATTEMPTS}",
        request=BUNDLE,
        parameters=[
            KEY,
            OpenApiParameter("dry_run", bool, description="Verify only; nothing can be published."),
            ORGANISATION,
        ],
        responses={202: QueuedSerializer},
    )
)
dry_run = _view(get=_says("A dry run"))
dry_run_verification = _view(get=_says("What a dry run found", responses=VerificationSerializer))


# --- tus -----------------------------------------------------------------------------------------------------------


def _header(name: str, text: str = "", *, needed: bool = True, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=needed, description=text, **more)


def _answer(name: str, text: str, *statuses: int) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, response=list(statuses), description=text)


TUS = _header("Tus-Resumable", "The version of the protocol: `1.0.0`; another one is answered 412.")
CHECKSUM = _header(
    "Upload-Checksum", "Of the body: `sha256` or `sha1`, a space, base64. 460 where another one arrived.", needed=False
)
PIECE = {"application/offset+octet-stream": OpenApiTypes.BINARY}
uploads = _view(
    post=_says(
        "Begin a resumable upload (tus 1.0)",
        description=(
            "For large files: continued by PATCH, piece by piece, after a cut connection too. The last byte makes it "
            "evidence of the draft, as PUT would. What was begun for the same place before is given up. Files and "
            "submissions have limits: see OPTIONS (`Tus-Max-Size`) and /rules/."
        ),
        request=PIECE,
        parameters=[
            TUS,
            _header("Upload-Length", "Bytes of the whole file."),
            _header(
                "Upload-Metadata",
                "`key base64` pairs with commas between: submission, task, kind; run, part, filename, sha256 (of the "
                "whole file, which is then held against what arrived).",
            ),
            CHECKSUM,
            IF_MATCH,
            IF_NONE_MATCH,
            _answer("Location", "Where its pieces go.", 201),
            _answer("Upload-Expires", "Until when the next piece is waited for.", 201),
        ],
        responses={201: UploadSerializer},
    )
)
upload = _view(
    get=_says("How far an upload is", responses=UploadSerializer),
    head=_says("How far an upload is, as tus asks it", parameters=[TUS], responses={200: None}),
    patch=_says(
        "Send the next piece of an upload",
        description="409 where it begins elsewhere than the upload ends: HEAD says where to go on.",
        request=PIECE,
        parameters=[
            TUS,
            _header("Upload-Offset", "Where this piece begins, in bytes."),
            CHECKSUM,
            _answer("Upload-Offset", "Where the upload ends now.", 204),
            _answer("Upload-Expires", "Until when the next piece is waited for.", 204),
        ],
        responses={204: None},
    ),
    delete=_says("Give up an upload", parameters=[TUS], responses={204: None}),
)
