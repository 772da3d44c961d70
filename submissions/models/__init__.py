"""Models by subject."""

from submissions.models.evidence import Evidence
from submissions.models.inspections import Inspection
from submissions.models.submissions import Revision, Status, Step, Submission
from submissions.models.uploads import Upload
from submissions.models.verifications import Attempt, IdempotencyKey, Verification

__all__ = [
    "Attempt",
    "Evidence",
    "IdempotencyKey",
    "Inspection",
    "Revision",
    "Status",
    "Step",
    "Submission",
    "Upload",
    "Verification",
]
