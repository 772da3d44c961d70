"""The manifest of a submission: the rules of `scoring.manifest`, held against the catalogue in the database."""

from collections.abc import Mapping, Sequence
from typing import Any

from leaderboard import catalogue
from leaderboard.models import Accelerator, Edition, Offer, Task
from scoring import manifest as rules
from scoring.manifest import (
    ENERGY,
    LATENCIES,
    LIMITS,
    LOG,
    MOST_RUNS,
    PREDICTIONS,
    Place,
    merge,
    places,
    required,
)
from scoring.rules import Rules
from submissions.errors import FileTooLarge, ManifestInvalid

__all__ = [
    "ENERGY",
    "LATENCIES",
    "LIMITS",
    "LOG",
    "MOST_RUNS",
    "PREDICTIONS",
    "Place",
    "as_a_start",
    "load",
    "merge",
    "part_names",
    "places",
    "required",
    "validate",
]


class _Catalogue:
    """What a manifest may name on this server; asked only where a manifest names something."""

    def editions(self) -> Sequence[str]:
        return list(Edition.objects.values_list("slug", flat=True))

    def rules(self, edition: str) -> Rules | None:
        found = Edition.objects.filter(slug=edition).first()
        return catalogue.rules_of(found) if found else None

    def accelerators(self) -> Sequence[str]:
        return list(Accelerator.objects.values_list("slug", flat=True))

    def ranked_offers(self, accelerator: str) -> Sequence[str]:
        ranked = Offer.objects.filter(accelerator__slug=accelerator, pricing=Offer.Pricing.ON_DEMAND)
        return list(ranked.values_list("slug", flat=True))


def load(raw: bytes) -> dict[str, Any]:
    """The JSON object a sender wrote. Raises FileTooLarge, or ManifestInvalid where it is malformed or too deep."""
    try:
        return rules.load(raw)
    except rules.TooLarge as error:
        raise FileTooLarge(error.problem.message, remedy=error.problem.remedy, field=error.problem.field) from error
    except rules.Malformed as error:
        raise ManifestInvalid([error.problem]) from error


def validate(data: Mapping[str, Any], *, complete: bool = True) -> dict[str, Any]:
    """The manifest with every key there and defaults filled in. Raises ManifestInvalid with all mistakes at once.

    `complete=False`: hardware and tasks may still be open, as in a draft that is filled in step by step.
    """
    manifest, mistakes = rules.read(data, _Catalogue(), complete=complete)
    if mistakes:
        raise ManifestInvalid(mistakes)
    return manifest


def part_names(task: Task) -> list[str]:
    """The parts of a task's gold set that have names; none where it is whole."""
    return rules.part_names(catalogue.task_of(task))


SETTINGS_OF_A_TASK = ("batch_size", "sequence_length", "label_order", "log_pattern")


def as_a_start(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What of an earlier manifest holds for the next submission, too: all but files, claims, seeds, days and notes."""
    kept = {key: value for key, value in manifest.items() if key not in {"run_date", "started_at", "notes"}}
    tasks = {
        slug: {key: task[key] for key in SETTINGS_OF_A_TASK if task.get(key) is not None}
        for slug, task in manifest.get("tasks", {}).items()
    }
    return {**kept, "tasks": {slug: task for slug, task in tasks.items() if task}}
