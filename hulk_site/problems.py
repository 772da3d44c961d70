"""Errors of the domain as answers: the one table of error class -> HTTP status, written as RFC 9457 says."""

import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string
from django.views import defaults
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from leaderboard.evidence import BlobTooLarge
from leaderboard.parameters import WrongQuery
from leaderboard.standing import TooBusy
from submissions import errors

logger = logging.getLogger(__name__)

API = "/api/"
MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 10
"""After which a database or storage that was away is asked for again."""
UNAVAILABLE = (OperationalError, InterfaceError, errors.StorageAway)

STATUS: Mapping[type[BaseException], HTTPStatus] = {
    errors.ManifestInvalid: HTTPStatus.BAD_REQUEST,
    errors.NeedsReason: HTTPStatus.BAD_REQUEST,
    errors.FileRefused: HTTPStatus.BAD_REQUEST,
    errors.MessageRefused: HTTPStatus.BAD_REQUEST,
    errors.WebhookRefused: HTTPStatus.BAD_REQUEST,
    WrongQuery: HTTPStatus.BAD_REQUEST,
    SuspiciousOperation: HTTPStatus.BAD_REQUEST,
    MultiPartParserError: HTTPStatus.BAD_REQUEST,
    UnreadablePostError: HTTPStatus.BAD_REQUEST,
    errors.NotTheOwner: HTTPStatus.FORBIDDEN,
    errors.OwnEntry: HTTPStatus.FORBIDDEN,
    errors.NotAMaintainer: HTTPStatus.FORBIDDEN,
    errors.NotAnOwner: HTTPStatus.FORBIDDEN,
    PermissionDenied: HTTPStatus.FORBIDDEN,
    Http404: HTTPStatus.NOT_FOUND,
    errors.StepNotAllowed: HTTPStatus.CONFLICT,
    errors.Refused: HTTPStatus.CONFLICT,
    errors.LengthMissing: HTTPStatus.LENGTH_REQUIRED,
    errors.ChangedMeanwhile: HTTPStatus.PRECONDITION_FAILED,
    errors.ProtocolUnknown: HTTPStatus.PRECONDITION_FAILED,
    errors.FileTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    BlobTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RequestDataTooBig: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooManyFilesSent: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooManyFieldsSent: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.ArchiveRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.EvidenceMissing: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.QuotaSpent: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooManyMessages: HTTPStatus.TOO_MANY_REQUESTS,
    OperationalError: HTTPStatus.SERVICE_UNAVAILABLE,
    InterfaceError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StorageAway: HTTPStatus.SERVICE_UNAVAILABLE,
    TooBusy: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The nearest class in an error's own line of descent decides."""

SENTENCES: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.FORBIDDEN: "You may not do this.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address that you can see.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is larger, or has more parts, than is accepted.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The fault is ours and has been written to the log.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database or the storage is away for a moment. Try again.",
}
"""What is said where an error brings no sentence that a sender could use."""

CODES: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "malformed",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "server-error",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}


def problem(
    status: HTTPStatus, *, code: str = "", detail: str = "", mistakes: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The body of an error, with `errors` empty where there is nothing to point at."""
    code = code or CODES.get(status, status.name.lower().replace("_", "-"))
    return {
        "type": f"urn:hulk:problem:{code}",
        "title": status.phrase,
        "status": status.value,
        "detail": detail or SENTENCES.get(status, status.description),
        "code": code,
        "errors": list(mistakes),
    }


def mistake(
    *, field: str = "", file: str = "", line: int | None = None, code: str, message: str, remedy: str = ""
) -> dict[str, Any]:
    return {"field": field, "file": file, "line": line, "code": code, "message": message, "remedy": remedy}


# --- the API -------------------------------------------------------------------------------------------------------


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. None where the error is our own fault: it then propagates and is logged."""
    status = status_of(error)
    if status is None:
        return None
    if isinstance(error, UNAVAILABLE):
        logger.error("Unavailable: %s", error)
    return Response(_body(error, status), status=status.value, headers=_headers(error), content_type=MEDIA_TYPE)


def status_of(error: BaseException) -> HTTPStatus | None:
    if isinstance(error, APIException):
        return HTTPStatus(error.status_code)
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)


def _body(error: BaseException, status: HTTPStatus) -> dict[str, Any]:
    for kind, explain in EXPLAIN.items():
        if isinstance(error, kind):
            return explain(error, status)
    return problem(status)


def _explain_manifest(error: errors.ManifestInvalid, status: HTTPStatus) -> dict[str, Any]:
    mistakes = [
        mistake(field=one.field, line=one.line, code=one.code, message=one.message, remedy=one.remedy)
        for one in error.problems
    ]
    code = "malformed" if [one.code for one in error.problems] == ["malformed"] else error.code
    return problem(status, code=code, detail=error.message, mistakes=mistakes)


def _explain_missing(error: errors.EvidenceMissing, status: HTTPStatus) -> dict[str, Any]:
    mistakes = [
        mistake(file=name, code=error.code, message=f"`{name}` is not there.", remedy=error.remedy)
        for name in error.missing
    ]
    return problem(status, code=error.code, detail=error.message, mistakes=mistakes)


def _explain_refusal(error: errors.Refused, status: HTTPStatus) -> dict[str, Any]:
    where = {"file": error.field} if isinstance(error, errors.FileRefused) else {"field": error.field}
    one = mistake(**where, line=error.line, code=error.code, message=error.message, remedy=error.remedy)
    return problem(status, code=error.code, detail=error.message, mistakes=[one])


def _explain_query(error: WrongQuery, status: HTTPStatus) -> dict[str, Any]:
    mistakes = [
        mistake(
            field=one.parameter,
            code="wrong-value",
            message=one.message,
            remedy=f"Right values: {', '.join(one.allowed)}." if one.allowed else "",
        )
        for one in error.problems
    ]
    return problem(status, code=error.code, detail=str(error), mistakes=mistakes)


def _explain_drf(error: APIException, status: HTTPStatus) -> dict[str, Any]:
    if isinstance(error, ValidationError):
        mistakes = list(_flat(error.get_full_details(), ""))
        return problem(status, code="invalid", detail="The request has mistakes.", mistakes=mistakes)
    code = str(getattr(error.detail, "code", error.default_code)).replace("_", "-")
    return problem(status, code=code, detail=str(error.detail))


def _flat(details: Any, path: str) -> Iterable[dict[str, Any]]:
    """DRF's nested validation errors, one after the other with their dotted paths."""
    if isinstance(details, Mapping) and set(details) == {"message", "code"}:
        yield mistake(field=_sound(path), code=str(details["code"]), message=_sound(str(details["message"])))
    elif isinstance(details, Mapping):
        for key, below in details.items():
            yield from _flat(below, f"{path}.{key}" if path else str(key))
    else:
        for below in details:
            yield from _flat(below, path)


def _sound(text: str) -> str:
    """Text that can be sent: JSON that was read may hold half a surrogate pair, and a sentence may quote it."""
    return text.encode(errors="replace").decode()


EXPLAIN: Mapping[type[BaseException], Callable[[Any, HTTPStatus], dict[str, Any]]] = {
    errors.ManifestInvalid: _explain_manifest,
    errors.EvidenceMissing: _explain_missing,
    errors.Refused: _explain_refusal,
    WrongQuery: _explain_query,
    TooBusy: lambda error, status: problem(status, code=error.code, detail=str(error)),
    APIException: _explain_drf,
}


def _headers(error: BaseException) -> dict[str, str]:
    headers = {}
    if authenticate := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = authenticate
    if tag := getattr(error, "tag", ""):
        headers["ETag"] = f'"{tag}"'
    wait = getattr(error, "retry_after", None) or getattr(error, "wait", None)
    if isinstance(error, UNAVAILABLE):
        wait = RETRY_SECONDS
    if wait:
        headers["Retry-After"] = str(int(wait))
    return headers


# --- pages, and what happens outside of any view -------------------------------------------------------------------


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith(API)


def _as_json(status: HTTPStatus, headers: Mapping[str, str] | None = None) -> JsonResponse:
    return JsonResponse(problem(status), status=status.value, headers=headers, content_type=MEDIA_TYPE)


def unreadable(request: HttpRequest, what: str, field: str) -> HttpResponse:
    """400 where `what`, the parameter or form field `field` (empty: the address itself), holds a NUL character."""
    message, remedy = f"{what} holds a NUL character, which no text here has.", "Send it without."
    if not wants_json(request):
        return HttpResponse(render_to_string("400.html", {"mistake": f"{message} {remedy}"}), status=400)
    one = mistake(field=field, code="nul-character", message=message, remedy=remedy)
    body = problem(HTTPStatus.BAD_REQUEST, detail=message, mistakes=[one])
    return JsonResponse(body, status=400, content_type=MEDIA_TYPE)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After. The page is rendered without a request: nothing on it may ask the database."""
    headers = {"Retry-After": str(RETRY_SECONDS)}
    if wants_json(request):
        return _as_json(HTTPStatus.SERVICE_UNAVAILABLE, headers)
    return HttpResponse(render_to_string("503.html"), status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def busy(error: TooBusy) -> HttpResponse:
    page = render_to_string("busy.html", {"error": error})
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=_headers(error))


class UnavailableMiddleware:
    """Answers 503 where a page found database or storage away or too busy; `handle` does so for the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, TooBusy):
            return busy(error)
        if not isinstance(error, UNAVAILABLE):
            return None
        logger.error("Unavailable: %s", error)
        return unavailable(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return _as_json(status_of(exception) or HTTPStatus.BAD_REQUEST)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return _as_json(HTTPStatus.FORBIDDEN)
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return _as_json(HTTPStatus.NOT_FOUND)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's last resort. A database that is away shows here too, where it was a middleware that asked it."""
    if isinstance(sys.exc_info()[1], UNAVAILABLE):
        return unavailable(request)
    if wants_json(request):
        return _as_json(HTTPStatus.INTERNAL_SERVER_ERROR)
    return defaults.server_error(request)
