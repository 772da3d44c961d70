"""What people do with organisations: found, invite, accept, leave, remove, delete. Each locks the organisation."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from submissions.errors import ManifestInvalid, NotAnOwner, OrganisationRefused, Problem
from submissions.models import Invitation, Membership, Organisation, Role, Status, Submission

MOST_OF_ONE = 10
"""Organisations that one person may be in."""
MOST_INVITATIONS = 20
"""Open invitations of one organisation."""


def chosen(user: AbstractUser, slug: str) -> Organisation | None:
    """The organisation that a person gives a submission to; None for an empty slug.

    ManifestInvalid where the person is no member, as where there is none: nobody learns which there are.
    """
    if not slug:
        return None
    found = Organisation.objects.of(user).filter(slug=slug[:100]).first()
    if found is None:
        mine = ", ".join(Organisation.objects.of(user).values_list("slug", flat=True))
        remedy = f"You are in: {mine}." if mine else "You are in none. Found or join one at /account/organisations/."
        raise ManifestInvalid(
            [Problem("organisation", f"You are not in an organisation `{slug[:100]}`.", remedy=remedy)]
        )
    return found


@transaction.atomic
def found(name: str, *, by: AbstractUser) -> Organisation:
    """A new one with its founder as owner. OrganisationRefused where the name is taken or has no letter."""
    slug = slugify(name)
    if not slug:
        raise OrganisationRefused("The name needs letters from a to z, or digits.", field="name")
    if Membership.objects.filter(user_id=by.pk).count() >= MOST_OF_ONE:
        raise OrganisationRefused(f"You are in {MOST_OF_ONE} organisations already.", remedy="Leave one first.")
    organisation, is_new = Organisation.objects.get_or_create(slug=slug, defaults={"name": name.strip()})
    if not is_new:
        raise OrganisationRefused(
            "There is an organisation of this name.", remedy="Ask its owners for an invitation.", field="name"
        )
    Membership.objects.create(organisation=organisation, user_id=by.pk, role=Role.OWNER)
    return organisation


@transaction.atomic
def invite(organisation: Organisation, whom: str, *, by: AbstractUser) -> Invitation:
    """By user name, or by an address, of which nobody learns whether it has an account. A second time changes nothing.

    Raises NotAnOwner or OrganisationRefused.
    """
    _lock(organisation)
    _must_be_owner(organisation, by)
    if organisation.invitations.count() >= MOST_INVITATIONS:
        raise OrganisationRefused(f"{MOST_INVITATIONS} invitations are open.", remedy="Take one back first.")
    whom = whom.strip()
    if "@" in whom:
        try:
            validate_email(whom)
        except ValidationError as error:
            raise OrganisationRefused("This is no e-mail address.", field="whom") from error
        invitation, _ = Invitation.objects.get_or_create(
            organisation=organisation, user=None, email=whom.lower(), defaults={"by_id": by.pk}
        )
        return invitation
    person = get_user_model().objects.filter(username__iexact=whom, is_active=True).first()
    if person is None:
        raise OrganisationRefused(
            "There is nobody of that name.", remedy="Check it, or invite by e-mail address.", field="whom"
        )
    if Membership.objects.filter(organisation=organisation, user=person).exists():
        raise OrganisationRefused(f"{person.get_username()} is in it already.", field="whom")
    invitation, _ = Invitation.objects.get_or_create(
        organisation=organisation, user=person, email="", defaults={"by_id": by.pk}
    )
    return invitation


@transaction.atomic
def accept(invitation: Invitation, *, by: AbstractUser) -> Organisation:
    """Makes a member of the invited; all invitations of this person to it are then gone."""
    organisation = _lock(invitation.organisation)
    if Membership.objects.filter(user_id=by.pk).count() >= MOST_OF_ONE:
        raise OrganisationRefused(f"You are in {MOST_OF_ONE} organisations already.", remedy="Leave one first.")
    Membership.objects.get_or_create(organisation=organisation, user_id=by.pk)
    Invitation.objects.addressed_to(by).filter(organisation=organisation).delete()
    return organisation


@transaction.atomic
def make(role: Role, member: Membership, *, by: AbstractUser) -> None:
    """An owner gives a role. The last owner stays one."""
    _lock(member.organisation)
    _must_be_owner(member.organisation, by)
    if role != Role.OWNER:
        would_lack_an_owner(member)
    Membership.objects.filter(pk=member.pk).update(role=role)


@transaction.atomic
def part(member: Membership, *, by: AbstractUser) -> None:
    """A member leaves, or an owner removes one. Drafts go along with the person; what was sent stays."""
    _lock(member.organisation)
    if member.user_id != by.pk:
        _must_be_owner(member.organisation, by)
    would_lack_an_owner(member)
    drafts = Submission.objects.filter(organisation=member.organisation, owner=member.user, status=Status.DRAFT)
    drafts.update(organisation=None)
    member.delete()


@transaction.atomic
def delete(organisation: Organisation, *, by: AbstractUser) -> None:
    """Only where it is empty: no other member, no submission."""
    _lock(organisation)
    _must_be_owner(organisation, by)
    if organisation.memberships.exclude(user_id=by.pk).exists() or organisation.submissions.exists():
        raise OrganisationRefused(
            "It still has other members or submissions.",
            remedy="Remove the members first. What was sent stays with an organisation for good.",
        )
    organisation.delete()


def _lock(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def _must_be_owner(organisation: Organisation, person: AbstractUser) -> None:
    if not organisation.memberships.filter(user_id=person.pk, role=Role.OWNER).exists():
        raise NotAnOwner("Only owners of the organisation may do this.")


def would_lack_an_owner(member: Membership) -> None:
    """Raises OrganisationRefused where this member is the only owner."""
    others = Membership.objects.filter(organisation=member.organisation, role=Role.OWNER).exclude(pk=member.pk)
    if member.role == Role.OWNER and not others.exists():
        raise OrganisationRefused(
            "It would be left without an owner.", remedy="Make another member an owner first, or delete it."
        )
