"""People and their tokens in the admin.

The admin's own sign-in is the site's: one door, one limit on wrong passwords.
"""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from hulk_site.accounts.models import Token, User

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

admin.site.register(User, UserAdmin)


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):
    """Tokens can be looked at and revoked, not made or changed: their text is shown to their owner only, once."""

    list_display = ["name", "user", "token_key", "scopes", "created", "last_used", "expiry"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    fields = ["name", "user", "token_key", "scopes", "created", "last_used", "expiry"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False
