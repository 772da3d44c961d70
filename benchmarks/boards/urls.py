"""All addresses of the site, and a constant answer of 5 kB: what Django, its middleware and the server cost."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from hulk_site.urls import urlpatterns as site

CONTENT = b"ok" * 2500


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(CONTENT)


urlpatterns = [path("constant/", constant), *site]
