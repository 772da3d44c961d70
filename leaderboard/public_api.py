"""What all public reads share: no account, any origin, GET only."""

from typing import Any

from django.http import Http404
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leaderboard.models import Edition
from leaderboard.numbers import number_in
from leaderboard.parameters import Problem, WrongQuery


class PublicView(APIView):
    """Open to everybody. A token or cookie that comes along is not looked at: it can neither help nor fail."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    http_method_names = ["get", "head", "options"]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Let scripts of any origin read it; browsers then send no credentials."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Access-Control-Allow-Origin"] = "*"
        if request.method == "OPTIONS":
            final["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            final["Access-Control-Max-Age"] = "86400"
        return final


class Pages(PageNumberPagination):
    """`count`, `next`, `previous`, `results`; a wrong `page` or `per_page` is answered as boards answer it."""

    page_size = 25
    page_size_query_param = "per_page"
    max_page_size = 100

    @staticmethod
    def check(request: Request) -> None:
        """WrongQuery where a number in the address is none, or something of it is said twice."""
        given = request.query_params
        wrong = [
            Problem(name, f"`{name}` is a whole number from 1.")
            for name in ("page", "per_page")
            if not number_in(given.get(name) or "1")
        ]
        twice = [name for name in ("page", "per_page", "cursor") if len(given.getlist(name)) > 1]
        wrong += [Problem(name, f"`{name}` may stand here once.") for name in twice]
        if wrong:
            raise WrongQuery(wrong)

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any] | None:
        self.check(request)
        return super().paginate_queryset(queryset, request, view)


class CataloguePages(Pages):
    page_size = 100


def current_edition() -> Edition:
    """The edition of an address that names none; 404 where nothing is loaded yet."""
    try:
        return Edition.objects.current()
    except Edition.DoesNotExist as error:
        raise Http404("No edition is loaded on this server yet.") from error


def edition_named(slug: str) -> Edition:
    """The edition of `?edition=`, the current one where it is empty; WrongQuery where there is none of that name."""
    if not slug:
        return current_edition()
    found = Edition.objects.filter(slug=slug).first()
    if found is None:
        allowed = tuple(Edition.objects.values_list("slug", flat=True))
        raise WrongQuery([Problem("edition", "There is no such edition.", allowed)])
    return found
