"""Filling in a draft, step by step: description, hardware, evidence, check and send.

Each step is an address of its own and is saved when it is left, so that Back, reload and coming back tomorrow work.
What is wrong stands beside its field, all at once, and what was typed stays.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods

from leaderboard.models import Edition
from scoring.rules import Phase
from submissions import idempotency, intake
from submissions.bundles import hardware_of, run_date_of
from submissions.errors import ManifestInvalid, Problem, QuotaSpent, StepNotAllowed
from submissions.forms import DescriptionForm, ManifestForm, changes
from submissions.hardware_form import HardwareForm
from submissions.idempotency import Answer
from submissions.manifest import validate
from submissions.models import Status, Submission
from submissions.price_list import PriceList
from submissions.views import owned, tell

LONGEST_NONCE = 64
EARLIER = 4
"""Submissions of one's own that a new one may start from, on the first page; the page of each offers it too."""
DraftView = Callable[[HttpRequest, Submission], HttpResponse]

NOT_A_DRAFT = (
    "What you have just sent was not saved: meanwhile the submission is {}, no draft any more. This page says how it "
    "can still be changed."
)

STEPS = (
    ("edit", "Phase and model"),
    ("edit_hardware", "Hardware and price"),
    ("edit_evidence", "Evidence"),
    ("edit_check", "Check and send"),
)
"""The URL name of each step, and what it is called."""
SENDING = STEPS[-1][0]
"""The step whose form, sent twice, has done what it was for."""


def of_draft(view: DraftView) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """A page about a draft of one's own; what is no draft any more has its own page to show."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @login_required
    def page(request: HttpRequest, pk: UUID) -> HttpResponse:
        draft = owned(request, pk)
        if draft.status != Status.DRAFT:
            if request.method == "POST" and request.path != reverse(f"submissions:{SENDING}", args=[pk]):
                messages.error(request, NOT_A_DRAFT.format(Status(draft.status).label))
            return redirect(draft)
        try:
            return view(request, draft)
        except StepNotAllowed as error:  # Sent or deleted in another window, between the look and the change.
            tell(request, error)
            return redirect(draft)

    return page


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Step 1 of a new draft. However often its form arrives, there is one draft for it.

    The form's number stands in the address that it is sent to. A browser may keep the page itself for its Back button,
    so that the same form comes again; it would forget the page if the form were sent to the page's own address.
    """
    user = cast(AbstractUser, request.user)
    editions = list(Edition.objects.order_by("is_demo", "-published_on", "-pk"))
    form = DescriptionForm(request.POST or None, manifest=_defaults(request, editions), editions=editions)
    nonce = request.GET.get("form", "")[:LONGEST_NONCE]
    if form.is_valid() and (draft := _saved(form, lambda: _begin(user, form, nonce))):
        return redirect("submissions:edit_hardware", draft.pk)
    context = {
        "form": form,
        "nonce": nonce or uuid4().hex,
        "steps": steps(None, "edit"),
        "draft": None,
        "earlier": Submission.objects.of(user).order_by("-changed_at")[:EARLIER],
    }
    return _page(request, "submissions/edit_model.html", context, is_wrong=bool(form.errors))


def _defaults(request: HttpRequest, editions: list[Edition]) -> dict[str, Any]:
    """What a new form starts with; a link may name phase and edition."""
    phase = request.GET.get("phase")
    slugs = [edition.slug for edition in editions]
    edition = request.GET.get("edition")
    return {
        "phase": phase if phase in list(Phase) else Phase.FINETUNING.value,
        "edition": edition if edition in slugs else next(iter(slugs), ""),
    }


def _begin(user: AbstractUser, form: ManifestForm, nonce: str) -> Submission:
    """The draft that belongs to the form with this nonce: made once, changed when the form comes again."""
    at, manifest = timezone.now(), form.written()
    made: list[Submission] = []

    def make() -> Answer:
        made.append(intake.create_draft(owner=user, manifest=manifest, at=at, complete=False))
        return Answer(303, {"id": str(made[0].pk)})

    key_hash = hashlib.sha256(nonce.encode()).hexdigest()
    answer = idempotency.run(user, "/submit/", nonce, key_hash, make, at=at)
    if made:
        return made[0]
    draft = Submission.objects.of(user).filter(pk=answer.body["id"]).first()
    if draft is None:  # Deleted since: the form that was kept open makes another one.
        return intake.create_draft(owner=user, manifest=manifest, at=at, complete=False)
    if draft.status == Status.DRAFT and not draft.evidence.exists():
        form.manifest = draft.manifest  # What later steps have added stays.
        write(draft, form.written(), by=user)
    return draft


@of_draft
def model(request: HttpRequest, draft: Submission) -> HttpResponse:
    """Step 1 of a draft that is there: phase, edition, model, software, run."""
    editions = list(Edition.objects.order_by("is_demo", "-published_on", "-pk"))
    form = DescriptionForm(
        request.POST or None, manifest=draft.manifest, editions=editions, fixed=draft.evidence.exists()
    )
    if form.is_valid() and _change(request, draft, form):
        return _next(request, "submissions:edit_hardware", draft)
    context = {"form": form, "steps": steps(draft, "edit"), "draft": draft}
    return _page(request, "submissions/edit_model.html", context, is_wrong=bool(form.errors))


@of_draft
def hardware(request: HttpRequest, draft: Submission) -> HttpResponse:
    """Step 2: accelerator, count and price."""
    prices = PriceList(draft.edition, run_date_of(draft))
    form = HardwareForm(request.POST or None, manifest=draft.manifest, prices=prices)
    if form.is_valid() and _change(request, draft, form):
        return _next(request, "submissions:edit_evidence", draft)
    context = {
        "form": form,
        "steps": steps(draft, "edit_hardware"),
        "draft": draft,
        "on": prices.on,
        "priced": prices.priced(hardware_of(draft.manifest)),
    }
    return _page(request, "submissions/edit_hardware.html", context, is_wrong=bool(form.errors))


def _change(request: HttpRequest, draft: Submission, form: ManifestForm) -> bool:
    """Puts what was typed into the draft as it is now; False where something is wrong, which the form then says."""
    user = cast(AbstractUser, request.user)
    with transaction.atomic():
        form.manifest = intake.locked_draft(draft, user).manifest
        return _saved(form, lambda: write(draft, form.written(), by=user)) is not None


def write(draft: Submission, manifest: Mapping[str, Any], *, by: AbstractUser) -> Submission:
    """Makes a draft's manifest that of a form; call it while the draft that the form has read is locked."""
    draft.refresh_from_db()
    patch = changes(draft.manifest, manifest)
    intake.change_draft(draft, by=by, manifest=patch, at=timezone.now(), complete=False)
    return draft


def _saved(form: ManifestForm, save: Callable[[], Submission]) -> Submission | None:
    """The saved draft; None where this part of the manifest is wrong, or was changed by another meanwhile, and the form
    then says what is, all of it."""
    wrong = [problem for problem in problems_in(form.written()) if form.owns(problem)]
    is_late = form.show_late()
    form.show(wrong)
    if wrong or is_late:
        return None
    try:
        return save()
    except ManifestInvalid as error:
        form.show(error.problems)
        return None
    except QuotaSpent as error:
        form.add_error(None, f"{error.message} {error.remedy}")
        return None


def problems_in(manifest: Mapping[str, Any]) -> list[Problem]:
    """All that is wrong with a manifest, were it sent as it is."""
    try:
        validate(manifest)
    except ManifestInvalid as error:
        return error.problems
    return []


def _next(request: HttpRequest, name: str, draft: Submission) -> HttpResponseRedirect:
    """On to the next step, or to the list where the button said so."""
    if "leave" in request.POST:
        messages.success(request, "The draft is saved.")
        return redirect(draft)
    return redirect(name, draft.pk)


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, is_wrong: bool) -> HttpResponse:
    return render(request, template, context, status=422 if is_wrong else 200)


def steps(draft: Submission | None, current: str) -> list[dict[str, Any]]:
    """Where one is in the form; the other steps are links once there is a draft."""
    return [
        {"name": name, "title": title, "is_current": name == current, "draft": draft if name != current else None}
        for name, title in STEPS
    ]
