"""What happens around every request."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.http import ConditionalGetMiddleware

from hulk_site.problems import unreadable, wants_json


class ETags(ConditionalGetMiddleware):
    """Reads of the API carry an ETag of their content, and are answered 304 where the caller has it already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return super().process_response(request, response) if wants_json(request) else response


class Slashes(CommonMiddleware):
    """An address without its last slash is redirected with method and body: with 301, a POST would become a GET."""

    response_redirect_class = partial(HttpResponsePermanentRedirect, preserve_request=True)  # type: ignore[assignment]


class NoNul:
    """NUL in an address or in a form is refused here, once: no text has it, and no text column takes it.

    Forms of pages only: the API's bodies are JSON or files, which have rules of their own. It stands behind the check
    for forged requests, so that nobody's upload is read before that.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            return unreadable(request, "The address", "")
        if "%00" in request.META.get("QUERY_STRING", "") and (names := _with_nul(request.GET)):
            return unreadable(request, f"`{names[0]}` in the address", names[0])
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        if request.method == "POST" and not wants_json(request) and (names := _with_nul(request.POST)):
            return unreadable(request, f"The field `{names[0]}`", names[0])
        return None


def _with_nul(values: QueryDict) -> list[str]:
    """The names under which, or in which, there is a NUL; fit to be shown."""
    return [
        name.replace("\0", "")[:60] for name, texts in values.lists() if any("\0" in text for text in (name, *texts))
    ]
