"""Models by subject."""

from submissions.models.evidence import Evidence
from submissions.models.inspections import Inspection
from submissions.models.organisations import Invitation, Membership, Organisation, Role
from submissions.models.outbox import Call, Happening, Mail, Outgoing, OutgoingQuerySet, State, Topic, Unwanted, Webhook
from submissions.models.submissions import Revision, Status, Step, Submission
from submissions.models.talk import Message
from submissions.models.uploads import Upload
from submissions.models.verifications import Attempt, IdempotencyKey, Verification

__all__ = [
    "Attempt",
    "Call",
    "Evidence",
    "Happening",
    "IdempotencyKey",
    "Inspection",
    "Invitation",
    "Mail",
    "Membership",
    "Message",
    "Organisation",
    "Outgoing",
    "OutgoingQuerySet",
    "Revision",
    "Role",
    "State",
    "Status",
    "Step",
    "Submission",
    "Topic",
    "Unwanted",
    "Upload",
    "Verification",
    "Webhook",
]
