"""Pages of the API's lists."""

from rest_framework.pagination import PageNumberPagination


class Paging(PageNumberPagination):
    """`count`, `next`, `previous`, `results`; `?page=` and `?per_page=` up to a hundred."""

    page_size = 25
    page_size_query_param = "per_page"
    max_page_size = 100
