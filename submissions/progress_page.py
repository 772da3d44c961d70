"""What the page of a submission says of where it stands: the stages, what waits before it, findings by file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from submissions.models import Evidence, Status, Submission

SEVERITIES = ("error", "warning", "note")
STAGES = ("Sent", "Verified", "Reviewed", "On the boards")
REACHED: Mapping[str, int] = {
    Status.DRAFT: 0,
    Status.QUEUED: 1,
    Status.VERIFYING: 1,
    Status.QUARANTINED: 1,
    Status.INVALID: 1,
    Status.IN_REVIEW: 2,
    Status.CHANGES_REQUESTED: 2,
    Status.REJECTED: 2,
    Status.APPROVED: 4,
    Status.SUPERSEDED: 4,
}
"""How many of the stages are behind a submission; the next one is where it is now."""
STOPPED = frozenset({Status.INVALID, Status.QUARANTINED, Status.CHANGES_REQUESTED, Status.REJECTED})
"""States in which the present stage has ended otherwise than hoped for."""


class Stage(NamedTuple):
    title: str
    state: str
    """`done`, `now`, `stopped` or `ahead`."""


def stages_of(submission: Submission) -> list[Stage]:
    """The way to the boards; none for what has left it."""
    if submission.status not in REACHED:
        return []
    behind = REACHED[submission.status]
    here = "stopped" if submission.status in STOPPED else "now"
    states = ["done" if place < behind else here if place == behind else "ahead" for place in range(len(STAGES))]
    return [Stage(title, state) for title, state in zip(STAGES, states, strict=True)]


def waiting_before(submission: Submission) -> int:
    """Submissions in the queue that came earlier."""
    if submission.status != Status.QUEUED or submission.not_before is None:
        return 0
    return Submission.objects.filter(status=Status.QUEUED, not_before__lt=submission.not_before).count()


@dataclass(slots=True)
class FileFindings:
    """What was found in one file; `evidence` is None for what is about no file, or one that is not there."""

    name: str
    evidence: Evidence | None = None
    findings: list[Mapping[str, Any]] = field(default_factory=list)


def by_file(findings: Iterable[Mapping[str, Any]], files: Sequence[Evidence]) -> list[FileFindings]:
    """Findings beside the file they are about, the worst first; what is about no file stands at the end."""
    there = {file.name: file for file in reversed(files)}
    groups: dict[str, FileFindings] = {}
    for finding in findings:
        name = finding["file"]
        groups.setdefault(name, FileFindings(name, there.get(name))).findings.append(finding)
    for group in groups.values():
        group.findings.sort(key=lambda one: (_badness(one), one["line"] or 0))
    return sorted(groups.values(), key=lambda group: (not group.name, _badness(group.findings[0]), group.name))


def _badness(finding: Mapping[str, Any]) -> int:
    return SEVERITIES.index(finding["severity"])
