"""Writing a message, from the page of a submission or from that of its review."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from submissions import talk
from submissions.errors import Refused
from submissions.models import Submission
from submissions.views import seen

REVIEW = "review"


@require_POST
@never_cache
@login_required
def write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keeps the message and goes back to where it was written; what is refused is shown again, to be mended."""
    submission = seen(request, pk)
    user, body = cast(AbstractUser, request.user), request.POST.get("body", "")
    try:
        talk.write(submission, by=user, body=body, at=timezone.now())
    except Refused as refusal:
        context = {
            "submission": submission,
            "refusal": refusal,
            "body": body,
            "back": back(submission, request),
            "from_review": request.POST.get("from") == REVIEW,
            "longest": talk.LONGEST,
        }
        return render(request, "submissions/message.html", context, status=422)
    messages.success(request, "Your message is there, and the other side is told by mail.")
    return redirect(back(submission, request))


def back(submission: Submission, request: HttpRequest) -> str:
    if request.POST.get("from") == REVIEW and submission.owner_id != request.user.pk:
        return reverse("admin:submissions_submission_change", args=[submission.pk]) + "#talk"
    return submission.get_absolute_url() + "#talk"
