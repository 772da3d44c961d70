"""The rows of the outbox as jobs: claim one, and say what became of it. As for submissions, the row is the job.

A claim is short, and every later write carries its token: whoever was too slow changes nothing. What the two kinds of
rows promise differs, and is said where they are sent: `mail` (at most once), `webhooks` (at least once).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from django.db import transaction

from submissions.leases import lease_length
from submissions.models import Outgoing, OutgoingQuerySet, State

LEASES = 4
"""Of a verification's, as nobody renews it: longer than sending one takes, which ends after seconds."""

Row = TypeVar("Row", bound=Outgoing)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to say what became of a row, as long as `token` is the row's."""

    model: type[Outgoing]
    pk: UUID
    token: UUID


def claim(model: type[Row], at: datetime, *related: str) -> tuple[Row, Claim] | None:
    """The row that has been due longest, for the caller alone; None where nothing is due."""
    with transaction.atomic():
        rows = model._default_manager.due(at).select_for_update(skip_locked=True, of=("self",))
        row = cast("Row | None", rows.select_related(*related).order_by("due_at").first())
        return None if row is None else (row, _take(row, at))


def claim_among(rows: OutgoingQuerySet, at: datetime, most: int, *related: str) -> list[tuple[Any, Claim]]:
    """What is due among some rows, as far as nobody else has it."""
    with transaction.atomic():
        free = rows.due(at).select_for_update(skip_locked=True, of=("self",))
        found = free.select_related(*related).order_by("due_at")[:most]
        return [(row, _take(row, at)) for row in found]


def _take(row: Outgoing, at: datetime) -> Claim:
    token = uuid4()
    row.lease_until, row.lease_token, row.tries = at + LEASES * lease_length(), token, row.tries + 1
    row.save(update_fields=["lease_until", "lease_token", "tries"])
    return Claim(type(row), row.pk, token)


def note(claim: Claim, **values: Any) -> bool:
    """Writes about a claimed row. False where the claim is lost: the caller then stops."""
    held = claim.model._default_manager.filter(pk=claim.pk, lease_token=claim.token, state=State.WAITING)
    return bool(held.update(**values))


def end(claim: Claim, state: State, at: datetime, **values: Any) -> bool:
    """Nothing more is done about it."""
    return note(claim, state=state, ended_at=at, lease_until=None, lease_token=None, **values)


def again(claim: Claim, at: datetime, **values: Any) -> bool:
    """It is tried again, not before `at`."""
    return note(claim, due_at=at, lease_until=None, lease_token=None, **values)
