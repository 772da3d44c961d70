"""Pages about submissions: one's own, one with all that was found, its files, and what its owner can do with it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractUser
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leaderboard.derivations import Result, results
from leaderboard.downloads import download
from leaderboard.numbers import number_in
from scoring.rules import Measure, Phase
from submissions import changes, intake, lifecycle, organisations, review, talk
from submissions.errors import Refused
from submissions.manifest import as_a_start
from submissions.models import Evidence, Organisation, Status, Step, Submission, Verification
from submissions.permissions import may_read_evidence, may_see
from submissions.progress_page import SEVERITIES, by_file, stages_of, waiting_before
from submissions.verification import visible

A_PAGE = 25
UNDER_WAY = frozenset({Status.QUEUED, Status.VERIFYING})
MENDABLE = frozenset({Status.DRAFT, Status.INVALID, Status.CHANGES_REQUESTED})
"""States from which one file can be mended and all of it sent again: the others stay as they are."""
REVISABLE = frozenset({Status.INVALID, Status.CHANGES_REQUESTED, Status.APPROVED})
REFRESH_SECONDS = 4
"""Between two reloads where no script runs; with one, the page asks by itself."""

HAPPENING: Mapping[str, str] = {
    Status.DRAFT: "You see it, maintainers, and the members of its organisation, if any. It is sent when you say so.",
    Status.QUEUED: "It waits for a worker and is taken by itself, mostly within seconds. You can close this page.",
    Status.VERIFYING: "A worker reads the files and works out the numbers. You can close this page.",
    Status.INVALID: "Something must be mended first: the errors below say what, and how. Revise it and send it again.",
    Status.IN_REVIEW: "The numbers stand. A maintainer looks at them next; there is nothing for you to do.",
    Status.CHANGES_REQUESTED: "A maintainer asks for changes; the reason is below. Revise it and send it again.",
    Status.APPROVED: "It is on the boards.",
    Status.REJECTED: "A maintainer has decided against it; the reason is below. This is final.",
    Status.WITHDRAWN: "It has been withdrawn. This is final; nothing of it is deleted.",
    Status.SUPERSEDED: "A newer submission has taken its place on the boards.",
    Status.QUARANTINED: "Verifying it failed on our side. A maintainer has been told; there is nothing for you to do.",
}


@require_safe
@never_cache
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """My submissions, newest change first."""
    user = cast(AbstractUser, request.user)
    rows = talk.with_unread(Submission.objects.of(user), of_maintainers=True)
    rows = rows.select_related("edition", "entry").order_by("-changed_at")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    newest = newest_verifications(page.object_list)
    shown = [(one, visible(newest.get(one.pk), one, to=user)) for one in page.object_list]
    lines = [(one, counted(found["findings"]), "finished_at" in found) for one, found in shown]
    return render(request, "submissions/list.html", {"page": page, "lines": lines})


def newest_verifications(submissions: Iterable[Submission]) -> dict[UUID, Verification]:
    """The newest verification of each, by submission id, in one query; without the curves, which are long."""
    rows = Verification.objects.filter(submission__in=list(submissions)).order_by("submission_id", "-number")
    return {row.submission_id: row for row in rows.distinct("submission_id").defer("curves", "digests")}


def counted(findings: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """How many findings of each severity there are, the worst first; none left out that is not there."""
    found = [finding["severity"] for finding in findings]
    return [(severity, found.count(severity)) for severity in SEVERITIES if severity in found]


@require_safe
@never_cache
@login_required
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One submission, for its owner and for maintainers."""
    submission = seen(request, pk)
    user = cast(AbstractUser, request.user)
    newest = newest_verifications([submission]).get(submission.pk)
    shown = visible(newest, submission, to=user)
    price = newest.price if newest else {}
    under_way = submission.status in UNDER_WAY
    refresh = REFRESH_SECONDS if under_way and request.GET.get("refresh") != "off" else 0
    files = list(submission.evidence.all())
    steps = list(submission.steps.select_related("by").order_by("-at", "-pk"))
    context = {
        "submission": submission,
        "happening": HAPPENING[submission.status],
        "reason": reason_of(submission, steps),
        "shown": shown,
        "stages": stages_of(submission),
        "waiting_before": waiting_before(submission),
        "findings": by_file(shown["findings"], files),
        "counts": counted(shown["findings"]),
        "tasks": results_of(submission, shown["measurements"], price),
        "price": price if shown["measurements"] else {},
        "scores": scores_of(shown),
        "files": files,
        "steps": steps,
        "verifications": submission.verifications.defer("curves", "digests", "measurements", "findings", "excerpts"),
        "under_way": under_way,
        "percent": round(100 * submission.progress),
        "refresh": refresh,
        "is_own": submission.owner_id == user.pk,
        "organisations": Organisation.objects.of(user) if submission.status == Status.DRAFT else (),
        "may_revise": submission.status in REVISABLE,
        "may_mend": submission.status in MENDABLE,
        "may_withdraw": submission.status in lifecycle.WITHDRAWABLE,
        "talk": talk.shown(submission, user, timezone.now()),
        "revisions": changes.revisions_of(submission),
        "successor": review.successor_of(submission),
    }
    return render(request, "submissions/detail.html", context)


def reason_of(submission: Submission, steps: Sequence[Step]) -> Step | None:
    """The step whose words explain the state: the last one; in a draft that is mended, the last that has words."""
    told = [step for step in steps if step.comment]
    return next((step for step in told if submission.status == Status.DRAFT or step is steps[0]), None)


def results_of(
    submission: Submission, measurements: Sequence[Mapping[str, Any]], price: Mapping[str, Any]
) -> list[Result]:
    """What came out of each task, in the edition's order; nothing before it is verified."""
    if not measurements:
        return []
    return results(measurements, submission.edition.tasks.all(), Phase(submission.phase), price)


def scores_of(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Score and previewed rank by measure, where they are worked out."""
    scores, ranks = shown["scores"] or {}, shown["preview_rank"] or {}
    return [
        {"measure": measure.value, "score": scores.get(measure.value), "rank": ranks.get(measure.value)}
        for measure in Measure
        if scores
    ]


@require_safe
@never_cache
@login_required
def evidence(request: HttpRequest, pk: UUID, evidence_pk: int) -> FileResponse:
    """One file as it was sent: always a download, never something that a browser runs or shows."""
    row = get_object_or_404(Evidence.objects.select_related("submission"), pk=evidence_pk, submission=pk)
    if not may_read_evidence(cast(AbstractUser, request.user), row):
        raise Http404
    return download(row.sha256, row.name, size=row.size)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks once, then takes it back."""
    submission = owned(request, pk)
    if request.method != "POST":
        if submission.status not in lifecycle.WITHDRAWABLE:
            return redirect(submission)
        return render(request, "submissions/withdraw.html", {"submission": submission})
    reason = request.POST.get("comment", "")[:2000]
    try:
        review.withdraw(submission, by=cast(AbstractUser, request.user), at=timezone.now(), comment=reason.strip())
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, "It is withdrawn.")
    return redirect(submission)


@require_POST
@login_required
def revise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A draft to mend: the same submission, or a new one that supersedes an approved one.

    `mend`: the number of the file that is to be replaced; the page with its place opens then.
    """
    submission = owned(request, pk)
    draft = submission
    if submission.status != Status.DRAFT:
        try:
            draft = review.revise(submission, by=cast(AbstractUser, request.user), at=timezone.now())
        except Refused as error:
            tell(request, error)
            return redirect(submission)
    number = request.POST.get("mend", "")
    if number_in(number) is not None:
        return redirect(f"{reverse('submissions:edit_evidence', args=[draft.pk])}#file-{number}")
    return redirect("submissions:edit", draft.pk)


@require_POST
@login_required
def give_to(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lets the members of an organisation read a draft, or nobody else."""
    draft, user = owned(request, pk), cast(AbstractUser, request.user)
    try:
        organisation = organisations.chosen(user, request.POST.get("organisation", ""))
        intake.give_to(draft, organisation, by=user)
    except Refused as error:
        tell(request, error)
    else:
        readers = (
            f"The members of {organisation} may read it."
            if organisation
            else "The members of no organisation may read it."
        )
        messages.success(request, readers)
    return redirect(draft)


@require_POST
@login_required
def blind(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hides or reveals who the authors are; `do` says which."""
    submission, user = owned(request, pk), cast(AbstractUser, request.user)
    try:
        if request.POST.get("do") == "reveal":
            review.reveal(submission, by=user, at=timezone.now())
            messages.success(request, "The names are shown.")
        else:
            review.hide_names(submission, by=user)
            messages.success(request, "It will be published blind.")
    except Refused as error:
        tell(request, error)
    return redirect(submission)


@require_POST
@login_required
def copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new draft that starts from an earlier submission: its model, hardware and settings, without its files."""
    earlier = owned(request, pk)
    user = cast(AbstractUser, request.user)
    try:
        draft = intake.create_draft(
            owner=user, manifest=as_a_start(earlier.manifest), at=timezone.now(), complete=False
        )
    except Refused as error:
        tell(request, error)
        return redirect(earlier)
    messages.success(request, f"A new draft, filled in from {earlier.model_name}. Its files are still to be added.")
    return redirect("submissions:edit", draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks once, then deletes a draft with its files."""
    submission = owned(request, pk)
    if request.method != "POST":
        if submission.status != Status.DRAFT:
            return redirect(submission)
        return render(request, "submissions/delete.html", {"submission": submission})
    try:
        intake.delete_draft(submission, by=cast(AbstractUser, request.user))
    except Refused as error:
        tell(request, error)
        return redirect(submission)
    messages.success(request, "The draft is deleted.")
    return redirect("submissions:list")


def seen(request: HttpRequest, pk: UUID) -> Submission:
    """The submission, where this person may see it; else 404, as for one that is not there."""
    rows = Submission.objects.select_related("edition", "entry", "owner", "supersedes", "organisation")
    submission = get_object_or_404(rows, pk=pk)
    if not may_see(cast(AbstractUser, request.user), submission):
        raise Http404
    return submission


def owned(request: HttpRequest, pk: UUID) -> Submission:
    """A submission of one's own; else 404, also for maintainers, who decide in the admin."""
    rows = Submission.objects.of(request.user).select_related("edition", "owner")
    return get_object_or_404(rows, pk=pk)


def tell(request: HttpRequest, error: Refused) -> None:
    """Why something was refused, as a message on the next page."""
    messages.error(request, f"{error.message} {error.remedy}".strip())
