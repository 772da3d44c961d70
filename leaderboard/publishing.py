"""What is public comes and goes here: publish, supersede, withdraw, reveal. The only writer of entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date as Date
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from leaderboard import ranking
from leaderboard.models import Accelerator, Curve, Edition, Entry, EntryStatus, Event, Kind, Outcome
from leaderboard.ties import tie_for
from scoring.rules import ALL_TASKS

ANONYMOUS = "anonymous"
"""What stands on the boards for the organisation of an entry that is published blind."""
WITHHELD = "a source that is not shown"
"""What stands there for the source of a price that was declared."""
TELLING = ("organisation", "paper_url", "code_url")
"""What an entry shows that names its authors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSnapshot:
    """What became of one task; `task` None means all tasks at once (pretraining). Metrics in percent."""

    task: str | None
    outcome: str
    seconds: float | None = None
    cost_usd: float | None = None
    metric: Decimal | None = None
    proven_metric: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveSnapshot:
    """One run's curve of one task: raw points and the steps of the running maximum, as the model keeps them."""

    task: str
    run: int = 1
    points: Sequence[Sequence[Any]] = ()
    steps: Sequence[Sequence[Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySnapshot:
    """All that an entry shows, copied at publication: it does not change when its owner edits a draft."""

    edition: Edition
    phase: str
    kind: str
    model: str
    date: Date
    run_date: Date
    badge: str
    verified: bool = False
    outcomes: Sequence[OutcomeSnapshot] = ()
    curves: Sequence[CurveSnapshot] = ()

    id: UUID | None = None
    organisation: str = ""
    parameters_millions: Decimal | None = None
    base: str = ""
    trained_on_top_of: str = ""
    paper_url: str = ""
    code_url: str = ""
    accelerator: Accelerator | None = None
    count: int = 1
    hardware_text: str = ""
    """As boards print it; empty: made of the count and the accelerator's short name."""
    hardware_details: str = ""
    framework: str = ""
    precision: str = ""
    price: Mapping[str, Any] = field(default_factory=dict)
    """As `catalogue.price_json` makes it."""
    is_reference: bool = False
    runs: int = 1
    spread: float | None = None
    energy_kwh: float | None = None
    co2e_kg: float | None = None
    source: str = ""
    footnotes: Sequence[str] = ()
    findings: Sequence[Mapping[str, Any]] = ()
    evidence: Sequence[Mapping[str, Any]] = ()
    """Files as {"task", "kind", "run", "part", "name", "sha256", "size", "public"}."""
    checked_by: Mapping[str, Any] = field(default_factory=dict)


class UnknownTask(ValueError):
    """A snapshot names a task that its edition does not have."""

    code = "unknown-task"


class NotOnTheBoards(ValueError):
    """Only a published entry can be withdrawn or superseded."""

    code = "not-on-the-boards"


@transaction.atomic
def publish(
    snapshot: EntrySnapshot, *, by: AbstractBaseUser | None, at: datetime, supersedes: Entry | None = None
) -> Entry:
    """Put one entry on the boards, in place of the one that it supersedes; all of it or nothing."""
    ranking.lock(snapshot.edition)
    pk = snapshot.id or uuid4()
    if supersedes is not None:
        # First the old one goes: where it is the reference, there may be only one.
        _end(supersedes, EntryStatus.SUPERSEDED, by=by, at=at, reason=f"superseded by {pk}", successor=pk)
    entry = _create(snapshot, pk, by=by, at=at)
    reason, leaving = f"{entry.model} published", [supersedes] if supersedes is not None else []
    if supersedes is not None and (supersedes.edition_id, supersedes.phase) != (entry.edition_id, entry.phase):
        ranking.change(supersedes.edition, supersedes.phase, at=at, reason=reason, leaving=leaving)
        leaving = []
    ranking.change(entry.edition, entry.phase, at=at, reason=reason, leaving=leaving, joining=[entry])
    return entry


@transaction.atomic
def publish_baselines(snapshots: Sequence[EntrySnapshot], *, at: datetime) -> list[Entry]:
    """Put many baselines of one edition on the boards and rank them once, so that no score is kept in between."""
    if not snapshots:
        return []
    ranking.lock(snapshots[0].edition)
    entries = [_create(snapshot, snapshot.id or uuid4(), by=None, at=at) for snapshot in snapshots]
    for phase in sorted({entry.phase for entry in entries}):
        joining = [entry for entry in entries if entry.phase == phase]
        ranking.change(snapshots[0].edition, phase, at=at, reason="baselines loaded", joining=joining)
    return entries


@transaction.atomic
def withdraw(entry: Entry, *, by: AbstractBaseUser | None, at: datetime, reason: str) -> None:
    """Take an entry off the boards. Its page stays and says so. A second call does nothing."""
    ranking.lock(entry.edition)
    entry.refresh_from_db()
    if entry.status == EntryStatus.WITHDRAWN:
        return
    _end(entry, EntryStatus.WITHDRAWN, by=by, at=at, reason=reason)
    ranking.change(entry.edition, entry.phase, at=at, reason=f"{entry.model} withdrawn", leaving=[entry])


@transaction.atomic
def reveal(
    entry: Entry, snapshot: EntrySnapshot, names: Mapping[str, str], *, by: AbstractBaseUser | None, at: datetime
) -> None:
    """Give an entry that was published blind what names its authors; numbers and rank stay as they are.

    `snapshot` is the entry as it would have been published openly; `names` has each file's name and its blind one.
    """
    ranking.lock(entry.edition)
    entry.refresh_from_db()
    old = {name: getattr(entry, name) for name in TELLING}
    for name in (*TELLING, "hardware_details", "findings", "evidence"):
        setattr(entry, name, getattr(snapshot, name))
    entry.price = retold(entry.price, WITHHELD, str(snapshot.price.get("declared_source") or ""))
    entry.save(update_fields=[*TELLING, "hardware_details", "findings", "evidence", "price"])
    openly = {blind: name for name, blind in names.items()}
    for outcome in entry.outcomes.all():
        outcome.details = renamed(outcome.details, openly)
        outcome.save(update_fields=["details"])
    new = {name: getattr(entry, name) for name in TELLING}
    Event.objects.create(
        what=Event.What.REVEALED, edition=entry.edition, entry=entry, by_id=pk_of(by), at=at, old=old, new=new
    )
    if entry.status == EntryStatus.PUBLISHED:
        reason = f"the names of {entry.model} revealed"
        ranking.change(entry.edition, entry.phase, at=at, reason=reason, leaving=[entry], joining=[entry])


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same JSON value with files called otherwise, wherever one is named."""
    if isinstance(value, Mapping):
        called = {key: names.get(one, one) if key in {"file", "name"} else one for key, one in value.items()}
        return {key: renamed(one, names) for key, one in called.items()}
    return [renamed(one, names) for one in value] if isinstance(value, list | tuple) else value


def retold(price: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """A price with other words for the source that was declared: there, and where that source is of what scored."""
    if not old or price.get("declared_source") != old:
        return dict(price)
    told = {**price, "declared_source": new}
    if price.get("declared"):
        # As `scoring.cost` puts it into the note.
        told |= {"source": new, "note": price["note"].replace(f"({old.strip()})", f"({new.strip()})", 1)}
    return told


def _create(snapshot: EntrySnapshot, pk: UUID, *, by: AbstractBaseUser | None, at: datetime) -> Entry:
    values = {name: getattr(snapshot, name) for name in ENTRY_FIELDS}
    values["id"] = pk
    values["hardware_text"] = snapshot.hardware_text or hardware_text(snapshot.accelerator, snapshot.count)
    values["footnotes"] = list(snapshot.footnotes)
    values["findings"] = [dict(one) for one in snapshot.findings]
    values["evidence"] = [dict(one) for one in snapshot.evidence]
    values["price"], values["checked_by"] = dict(snapshot.price), dict(snapshot.checked_by)
    values["tie"] = tie_for(snapshot.edition.pk, snapshot.phase, snapshot.date, snapshot.model, pk)
    entry = Entry.objects.create(**values, published_at=at)
    _create_outcomes(entry, snapshot)
    what = Event.What.BASELINE_LOADED if snapshot.kind == Kind.BASELINE else Event.What.PUBLISHED
    new = {outcome.task or ALL_TASKS: _told(outcome) for outcome in snapshot.outcomes}
    Event.objects.create(what=what, edition=entry.edition, entry=entry, by_id=pk_of(by), at=at, new=new)
    return entry


def _create_outcomes(entry: Entry, snapshot: EntrySnapshot) -> None:
    tasks = {task.slug: task for task in entry.edition.tasks.all()}
    named = {outcome.task for outcome in snapshot.outcomes if outcome.task} | {c.task for c in snapshot.curves}
    if unknown := sorted(named - set(tasks)):
        raise UnknownTask(f"{entry.edition.slug} has no task {', '.join(unknown)}")
    Outcome.objects.bulk_create(
        Outcome(
            entry=entry,
            task=tasks[one.task] if one.task else None,
            outcome=one.outcome,
            seconds=one.seconds,
            cost_usd=one.cost_usd,
            metric=one.metric,
            proven_metric=one.proven_metric,
            details=dict(one.details),
        )
        for one in snapshot.outcomes
    )
    Curve.objects.bulk_create(
        Curve(entry=entry, task=tasks[one.task], run=one.run, points=list(one.points), steps=list(one.steps))
        for one in snapshot.curves
    )


def _end(
    entry: Entry,
    status: EntryStatus,
    *,
    by: AbstractBaseUser | None,
    at: datetime,
    reason: str,
    successor: UUID | None = None,
) -> None:
    """Take a published entry off the boards; the caller holds the edition's lock and changes the boards."""
    entry.refresh_from_db()
    if entry.status != EntryStatus.PUBLISHED:
        raise NotOnTheBoards(f"{entry.model} is {entry.get_status_display()} already.")
    old = {"status": entry.status}
    entry.status, entry.ended_at, entry.end_reason, entry.superseded_by_id = status, at, reason, successor
    entry.save(update_fields=["status", "ended_at", "end_reason", "superseded_by"])
    what = Event.What.SUPERSEDED if successor else Event.What.WITHDRAWN
    new = {"status": status.value} | ({"superseded_by": str(successor)} if successor else {})
    Event.objects.create(
        what=what, edition=entry.edition, entry=entry, by_id=pk_of(by), at=at, old=old, new=new, reason=reason
    )


def pk_of(by: AbstractBaseUser | None) -> int | None:
    """Who did it, for the record; None where a command did."""
    return by.pk if by else None


def hardware_text(accelerator: Accelerator | None, count: int) -> str:
    """As boards print it: `1 × RTX 2080 Ti`; empty where the hardware is not known."""
    return f"{count} × {accelerator.short_name}" if accelerator else ""


def _told(outcome: OutcomeSnapshot) -> dict[str, Any]:
    return {"outcome": str(outcome.outcome), "seconds": outcome.seconds, "cost_usd": outcome.cost_usd}


ENTRY_FIELDS = tuple(one.name for one in fields(EntrySnapshot) if one.name not in {"outcomes", "curves"})
"""What an entry takes over from its snapshot under the same name."""
