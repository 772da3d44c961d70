"""How bodies of requests are read: a manifest strictly, and the parts of a bundle as they arrive."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, cast

from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest, QueryDict
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from leaderboard.models import Edition
from scoring.rules import Limits
from submissions import manifest
from submissions.errors import FileRefused, FileTooLarge, LengthMissing, ManifestInvalid, Problem, UploadBroken
from submissions.uploads import CHUNK, HEAD, Readable, refuse_archive, too_large

MANIFEST = "manifest"
"""The name of the manifest's own part of a bundle."""
BUILD_IT = (
    "Let a program write it: curl -F name=@path, or the `files` of Python's requests. The headers of one part have "
    "at most 1,024 bytes, and its content goes as it is, not as base64."
)
AROUND_THE_FILES = 1024 * 1024
"""Bytes that the manifest and the headers of all parts may have beside the files."""
TAIL = 512
LONGEST_KEY = 200
TRUTHS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


class ManifestParser(BaseParser):
    """`application/json`, read as a manifest is read: strictly, and never more of it than may be sent."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        return manifest.load(_read_at_most(stream, manifest.LIMITS.manifest_bytes + 1))


class PartsParser(MultiPartParser):
    """`multipart/form-data`. What is wrong with the body itself is said in our words, with what to do about it."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            raise UploadBroken(
                f"The body cannot be read as multipart/form-data ({_reason(error)}).", remedy=BUILD_IT
            ) from error
        except (TooManyFilesSent, TooManyFieldsSent) as error:
            most = manifest.LIMITS.submission_files
            raise FileTooLarge(
                "The request has too many parts.",
                remedy=f"A submission has at most {most} files, and the request one part `manifest` beside them.",
            ) from error


def _reason(error: ParseError) -> str:
    """What Django's parser says, without what is said already."""
    return str(error.detail).removeprefix("Multipart form parse error - ").rstrip(".").strip() or "malformed"


def _read_at_most(stream: Readable, most: int) -> bytes:
    """A stream may give less than is asked for at a time."""
    read = b""
    while len(read) < most and (chunk := stream.read(most - len(read))):
        read += chunk
    return read


def require_length(request: HttpRequest) -> None:
    """Raises LengthMissing for a chunked body, which Django would take for an empty one."""
    if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
        raise LengthMissing(
            "The request has no Content-Length.", remedy="Send the file with its length, not in chunks."
        )


class Arriving:
    """A multipart body under way: how much of it came, and how it ended."""

    def __init__(self, stream: Readable, expected: int, boundary: str) -> None:
        self._stream = stream
        self._expected = expected
        self._end = f"--{boundary}--".encode()
        self._tail = b""
        self._size = 0

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._stream.read(size)
        self._size += len(chunk)
        self._tail = (self._tail + chunk[-TAIL:])[-TAIL:]
        return chunk

    def readline(self, size: int = -1, /) -> bytes:
        """Only what follows the last part is read by lines, to be thrown away: a line without end stays bounded."""
        return self.read(CHUNK)

    def check_whole(self) -> None:
        """Raises UploadBroken where the sender broke off: the last part would pass for a whole file."""
        if self._size < self._expected or self._end not in self._tail:
            raise UploadBroken(
                "The request ended before all of its parts had arrived.", remedy="Send it again; nothing was stored."
            )


class Guard(FileUploadHandler):
    """Refuses a part while it arrives: an archive by its first bytes, and what is larger than any edition allows."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.limits = Limits()
        self._size = 0
        self._head = b""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, Any],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        self.limits = widest_limits()
        if content_length > self.limits.submission_bytes + AROUND_THE_FILES:
            raise FileTooLarge(
                f"The request is larger than {self.limits.submission_bytes:,} bytes, the limit for a submission.",
                remedy="Compress the files with gzip.",
            )

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._size, self._head = 0, b""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if len(self._head) < HEAD:
            self._head += raw_data[:HEAD]
            refuse_archive(self._head, self._name)
        self._size += len(raw_data)
        if self._size > self.limits.file_bytes:
            raise too_large(self._name, self.limits.file_bytes)
        return raw_data

    @property
    def _name(self) -> str:
        return (self.field_name or "")[:200]

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None


def widest_limits() -> Limits:
    """The largest file and submission that any edition takes: which edition it is, the manifest says later."""
    all_limits = [Limits(**own) for own in Edition.objects.values_list("limits", flat=True)] or [Limits()]
    return Limits(
        file_bytes=max(limits.file_bytes for limits in all_limits),
        submission_bytes=max(limits.submission_bytes for limits in all_limits),
    )


def watch(request: HttpRequest) -> Arriving | None:
    """Set up a request to be read part by part; None where it is not multipart. Call it before anything reads it."""
    kind, options = parse_header_parameters(request.META.get("CONTENT_TYPE") or "")
    if kind != "multipart/form-data":
        return None
    arriving = Arriving(request._stream, int(request.META.get("CONTENT_LENGTH") or 0), options.get("boundary", ""))
    # Django offers no other place: the body may be parsed by DRF's parser or, for the CSRF check, by Django itself.
    request._stream = arriving  # type: ignore[assignment]
    request.upload_handlers = [Guard(request), TemporaryFileUploadHandler(request)]
    return arriving


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a bundle brought: the manifest as written, and files by the name of their part."""

    manifest: dict[str, Any]
    files: dict[str, File]


def read_parcel(request: Request, arriving: Arriving) -> Parcel:
    """The parts of a bundle. Raises ManifestInvalid or FileRefused where they cannot be one."""
    fields, files = cast(QueryDict, request.data), request.FILES
    arriving.check_whole()
    for name in files:
        if len(files.getlist(name)) > 1:
            raise FileRefused(
                f"There are several parts named `{name[:200]}`.", remedy="Send one of each.", field=name[:200]
            )
    strays = [name for name in request.POST if name != MANIFEST and name not in files]
    if strays:
        remedy = "Send it as a file: with curl, -F 'name=@path'."
        message = f"The part `{strays[0][:200]}` has no file name, so it is not a file."
        raise FileRefused(message, remedy=remedy, field=strays[0][:200])
    return Parcel(_read_manifest(fields.getlist(MANIFEST)), {name: files[name] for name in files if name != MANIFEST})


def _read_manifest(parts: list[Any]) -> dict[str, Any]:
    if len(parts) != 1:
        message = "The part `manifest` is not there." if not parts else "There are several parts named `manifest`."
        raise ManifestInvalid([Problem(MANIFEST, message, code="required", remedy="Send one, as JSON.")])
    part = parts[0]
    raw = part.encode() if isinstance(part, str) else _read_at_most(part, manifest.LIMITS.manifest_bytes + 1)
    return manifest.load(raw)


def body_hash(data: Mapping[str, Any], files: Mapping[str, str] | None = None) -> str:
    """What makes two bodies the same: their parsed content, as neither spaces nor multipart boundaries matter."""
    text = json.dumps([data, dict(files or {})], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def key_of(request: Request | HttpRequest) -> str:
    """The Idempotency-Key; empty where there is none. ValidationError where it is none that can be kept."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [f"It must have 1 to {LONGEST_KEY} printable ASCII characters."]})
    return key


def dry_run_asked(query: Mapping[str, str]) -> bool:
    """A mistyped parameter must not send for good what was meant as a try."""
    unknown = sorted(set(query) - {"dry_run", "organisation"})
    value = query.get("dry_run", "false").lower()
    if unknown or value not in TRUTHS:
        name = unknown[0][:100] if unknown else "dry_run"
        raise ValidationError({name: ["Only `dry_run=true` or `dry_run=false`, and `organisation`, may stand here."]})
    return TRUTHS[value]
