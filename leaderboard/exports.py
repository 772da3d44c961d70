"""A whole filtered board as CSV or JSON, row by row, so that memory stays flat however long it is."""

import csv
import json
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from django.conf import settings

from leaderboard.boards import all_lines
from leaderboard.columns import task_titles
from leaderboard.filters import BoardQuery
from leaderboard.lines import Cell, Line
from leaderboard.numbers import plain
from leaderboard.standing import is_live

FIXED = ("rank", "entry", "url", "model", "organisation", "parameters_millions", "hardware", "date", "kind", "verified")
PER_TASK = ("outcome", "value", "unit", "score")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def row_json(row: Line) -> dict[str, Any]:
    """The shape of a board row that scripts rely on (INTERFACES section 2)."""
    return {
        "rank": row.rank,
        "entry": str(row.entry_id),
        "url": entry_url(row.entry_id),
        "model": row.model,
        "organisation": row.organisation,
        "parameters_millions": plain(row.parameters_millions),
        "hardware": row.hardware,
        "accelerator": row.accelerator,
        "framework": row.framework,
        "date": row.date.isoformat(),
        "kind": row.kind,
        "badge": row.badge,
        "verified": row.verified,
        "is_reference": row.is_reference,
        "runs": row.runs,
        "spread": row.spread,
        "energy_kwh": row.energy_kwh,
        "co2e_kg": row.co2e_kg,
        "tasks": tasks_json(row.tasks),
        "score": row.score,
    }


def tasks_json(tasks: list[Cell]) -> dict[str, Any]:
    return {task.slug: {name: getattr(task, name) for name in PER_TASK} for task in tasks}


def entry_url(pk: Any) -> str:
    """The address of an entry's page, whole, as scripts and spreadsheets need it."""
    return f"{settings.PUBLIC_URL}/entries/{pk}/"


def csv_header(query: BoardQuery) -> list[str]:
    slugs = [slug for slug, _ in task_titles(query.tasks, query.phase)]
    return [*FIXED, *(f"{slug}_{name}" for slug in slugs for name in PER_TASK), "score"]


def csv_rows(query: BoardQuery) -> Generator[str]:
    """The lines of the CSV, header first, CRLF as RFC 4180 has it."""
    writer = csv.writer(_Echo())
    with all_lines(query) as rows:
        yield writer.writerow(csv_header(query))
        for row in rows:
            yield writer.writerow([_cell(value) for value in _values(row_json(row))])


def json_rows(query: BoardQuery) -> Generator[str]:
    """One JSON array of rows, in pieces."""
    before = "["
    with all_lines(query) as rows:
        for row in rows:
            yield before + json.dumps(row_json(row), ensure_ascii=False)
            before = ",\n"
    yield "[]" if before == "[" else "]"


def begun(query: BoardQuery, pieces: Generator[str]) -> Generator[str]:
    """The same pieces. Of a past day the first is made at once: what goes wrong before it can still be answered."""
    if is_live(query):
        return pieces
    whole = _after_first(pieces)
    next(whole)
    return whole


def _after_first(pieces: Generator[str]) -> Generator[str]:
    """Closed, it closes the pieces at once: they hold a transaction."""
    with closing(pieces):
        first = next(pieces)
        yield ""
        yield first
        yield from pieces


def disarmed(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what starts one."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


class _Echo:
    """A file for `csv.writer` that hands each line back."""

    def write(self, line: str) -> str:
        return line


def _values(row: dict[str, Any]) -> Iterator[Any]:
    yield from (row[name] for name in FIXED)
    for task in row["tasks"].values():
        yield from (task[name] for name in PER_TASK)
    yield row["score"]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return disarmed(value) if isinstance(value, str) else value
