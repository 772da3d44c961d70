"""What has left and what became of it, for operators: to look at, not to change. Words of mails are not shown."""

from django.contrib import admin
from django.http import HttpRequest

from submissions.models import Outgoing


class OutgoingAdmin(admin.ModelAdmin):
    list_filter = ["state"]
    date_hierarchy = "created_at"
    show_full_result_count = False
    ordering = ["-created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Outgoing | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Outgoing | None = None) -> bool:
        return False


class MailAdmin(OutgoingAdmin):
    list_display = ["created_at", "topic", "recipient", "submission", "state", "tries", "trouble", "ended_at"]
    list_select_related = ["recipient", "submission"]
    fields = ["event", "topic", "subject", "recipient", "submission", "state", "tries", "trouble", "due_at", "ended_at"]


class CallAdmin(OutgoingAdmin):
    list_display = ["created_at", "type", "webhook", "state", "tries", "status", "trouble", "ended_at"]
    list_select_related = ["webhook"]
    fields = ["event", "type", "body", "webhook", "state", "tries", "status", "trouble", "due_at", "ended_at"]
