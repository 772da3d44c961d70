"""Pages of an account's webhooks: the list with the form for a new one, and one with what it was told."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from submissions import webhooks
from submissions.errors import WebhookRefused
from submissions.models import Happening, Webhook

SHOWN = 25
WORDS = {
    Happening.VERIFIED: "A submission of mine has been verified, with or without errors",
    Happening.DECIDED: "It was approved, rejected, or changes are asked for",
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@sensitive_variables("secret")
def own(request: HttpRequest) -> HttpResponse:
    """The list, and the form. A secret is shown in the answer to its form: it is kept nowhere in between."""
    user = cast(AbstractUser, request.user)
    url, events = request.POST.get("url", ""), request.POST.getlist("event")
    new, secret, refusal = None, "", None
    if request.method == "POST":
        try:
            new, secret = webhooks.register(user, url=url, events=events, at=timezone.now())
        except WebhookRefused as error:
            refusal = error
    asked = events if refusal else Happening.values
    context = {
        "webhooks": Webhook.objects.filter(owner=user.pk),
        "new": new,
        "secret": secret,
        "refusal": refusal,
        "url": url if refusal else "",
        "choices": [(event, words, event in asked) for event, words in WORDS.items()],
        "most": webhooks.MOST,
    }
    return render(request, "submissions/webhooks.html", context, status=422 if refusal else 200)


@require_safe
@never_cache
@login_required
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    webhook = owned(request, pk)
    return render(request, "submissions/webhook.html", {"webhook": webhook, "calls": webhook.calls.all()[:SHOWN]})


@require_POST
@login_required
def ping(request: HttpRequest, pk: UUID) -> HttpResponse:
    webhook = owned(request, pk)
    webhooks.ping(webhook, timezone.now())
    messages.success(request, "A test is on its way. Load this page again in some seconds to see what came of it.")
    return redirect("submissions:webhook", webhook.pk)


@require_POST
@login_required
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    webhook = owned(request, pk)
    webhook.delete()
    messages.success(request, "The webhook is deleted. Nothing more is sent to it.")
    return redirect("submissions:webhooks")


def owned(request: HttpRequest, pk: UUID) -> Webhook:
    return get_object_or_404(Webhook, pk=pk, owner=cast(AbstractUser, request.user).pk)
