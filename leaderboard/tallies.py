"""What a phase can be filtered by and searched for, counted when entries come and go, so that pages need not count."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from leaderboard.folding import folded
from leaderboard.models import Edition, Facet
from leaderboard.models.rows import FACETS, RowColumns
from scoring.rules import Phase

LISTED = ("device", "framework", "organisation", "kind", "verified")
"""Facets of which every page has the most frequent values at hand."""
MOST_LISTED = 50
"""How many of them."""
LONGEST_TERM = 240


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each facet's value and each term comes or goes."""

    facets: Counter[tuple[str, str]] = field(default_factory=Counter)
    terms: Counter[str] = field(default_factory=Counter)

    def count(self, row: RowColumns, by: int) -> None:
        """Take in a row that comes (1) or goes (-1); one of the three of its entry."""
        self.count_values({name: getattr(row, name) for name in (*FACETS, "search")}, by)

    def count_values(self, row: Mapping[str, Any], by: int = 1) -> None:
        for name, value in facets_of(row):
            self.facets[name, value] += by
        for term in terms_of(row["search"]):
            self.terms[term] += by


def facets_of(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What a row can be filtered by; `device` is its accelerator, or its hardware where that is not known."""
    for name in FACETS:
        if value := facet_text(row[name]):
            yield name, value
    if device := row["accelerator"] or row["hardware"]:
        yield "device", device


def facet_text(value: str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def terms_of(search: str) -> set[str]:
    """The words of a row's search text, and the parts of those that are written with hyphens and the like."""
    words = set(search.split())
    return {term[:LONGEST_TERM] for word in words for term in (word, *re.findall(r"\w+", word))}


def search_text(*texts: str) -> str:
    """What is searched: folded texts, one a line."""
    return "\n".join(folded(text) for text in texts)


def write(edition: Edition, phase: Phase, tally: Tally) -> None:
    """Add a tally to what is counted. Values that nobody has any more stay known with 0: shared links still work."""
    facets = sorted((*key, number) for key, number in tally.facets.items() if number)
    terms = sorted((text, number) for text, number in tally.terms.items() if number)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO leaderboard_facet AS old (edition_id, phase, name, value, count)
            SELECT %s, %s, * FROM unnest(%s::text[], %s::text[], %s::int[])
            ON CONFLICT (edition_id, phase, name, value) DO UPDATE SET count = old.count + excluded.count""",
            [edition.pk, phase.value, *_columns(facets, 3)],
        )
        cursor.execute(
            """INSERT INTO leaderboard_term AS old (edition_id, phase, text, count)
            SELECT %s, %s, * FROM unnest(%s::text[], %s::int[])
            ON CONFLICT (edition_id, phase, text) DO UPDATE SET count = old.count + excluded.count""",
            [edition.pk, phase.value, *_columns(terms, 2)],
        )


def _columns(rows: Sequence[tuple[str | int, ...]], width: int) -> list[list[str | int]]:
    return [[row[place] for row in rows] for place in range(width)]


def most_frequent(edition: Edition, phase: Phase) -> dict[str, list[tuple[str, int]]]:
    """By facet, its most frequent values with their counts."""
    facets = Facet.objects.filter(edition=edition, phase=phase, count__gt=0).order_by("-count", "value")
    return {name: list(facets.filter(name=name).values_list("value", "count")[:MOST_LISTED]) for name in LISTED}
