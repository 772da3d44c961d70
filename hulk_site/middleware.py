"""What happens around a request to the API."""

from functools import partial

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.http import ConditionalGetMiddleware

from hulk_site.problems import wants_json


class ETags(ConditionalGetMiddleware):
    """Reads of the API carry an ETag of their content, and are answered 304 where the caller has it already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return super().process_response(request, response) if wants_json(request) else response


class Slashes(CommonMiddleware):
    """An address without its last slash is redirected with method and body: with 301, a POST would become a GET."""

    response_redirect_class = partial(HttpResponsePermanentRedirect, preserve_request=True)  # type: ignore[assignment]
