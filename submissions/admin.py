"""The review queue. Nothing is edited here: a maintainer reads and decides, and each decision is a verb of `review`."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractUser
from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from leaderboard.numbers import number_in
from submissions import intake, review, talk
from submissions.errors import Refused
from submissions.models import Call, Mail, Status, Submission, Verification
from submissions.outbox_admin import CallAdmin, MailAdmin
from submissions.permissions import is_maintainer
from submissions.review_page import page_of

WAITING = (Status.IN_REVIEW, Status.QUARANTINED)
"""What waits for a maintainer, the most usual first."""

BUTTONS = {
    "approve": "Approve and publish",
    "request_changes": "Ask for changes",
    "reject": "Reject",
    "requeue": "Verify again",
    "withdraw": "Withdraw from the boards",
}
DONE = {
    "approve": "Approved: the entry is on the boards.",
    "request_changes": "The submitter was asked for changes.",
    "reject": "Rejected.",
    "requeue": "Queued: a worker verifies it again.",
    "withdraw": "Withdrawn: the entry is off the boards, and its page says so.",
}
DECISIONS = {
    "approve": review.approve,
    "request_changes": review.request_changes,
    "reject": review.reject,
    "requeue": intake.requeue,
    "withdraw": review.take_off,
}
NO_VERIFICATION = -1
"""What no verification is numbered: a form that does not say which one it showed is refused."""


admin.site.register(Mail, MailAdmin)
admin.site.register(Call, CallAdmin)


class WaitingFilter(admin.SimpleListFilter):
    """By status; without a choice, what waits for a maintainer."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", "All"), *((status.value, status.label.capitalize()) for status in Status)]

    def choices(self, changelist: Any) -> Any:
        waiting, *others = super().choices(changelist)
        yield {**waiting, "display": "Waits for a maintainer"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        if self.value() == "all":
            return queryset
        return queryset.filter(status=self.value()) if self.value() else queryset.filter(status__in=WAITING)


class PhaseFilter(admin.SimpleListFilter):
    title = "phase"
    parameter_name = "phase"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("pretraining", "Pretraining"), ("finetuning", "Fine-tuning"), ("inference", "Inference")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        return queryset.filter(manifest__phase=self.value()) if self.value() else queryset


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin):
    """What waits, oldest first; a submission's page is the review page."""

    list_display = ["model_name", "phase", "edition", "owner", "state", "waits_since", "warned", "unread"]
    list_filter = [WaitingFilter, PhaseFilter, "edition"]
    list_select_related = ["owner", "edition"]
    list_per_page = 50
    search_fields = ["id", "owner__username", "manifest__model__name"]
    search_help_text = "Model, owner or id"
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        newest = Verification.objects.filter(submission=OuterRef("pk")).order_by("-number")
        urgency = Case(
            *(When(status=status, then=Value(place)) for place, status in enumerate(WAITING)),
            default=Value(len(WAITING)),
            output_field=IntegerField(),
        )
        rows = talk.with_unread(Submission.objects.filter(is_dry_run=False), of_maintainers=False)
        return rows.annotate(found=Subquery(newest.values("findings")[:1]), urgency=urgency)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("urgency", "first_queued_at", "pk")

    @admin.display(description="Model", ordering="manifest__model__name")
    def model_name(self, submission: Submission) -> str:
        return submission.model_name or "unnamed"

    @admin.display(description="Phase", ordering="manifest__phase")
    def phase(self, submission: Submission) -> str:
        return submission.phase

    @admin.display(description="Status", ordering="status")
    def state(self, submission: Submission) -> str:
        return Status(submission.status).label

    @admin.display(description="Sent (UTC)", ordering="first_queued_at")
    def waits_since(self, submission: Submission) -> Any:
        return submission.first_queued_at

    @admin.display(description="Warnings")
    def warned(self, submission: Submission) -> int:
        found: list[Mapping[str, Any]] = getattr(submission, "found", None) or []
        return sum(one["severity"] != "note" for one in found)

    @admin.display(description="New messages")
    def unread(self, submission: Submission) -> int | str:
        return getattr(submission, "unread", 0) or "–"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_maintainer(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return is_maintainer(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(require_POST(self.decide))
        return [path("<uuid:pk>/decide/", decide, name="submissions_submission_decide"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Review queue", **(extra_context or {})})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        submission = self.get_object(request, object_id)
        if submission is None:
            messages.warning(request, f"There is no submission {object_id} to review.")
            return redirect("admin:submissions_submission_changelist")
        return self._review_page(request, submission)

    def decide(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        """Takes the decision of the button that was pressed; a refusal shows the page again with what was typed."""
        submission = get_object_or_404(Submission, pk=pk, is_dry_run=False)
        decision, comment = request.POST.get("decision", ""), request.POST.get("comment", "")
        if decision not in BUTTONS:
            messages.error(request, "No decision was chosen.")
            return self._review_page(request, submission, comment, status=400)
        try:
            self._take(decision, submission, request, comment)
        except Refused as refusal:
            messages.error(request, " ".join(part for part in (refusal.message, refusal.remedy) if part))
            submission.refresh_from_db()
            return self._review_page(request, submission, comment, status=409)
        messages.success(request, DONE[decision])
        return redirect("admin:submissions_submission_changelist")

    def _take(self, decision: str, submission: Submission, request: HttpRequest, comment: str) -> None:
        shown = number_in(request.POST.get("verification", ""))
        DECISIONS[decision](
            submission,
            by=cast(AbstractUser, request.user),
            at=timezone.now(),
            seen=request.POST.get("seen", ""),
            verification=NO_VERIFICATION if shown is None else shown,
            comment=comment,
        )

    def _review_page(
        self, request: HttpRequest, submission: Submission, comment: str = "", status: int = 200
    ) -> TemplateResponse:
        page = page_of(submission, request.user)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{submission.model_name or 'Unnamed'}: {Status(submission.status).label}",
            "page": page,
            "comment": comment,
            "talk": talk.shown(submission, cast(AbstractUser, request.user), timezone.now()),
            "buttons": [(verb, BUTTONS[verb]) for verb in page.decisions],
            "decide_url": reverse("admin:submissions_submission_decide", args=[submission.pk]),
        }
        return TemplateResponse(request, "admin/submissions/submission/review.html", context, status=status)
