"""All addresses of the site, and yardsticks beside them: a constant answer of 5 kB (what Django, its middleware and the
server cost), and the rows of a board straight from the database as JSON."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import path

from hulk_site.urls import urlpatterns as site
from leaderboard.models import BoardRow

CONTENT = b"ok" * 2500


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(CONTENT)


def bare(request: HttpRequest, board: int) -> HttpResponse:
    rows = BoardRow.objects.filter(board=board).order_by("order_key", "tie").values()[:25]
    # Sort keys are bytes, which JSON has not.
    return HttpResponse(orjson.dumps(list(rows), default=repr), content_type="application/json")


urlpatterns = [path("constant/", constant), path("bare/<int:board>/", bare), *site]
