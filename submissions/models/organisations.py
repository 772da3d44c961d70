"""Groups of people whose members see one another's submissions."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def of(self, user: object) -> Self:
        """Those that a person is a member of."""
        return self.filter(memberships__user=user)


class Organisation(models.Model):
    """A laboratory or group. Its name is private to its members and maintainers; entries show the manifest's words."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", "owner"
    MEMBER = "member", "member"


class Membership(models.Model):
    """Members see the organisation's submissions; owners also decide who is a member."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="a_member_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organisation_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def addressed_to(self, user: settings.AUTH_USER_MODEL) -> Self:  # type: ignore[name-defined]
        """Those that a person may accept: by name, or by the address that is confirmed for the account."""
        by_address = Q(email__iexact=user.email) if user.email else Q(pk=None)
        return self.filter(Q(user=user) | by_address)


class Invitation(models.Model):
    """Open until it is accepted, declined or taken back, and then gone. By user name or by address."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    email = models.EmailField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"], condition=Q(user__isnull=False), name="a_person_is_invited_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "email"], condition=Q(user=None), name="an_address_is_invited_once"
            ),
            models.CheckConstraint(
                condition=Q(user=None) & ~Q(email="") | Q(user__isnull=False, email=""), name="one_person_is_invited"
            ),
        ]

    def __str__(self) -> str:
        return f"to {self.organisation_id}"
