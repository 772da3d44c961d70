"""Who may see and do what: owner or maintainer, for pages and API alike."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from submissions.errors import NotTheOwner
from submissions.models import Evidence, Submission

Person = AbstractBaseUser | AnonymousUser
READ, SUBMIT = "read", "submit"


def is_maintainer(user: Person) -> bool:
    return bool(user.is_active and getattr(user, "is_staff", False))


def may_see(user: Person, submission: Submission) -> bool:
    """Owners see their own in every state, maintainers all; a dry run is its owner's alone."""
    return submission.owner_id == user.pk or (is_maintainer(user) and not submission.is_dry_run)


def may_read_evidence(user: Person, evidence: Evidence) -> bool:
    return may_see(user, evidence.submission)


def must_own(user: Person, submission: Submission) -> None:
    """Raises NotTheOwner for a maintainer who may look but not change."""
    if submission.owner_id != user.pk:
        raise NotTheOwner("Only the owner may change a submission.", remedy="A maintainer decides on it in the admin.")


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
