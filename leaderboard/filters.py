"""Reads the address of a board, once, for page, API and exports (INTERFACES section 1).

A wrong value is a WrongQuery that lists the right ones; no value ever gives a silently different board.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from leaderboard.columns import sort_keys
from leaderboard.cursors import Cursor, StaleCursor
from leaderboard.cursors import read as read_cursor
from leaderboard.models import Accelerator, Board, Edition, Facet, Kind, Task
from leaderboard.models.catalogue import NEWEST_FIRST
from leaderboard.parameters import (
    Problem,
    Wrong,
    WrongQuery,
    day_of,
    millions,
    one_of,
    page_size,
    past_day,
    search,
    sort_key,
    sound,
    truth,
    whole,
)
from leaderboard.versions import versions
from scoring.rules import Measure, Phase

DEFAULT_PER_PAGE = 25
DEEPEST_ROW = 10_000
"""`page` works to this row."""
PARAMETERS = (
    "q",
    "sort",
    "page",
    "per_page",
    "hardware",
    "framework",
    "organisation",
    "kind",
    "verified",
    "since",
    "until",
    "max_params",
    "best",
    "edition",
    "on",
    "prices_on",
    "cursor",
)
FILTERS = ("q", "hardware", "framework", "organisation", "kind", "verified", "since", "until", "max_params", "best")
MOMENTS = ("on", "prices_on")
BEST = ("model",)
MOST_NAMED = 100
"""Right values that an error lists."""


class Chip(NamedTuple):
    """A filter that is on: its parameter, what it says in words, and the query string without it."""

    parameter: str
    label: str
    without: str


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """The whole state of a board: which one, what is searched and filtered, the order, and the page."""

    phase: Phase
    measure: Measure
    board: Board
    """With its edition at hand."""
    tasks: tuple[Task, ...]
    """In board order, each with its gold set at hand."""
    editions: tuple[Edition, ...] = field(default=(), compare=False)
    """All of them, real ones first, then the newest."""
    catalogue: int = field(default=0, compare=False)
    """The version of the catalogue."""
    edition_named: bool = False
    """True where the address names the edition: then links keep naming it."""
    q: str = ""
    sort: str = "rank"
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    hardware: str = ""
    framework: str = ""
    organisation: str = ""
    kind: str = ""
    verified: bool | None = None
    since: date | None = None
    until: date | None = None
    max_params: float | None = None
    best: str = ""
    on: date | None = None
    prices_on: date | None = None
    cursor: Cursor | None = None
    hardware_columns: tuple[str, ...] = field(default=("accelerator", "hardware"), compare=False)
    """Where a row may have the value of `hardware`."""
    counts: Mapping[str, int] = field(default_factory=dict, compare=False)
    """How many rows of the phase have the value that a filter asks for, by parameter, where that was counted."""

    @classmethod
    def read(cls, phase: str, measure: str, params: QueryDict, *, also: Sequence[str] = ()) -> "BoardQuery":
        """Read an address. `also` names further parameters that the caller reads itself (`format`).

        Raises WrongQuery with all that is wrong, and Edition.DoesNotExist where no edition is loaded at all.
        """
        where = (Phase(phase), Measure(measure))
        boards, catalogue = _boards(*where, versions(*where))
        board, problems = _named(params, boards)
        tasks = tasks_of(board.pk, board.edition_id, catalogue)
        problems += _unknown_names(params, also) + _given_twice(params)
        values: dict[str, Any] = {}
        for name, reader in _readers(board.edition, sort_keys(tasks, where[0])).items():
            text = params.get(name, "")
            if not text.strip():
                continue
            try:
                values[name] = reader(text.strip())
            except Wrong as wrong:
                allowed = wrong.allowed or (_values_of(board.edition, name) if name in USED else ())
                problems.append(Problem(name, str(wrong), allowed))
        problems += _unused(board, values)
        query = cls(
            *where,
            board,
            tasks,
            editions=tuple(sorted((one.edition for one in boards), key=lambda edition: edition.is_demo)),
            catalogue=catalogue,
            edition_named=bool(params.get("edition")),
            **values,
        )
        problems += query._contradictions(params)
        if problems:
            raise WrongQuery(problems)
        return query._at(params.get("cursor", "").strip())

    @property
    def edition(self) -> Edition:
        return self.board.edition

    @property
    def address(self) -> str:
        """The board without the place in it: what a cursor goes with."""
        return f"{self.phase.value}/{self.measure.value}/{self.edition.slug}?{self.string(page=None, cursor=None)}"

    def _at(self, cursor: str) -> "BoardQuery":
        if not cursor:
            return self
        try:
            return replace(self, cursor=read_cursor(cursor, self.address))
        except StaleCursor as error:
            raise WrongQuery([Problem("cursor", str(error))]) from error

    def string(self, **changes: Any) -> str:
        """The query string (without `?`) of this board with some parameters changed, for links.

        None takes a parameter away. Whatever changes but the place leads back to the first page.
        """
        if changes:
            changes = {"page": 1, "cursor": None, **changes}
        clean = {name: getattr(BLANK, name) if value is None else value for name, value in changes.items()}
        return urlencode(list(replace(self, **clean)._parameters()))

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def sort_key(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_filtered(self) -> bool:
        return any(getattr(self, name) != getattr(BLANK, name) for name in FILTERS)

    @property
    def active(self) -> list[Chip]:
        """The filters that are on, each with the address that takes it off."""
        on = [name for name in (*FILTERS, *MOMENTS) if getattr(self, name) != getattr(BLANK, name)]
        return [Chip(name, self._label(name), self.string(**{name: None})) for name in on]

    def _label(self, name: str) -> str:
        value = getattr(self, name)
        if name == "verified":
            return "verified" if value else "not verified"
        if name == "best":
            return "best per model"
        words = {"q": "search", "max_params": "at most, M parameters", "on": "as of", "prices_on": "at prices of"}
        return f"{words.get(name, name)}: {_written(value)}"

    def _parameters(self) -> Iterable[tuple[str, str]]:
        for name in PARAMETERS:
            if name == "edition":
                if self.edition_named:
                    yield name, self.edition.slug
            elif name == "cursor":
                if self.cursor is not None:
                    yield name, self.cursor.text(self.address)
            elif getattr(self, name) != getattr(BLANK, name):
                yield name, _written(getattr(self, name))

    def _contradictions(self, params: QueryDict) -> list[Problem]:
        problems = []
        if params.get("cursor", "").strip() and params.get("page", "").strip():
            problems.append(Problem("cursor", "`cursor` and `page` both say which rows to show; give one of them."))
        if self.since and self.until and self.since > self.until:
            problems.append(Problem("until", "`until` lies before `since`: no entry can be between them."))
        if self.page * self.per_page > max(DEEPEST_ROW, self.per_page):
            most = DEEPEST_ROW // self.per_page
            message = f"`page` works to row {DEEPEST_ROW:,}: with {self.per_page} rows a page, to page {most}."
            problems.append(Problem("page", message + " Filter the board, or take the whole of it as CSV."))
        return problems


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


@lru_cache(maxsize=64)
def _boards(phase: Phase, measure: Measure, versions: str) -> tuple[tuple[Board, ...], int]:
    """This board of every edition, the newest first, and the version of the catalogue; kept while `versions` hold."""
    newest = [f"-edition__{name.removeprefix('-')}" for name in NEWEST_FIRST]
    boards = Board.objects.filter(phase=phase, measure=measure).select_related("edition").order_by(*newest)
    return tuple(boards), int(versions.rpartition("/")[2])


def _named(params: QueryDict, boards: Sequence[Board]) -> tuple[Board, list[Problem]]:
    """The board of the edition that is named, else of the newest that is not a demo."""
    slug = params.get("edition", "").strip()
    if named := next((board for board in boards if board.edition.slug == slug), None):
        return named, []
    current = next((board for board in boards if not board.edition.is_demo), None)
    if current is None:
        raise Edition.DoesNotExist
    if not slug:
        return current, []
    allowed = tuple(board.edition.slug for board in boards)
    return current, [Problem("edition", "There is no such edition.", allowed)]


@lru_cache(maxsize=64)
def tasks_of(board: int, edition: int, catalogue: int) -> tuple[Task, ...]:
    """The edition's tasks in board order, each with its gold set at hand; kept while the catalogue's version holds.

    The board's id, which no other board ever gets, keeps apart what two databases of one process say (in tests).
    """
    return tuple(Task.objects.filter(edition=edition).select_related("gold_set").order_by("position"))


@lru_cache(maxsize=64)
def accelerator_names(board: int, catalogue: int) -> dict[str, str]:
    """Short names by slug, kept like `tasks_of`."""
    return dict(Accelerator.objects.values_list("slug", "short_name"))


def _unknown_names(params: QueryDict, also: Sequence[str]) -> list[Problem]:
    known = {*PARAMETERS, *also}
    unknown = [name for name in params if name not in known and not name.startswith("utm_")]
    return [Problem(name, f"A board has no parameter {name[:60]!r}.", PARAMETERS) for name in unknown]


def _given_twice(params: QueryDict) -> list[Problem]:
    twice = [name for name in PARAMETERS if len(params.getlist(name)) > 1]
    return [Problem(name, f"`{name}` is given more than once; give it once.") for name in twice]


def _readers(edition: Edition, sorts: list[str]) -> dict[str, Callable[[str], Any]]:
    """By parameter, what turns its text into a value or raises Wrong."""
    return {
        "q": search,
        "sort": lambda text: sort_key(text, sorts),
        "page": lambda text: whole(text, "page"),
        "per_page": page_size,
        "hardware": lambda text: sound(text, "hardware"),
        "framework": lambda text: sound(text, "framework"),
        "organisation": lambda text: sound(text, "organisation"),
        "kind": lambda text: one_of(text, "kind", Kind.values),
        "verified": truth,
        "since": lambda text: day_of(text, "since"),
        "until": lambda text: day_of(text, "until"),
        "max_params": millions,
        "best": lambda text: one_of(text, "best", BEST),
        "on": lambda text: past_day(text, "on"),
        "prices_on": lambda text: past_day(text, "prices_on"),
    }


def _unused(board: Board, values: dict[str, Any]) -> list[Problem]:
    """Values that no entry of the edition has or had; a shared link still works when its entries are gone.

    Adds what was found on the way: where rows have the value of `hardware`, and how many have which value.
    """
    asked = {name: values[name] for name in USED if name in values}
    if not asked:
        return []
    wanted = Q()
    for name, value in asked.items():
        wanted |= Q(name__in=USED[name], value=value)
    counts: dict[tuple[str, str], int] = {}
    for facet in Facet.objects.filter(wanted, edition=board.edition):
        counts.setdefault((facet.name, facet.value), 0)
        if facet.phase == board.phase:
            counts[facet.name, facet.value] = facet.count
    problems, known = [], {}
    for name, value in asked.items():
        columns = tuple(column for column in USED[name] if (column, value) in counts)
        if not columns:
            message = f"No entry of {board.edition.slug} has this `{name}`."
            problems.append(Problem(name, message, _values_of(board.edition, name)))
        if len(columns) == 1:
            known[name] = counts[columns[0], value]
        if name == "hardware":
            values["hardware_columns"] = columns
    values["counts"] = known
    return problems


USED = {"hardware": ("accelerator", "hardware"), "framework": ("framework",), "organisation": ("organisation",)}
"""Facets by the parameter that asks for them."""


def _values_of(edition: Edition, name: str) -> tuple[str, ...]:
    """Values that entries have or had, the most frequent ones where they are many."""
    facets = Facet.objects.filter(edition=edition, name__in=USED[name]).order_by("-count", "value")
    values = dict.fromkeys(facets.values_list("value", flat=True)[: 3 * MOST_NAMED])
    return tuple(sorted(list(values)[:MOST_NAMED]))


BLANK = BoardQuery(Phase.FINETUNING, Measure.TIME, Board(edition=Edition()), ())
"""Nothing searched, nothing filtered: the defaults that links leave out."""
