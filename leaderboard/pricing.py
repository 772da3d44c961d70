"""What entries cost at the catalogue's prices, however many they are: a price for each group that is priced alike."""

import json
from datetime import date
from typing import Any

from django.db import connection

from leaderboard import catalogue
from leaderboard.models import Edition
from scoring.cost import choose_price
from scoring.rules import INFERENCE_INPUTS, Phase
from scoring.values import Hardware

ASKED = ("named_offer", "declared_usd_per_hour", "declared_source")
KEY = "concat_ws('|', entry.accelerator_id, entry.count{}, {})".format(
    "{day}", ", ".join(f"COALESCE(entry.price->>'{name}', '')" for name in ASKED)
)
"""Entries with the same key have the same price; `{day}` is the run date, or nothing where one day counts for all."""


def price_groups(edition: Edition, entries: str, params: list[Any], on: date | None = None) -> str:
    """Makes the temporary table `priced` (key, usd, units, price) of groups of entries; the SQL of an entry's key.

    `entries` is a condition on `entry`. The price is that of each run date, or of one day for all. Groups that nothing
    prices are left out: their costs stay.
    """
    key = KEY.format(day="" if on else ", entry.run_date")
    offers, defaults = catalogue.offers(), catalogue.default_offers(edition)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT ON (key) {key} AS key, accelerator.slug, entry.count, entry.price, entry.run_date
            FROM leaderboard_entry AS entry JOIN leaderboard_accelerator AS accelerator
                ON accelerator.id = entry.accelerator_id
            WHERE {entries} ORDER BY key""",
            params,
        )
        groups = []
        for text, slug, count, asked, run_date in cursor.fetchall():
            hardware = catalogue.hardware_asked(slug, count, json.loads(asked) if isinstance(asked, str) else asked)
            row = _group(text, hardware, choose_price(hardware, offers, defaults.get(slug), on or run_date)[0])
            groups += [row] if row else []
        cursor.execute("DROP TABLE IF EXISTS pg_temp.priced")
        cursor.execute(
            """CREATE TEMP TABLE priced ON COMMIT DROP AS SELECT * FROM unnest(
                %s::text[], %s::float8[], %s::float8[], %s::jsonb[]) AS group_of (key, usd, units, price)""",
            [[group[place] for group in groups] for place in range(4)],
        )
    return key


def _group(key: str, hardware: Hardware, price: Any) -> tuple[str, float, float, str] | None:
    if price is None:
        return None
    kept = json.dumps(catalogue.price_json(hardware, price))
    return key, float(price.usd_per_unit_hour), float(price.units), kept


def usd_of(seconds: str, phase: Phase) -> str:
    """`scoring.cost` as SQL: what seconds cost at the price of `priced`, by the same operations in the same order."""
    inputs = f" * {INFERENCE_INPUTS}" if phase is Phase.INFERENCE else ""
    return f"{seconds}{inputs} * priced.usd * priced.units / 3600"
