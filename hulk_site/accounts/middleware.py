"""What is said about caches on the way (RELIABILITY R75)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

PRIVATE = ("/account/", "/api/v1/whoami/")


class PrivatePages:
    """Whatever stands below these addresses is one person's alone; not all of allauth's pages say so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(PRIVATE):
            add_never_cache_headers(response)
        return response
