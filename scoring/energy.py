"""Energy of a whole submission from that of its tasks, and as JSON. Never scored (PROTOCOL section 7)."""

from collections.abc import Iterable, Mapping
from typing import Any

from scoring.values import Energy, Tier

_TIERS = tuple(Tier)


def distinct(energies: Iterable[Energy]) -> list[Energy]:
    """Each tracked run once: a file may stand for several tasks."""
    return list({(one.file, one.sha256, one.run_id): one for one in energies}.values())


def total(energies: Iterable[Energy]) -> Energy | None:
    """The sum of what was brought, at the weakest tier in it; None where nothing was.

    Emissions and duration are only summed where every tracked run tells them.
    """
    parts = distinct(energies)
    if not parts:
        return None
    return Energy(
        kwh=sum(part.kwh for part in parts),
        co2e_kg=_sum([part.co2e_kg for part in parts]),
        seconds=_sum([part.seconds for part in parts]),
        tier=max((part.tier for part in parts), key=_TIERS.index),
        tracker=", ".join(dict.fromkeys(part.tracker for part in parts)),
    )


def to_json(energy: Energy) -> dict[str, Any]:
    return {
        "kwh": energy.kwh,
        "co2e_kg": energy.co2e_kg,
        "seconds": energy.seconds,
        "tier": energy.tier.value,
        "tracker": energy.tracker,
        "file": energy.file,
        "sha256": energy.sha256,
        "line": energy.line,
        "run_id": energy.run_id,
    }


def from_json(kept: Mapping[str, Any]) -> Energy:
    """What `to_json` wrote."""
    return Energy(**{**kept, "tier": Tier(kept["tier"])})


def _sum(amounts: list[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None
