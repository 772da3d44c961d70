"""Writes down what happens to accounts (see `AccountEvent`). allauth and Django say so by signals."""

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.utils import timezone

from hulk_site.accounts.models import AccountEvent, Token, User

What = AccountEvent.What


def record(user: User, what: What, *, by: User | None = None, details: Mapping[str, Any] | None = None) -> None:
    """`by` is the person alone unless somebody else did it."""
    AccountEvent.objects.create(user=user, by=by or user, at=timezone.now(), what=what, details=dict(details or {}))


def revoke_tokens(tokens: Iterable[Token], *, by: User) -> None:
    """Ends tokens at once."""
    for token in tokens:
        token.delete()
        record(token.user, What.TOKEN_REVOKED, by=by, details={"begins": token.token_key})


@receiver(auth.user_logged_in, dispatch_uid="record_sign_in")
def _signed_in(user: User, **_: Any) -> None:
    record(user, What.SIGNED_IN)


@receiver(auth.user_logged_out, dispatch_uid="record_sign_out")
def _signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        record(user, What.SIGNED_OUT)


@receiver(account.user_signed_up, dispatch_uid="record_sign_up")
def _signed_up(user: User, **_: Any) -> None:
    record(user, What.SIGNED_UP)


@receiver([account.password_changed, account.password_set], dispatch_uid="record_password")
def _password_changed(user: User, **_: Any) -> None:
    record(user, What.PASSWORD_CHANGED)


@receiver(account.password_reset, dispatch_uid="record_reset")
def _password_reset(user: User, **_: Any) -> None:
    """Whoever resets a password may have lost the account to somebody: the tokens made meanwhile end with it."""
    record(user, What.PASSWORD_RESET)
    revoke_tokens(Token.objects.filter(user=user), by=user)


@receiver(account.email_changed, dispatch_uid="record_address")
def _address_changed(user: User, **_: Any) -> None:
    record(user, What.ADDRESS_CHANGED)


@receiver(mfa.authenticator_added, dispatch_uid="record_factor_added")
def _factor_added(user: User, authenticator: Any, **_: Any) -> None:
    record(user, What.FACTOR_ADDED, details={"type": authenticator.type})


@receiver(mfa.authenticator_removed, dispatch_uid="record_factor_removed")
def _factor_removed(user: User, authenticator: Any, **_: Any) -> None:
    record(user, What.FACTOR_REMOVED, details={"type": authenticator.type})


@receiver(social.social_account_added, dispatch_uid="record_provider_connected")
def _provider_connected(sociallogin: Any, **_: Any) -> None:
    record(sociallogin.user, What.PROVIDER_CONNECTED, details={"provider": sociallogin.account.provider})


@receiver(social.social_account_removed, dispatch_uid="record_provider_removed")
def _provider_removed(socialaccount: Any, **_: Any) -> None:
    record(socialaccount.user, What.PROVIDER_REMOVED, details={"provider": socialaccount.provider})
