"""How much a submission may hold, and how much room is left in it (PROTOCOL section 7, the table of limits)."""

from dataclasses import dataclass

from leaderboard.catalogue import limits_of
from scoring.rules import Limits
from submissions.errors import FileTooLarge
from submissions.models import Evidence, Submission, Upload

PlaceKey = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class Room:
    """What still fits in. A file that takes the place of another one gives back that one's bytes."""

    bytes_left: int
    files_left: int


def room_in(submission: Submission) -> Room:
    """What is there and what is on its way are counted; asks nothing of the database where both were prefetched."""
    limits, sizes = limits_of(submission.edition), sizes_in(submission)
    return Room(
        bytes_left=max(0, limits.submission_bytes - sum(sizes.values())),
        files_left=max(0, limits.submission_files - len(sizes)),
    )


def sizes_in(submission: Submission) -> dict[PlaceKey, int]:
    """Bytes by place: of the file that is under way to it, else of the one that stands there."""
    under_way = [one for one in submission.uploads.all() if one.finished_at is None]
    there: list[Evidence | Upload] = [*submission.evidence.all(), *under_way]
    return {(one.task, one.kind, one.run, one.part): one.size for one in there}


def check_amount(files: int, size: int, limits: Limits) -> None:
    """Raises FileTooLarge where a submission would hold more files or bytes than the edition allows."""
    if files > limits.submission_files:
        raise FileTooLarge(
            f"A submission has at most {limits.submission_files} files.", remedy="Leave out what no result needs."
        )
    if size > limits.submission_bytes:
        raise FileTooLarge(
            f"The files of a submission have at most {limits.submission_bytes:,} bytes together.",
            remedy="Compress them with gzip.",
        )
