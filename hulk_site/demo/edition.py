"""Puts the demo edition into the database: tasks, prices, gold labels, and a few entries to stand beside."""

import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from hulk_site.demo import labels
from hulk_site.demo.labels import EDITION, TASKS
from leaderboard import catalogue, loading, publishing
from leaderboard.models import Accelerator, DefaultOffer, Edition, Entry, Kind, Task
from leaderboard.publishing import EntrySnapshot, OutcomeSnapshot
from scoring.cost import choose_price, cost_usd, inference_cost_usd
from scoring.rules import Phase
from scoring.values import Hardware, Outcome, Price
from submissions import gold

MADE_UP = "Made up for the demo."
PUBLISHED_ON = date(2026, 11, 1)
ACCELERATOR = "v100-16gb"
PRETRAINING_COUNT = 8


@dataclass(frozen=True)
class Neighbour:
    """An entry of the demo boards. `seconds` (fine-tuning) and `milliseconds` (inference) are by task."""

    name: str
    parameters_millions: int
    seconds: tuple[float | None, ...]
    milliseconds: tuple[float, ...]
    hours: float
    is_reference: bool = False


NEIGHBOURS = (
    Neighbour("Demo-Large", 330, (60.0, 72.0, 210.0), (6.0, 6.0, 6.2), 48.0, is_reference=True),
    Neighbour("Demo-Base", 110, (35.0, 41.0, 150.0), (2.1, 2.0, 2.2), 30.0),
    Neighbour("Demo-Tiny", 15, (22.0, 19.0, None), (0.9, 0.9, 1.0), 26.0),
)


@transaction.atomic
def make_edition(at: datetime) -> Edition:
    """The demo edition with everything in it; what is there already stays as it is."""
    edition, _ = loading.add_edition(EDITION)
    loading.add_tasks(edition)
    for task in edition.tasks.all():
        import_gold(task, at)
    copy_default_offers(edition)
    publish_neighbours(edition, at)
    return edition


def import_gold(task: Task, at: datetime) -> None:
    """Makes the task's gold files, and imports them as an operator would; nothing where they are imported already.

    The labels are ours, and the edition publishes their hash: entries can be verified against them.
    """
    try:
        if gold.load(task) is not None:
            return
    except gold.GoldDamaged:
        pass  # The folder was emptied; the same labels are made again.
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, content in labels.gold_files()[task.slug].items():
            paths.append(Path(folder) / name)
            paths[-1].write_text(content, encoding="utf-8")
        gold.import_files(task, paths, accept_hash=False, by=None, at=at)


def copy_default_offers(edition: Edition) -> None:
    """The demo prices hardware as the newest real edition does."""
    DefaultOffer.objects.bulk_create(
        (
            DefaultOffer(edition=edition, accelerator=row.accelerator, offer_slug=row.offer_slug)
            for row in Edition.objects.current().default_offers.select_related("accelerator")
        ),
        ignore_conflicts=True,
    )


def publish_neighbours(edition: Edition, at: datetime) -> None:
    """Entries that every demo board shows, the reference first: the others are ranked against it."""
    known = set(Entry.objects.filter(edition=edition).values_list("pk", flat=True))
    new = [snapshot for snapshot in snapshots(edition) if snapshot.id not in known]
    publishing.publish_baselines(new, at=at)


def snapshots(edition: Edition) -> list[EntrySnapshot]:
    accelerator = Accelerator.objects.get(slug=ACCELERATOR)
    offers, default = catalogue.offers(), catalogue.default_offers(edition)[ACCELERATOR]
    made = []
    for phase in Phase:
        count = PRETRAINING_COUNT if phase is Phase.PRETRAINING else 1
        hardware = Hardware(ACCELERATOR, count)
        price, _ = choose_price(hardware, offers, default, PUBLISHED_ON)
        for neighbour in NEIGHBOURS:
            made.append(
                EntrySnapshot(
                    id=uuid5(NAMESPACE_URL, f"hulk/{EDITION}/{phase}/{neighbour.name}"),
                    edition=edition,
                    phase=phase,
                    kind=Kind.BASELINE,
                    model=neighbour.name,
                    organisation="HULK demo",
                    parameters_millions=Decimal(neighbour.parameters_millions),
                    date=PUBLISHED_ON,
                    run_date=PUBLISHED_ON,
                    badge="baseline",
                    accelerator=accelerator,
                    count=count,
                    price=catalogue.price_json(hardware, price),
                    is_reference=neighbour.is_reference,
                    source=MADE_UP,
                    outcomes=outcomes(neighbour, phase, price),
                )
            )
    return made


def outcomes(neighbour: Neighbour, phase: Phase, price: Price | None) -> list[OutcomeSnapshot]:
    if phase is Phase.PRETRAINING:
        return [outcome(None, neighbour.hours * 3600, phase, price)]
    if phase is Phase.FINETUNING:
        times: tuple[float | None, ...] = neighbour.seconds
    else:
        times = tuple(milliseconds / 1000 for milliseconds in neighbour.milliseconds)
    return [outcome(task, seconds, phase, price) for task, seconds in zip(TASKS, times, strict=True)]


def outcome(task: str | None, seconds: float | None, phase: Phase, price: Price | None) -> OutcomeSnapshot:
    if seconds is None:
        return OutcomeSnapshot(task=task, outcome=Outcome.NOT_REACHED, details={"note": MADE_UP})
    cost = inference_cost_usd if phase is Phase.INFERENCE else cost_usd
    usd = cost(seconds, price) if price else None
    return OutcomeSnapshot(task=task, outcome=Outcome.REACHED, seconds=seconds, cost_usd=usd, details={"note": MADE_UP})
