"""Who may see and do what: owner, member of the organisation or maintainer, for pages and API alike."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from submissions.errors import NotTheOwner
from submissions.models import Evidence, Membership, Submission

Person = AbstractBaseUser | AnonymousUser
READ, SUBMIT = "read", "submit"


def is_maintainer(user: Person) -> bool:
    """Maintainers are staff. Superusers have no more say than others: nobody decides on an own submission."""
    return bool(user.is_active and getattr(user, "is_staff", False))


def may_see(user: Person, submission: Submission) -> bool:
    """Owners see their own in every state, maintainers all, members their organisation's; a dry run is its owner's."""
    if submission.owner_id == user.pk:
        return True
    return not submission.is_dry_run and (is_maintainer(user) or is_member(user, submission))


def is_member(user: Person, submission: Submission) -> bool:
    """Whether the submission belongs to an organisation of this person's."""
    if submission.organisation_id is None or user.pk is None:
        return False
    return Membership.objects.filter(organisation=submission.organisation_id, user=user.pk).exists()


def is_own(user: Person, submission: Submission) -> bool:
    """Nobody decides on an entry of their own, nor on their organisation's (PROTOCOL section 8)."""
    return submission.owner_id == user.pk or is_member(user, submission)


def may_read_evidence(user: Person, evidence: Evidence) -> bool:
    return may_see(user, evidence.submission)


def must_own(user: Person, submission: Submission) -> None:
    """Raises NotTheOwner for a maintainer or a member of the organisation, who may look but not change."""
    if submission.owner_id != user.pk:
        remedy = "Members of its organisation read it; a maintainer decides on it in the admin."
        raise NotTheOwner("Only the owner may change a submission.", remedy=remedy)


class MissingScope(PermissionDenied):
    default_code = "scope-missing"


class HasScope(BasePermission):
    """A token reads with the scope `read` and changes with `submit`; a signed-in browser may do both."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        scopes = getattr(request.auth, "scopes", None)
        needed = READ if request.method in SAFE_METHODS else SUBMIT
        if scopes is None or needed in scopes:
            return True
        raise MissingScope(f"This token lacks the scope `{needed}`. Make one that has it at /account/tokens/.")
