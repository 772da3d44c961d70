"""A board, ready to render: what page, API, CSV and JSON all show, so that they cannot disagree."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, FloatField, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate, Lower, NullIf

from leaderboard.columns import BROUGHT, CO2E, ENERGY, TEXT_SORTS, Column, columns_for, task_titles
from leaderboard.filters import DEEPEST_ROW, BoardQuery
from leaderboard.models import BoardRow, Edition, Task
from leaderboard.ranking import folded

LEFT_BEHIND = ("entry__findings", "entry__evidence", "entry__checked_by", "entry__price", "entry__source")
"""Long fields of an entry that no board shows."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A value to filter by: as the address says it, in words, and how many rows of the board have it."""

    value: str
    title: str
    count: int


class Footnote(NamedTuple):
    """A remark, and the models of this page that it is about; none where it is about the whole board."""

    text: str
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """One page of one board. `count` counts all rows that match; beyond 10,000 filtered ones it stops counting."""

    query: BoardQuery
    edition: Edition
    tasks: tuple[Task, ...]
    columns: tuple[Column, ...]
    rows: list[BoardRow]
    count: int
    count_exact: bool
    page: int
    pages: int
    facets: dict[str, list[Facet]]
    has_gold: bool
    """True where the gold labels of every task are imported here."""
    reference: BoardRow | None
    footnotes: list[Footnote]

    @property
    def shows_energy(self) -> bool:
        return ENERGY in self.columns

    @property
    def shows_co2e(self) -> bool:
        return CO2E in self.columns

    @property
    def has_next(self) -> bool:
        return self.page < self.pages

    @property
    def has_previous(self) -> bool:
        return self.page > 1


def board(query: BoardQuery) -> Board:
    """The page that a query asks for, in five queries however long the board is. Past the end it has no rows."""
    found = rows(query)
    count, exact = counted(query, found)
    choices, brought = _facets_and_brought(query)
    first = (query.page - 1) * query.per_page
    with_entries = found.select_related("entry").defer(*LEFT_BEHIND)
    page_rows = list(with_entries[first : first + query.per_page])
    return Board(
        query=query,
        edition=query.edition,
        tasks=query.tasks,
        columns=columns_for(query.tasks, query.phase, query.measure, brought),
        rows=page_rows,
        count=count,
        count_exact=exact,
        page=query.page,
        pages=max(1, math.ceil(count / query.per_page)),
        facets=choices,
        has_gold=all(has_gold(task) for task in query.tasks),
        reference=whole(query).filter(is_reference=True).first(),
        footnotes=footnotes(query, page_rows),
    )


def whole(query: BoardQuery) -> QuerySet[BoardRow]:
    """The rows of the board, unfiltered."""
    return BoardRow.objects.filter(edition=query.edition, phase=query.phase, measure=query.measure)


def rows(query: BoardQuery) -> QuerySet[BoardRow]:
    """The filtered rows in the order that the query asks for."""
    return whole(query).filter(_matching(query)).order_by(*_order(query))


def counted(query: BoardQuery, found: QuerySet[BoardRow]) -> tuple[int, bool]:
    """How many rows there are, and whether that is exact: a filtered board is counted to 10,000."""
    if not query.is_filtered:
        return whole(query).count(), True
    count = found.order_by()[: DEEPEST_ROW + 1].count()
    return min(count, DEEPEST_ROW), count <= DEEPEST_ROW


def _facets_and_brought(query: BoardQuery) -> tuple[dict[str, list[Facet]], set[str]]:
    """What the unfiltered board can be filtered by, the most frequent first, and the keys of `BROUGHT` that any of its
    rows has. One query."""
    found = whole(query).order_by().values("accelerator", "hardware", "framework", "organisation")
    tally: dict[str, dict[str, tuple[str, int]]] = {"hardware": {}, "framework": {}, "organisation": {}}
    filled = {f"with_{column.key}": Count(column.key) for column in BROUGHT}
    brought: set[str] = set()
    rows: Iterable[Mapping[str, Any]] = found.annotate(number=Count("pk"), **filled)
    for row in rows:
        brought |= {column.key for column in BROUGHT if row[f"with_{column.key}"]}
        device = row["accelerator"] or row["hardware"]
        for name, value in (
            ("hardware", device),
            ("framework", row["framework"]),
            ("organisation", row["organisation"]),
        ):
            if value:
                before = tally[name].get(value, ("", 0))[1]
                tally[name][value] = (value, before + row["number"])
    choices = {
        name: sorted((Facet(value, *rest) for value, rest in values.items()), key=lambda f: (-f.count, f.title))
        for name, values in tally.items()
    }
    return choices, brought


def footnotes(query: BoardQuery, page_rows: Iterable[BoardRow]) -> list[Footnote]:
    """The remarks on this page's entries, equal ones once, then those on the whole board."""
    models: dict[str, list[str]] = {}
    for row in page_rows:
        for text in row.entry.footnotes:
            models.setdefault(text, []).append(row.model)
    of_entries = [Footnote(text, tuple(names)) for text, names in models.items()]
    return of_entries + [Footnote(text) for text in query.edition.remarks.get(query.phase, [])]


def has_gold(task: Task) -> bool:
    return hasattr(task, "gold_set") and task.gold_set.is_imported


def _matching(query: BoardQuery) -> Q:
    found = Q()
    if query.q:
        found &= Q(search__contains=folded(query.q))
    if query.hardware:
        found &= Q(accelerator=query.hardware) | Q(hardware=query.hardware)
    for name in ("framework", "organisation", "kind"):
        if value := getattr(query, name):
            found &= Q(**{name: value})
    if query.verified is not None:
        found &= Q(verified=query.verified)
    if query.since:
        found &= Q(date__gte=query.since)
    if query.until:
        found &= Q(date__lte=query.until)
    if query.max_params is not None:
        found &= Q(parameters_millions__lte=query.max_params)
    return found


def _order(query: BoardQuery) -> list[OrderBy | Case | F | str]:
    """The sort, ties in the board's own order. N/R stands after all numbers and unknown last, in both directions."""
    key = query.sort_key
    if query.sort == "rank":
        return ["position"]
    if key in TEXT_SORTS:
        text = Collate(NullIf(Lower(key), Value("")), "C")
        return [text.desc(nulls_last=True) if query.descending else text.asc(nulls_last=True), "position"]
    if key in ("parameters_millions", "date"):
        column = F(key)
        return [column.desc(nulls_last=True) if query.descending else column.asc(nulls_last=True), "position"]
    if key == "rank":
        return [_number("score_key", descending=False), "position"]
    return [_number(_stored_key(query, key), descending=query.descending), "position"]


def _stored_key(query: BoardQuery, key: str) -> str:
    """The column of a row that a sort key reads: rows have slots by task position."""
    if key == "score":
        return "score_key"
    slugs = [slug for slug, _ in task_titles(query.tasks, query.phase)]
    if key in slugs:
        return f"value_key_{slugs.index(key) + 1}"
    return f"score_key_{slugs.index(key.removesuffix('_score')) + 1}"


def _number(column: str, *, descending: bool) -> Case | F:
    """Order by a stored key. PostgreSQL puts NaN (unknown) after infinity (N/R), and that after all numbers."""
    if not descending:
        return F(column)
    finite = When(**{f"{column}__lt": math.inf}, then=-F(column))
    return Case(finite, default=F(column), output_field=FloatField())
