"""People, their tokens and what happened to both, in the admin.

The admin's own sign-in is the site's: one door, one limit on wrong passwords.
"""

from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from hulk_site.accounts.models import AccountEvent, Token, User
from hulk_site.accounts.recording import What, record

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Secrets of people, keys that settings give, and rows that nobody needs to see: allauth shows them all.
admin.site.unregister([Authenticator, SocialAccount, SocialApp, SocialToken, UserSession])

ROLES = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")
"""What decides who may do what: only a superuser changes it, and each change is written down."""


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Accounts that operators make and switch off. Nobody is deleted here: a person closes the account."""

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, *ROLES)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            obj.vouch_for_address()

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if changed := [name for name in ROLES if name in form.changed_data]:
            person = cast(User, form.instance)
            now = {name: str(form.cleaned_data[name]) for name in changed if name.startswith("is_")}
            details = {"changed": changed, "now": now}
            record(person, What.ROLE_CHANGED, by=cast(User, request.user), details=details)


@admin.register(Token)
class TokenAdmin(ReadOnly):
    """Tokens can be looked at and revoked, not made or changed: their text is shown to their owner only, once."""

    list_display = ["name", "user", "token_key", "scopes", "created", "last_used", "expiry"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    fields = ["name", "user", "token_key", "scopes", "created", "last_used", "expiry"]

    def delete_model(self, request: HttpRequest, obj: Token) -> None:
        super().delete_model(request, obj)
        self._record(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        gone = list(queryset)
        super().delete_queryset(request, queryset)
        for token in gone:
            self._record(request, token)

    def _record(self, request: HttpRequest, token: Token) -> None:
        details = {"begins": token.token_key}
        record(token.user, What.TOKEN_REVOKED, by=cast(User, request.user), details=details)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly):
    """Apps, keys and recovery codes, without their secrets: removed here for somebody who has lost them all."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = ["user", "type", "created_at", "last_used_at"]


@admin.register(AccountEvent)
class AccountEventAdmin(ReadOnly):
    """Who signed in, which tokens were made and revoked, whose role changed: read by maintainers, changed by nobody."""

    list_display = ["at", "user", "what", "by", "details"]
    list_filter = ["what"]
    list_select_related = ["user", "by"]
    search_fields = ["user__username", "by__username"]
    date_hierarchy = "at"

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff
