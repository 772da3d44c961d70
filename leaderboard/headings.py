"""The head of a board's table: which columns stand together, and where each header's link leads."""

from collections.abc import Mapping
from dataclasses import dataclass

from leaderboard.columns import BROUGHT, Column
from leaderboard.filters import BoardQuery

REST = ("parameters_millions", "hardware", *(column.key for column in BROUGHT), "date", "badge")
"""What stands right of the tasks, as far as the board has it."""
BEST_FIRST = {"score", "date"}
"""Columns whose first click sorts descending; task scores do so too. All others start ascending."""


@dataclass(frozen=True, slots=True)
class SortLink:
    """A link that sorts by a column, the other way round where it is sorted by already."""

    key: str
    title: str
    unit: str
    query: str
    direction: str
    """`ascending` or `descending` where the board is sorted by this column, else empty."""
    next_direction: str


@dataclass(frozen=True, slots=True)
class Heading:
    """One header cell. `links` holds one link for each column that shares the cell; `plain` is a title without one."""

    key: str
    plain: str = ""
    links: tuple[SortLink, ...] = ()
    align: str = "left"
    fold: bool = False

    @property
    def aria_sort(self) -> str:
        return next((link.direction for link in self.links if link.direction), "")


def headings(columns: tuple[Column, ...], query: BoardQuery) -> list[Heading]:
    """The header cells left to right: rank, model, score, then a cell a task, then the rest.

    What belongs together shares a cell, and each keeps its own sort link: a task's value and its score, model and
    organisation. The link to the details stands under the badge.
    """
    by_key = {column.key: column for column in columns}
    firsts = [_single(by_key[key], query) for key in ("rank", "model", "score")]
    tasks = [_task(slug, by_key, query) for slug in dict.fromkeys(column.task for column in columns if column.task)]
    rest = [_single(by_key[key], query) for key in REST if key in by_key]
    return [*firsts, *tasks, *rest]


def _single(column: Column, query: BoardQuery) -> Heading:
    if column.key == "rank":
        return Heading("rank", "#", align="right")
    if not column.sortable:
        return Heading(column.key, f"{column.title} {column.unit}".strip(), align=column.align, fold=column.fold)
    links = [_link(column, column.title, query)]
    if column.key == "model":
        links.append(_link(Column("organisation", "Organisation"), "organisation", query))
    return Heading(column.key, "", tuple(links), column.align, column.fold)


def _task(slug: str, by_key: Mapping[str, Column], query: BoardQuery) -> Heading:
    value, task_score = by_key.get(slug), by_key.get(f"{slug}_score")
    links = [_link(value, value.title, query)] if value else []
    if task_score:
        links.append(_link(task_score, "score" if value else task_score.title.removesuffix(" score"), query))
    return Heading(slug, "", tuple(links), "right", True)


def _link(column: Column, title: str, query: BoardQuery) -> SortLink:
    """The board's own order is that of the score, so its link is the bare address."""
    sorted_by = {"rank": "-score", "-rank": "score"}.get(query.sort, query.sort)
    direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(sorted_by, "")
    best_first = column.key in BEST_FIRST or column.key.endswith("_score")
    descending = direction != "descending" if best_first else direction == "ascending"
    target = ("-" if descending else "") + column.key
    return SortLink(
        column.key,
        title,
        column.unit,
        query.string(sort=None if target == "-score" else target),
        direction,
        "descending" if descending else "ascending",
    )


def sorted_words(columns: tuple[Column, ...], query: BoardQuery) -> str:
    """The order in words, for the status line: `Overall score, highest first`."""
    titles = {column.key: column.title for column in columns} | {"organisation": "Organisation"}
    if query.sort_key == "rank":
        return f"{titles['score']}, {'lowest' if query.descending else 'highest'} first"
    ends = {"model": "a to z", "organisation": "a to z", "hardware": "a to z", "date": "oldest first"}
    falling = {"a to z": "z to a", "oldest first": "newest first", "lowest first": "highest first"}
    words = ends.get(query.sort_key, "lowest first")
    # Pretraining has no column for its task's score, efficiency boards none for values; both can be sorted by.
    shown = next(key for key in (query.sort_key, f"{query.sort_key}_score", "score") if key in titles)
    return f"{titles[shown]}, {falling[words] if query.descending else words}"
