"""Which mails a person gets: the page, and the link in each mail that ends those of its kind."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from submissions import mail_choices


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def choices(request: HttpRequest) -> HttpResponse:
    user = cast(AbstractUser, request.user)
    if request.method == "POST":
        mail_choices.choose(user, request.POST.getlist("topic"))
        messages.success(request, "Kept: these are the mails that you get from now on.")
        return redirect("submissions:mail_choices")
    wanted = mail_choices.wanted_by(user)
    topics = [(topic, topic in wanted) for topic in mail_choices.topics_for(user)]
    return render(request, "submissions/mail_choices.html", {"topics": topics})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_exempt
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Asks once, as programs that scan mails open links; a POST ends it at once (RFC 8058). The link is the sign-in."""
    found = mail_choices.read_link(token)
    if found is None:
        raise Http404("no such link")
    person, topic = found
    if request.method == "POST":
        mail_choices.end(person, topic)
    return render(request, "submissions/unsubscribe.html", {"topic": topic, "done": request.method == "POST"})
