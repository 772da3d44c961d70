"""How allauth behaves here."""

import logging
from smtplib import SMTPException
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.ratelimit import consume
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from hulk_site.accounts.models import User

logger = logging.getLogger(__name__)

ASKED_BY_STRANGERS = frozenset(
    f"account/email/{name}"
    for name in (
        "account_already_exists",
        "email_confirmation",
        "email_confirmation_signup",
        "invitation",
        "password_reset_key",
        "unknown_account",
    )
)
"""Mails that somebody without any right to the address can ask for."""
MISMATCH = "This name and password do not belong together. Check both; capitals count."


class AccountAdapter(DefaultAccountAdapter):
    # The same sentence for a user name, an e-mail address and a wrong password: it tells nobody which accounts exist.
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": MISMATCH,
        "email_password_mismatch": MISMATCH,
        "too_many_login_attempts": (
            "Too many sign-ins have failed. Wait five minutes, then try again, or reset the password."
        ),
        "cannot_remove_primary_email": "An account needs an address that is confirmed: change it instead.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_IS_OPEN)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Without a confirmed address a person could no longer reset the password, nor be told of what happened."""
        others = EmailAddress.objects.filter(user_id=email_address.user_id, verified=True).exclude(pk=email_address.pk)
        return others.exists() and not email_address.primary

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.account.stages.EmailVerificationStage": "hulk_site.accounts.stages.ConfirmedAddress"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        limit_session(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends, unless the address has had enough for today; then, and where it fails, pages say the same as ever."""
        if template_prefix in ASKED_BY_STRANGERS and not consume(self.request, action="mail", key=email.lower()):
            logger.warning("An address has had its mails of a day: %s is not sent", template_prefix)
            return
        try:
            super().send_mail(template_prefix, email, {**context, "public_url": settings.PUBLIC_URL})
        except (SMTPException, OSError) as error:
            logger.error("%s could not be sent: %s", template_prefix, type(error).__name__)
            messages.error(self.request, "Our mail server is away just now. Try again in a few minutes.")


def limit_session(request: HttpRequest) -> None:
    """A maintainer signs in anew each day, whatever a browser remembers of others."""
    if cast(User, request.user).is_staff:
        request.session.set_expiry(settings.STAFF_SESSION_SECONDS)
