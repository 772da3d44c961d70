"""A board, ready to render: what page, API, CSV and JSON all show, so that they cannot disagree."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from leaderboard import lines as line_rows
from leaderboard import searching
from leaderboard.columns import CO2E, ENERGY, Column, columns_for, task_titles
from leaderboard.cursors import Cursor
from leaderboard.filters import DEEPEST_ROW, BoardQuery
from leaderboard.lines import Line
from leaderboard.models import Edition, Task
from leaderboard.models.rows import FACETS
from leaderboard.moments import one_moment
from leaderboard.ordering import beyond, in_order, order_of
from leaderboard.standing import Standing, first_day, standing
from leaderboard.tallies import facet_text

OFFERED = {"hardware": "device", "framework": "framework", "organisation": "organisation"}
"""The counted facet behind each choice of the form."""
EXPORT_CHUNK = 2000


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


class Reference(NamedTuple):
    model: str


@dataclass(frozen=True, slots=True)
class Links:
    """Query strings of the pages around; None where there is no such page."""

    first: str | None
    previous: str | None
    next: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One page of one board. `count` counts all rows that match; beyond 10,000 filtered ones it stops counting."""

    query: BoardQuery
    edition: Edition
    tasks: tuple[Task, ...]
    columns: tuple[Column, ...]
    rows: list[Line]
    count: int
    count_exact: bool
    page: int | None
    """None where nobody counted how many stand before."""
    pages: int | None
    """None where nobody counted to the end."""
    links: Links
    facets: dict[str, list[Facet]]
    has_gold: bool
    """True where the gold labels of every task are imported here."""
    reference: Reference | None
    footnotes: list[Footnote]
    shown_instead: str
    """What was searched where nothing matches what was asked for; else empty."""
    first_day: date | None
    """Where the board stood empty on that day: the first day on which it did not."""

    @property
    def shows_energy(self) -> bool:
        return ENERGY in self.columns

    @property
    def shows_co2e(self) -> bool:
        return CO2E in self.columns

    @property
    def shows_filter_ranks(self) -> bool:
        """Whether the rows have a rank within the filter beside the global one."""
        return any(row.rank_in_filter for row in self.rows)


class _Search(NamedTuple):
    """The condition that a search is."""

    condition: Q
    instead: str = ""
    """Its words where they are not those that were asked for: near ones for such as no row of the board has."""
    number: int | None = None
    """How many rows of the board it alone finds, where that is known."""


class _Part(NamedTuple):
    """The rows of a page, and whether there are more on either side."""

    rows: list[Line]
    has_previous: bool
    has_next: bool


def board(query: BoardQuery) -> BoardPage:
    """The page that a query asks for, in a few queries however long the board is. Past the end it has no rows."""
    with standing(query) as stands:
        found, part, search = _found(query, stands)
        count, exact = _counted(query, stands, found, part, search)
        _set_ranks(query, found, part, count if exact else None)
        page, pages = _place(query, count if exact else None)
        return BoardPage(
            query=query,
            edition=query.edition,
            tasks=query.tasks,
            columns=columns_for(query.tasks, query.phase, query.measure, stands.brought),
            rows=part.rows,
            count=count,
            count_exact=exact,
            page=page,
            pages=pages,
            links=_links(query, part, (count, exact), page, pages),
            facets=_facets(query),
            has_gold=all(has_gold(task) for task in query.tasks),
            reference=Reference(stands.reference) if stands.reference else None,
            footnotes=footnotes(query, part.rows),
            shown_instead=search.instead,
            first_day=first_day(query) if query.on and not stands.count else None,
        )


@contextmanager
def all_lines(query: BoardQuery) -> Iterator[Iterator[Line]]:
    """The whole filtered board in order, row by row from the database, so that memory stays flat."""
    with one_moment(makes_tables=True), standing(query, export=True) as stands:
        search = _searched(query, stands)
        found = _matching(query, stands, search.condition)
        order, board = order_of(query), shared(query, stands.best)
        # A file says nowhere that something else was searched: it has what was asked for.
        rows = in_order(found.none() if search.instead else found, order)
        if order.key or query.is_filtered or not stands.is_live:
            yield line_rows.lines(stands.ranked(rows), board, "rank", chunk=EXPORT_CHUNK)
        else:
            yield _counting(line_rows.lines(rows, board, chunk=EXPORT_CHUNK))


def shared(query: BoardQuery, best: float | None) -> line_rows.Board:
    return line_rows.Board(query.phase, query.measure, task_titles(query.tasks, query.phase), best)


def footnotes(query: BoardQuery, rows: Iterable[Line]) -> list[Footnote]:
    """The remarks on this page's entries, equal ones once, then those on the whole board."""
    models: dict[str, list[str]] = {}
    for row in rows:
        for text in row.footnotes:
            models.setdefault(text, []).append(row.model)
    of_entries = [Footnote(text, tuple(names)) for text, names in models.items()]
    return of_entries + [Footnote(text) for text in query.edition.remarks.get(query.phase, [])]


def has_gold(task: Task) -> bool:
    return hasattr(task, "gold_set") and task.gold_set.is_imported


def _found(query: BoardQuery, stands: Standing) -> tuple[QuerySet[Any], _Part, _Search]:
    """All rows that match, those of the page, and what was searched; something else than what was asked for only where
    that shows something."""
    search = _searched(query, stands)
    found = _matching(query, stands, search.condition)
    part = _part(query, stands, found)
    if search.instead and not part.rows:
        return found.none(), part, _Search(search.condition)
    return found, part, search


def _searched(query: BoardQuery, stands: Standing) -> _Search:
    if not query.q:
        return _Search(Q())
    if not stands.is_live and stands.rows.filter(searching.parts(query.q)).exists():
        return _Search(searching.parts(query.q))
    words = searching.known(query.q, query.board)
    instead = searching.instead(words)
    if not stands.is_live:
        return _Search(searching.parts(instead or query.q), instead)
    if instead:
        words = searching.known(instead, query.board)
    return _Search(searching.parts_by_index(words, query.board), instead, searching.known_count(words, DEEPEST_ROW))


def _matching(query: BoardQuery, stands: Standing, searched: Q) -> QuerySet[Any]:
    condition = _condition(query) & searched
    rows = stands.rows.filter(condition)
    if query.best:
        better = Q(order_key__lt=OuterRef("order_key")) | Q(order_key=OuterRef("order_key"), tie__lt=OuterRef("tie"))
        same_model = stands.rows.filter(condition, better, model_up=OuterRef("model_up"))
        rows = rows.filter(~Exists(same_model))
    return rows


def _condition(query: BoardQuery) -> Q:
    found = Q()
    if query.hardware:
        devices = Q()
        for column in query.hardware_columns:
            devices |= Q(**{column: query.hardware})
        found &= devices
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
        found &= Q(parameters_up__lte=query.max_params)
    return found


def _part(query: BoardQuery, stands: Standing, found: QuerySet[Any]) -> _Part:
    """The rows of the page; one more is asked for, to know whether there are more."""
    order, cursor, size = order_of(query), query.cursor, query.per_page
    is_first = cursor is None and query.page == 1
    backwards = cursor is not None and cursor.backwards
    rows = in_order(found, order, backwards=backwards)
    also = ["key"] if order.key else []
    if cursor is None and not is_first:
        # Picked first, as the database would work out the ranks of all rows that it skips.
        skipped = (query.page - 1) * size
        picked = rows.values("pk")[skipped : skipped + size + 1]
        rows = in_order(stands.rows.filter(pk__in=picked), order)
    if not (is_first and not order.key and not query.is_filtered and stands.is_live):
        # The first rows of a whole board tell their ranks by themselves.
        rows, also = stands.ranked(rows), [*also, "rank"]
    if cursor is None:
        rows = rows[: size + 1]
    elif cursor.keys:
        rows = beyond(rows, order, cursor.keys, cursor.entry, backwards=backwards)[: size + 1]
    else:
        size = (cursor.count or 0) % size or size if cursor.exact else size
        rows = rows[: size + 1]
    got = list(line_rows.lines(rows, shared(query, stands.best), *also))
    more, got = len(got) > size, got[:size]
    if backwards:
        return _Part(got[::-1], has_previous=more, has_next=bool(cursor and cursor.keys))
    return _Part(got, has_previous=not is_first, has_next=more)


def _counted(
    query: BoardQuery, stands: Standing, found: QuerySet[Any], part: _Part, search: _Search
) -> tuple[int, bool]:
    """How many rows match, and whether that is exact: a filtered board is counted to 10,000."""
    if not query.is_filtered:
        return stands.count, True
    cursor = query.cursor
    if cursor is None and query.page == 1 and not part.has_next:
        return len(part.rows), True
    if cursor is not None and cursor.count is not None and cursor.version == query.board.version and stands.is_live:
        return cursor.count, cursor.exact
    count = _known_count(query, search) if stands.is_live else None
    if count is None:
        count = found.order_by()[: DEEPEST_ROW + 1].count()
    return min(count, DEEPEST_ROW), count <= DEEPEST_ROW


def _known_count(query: BoardQuery, search: _Search) -> int | None:
    """What was counted before, for a board that one value filters or one word searches."""
    chips = query.active
    if len(chips) != 1:
        return None
    name = chips[0].parameter
    if name == "q":
        return search.number
    if name in query.counts:
        return query.counts[name]
    value = getattr(query, name)
    return dict(query.board.facets.get(name, ())).get(facet_text(value) if name in FACETS else "")


def _set_ranks(query: BoardQuery, found: QuerySet[Any], part: _Part, count: int | None) -> None:
    """Put ranks on the rows where the database has not, and ranks within the filter where few enough rows match it."""
    rows, order = part.rows, order_of(query)
    if not rows:
        return
    is_first = query.cursor is None and query.page == 1
    if is_first and not order.key:
        in_whole_board = [row.rank for row in rows]
        for row, rank in zip(_counting(rows), in_whole_board, strict=True):
            if query.is_filtered:
                row.rank, row.rank_in_filter = rank, row.rank
    elif query.is_filtered and count is not None:
        keys = list(found.filter(score__isnull=False).order_by("order_key").values_list("order_key", flat=True))
        for row in rows:
            row.rank_in_filter = bisect_left(keys, row.order_key) + 1
    for row in rows:
        if row.score is None:
            row.rank = row.rank_in_filter = None


def _counting(rows: Iterable[Line]) -> Iterator[Line]:
    """Rows of a whole board in its own order, each with its rank: equal ones share the first one's place."""
    rank, last = 0, None
    for place, row in enumerate(rows, start=1):
        if row.order_key != last:
            rank, last = place, row.order_key
        row.rank = None if row.score is None else rank
        yield row


def _place(query: BoardQuery, count: int | None) -> tuple[int | None, int | None]:
    """The number of the page and of all pages, as far as they are known."""
    pages = None if count is None else max(1, math.ceil(count / query.per_page))
    if query.cursor is None:
        return query.page, pages
    return query.cursor.page if query.cursor.keys else pages, pages


def _links(query: BoardQuery, part: _Part, counted: tuple[int, bool], page: int | None, pages: int | None) -> Links:
    order = order_of(query)
    if not part.rows:
        previous = query.string(page=pages or 1) if part.has_previous else None
        return Links(query.string(page=None) if part.has_previous else None, previous, None, None)

    def to(row: Line, number: int | None, *, backwards: bool) -> str:
        keys = [row.key] if order.key else []
        keys += [{"order_key": row.order_key, "tie": row.tie}[name] for name in order.own]
        return query.string(
            cursor=Cursor(backwards, tuple(keys), str(row.entry_id), number, query.board.version, *counted)
        )

    before = page - 1 if page is not None else None
    first = query.string(page=None) if part.has_previous else None
    return Links(
        first=first,
        previous=None if first is None else first if before == 1 else to(part.rows[0], before, backwards=True),
        next=to(part.rows[-1], None if page is None else page + 1, backwards=False) if part.has_next else None,
        last=query.string(cursor=Cursor(True, (), "", pages, query.board.version, *counted)) if part.has_next else None,
    )


def _facets(query: BoardQuery) -> dict[str, list[Facet]]:
    """What the unfiltered board can be filtered by now, the most frequent values first; the chosen one in any case."""
    found = {}
    for name, counted in OFFERED.items():
        values = [Facet(value, value, count) for value, count in query.board.facets.get(counted, ())]
        chosen = getattr(query, name)
        if chosen and all(facet.value != chosen for facet in values):
            values.append(Facet(chosen, chosen, query.counts.get(name, 0)))
        found[name] = values
    return found
