"""OpenAPI: what all operations share, and the pages that show it."""

from typing import Any

from django.conf import settings
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from hulk_site.problems import MEDIA_TYPE
from leaderboard.filters import PARAMETERS

ERRORS = {
    "400": "Malformed, or with mistakes that `errors` lists.",
    "401": "No token, or one that is wrong, revoked or expired.",
    "403": "The token lacks the scope, or only the owner may do this.",
    "404": "Nothing there that you can see.",
    "409": "Not possible in the state it is in.",
    "413": "Larger than the edition allows.",
    "415": "An archive, a pickle or a spreadsheet; or a body of another media type.",
    "422": "Evidence is missing, or an Idempotency-Key came with another body.",
    "429": "No attempt is left today, or too many requests; see Retry-After.",
    "503": "Database or storage is away, or too many ask for boards of past days; see Retry-After.",
}
EMPTY_IS_ABSENT = frozenset({*PARAMETERS, "format", "per_page", "cursor"})
"""Parameters of lists and boards: a form without script sends its empty fields, too."""
ERRORS_OF_UPLOADS = {
    "412": "Another version of tus than 1.0.0, or none; or its place was changed meanwhile.",
    "460": "The piece did not arrive as `Upload-Checksum` says; it is not kept, and can be sent again.",
}
ERRORS_OF_CHANGES = {"412": "It is not what `If-Match` or `If-None-Match` says. Nothing was done; see `ETag`."}
"""Where an operation takes these headers."""
TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `errors` has one item a mistake.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "code": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": TEXT,
                    "file": TEXT,
                    "line": {"type": "integer", "nullable": True},
                    "code": TEXT,
                    "message": TEXT,
                    "remedy": TEXT,
                },
            },
        },
    },
}


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Every operation may answer with a problem, and take empty parameters of lists: said once, for all of them."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for address, operations in result["paths"].items():
        for operation in operations.values():
            errors = ERRORS | _errors_of(address, operation)
            for status, description in errors.items():
                operation["responses"].setdefault(status, {"description": description, "content": content})
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in EMPTY_IS_ABSENT:
                    parameter["allowEmptyValue"] = True
    return result


def _errors_of(address: str, operation: dict[str, Any]) -> dict[str, str]:
    if "/uploads/" in address:
        return ERRORS_OF_UPLOADS
    named = {parameter["name"] for parameter in operation.get("parameters", ())}
    return ERRORS_OF_CHANGES if "If-Match" in named else {}


class BearerToken(OpenApiAuthenticationExtension):
    """How a token is sent; it is found by being a subclass."""

    target_class = "hulk_site.accounts.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Made at /account/tokens/, shown once."}


class Examples(TemplateView):
    """The usual calls in curl, Python and the command; `tests/site/test_examples.py` runs them."""

    template_name = "api/examples.html"
    extra_context = {"public_url": settings.PUBLIC_URL}


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI, whose script is a request of its own: the page has nothing inline."""

    template_name = "api/docs.html"


urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("examples/", require_safe(Examples.as_view()), name="api-examples"),
    path("docs/", Docs.as_view(url_name="api-schema"), name="api-docs"),
]
