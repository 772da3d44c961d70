"""Reads the address of a board, once, for page, API and exports (INTERFACES section 1).

A wrong value is a WrongQuery that lists the right ones; no value ever gives a silently different board.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from leaderboard.columns import sort_keys
from leaderboard.models import Edition, Entry, Kind, Task
from scoring.manifest import shown
from scoring.rules import Measure, Phase

PER_PAGE = (10, 25, 50, 100)
DEFAULT_PER_PAGE = 25
DEEPEST_ROW = 10_000
"""`page` works to this row."""
LONGEST_SEARCH = 200
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
    "edition",
)
FILTERS = ("q", "hardware", "framework", "organisation", "kind", "verified", "since", "until", "max_params")
TRUTHS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


class Problem(NamedTuple):
    """One wrong parameter: what is wrong with it, and which values are right (empty where they cannot be listed)."""

    parameter: str
    message: str
    allowed: tuple[str, ...] = ()


class WrongQuery(ValueError):
    """The address of a board is wrong; carries every problem, not only the first."""

    code = "wrong-query"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(problem.message for problem in self.problems))


class Wrong(ValueError):
    """One value cannot be read; `allowed` lists the right ones where there is a list."""

    def __init__(self, message: str, allowed: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


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
    edition: Edition
    tasks: tuple[Task, ...]
    """In board order, each with its gold set at hand."""
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

    @classmethod
    def read(cls, phase: str, measure: str, params: QueryDict, *, also: Sequence[str] = ()) -> "BoardQuery":
        """Read an address. `also` names further parameters that the caller reads itself (`format`).

        Raises WrongQuery with all that is wrong, and Edition.DoesNotExist where no edition is loaded at all.
        """
        edition, problems = _edition(params)
        tasks = tuple(edition.tasks.select_related("gold_set").order_by("position"))
        where = (Phase(phase), Measure(measure))
        problems += _unknown_names(params, also) + _given_twice(params)
        values: dict[str, Any] = {}
        for name, reader in _readers(edition, sort_keys(tasks, where[0])).items():
            text = params.get(name, "")
            if not text.strip():
                continue
            try:
                values[name] = reader(text.strip())
            except Wrong as wrong:
                problems.append(Problem(name, str(wrong), wrong.allowed))
        query = cls(*where, edition, tasks, edition_named=bool(params.get("edition")), **values)
        problems += query._contradictions()
        if problems:
            raise WrongQuery(problems)
        return query

    def string(self, **changes: Any) -> str:
        """The query string (without `?`) of this board with some parameters changed, for links.

        None takes a parameter away. Whatever changes but the page leads back to the first page.
        """
        if changes and "page" not in changes:
            changes["page"] = 1
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
        on = [name for name in FILTERS if getattr(self, name) != getattr(BLANK, name)]
        return [Chip(name, self._label(name), self.string(**{name: None})) for name in on]

    def _label(self, name: str) -> str:
        value = getattr(self, name)
        if name == "verified":
            return "verified" if value else "not verified"
        words = {"q": "search", "max_params": "at most, M parameters"}.get(name, name)
        return f"{words}: {_written(value)}"

    def _parameters(self) -> Iterable[tuple[str, str]]:
        for name in PARAMETERS:
            if name == "edition":
                if self.edition_named:
                    yield name, self.edition.slug
            elif getattr(self, name) != getattr(BLANK, name):
                yield name, _written(getattr(self, name))

    def _contradictions(self) -> list[Problem]:
        problems = []
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


def _edition(params: QueryDict) -> tuple[Edition, list[Problem]]:
    """The edition that is named, else the newest that is not a demo."""
    slug = params.get("edition", "").strip()
    if not slug:
        return Edition.objects.current(), []
    named = Edition.objects.filter(slug=slug).first() if "\0" not in slug else None
    if named:
        return named, []
    allowed = tuple(Edition.objects.values_list("slug", flat=True))
    return Edition.objects.current(), [Problem("edition", "There is no such edition.", allowed)]


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
        "q": _search,
        "sort": lambda text: _sort(text, sorts),
        "page": lambda text: _whole(text, "page"),
        "per_page": _per_page,
        "hardware": lambda text: _used(text, edition, "hardware", ("accelerator__slug", "hardware_text")),
        "framework": lambda text: _used(text, edition, "framework", ("framework",)),
        "organisation": lambda text: _used(text, edition, "organisation", ("organisation",)),
        "kind": lambda text: _one_of(text, "kind", Kind.values),
        "verified": _truth,
        "since": lambda text: _day(text, "since"),
        "until": lambda text: _day(text, "until"),
        "max_params": _millions,
    }


def _search(text: str) -> str:
    if len(text) > LONGEST_SEARCH:
        raise Wrong(f"`q` is longer than {LONGEST_SEARCH} characters.")
    return _sound(text, "q")


def _sound(text: str, name: str) -> str:
    """Text without what a database cannot hold: NUL and lone surrogates."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Wrong(f"`{name}` holds a character that no text here has.")
    return text


def _sort(text: str, keys: list[str]) -> str:
    if text.removeprefix("-") in keys:
        return text
    raise Wrong(f"`sort` has no value {shown(text)}: put `-` before one of the right ones for descending order.", keys)


def _one_of(text: str, name: str, allowed: Sequence[str]) -> str:
    if text in allowed:
        return text
    raise Wrong(f"`{name}` has no value {shown(text)}.", allowed)


def _used(text: str, edition: Edition, name: str, columns: Sequence[str]) -> str:
    """A value that some entry of the edition has or had: a shared link still works when its entries are gone."""
    known: set[str] = set()
    for row in Entry.objects.filter(edition=edition).order_by().values_list(*columns).distinct():
        known.update(value for value in row if value)
    if text in known:
        return text
    raise Wrong(f"No entry of {edition.slug} has this `{name}`.", sorted(known))


def _truth(text: str) -> bool:
    if text.lower() in TRUTHS:
        return TRUTHS[text.lower()]
    raise Wrong("`verified` is either true or false.", ("true", "false"))


def _whole(text: str, name: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= 1:
        return int(text)
    raise Wrong(f"`{name}` is a whole number from 1.")


def _per_page(text: str) -> int:
    allowed = tuple(str(number) for number in PER_PAGE)
    return int(_one_of(text, "per_page", allowed))


def _day(text: str, name: str) -> date:
    """An ISO day; other ISO forms that Python reads (20191101, 2019-W44) are refused, to have one way to write it."""
    if len(text) == len("2019-11-01") and text.isascii():
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day and day.isoformat() == text:
            return day
    raise Wrong(f"`{name}` is a day such as 2019-11-01.")


def _millions(text: str) -> float:
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if math.isfinite(number) and number > 0:
        return number
    raise Wrong("`max_params` is a number above 0: millions of parameters.")


BLANK = BoardQuery(Phase.FINETUNING, Measure.TIME, Edition(), ())
"""Nothing searched, nothing filtered: the defaults that links leave out."""
