"""carbontracker's logs: its *actual* consumption, never what it predicts (PROTOCOL section 7)."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scoring.readers.amounts import amount, amount_or_none
from scoring.readers.json_text import json_object
from scoring.readers.jsonl import is_json_lines
from scoring.readers.numbers import Cell, number, times
from scoring.readers.text import Text, Unreadable
from scoring.readers.times import Style, moment
from scoring.readers.wording import clean, shown
from scoring.values import Energy, Tier

_NAME = "carbontracker"
_ACTUAL = re.compile(r"actual consumption\b.{0,40}:\s*$", re.IGNORECASE)
_OTHER = re.compile(r"predicted consumption\b|^[0-9]{4}-[0-9]{2}-[0-9]{2} |^carbontracker:", re.IGNORECASE)
_AMOUNT = re.compile(r"\s*(time|energy|co2eq?|carbon)\s*(?:\(([a-z0-9]+)\))?\s*:\s*(.{1,60})", re.IGNORECASE)
_VERSION = re.compile(r"carbontracker version ([0-9][0-9A-Za-z.+-]{0,30})")
_MODELLED = re.compile(r"simulated|powermetrics|apple silicon", re.IGNORECASE)
"""Parts whose power is worked out by a model, not counted."""
_UNITS = {
    "energy": {"kwh": Decimal(1), "wh": Decimal("0.001"), "mwh": Decimal(1000), "gwh": Decimal(1_000_000)},
    "co2e": {"g": Decimal("0.001"), "kg": Decimal(1), "mg": Decimal("0.000001"), "t": Decimal(1000)},
}
_NOTHING_ACTUAL = (
    "The log has no `Actual consumption`: the tracker measured nothing, or was stopped before it could say what."
)
_REMEDY = "Send the file that ends in `_carbontracker_output.log`, of a run whose epochs were tracked to the end."


class CarbonTrackerLog:
    """The text log. Each block is the total so far, so the last one counts."""

    def recognises(self, head: bytes) -> bool:
        return _NAME.encode() in head.lower() or b"actual consumption" in head.lower()

    def read(self, text: Text, run_id: str | None) -> Energy:
        block: dict[str, Cell] | None = None
        begun = 0
        last: tuple[int, dict[str, Cell]] | None = None
        tier, version = Tier.COUNTER, ""
        for line, content in text.lines(rows=text.limits.log_rows):
            words = content.decode()
            if _ACTUAL.search(words):
                block, begun = {}, line
            elif _OTHER.search(words):
                block = None
            elif block is not None and (match := _AMOUNT.fullmatch(words.rstrip())):
                block |= _read_amount(match, line)
                last = (begun, block) if "energy" in block else last
            if match := _VERSION.search(words):
                version = match[1]
            if _MODELLED.search(words):
                tier = Tier.ESTIMATE
        if last is None:
            raise Unreadable(_NOTHING_ACTUAL, remedy=_REMEDY)
        return _energy(last[1], last[0], tier, f"{_NAME} {version}".strip())


def _read_amount(match: re.Match[str], line: int) -> dict[str, Cell]:
    """One line of a block, in kWh, kg or seconds."""
    name, bracket, rest = match[1].lower(), match[2] or "", match[3].strip()
    if name == "time":
        found = moment(rest, unit=None, of_day=False)
        if found is None or found.style is not Style.ELAPSED:
            raise Unreadable(f"{shown(rest)} is no duration.", line=line)
        return {"seconds": Decimal(str(found.seconds))}
    name = "energy" if name == "energy" else "co2e"
    value, _, word = rest.partition(" ")
    factor = _UNITS[name].get((word.strip() or bracket).lower())
    if factor is None:
        raise Unreadable(f"{shown(rest)} has no unit of {name} that is known.", line=line)
    exact = number(value)
    return {name: value if exact is None else times(exact, factor)}


class CarbonTrackerEvents:
    """The JSON Lines of events: the finished session's totals, else the last totals of a session that was stopped."""

    def recognises(self, head: bytes) -> bool:
        return is_json_lines(head) and b'"__type__"' in head

    def read(self, text: Text, run_id: str | None) -> Energy:
        tier = Tier.COUNTER
        started: float | None = None
        last: tuple[int, Mapping[str, Any], Cell] | None = None
        for line, content in text.lines(rows=text.limits.log_rows):
            event = json_object(content.decode(), line, text.limits.json_depth)
            kind, stats = event.get("__type__"), event.get("stats")
            if started is None:
                started = _epoch(event.get("started_at"))
            if kind == "MeasurementEvent" and _MODELLED.search(clean(str(event.get("provider_name")))):
                tier = Tier.ESTIMATE
            if kind not in ("SessionCurrentStatsEvent", "FinishedSession") or not isinstance(stats, dict):
                continue
            seconds = stats.get("duration_s")
            if seconds is None and started is not None and (now := _epoch(event.get("timestamp"))):
                seconds = Decimal(str(max(0.0, round(now - started, 6))))
            last = (line, stats, seconds)
            if kind == "FinishedSession":
                break
        if last is None:
            raise Unreadable(_NOTHING_ACTUAL, remedy="Send the events of a session that measured something.")
        line, stats, seconds = last
        grams = amount_or_none(stats.get("total_emissions_g"), "emission in g", line)
        found = {"energy": stats.get("total_power_usage_kwh"), "seconds": seconds}
        kilograms = None if grams is None else Decimal(str(grams)) / 1000
        return _energy({**found, "co2e": kilograms}, line, tier, f"{_NAME} events")


def _epoch(cell: Cell) -> float | None:
    found = moment(cell, unit=None, of_day=False) if isinstance(cell, str) else None
    return found.seconds if found and found.style is Style.DATED else None


def _energy(found: Mapping[str, Cell], line: int, tier: Tier, tracker: str) -> Energy:
    return Energy(
        kwh=amount(found.get("energy"), "energy in kWh", line),
        co2e_kg=amount_or_none(found.get("co2e"), "emission", line),
        seconds=amount_or_none(found.get("seconds"), "duration", line),
        tier=tier,
        tracker=tracker,
        line=line,
    )
