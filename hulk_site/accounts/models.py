"""A person, the tokens with which a person's scripts call the API, and what happened to both."""

from datetime import timedelta
from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from knox.models import AbstractAuthToken


class Scope(models.TextChoices):
    READ = "read", "read what is mine"
    SUBMIT = "submit", "create and submit"


def all_scopes() -> list[str]:
    return [Scope.READ, Scope.SUBMIT]


LONGEST_LIFE = timedelta(days=90)


class People(UserManager["User"]):
    """Makes accounts for operators, commands and tests; whoever signs up at the page confirms an address first."""

    use_in_migrations = False

    def create_user(self, username: str, email: str | None = None, password: str | None = None, **more: Any) -> "User":
        user = super().create_user(username, email, password, **more)
        user.vouch_for_address()
        return user

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **more: Any
    ) -> "User":
        user = super().create_superuser(username, email, password, **more)
        user.vouch_for_address()
        return user


class User(AbstractUser):  # type: ignore[django-manager-missing]  # knox brings no types for its tokens' manager
    """A person who submits, reviews or operates. Maintainers are staff."""

    objects: ClassVar[People] = People()

    def vouch_for_address(self) -> None:
        """The address counts as confirmed, in place of those before: an operator has written it down."""
        addresses = cast(Any, self).emailaddress_set  # allauth's, which points here
        addresses.exclude(email__iexact=self.email).delete()
        if self.email:
            addresses.update_or_create(email=self.email.lower(), defaults={"verified": True, "primary": True})


class Token(AbstractAuthToken):
    """An API token: stored hashed, shown once, with a name, scopes and the time of its last use."""

    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope.choices), default=all_scopes)
    last_used = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractAuthToken.Meta):
        abstract = False
        ordering = ["-created"]
        constraints = [
            models.CheckConstraint(
                # A minute is what may lie between the two readings of the clock.
                condition=Q(expiry__isnull=False, expiry__lte=F("created") + LONGEST_LIFE + timedelta(minutes=1)),
                name="a_token_ends_after_90_days",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}…)"


class AccountEvent(models.Model):
    """What happened to an account, for maintainers: who, when, what. Added, never changed: the database refuses it.

    It names no network address, no mail address and no token's name, so that it can outlive the account.
    """

    class What(models.TextChoices):
        SIGNED_IN = "signed_in", "signed in"
        SIGNED_OUT = "signed_out", "signed out"
        SIGNED_UP = "signed_up", "signed up"
        PASSWORD_CHANGED = "password_changed", "password changed"
        PASSWORD_RESET = "password_reset", "password reset by mail"
        ADDRESS_CHANGED = "address_changed", "e-mail address changed"
        FACTOR_ADDED = "factor_added", "second factor or passkey added"
        FACTOR_REMOVED = "factor_removed", "second factor or passkey removed"
        PROVIDER_CONNECTED = "provider_connected", "sign-in at another site connected"
        PROVIDER_REMOVED = "provider_removed", "sign-in at another site removed"
        TOKEN_MADE = "token_made", "token made"
        TOKEN_REVOKED = "token_revoked", "token revoked"
        ROLE_CHANGED = "role_changed", "role changed"
        DATA_TAKEN = "data_taken", "data downloaded"
        DELETED = "deleted", "account deleted"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="account_events")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(max_length=20, choices=What.choices)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "-at"], name="account_events_of_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.what} at {self.at:%Y-%m-%d %H:%M}"
