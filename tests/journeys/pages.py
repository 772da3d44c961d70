"""What a reader sees of a board: the cells of its table, row by row."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "img", "input", "link", "meta", "hr", "wbr"})


@dataclass
class Cell:
    """A cell of a table: its classes, the words in it by the innermost tag, and where its links lead."""

    classes: frozenset[str]
    parts: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def words(self, *tags: str) -> str:
        """The words of the cell; of these tags, or those outside of any `small` and `details`."""
        wanted = tags or ("td", "th", "a", "span", "bdi", "b")
        return " ".join(words for tag, words in self.parts if tag in wanted)


class _Table(HTMLParser):
    """Reads the rows of the table's body."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[Cell]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        self._open.append(tag)
        known = dict(attributes)
        if "tbody" not in self._open:
            return
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append(Cell(frozenset((known.get("class") or "").split())))
        elif tag == "a" and self.rows and self.rows[-1]:
            self.rows[-1][-1].links.append(known.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "tbody" not in self._open or not data.strip() or not self.rows or not self.rows[-1]:
            return
        inside = self._open[self._open.index("tbody") :]
        tag = next((name for name in ("details", "small", "sup") if name in inside), inside[-1])
        self.rows[-1][-1].parts.append((tag, " ".join(data.split())))


@dataclass(frozen=True)
class PageRow:
    """One row of a board's page, as text."""

    rank: str
    entry: str
    model: str
    organisation: str
    score: str
    values: list[str]
    """The first line of each task's cell: the value, or on efficiency boards the score."""
    scores: list[str]
    """The second line of each task's cell; empty where there is none."""
    parameters: str
    hardware: str
    date: str
    badge: str


def page_rows(html: str) -> list[PageRow]:
    """The rows of a board's page from top to bottom."""
    table = _Table()
    table.feed(html)
    return [_row(cells) for cells in table.rows]


def _row(cells: list[Cell]) -> PageRow:
    rank, model, score, *tasks, parameters, hardware, date, badge = cells
    return PageRow(
        rank=rank.words(),
        entry=model.links[0].removeprefix("/entries/").rstrip("/"),
        model=model.words(),
        organisation=model.words("small"),
        score=score.words(),
        values=[cell.words() for cell in tasks],
        scores=[cell.words("small") for cell in tasks],
        parameters=parameters.words(),
        hardware=hardware.words(),
        date=date.words(),
        badge=badge.words(),
    )
