"""Step 3 of a draft, its files and what is said about each task; and step 4, checking and sending it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractUser
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from leaderboard.catalogue import limits_of
from leaderboard.numbers import number_in
from scoring.findings import CODES
from scoring.rules import ALL_TASKS, Phase
from scoring.values import Outcome
from submissions import intake, quota
from submissions.bundles import hardware_of, run_date_of
from submissions.contents import content_hash
from submissions.drafting import of_draft, problems_in, steps, write
from submissions.errors import (
    ChangedMeanwhile,
    ContentChanged,
    EvidenceMissing,
    FileRefused,
    ManifestInvalid,
    Problem,
    QuotaSpent,
    Refused,
    StepNotAllowed,
)
from submissions.evidence_forms import Slot, TaskEvidence, TaskForm, tasks_of_phase, with_tasks
from submissions.file_names import name_of
from submissions.forms import DescriptionForm
from submissions.hardware_form import HardwareForm
from submissions.models import Evidence, Submission
from submissions.preconditions import ALWAYS, Precondition
from submissions.price_list import PriceList
from submissions.progress_page import by_file
from submissions.recognition import Look, look_at
from submissions.room import room_in
from submissions.views import owned, results_of, scores_of

LATE = "Another file was put here meanwhile, in another window or by a script. Choose yours again to replace it."
GONE = "The file that stood here was removed meanwhile, in another window or by a script. Choose yours again to add it."
STATUS: Mapping[type, int] = {QuotaSpent: 429, ContentChanged: 409}
"""Of the page of the last step, where it was not sent; 422 where something is missing or wrong."""
NO_CODE = CODES["code-missing"]


@of_draft
def evidence(request: HttpRequest, draft: Submission) -> HttpResponse:
    """Step 3. Every file that can be taken is taken, even where something else on the page is wrong."""
    parts = parts_of(draft, request)
    if request.method == "POST":
        _take(request, draft, parts)
        if not any(part.has_errors for part in parts):
            return _onward(request, draft, parts)
    invalid = request.method == "POST"
    look = look_at(draft, at=timezone.now())
    _tell_of_files(draft, parts, look)
    context = {
        "draft": draft,
        "parts": parts,
        "look": look,
        "invalid": invalid,
        "steps": steps(draft, "edit_evidence"),
        "limits": limits_of(draft.edition),
        "room": room_in(draft),
        **_attempts(draft),
    }
    return render(request, "submissions/edit_evidence.html", context, status=422 if invalid else 200)


def _attempts(draft: Submission) -> dict[str, object]:
    """Attempts left today by task, and whether there is no limit at all."""
    left = quota.left(draft.owner, draft.edition, timezone.now())
    return {"left": left, "unlimited": None in left.values()}


def parts_of(draft: Submission, request: HttpRequest | None = None) -> list[TaskEvidence]:
    """The tasks of the page, with what was typed where a form was sent."""
    phase, files = Phase(draft.phase), list(draft.evidence.all())
    asked = (request.POST or request.GET) if request else {}
    parts = []
    for task in tasks_of_phase(phase, draft.edition.tasks.all()):
        data = request.POST if request and request.method == "POST" else None
        form = TaskForm(data, manifest=draft.manifest, phase=phase, task=task)
        runs = number_in(asked.get(f"{form.slug}-runs", ""))
        parts.append(TaskEvidence(form, files, runs or 1))
    return parts


def _tell_of_files(draft: Submission, parts: Sequence[TaskEvidence], look: Look) -> None:
    """Beside each place, what was recognised in its file, and how much of a large one is here."""
    under_way = {upload.place.key: upload for upload in draft.uploads.filter(finished_at=None)}
    for slot in (slot for part in parts for slot in part.slots):
        slot.arriving = under_way.get(slot.place.key)
        if slot.evidence:
            slot.facts, slot.findings = look.facts(slot.evidence.name), look.findings(slot.evidence.name)


@require_POST
@login_required
def open_task(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Makes a task ready for files that come by resumable upload, as the form does for those that it brings itself."""
    draft, slug = owned(request, pk), request.POST.get("task", "")
    user = cast(AbstractUser, request.user)
    try:
        _open_tasks(user, draft, [slug] if slug != ALL_TASKS or draft.phase == Phase.PRETRAINING else [])
    except (ManifestInvalid, StepNotAllowed) as error:
        return HttpResponse(error.message, status=409, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


def _take(request: HttpRequest, draft: Submission, parts: Sequence[TaskEvidence]) -> None:
    """Files first, each by itself; then what was typed; then the file that is to go."""
    user = cast(AbstractUser, request.user)
    sent = [(slot, request.FILES[slot.field]) for part in parts for slot in part.slots if slot.field in request.FILES]
    _open_tasks(user, draft, {slot.place.task for slot, _ in sent})
    for slot, file in sent:
        _take_file(user, draft, slot, cast(UploadedFile, file), seen_of(slot, request))
    _remove(request, parts, draft)
    if not any(part.form.errors for part in parts):
        _say(user, draft, parts)


def _open_tasks(user: AbstractUser, draft: Submission, slugs: Iterable[str]) -> None:
    """Tasks that get their first file now: a file can only stand at a task that the manifest has."""
    new: dict[str, dict[str, object]] = {slug: {} for slug in slugs if slug not in draft.manifest["tasks"]}
    if new:
        intake.change_draft(draft, by=user, manifest={"tasks": new}, at=timezone.now(), complete=False)


def seen_of(slot: Slot, request: HttpRequest) -> Precondition:
    """The file that stood at the place when its page was shown must stand there still."""
    shown = request.POST.get(slot.seen_field)
    return ALWAYS if shown is None else Precondition.only(shown)


def _take_file(user: AbstractUser, draft: Submission, slot: Slot, file: UploadedFile, seen: Precondition) -> None:
    name = name_of(slot.place, file.name or "")
    try:
        slot.evidence, _ = intake.add_evidence(
            draft, by=user, place=slot.place, stream=file, name=name, at=timezone.now(), expected=file.size, seen=seen
        )
    except ChangedMeanwhile:
        _say_late(draft, slot)
    except (FileRefused, ManifestInvalid) as error:
        slot.error = _in_words(error)


def _say_late(draft: Submission, slot: Slot) -> None:
    """Shows the file that stands there now, so that whoever goes on replaces what they have seen."""
    slot.evidence = intake.evidence_at(draft, slot.place)
    slot.error = LATE if slot.evidence else GONE


def _remove(request: HttpRequest, parts: Sequence[TaskEvidence], draft: Submission) -> None:
    """Takes a file out, by the number on its button. One that is gone already is as it should be."""
    number = number_in(request.POST.get("remove", ""))
    found = draft.evidence.filter(pk=number).first() if number is not None else None
    if found is None:
        return
    user = cast(AbstractUser, request.user)
    slot = next((slot for part in parts for slot in part.slots if slot.evidence and slot.evidence.pk == found.pk), None)
    try:
        intake.remove_evidence(found, by=user, seen=seen_of(slot, request) if slot else ALWAYS)
    except ChangedMeanwhile:
        if slot:
            _say_late(draft, slot)
    else:
        if slot:
            slot.evidence = None


def _say(user: AbstractUser, draft: Submission, parts: Sequence[TaskEvidence]) -> None:
    """What was typed, into the draft as it is now; beside its field where another has changed the same meanwhile."""
    with transaction.atomic():
        manifest = intake.locked_draft(draft, user).manifest
        for part in parts:
            part.form.manifest = manifest
        sent = set(Evidence.objects.filter(submission=draft).values_list("task", flat=True))
        sent |= set(draft.uploads.filter(finished_at=None).values_list("task", flat=True))
        said = with_tasks(manifest, parts, sent)
        late = [part for part in parts if part.form.show_late()]
        if late:
            return
        try:
            write(draft, said, by=user)
        except ManifestInvalid as error:
            for problem in error.problems:
                part = next((part for part in parts if part.form.owns(problem)), parts[0])
                part.form.show([problem])


def _onward(request: HttpRequest, draft: Submission, parts: Sequence[TaskEvidence]) -> HttpResponseRedirect:
    """To the check, or back to this page with as many runs open as were."""
    if "continue" in request.POST:
        return redirect("submissions:edit_check", draft.pk)
    more = request.POST.get("add_run", "")
    runs = {
        part.runs_field: len(part.runs) + (part.form.slug == more)
        for part in parts
        if len(part.runs) > 1 or part.form.slug == more
    }
    address = reverse("submissions:edit_evidence", args=[draft.pk])
    anchor = request.POST.get("at") or more
    known = anchor in {part.form.slug for part in parts}
    return redirect(f"{address}?{urlencode(runs)}#task-{anchor}" if known else f"{address}?{urlencode(runs)}")


@of_draft
def check(request: HttpRequest, draft: Submission) -> HttpResponse:
    """Step 4: what will be sent, what is missing, how many attempts are left, and the button."""
    error: Refused | None = None
    consents = "consent" in request.POST
    problems = [problem for _, problem in problems_of(draft)]
    if request.method == "POST" and consents and problems:
        error = ManifestInvalid(problems)
    elif request.method == "POST" and consents:
        try:
            user, seen = cast(AbstractUser, request.user), request.POST.get("seen", "")
            return redirect(intake.submit(draft, by=user, at=timezone.now(), seen=seen))
        except ContentChanged as changed:
            error = changed
            draft.refresh_from_db()
        except StepNotAllowed:  # The other half of a double click was quicker: it is sent, once.
            return redirect(draft)
        except (ManifestInvalid, EvidenceMissing, QuotaSpent) as refused:
            error = refused
    status = 200 if request.method != "POST" else STATUS.get(type(error), 422)
    context = {
        "draft": draft,
        "steps": steps(draft, "edit_check"),
        "error": error,
        "asks_consent": request.method == "POST" and not consents,
        "consents": consents and not isinstance(error, ContentChanged),
        "seen": content_hash(draft),
        **summary_of(draft),
        **preview_of(draft),
    }
    response = render(request, "submissions/edit_check.html", context, status=status)
    if isinstance(error, QuotaSpent):
        response["Retry-After"] = str(error.retry_after)
    return response


def preview_of(draft: Submission) -> dict[str, object]:
    """The numbers that its files give, and the scores and ranks that they would give, without gold labels."""
    look = look_at(draft, at=timezone.now())
    report = look.report or {}
    numbers = results_of(draft, report.get("measurements", []), report.get("price", {}))
    return {
        "look": look,
        "numbers": [one for one in numbers if one.outcome != Outcome.NOT_RUN],
        "scores": scores_of(report) if report else [],
        "findings": by_file(report.get("findings", []), list(draft.evidence.all())),
    }


def summary_of(draft: Submission) -> dict[str, object]:
    """What the check page says of a draft: what is wrong or missing and where to mend it, price, attempts left."""
    problems, lacking = problems_of(draft), missing_in_words(draft)
    chosen = hardware_of(draft.manifest)
    prices = PriceList(draft.edition, run_date_of(draft))
    return {
        "problems": problems,
        "missing": lacking,
        "is_ready": not problems and not lacking,
        "parts": [part for part in parts_of(draft) if part.evidence or part.form.slug in draft.manifest["tasks"]],
        **_attempts(draft),
        "accelerator": prices.name(chosen.accelerator) if chosen.accelerator else "",
        "price": prices.price(chosen) if chosen.accelerator else None,
        "run_date": run_date_of(draft),
    }


def problems_of(draft: Submission) -> list[tuple[str, Problem]]:
    """What is wrong with the manifest, each with the URL name of the step where it can be mended.

    A missing link to the code is among it: a script may send without one, but its worker would refuse it.
    """
    problems = problems_in(draft.manifest)
    if not draft.manifest["model"]["code_url"]:
        problems.append(Problem("model.code_url", NO_CODE.meaning, code=NO_CODE.slug))
    return [(_step_of(problem), problem) for problem in problems]


def _step_of(problem: Problem) -> str:
    section = problem.field.partition(".")[0]
    if section in HardwareForm.sections:
        return "edit_hardware"
    return "edit" if section in DescriptionForm.sections else "edit_evidence"


def missing_in_words(draft: Submission) -> list[str]:
    """The files that are missing, as the evidence page calls them; as addresses call them where it does not."""
    parts = parts_of(draft)
    labels = {str(slot.place): f"{part.form.title}: {_label(slot)}" for part in parts for slot in part.slots}
    return [labels.get(place, place) for place in intake.missing(draft)]


def _label(slot: Slot) -> str:
    run = f", run {slot.place.run}" if slot.place.run > 1 else ""
    kind = slot.place.kind
    return f"{kind} ({slot.place.part}){run}" if slot.place.part else f"{kind}{run}"


def _in_words(error: Refused) -> str:
    return f"{error.message} {error.remedy}".strip()
