"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    # The same sentence for a user name, an e-mail address and a wrong password: it tells nobody which accounts exist.
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "This name and password do not belong together. Check both; capitals count.",
        "email_password_mismatch": "This name and password do not belong together. Check both; capitals count.",
        "too_many_login_attempts": "Too many sign-ins have failed. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the operator: a sign-up needs a confirmed e-mail address, and no mail is sent yet."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")
