"""Models by subject."""

from submissions.models.evidence import Evidence
from submissions.models.organisations import Invitation, Membership, Organisation, Role
from submissions.models.submissions import Revision, Status, Step, Submission
from submissions.models.verifications import Attempt, IdempotencyKey, Verification

__all__ = [
    "Attempt",
    "Evidence",
    "IdempotencyKey",
    "Invitation",
    "Membership",
    "Organisation",
    "Revision",
    "Role",
    "Status",
    "Step",
    "Submission",
    "Verification",
]
