"""Which files a draft still needs, and where a file may be placed."""

from collections.abc import Mapping
from typing import Any

from leaderboard.models import Task
from scoring.manifest import Mistakes, absent, closest
from scoring.rules import ALL_TASKS, Phase
from submissions.errors import ManifestInvalid
from submissions.manifest import MOST_RUNS, Place, part_names
from submissions.models import Evidence, Submission

Kind = Evidence.Kind
KINDS: dict[str, tuple[str, ...]] = {
    Phase.PRETRAINING: (Kind.LOG, Kind.ENERGY, Kind.ATTACHMENT),
    Phase.FINETUNING: (Kind.LOG, Kind.PREDICTIONS, Kind.ENERGY, Kind.ATTACHMENT),
    Phase.INFERENCE: (Kind.LATENCIES, Kind.PREDICTIONS, Kind.ENERGY, Kind.ATTACHMENT),
}
"""The kinds of files that a phase has."""


def tasks_of(manifest: Mapping[str, Any]) -> set[str]:
    """Where evidence may stand: the manifest's tasks, and `all` for what spans them."""
    return {*manifest["tasks"], ALL_TASKS}


def missing(submission: Submission) -> list[str]:
    """The places, as addresses write them, that need a file before it can be submitted."""
    parts = {task.slug: part_names(task) for task in submission.edition.tasks.all()}
    return [str(place) for place in absent(submission.manifest, placed(submission), parts)]


def placed(submission: Submission) -> list[Place]:
    return [Place(file.task, file.kind, file.run, file.part, file.name) for file in submission.evidence.all()]


def check_place(submission: Submission, place: Place) -> None:
    """Raises ManifestInvalid where a submission has no such place, with the ones it has."""
    mistakes = Mistakes()
    phase, slugs = submission.phase, sorted(tasks_of(submission.manifest))
    if place.task not in slugs:
        message = f"The manifest has no task `{place.task[:60]}`."
        mistakes.note("task", message, remedy=closest(place.task[:60], slugs), code="unknown-task")
    if place.kind not in KINDS[phase]:
        message = f"{phase} has no evidence of kind `{place.kind[:60]}`."
        mistakes.note("kind", message, remedy=closest(place.kind[:60], KINDS[phase]), code="unknown-kind")
    if not 1 <= place.run <= MOST_RUNS:
        mistakes.note("run", f"`run` must be a whole number from 1 to {MOST_RUNS}.", code="out-of-range")
    if place.part:
        _check_part(submission, place, mistakes)
    if mistakes:
        raise ManifestInvalid(mistakes)


def _check_part(submission: Submission, place: Place, mistakes: Mistakes) -> None:
    task = Task.objects.filter(edition=submission.edition, slug=place.task).first()
    parts = part_names(task) if task and place.kind == Kind.PREDICTIONS else []
    if place.part not in parts:
        message = f"`{place.task[:60]}/{place.kind[:60]}` has no part `{place.part[:60]}`."
        mistakes.note("part", message, remedy=closest(place.part[:60], parts), code="unknown-part")
