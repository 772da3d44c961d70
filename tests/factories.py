"""Things to test with: plain functions, every argument optional. Each call makes something new by default."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from leaderboard.models import Accelerator, DefaultOffer, Edition, Entry, GoldSet, Offer, Task
from leaderboard.publishing import CurveSnapshot, EntrySnapshot, OutcomeSnapshot, publish

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_numbers = count(1)

# --- the public part: catalogue and entries ------------------------------------------------------------------------


def make_edition(slug: str | None = None, *, tasks: int = 0, **values: Any) -> Edition:
    """An edition; with `tasks` it has that many tasks, named task1, task2, …"""
    number = next(_numbers)
    edition = Edition.objects.create(
        slug=slug or f"edition-{number}",
        **{"title": f"Edition {number}", "published_on": date(2020, 1, 1), **values},
    )
    for position in range(1, tasks + 1):
        make_task(edition, f"task{position}")
    return edition


def make_task(edition: Edition | None = None, slug: str | None = None, **values: Any) -> Task:
    """An accuracy task of ten rows with the labels no and yes, cut-off 90, at the next position of its edition."""
    edition = edition or make_edition()
    position = edition.tasks.count() + 1
    defaults: dict[str, Any] = {
        "title": (slug or f"task{position}").upper(),
        "data_set": "Made up",
        "metric": Task.Metric.ACCURACY,
        "metric_names": ["accuracy", "acc"],
        "cutoff": Decimal(90),
        "parts": [{"name": "", "size": 10}],
        "labels": ["no", "yes"],
        "label_orders": [["usual", ["no", "yes"]]],
        "position": position,
    }
    task = Task.objects.create(edition=edition, slug=slug or f"task{position}", **{**defaults, **values})
    GoldSet.objects.create(task=task)
    return task


def make_accelerator(slug: str | None = None, **values: Any) -> Accelerator:
    """An accelerator; the same one again for the same slug."""
    slug = slug or f"gpu-{next(_numbers)}"
    defaults = {"name": f"Accelerator {slug}", "short_name": slug.upper(), **values}
    return Accelerator.objects.get_or_create(slug=slug, defaults=defaults)[0]


def make_offer(
    accelerator: Accelerator | None = None,
    *,
    usd: str | Decimal = "3.06",
    edition: Edition | None = None,
    **values: Any,
) -> Offer:
    """An on-demand price row; with `edition` its series is the one that the edition prices the accelerator with."""
    accelerator = accelerator or make_accelerator()
    defaults: dict[str, Any] = {
        "slug": f"cloud-{accelerator.slug}",
        "unit": "gpu",
        "provider": "Cloud",
        "instance": accelerator.slug,
        "valid_from": date(2019, 11, 1),
        "source_url": "https://example.org/prices",
    }
    offer = Offer.objects.create(accelerator=accelerator, usd_per_unit_hour=Decimal(usd), **{**defaults, **values})
    if edition:
        DefaultOffer.objects.get_or_create(
            edition=edition, accelerator=accelerator, defaults={"offer_slug": offer.slug}
        )
    return offer


def make_snapshot(
    edition: Edition,
    results: Mapping[str, float | str] | float | str | None = None,
    *,
    usd_per_hour: float = 3.6,
    curves: tuple[CurveSnapshot, ...] = (),
    **values: Any,
) -> EntrySnapshot:
    """What `publish` takes. `results`: seconds or an outcome's word by task slug; or one of them for all tasks.

    Phase `finetuning` unless given. A reached task costs its hours at `usd_per_hour`; in inference of 100,000 inputs.
    """
    phase = values.pop("phase", "finetuning")
    slugs: list[str | None] = [None] if phase == "pretraining" else [task.slug for task in edition.tasks.all()]
    if not isinstance(results, Mapping):
        results = {slug or "all": 100.0 if results is None else results for slug in slugs}
    outcomes = [
        make_outcome(None if slug == "all" else slug, what, phase, usd_per_hour) for slug, what in results.items()
    ]
    defaults: dict[str, Any] = {
        "kind": "submission",
        "model": f"Model {next(_numbers)}",
        "date": date(2026, 11, 20),
        "run_date": date(2026, 11, 20),
        "badge": "unproven",
    }
    return EntrySnapshot(edition=edition, phase=phase, outcomes=outcomes, curves=curves, **{**defaults, **values})


def make_outcome(task: str | None, result: float | str, phase: str, usd_per_hour: float = 3.6) -> OutcomeSnapshot:
    if isinstance(result, str):
        return OutcomeSnapshot(task=task, outcome=result)
    inputs = 100_000 if phase == "inference" else 1
    usd = result * inputs * usd_per_hour / 3600
    return OutcomeSnapshot(task=task, outcome="reached", seconds=float(result), cost_usd=usd, metric=Decimal(91))


def make_entry(
    edition: Edition | None = None,
    results: Mapping[str, float | str] | float | str | None = None,
    *,
    at: datetime = NOW,
    by: Any = None,
    supersedes: Entry | None = None,
    **values: Any,
) -> Entry:
    """A published entry; see `make_snapshot`. An edition made here has two tasks."""
    edition = edition or make_edition(tasks=2)
    return publish(make_snapshot(edition, results, **values), by=by, at=at, supersedes=supersedes)
