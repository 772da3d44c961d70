"""The catalogue for maintainers. What was published is read here, never edited: changes go through the verbs."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from leaderboard import publishing, rescoring
from leaderboard.models import Accelerator, DefaultOffer, Edition, Entry, Event, GoldSet, Kind, Offer, Task

MOST_LINES = 12


class ReadOnlyAdmin(admin.ModelAdmin):
    """Looked at, not changed."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class TaskInline(ReadOnlyInline):
    model = Task
    fields = ["position", "slug", "title", "metric", "cutoff"]
    ordering = ["position"]


class DefaultOfferInline(ReadOnlyInline):
    model = DefaultOffer
    fields = ["accelerator", "offer_slug"]


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    """An edition's rules are frozen; a change of them is a new revision, which is not made by typing here."""

    list_display = ["slug", "title", "revision", "published_on", "is_demo", "feedback"]
    inlines = [TaskInline, DefaultOfferInline]


class GoldInline(ReadOnlyInline):
    model = GoldSet
    fields = ["published_sha256", "imported_sha256", "imported_count", "imported_at", "note"]


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ["edition", "position", "slug", "title", "metric", "cutoff", "gold_size", "gold"]
    list_display_links = ["slug"]
    list_filter = ["edition"]
    list_select_related = ["edition", "gold_set"]
    inlines = [GoldInline]

    @admin.display(description="gold labels")
    def gold(self, task: Task) -> str:
        if not hasattr(task, "gold_set") or not task.gold_set.is_imported:
            return "not imported"
        return "confirmed" if task.gold_set.is_confirmed else "unconfirmed"


@admin.register(Accelerator)
class AcceleratorAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "short_name", "rated_watts"]
    search_fields = ["name", "slug"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """The slug is what manifests name: it stays once it is given."""
        return ["slug"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OfferForm(ModelForm):
    """A new price row. With `supersedes` it corrects that row, and must be of the same series and first day."""

    source_url = forms.URLField(max_length=400, required=False, assume_scheme="https", label="Source address")

    class Meta:
        model = Offer
        fields = [
            "supersedes",
            "accelerator",
            "slug",
            "unit",
            "accelerators_per_unit",
            "provider",
            "instance",
            "region",
            "pricing",
            "usd_per_unit_hour",
            "valid_from",
            "source_url",
            "source",
            "note",
        ]
        widgets = {"source": forms.TextInput(attrs={"size": 80})}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        corrected: Offer | None = values.get("supersedes")
        same = ("slug", "accelerator", "valid_from")
        if corrected and any(values.get(name) != getattr(corrected, name) for name in same):
            raise ValidationError(
                f"A correction keeps series, accelerator and first day: {corrected.slug}, "
                f"{corrected.accelerator.slug}, {corrected.valid_from}. "
                "A price that changed later is a row of its own, without `supersedes`.",
                code="not-a-correction",
            )
        if not values.get("source_url") and not values.get("source"):
            raise ValidationError("A price needs a source: an address, or where it was printed.", code="no-source")
        return values


@admin.register(Offer)
class OfferAdmin(admin.ModelAdmin):
    """Rows are added and never edited: a correction is a new row that supersedes the wrong one."""

    form = OfferForm
    list_display = ["slug", "accelerator", "usd_per_unit_hour", "unit", "pricing", "valid_from", "stands"]
    list_filter = ["provider", "pricing", "accelerator"]
    list_select_related = ["accelerator", "superseded_by"]
    search_fields = ["slug", "accelerator__name", "provider", "note"]

    @admin.display(description="stands", boolean=True)
    def stands(self, offer: Offer) -> bool:
        return not hasattr(offer, "superseded_by")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"valid_from": date.today(), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Offer, form: ModelForm, change: bool) -> None:
        """Add the row and score anew what it changes, in one transaction (the admin's own): nobody sees boards at
        prices that no longer hold, beside submissions that are verified at the new ones."""
        super().save_model(request, obj, form, change)
        what = "corrected" if obj.supersedes_id else "added"
        reason = f"price of {obj.slug} from {obj.valid_from} {what}: ${obj.usd_per_unit_hour} an hour"
        by, at = request.user if request.user.is_authenticated else None, timezone.now()
        # In one order, so that two at once wait for each other.
        for edition in Edition.objects.order_by("pk"):
            tell(request, edition, rescoring.apply(edition, by=by, at=at, reason=reason))


def tell(request: HttpRequest, edition: Edition, done: rescoring.Plan) -> None:
    """What was scored anew, as a message."""
    if done.is_empty:
        messages.info(request, f"In {edition.slug} no board changes by this price.")
        return
    lines = rescoring.words(done)
    more = f" … and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
    messages.warning(request, f"Scored anew in {edition.slug}: {'; '.join(lines[:MOST_LINES])}{more}")


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """What is or was on the boards. An entry leaves by being withdrawn, one that came from a submission by way of that;
    it keeps its page."""

    list_display = ["model", "phase", "organisation", "kind", "status", "badge", "date", "edition"]
    list_filter = ["edition", "phase", "kind", "status", "badge"]
    search_fields = ["model", "organisation", "hardware_text"]
    list_select_related = ["edition"]
    actions = ["withdraw"]

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("leaderboard.change_entry")

    @admin.action(description="Withdraw from the boards", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Entry]) -> None:
        person = request.user if request.user.is_authenticated else None
        for entry in queryset.select_related("edition"):
            if entry.is_reference:
                messages.error(request, f"{entry} is the reference of its boards and cannot be withdrawn.")
                continue
            if entry.kind == Kind.SUBMISSION:
                # Its submission would stay approved, and its owner would learn nothing.
                messages.error(
                    request,
                    f"{entry} came from a submission. Withdraw it there, with a reason that its owner reads: "
                    "in the review queue, under the status approved.",
                )
                continue
            try:
                publishing.withdraw(entry, by=person, at=timezone.now(), reason="withdrawn by a maintainer")
            except publishing.NotOnTheBoards as error:
                messages.warning(request, str(error))
            else:
                messages.success(request, f"{entry} is withdrawn; its page says so.")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "what", "edition", "entry", "by", "reason"]
    list_filter = ["what", "edition"]
    list_select_related = ["edition", "entry", "by"]
    date_hierarchy = "at"
