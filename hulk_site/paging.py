"""Pages of the API's lists."""

from contextlib import nullcontext
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, transaction
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leaderboard.filters import Problem, WrongQuery
from leaderboard.public_api import Pages


class Paging(CursorPagination):
    """`count`, `next`, `previous`, `results`; up to a hundred a page with `per_page`.

    `next` and `previous` carry a cursor, so that nothing is shown twice or left out while a list grows, however far
    one reads. Numbered pages (`page=2`) are served beside them, for people who type addresses.
    """

    page_size = 25
    page_size_query_param = "per_page"
    max_page_size = 100
    count = 0
    numbered: Pages | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any] | None:
        if request.query_params.get("page"):
            self.numbered = Pages()
            return self.numbered.paginate_queryset(queryset, request, view)
        Pages.check(request)
        self.count = queryset.count()
        try:
            # A cursor may hold a time that only the database refuses: what surrounds the request must survive that.
            with transaction.atomic() if request.query_params.get("cursor") else nullcontext():
                return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError, DataError) as error:
            problem = Problem("cursor", "This is no cursor of this list. Take the addresses in `next` and `previous`.")
            raise WrongQuery([problem]) from error

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """As the list is ordered anyway; rows that are equal there are told apart by their key."""
        given = queryset.query.order_by or queryset.model._meta.ordering or ("pk",)
        return (*map(str, given), "pk")

    def get_paginated_response(self, data: Any) -> Response:
        if self.numbered:
            return self.numbered.get_paginated_response(data)
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return Response({"count": self.count, **links, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {"count": {"type": "integer"}, "next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        page = {"name": "page", "in": "query", "description": "A numbered page instead, from 1."}
        return [*super().get_schema_operation_parameters(view), page | {"schema": {"type": "integer", "minimum": 1}}]
