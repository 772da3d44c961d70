"""Why a caller may not do something. Each has a stable `code` and a remedy; none knows an HTTP status."""

from leaderboard.evidence import StorageAway as StorageAway  # The store raises it too.
from scoring.manifest import Problem


class Refused(Exception):
    """A caller may not do this now. The message says what and why; `remedy` says what to do instead."""

    code = "refused"

    def __init__(self, message: str, *, remedy: str = "", field: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field
        self.line = line


class StepNotAllowed(Refused):
    """The submission is in a state from which this step is not possible."""

    code = "wrong-state"


class ContentChanged(StepNotAllowed):
    """The decision is about content that is no longer what the reviewer saw."""

    code = "content-changed"


class ChangedMeanwhile(Refused):
    """A change to something that is no longer as its sender saw it; `tag` is what it is now, empty where it is gone."""

    code = "changed-meanwhile"

    def __init__(self, what: str, *, tag: str) -> None:
        super().__init__(
            f"{what} has changed since you read it.",
            remedy="Nothing was done. Read it again, and send the change that you still want with its new ETag.",
        )
        self.tag = tag


class OwnEntry(Refused):
    """Nobody decides on an entry of their own."""

    code = "own-entry"


class OrganisationRefused(Refused):
    """An organisation cannot be founded, joined, left or deleted so."""

    code = "organisation-refused"


class NotAnOwner(Refused):
    """Only owners of an organisation decide who is in it."""

    code = "not-an-owner"


class NotAMaintainer(Refused):
    """Only maintainers decide on submissions."""

    code = "not-a-maintainer"


class NeedsReason(Refused):
    """Rejecting, asking for changes, and approving what was warned of need a reason."""

    code = "reason-missing"


class TalkClosed(StepNotAllowed):
    """Messages are possible from the first sending on, until the submission is withdrawn or superseded."""

    code = "talk-closed"


class MessageRefused(Refused):
    """No words, or too many."""

    code = "message-refused"


class WebhookRefused(Refused):
    """The address of a webhook, or what it wants to be told, cannot be taken."""

    code = "webhook-refused"


class TooManyMessages(Refused):
    """Nobody is flooded with messages."""

    code = "too-many-messages"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, remedy="Say it later, or in fewer messages.")
        self.retry_after = retry_after


class ManifestInvalid(Refused):
    """The manifest is malformed or names something that does not exist; `problems` has one item a mistake."""

    code = "manifest-invalid"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].message if len(problems) == 1 else f"The manifest has {len(problems)} mistakes.")
        self.problems = problems


class EvidenceMissing(Refused):
    """Required evidence is not there; `missing` names it."""

    code = "evidence-missing"

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"Evidence is missing: {', '.join(missing)}.", remedy="Add the files and submit again.")
        self.missing = missing


class FileRefused(Refused):
    """The file cannot be taken: empty."""

    code = "file-refused"


class FileTooLarge(FileRefused):
    code = "file-too-large"


class ArchiveRefused(FileRefused):
    """An archive, a pickle or a spreadsheet, told by its first bytes."""

    code = "archive-refused"


class QuotaSpent(Refused):
    """No attempt is left for a task today, or an account has as much here as it may have."""

    code = "quota-spent"

    def __init__(self, message: str, *, retry_after: int, remedy: str = "") -> None:
        """`remedy`: what to do instead; of attempts, where it is empty."""
        remedy = remedy or "Wait until the next UTC day, or send only tasks with attempts left."
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class UploadBroken(FileRefused):
    """The bytes ended before all of them had arrived."""

    code = "upload-incomplete"


class ChecksumDiffers(UploadBroken):
    """A piece arrived with another checksum than its sender gave."""

    code = "checksum-differs"


class OffsetDiffers(Refused):
    """A piece of an upload begins elsewhere than where the bytes that are here end (`offset`)."""

    code = "offset-differs"

    def __init__(self, offset: int) -> None:
        super().__init__(
            f"This piece does not begin where the upload ends now, at {offset:,}.",
            remedy="Ask with HEAD how much is here, and go on from there.",
            field="Upload-Offset",
        )
        self.offset = offset


class ProtocolUnknown(Refused):
    """The request does not speak the version of the upload protocol that this server speaks."""

    code = "tus-version"


class NotTheOwner(Refused):
    """Only the owner may do this; a maintainer may look."""

    code = "not-the-owner"


class LengthMissing(Refused):
    """A request body without a length: it could not be told from an empty one."""

    code = "length-required"


class KeyReused(Refused):
    """The Idempotency-Key was used with another body."""

    code = "idempotency-key-reused"
