"""The pictures of a board: what they show, bounded however long the board is, and the table that says the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Max, Min, Q, QuerySet, RowRange, Window
from django.urls import reverse

from leaderboard import boards, exports
from leaderboard.board_charts import Axis, Point, scatter, stacked
from leaderboard.columns import MEASURE_TITLES, task_titles
from leaderboard.derivations import SECONDS_A_UNIT, time_text, usd_text
from leaderboard.filters import BoardQuery
from leaderboard.models import Board, BoardRow
from leaderboard.numbers import number_text, score_text
from leaderboard.records import Contender, Record, contenders, records
from leaderboard.standing import in_turn
from scoring.rules import ALL_TASKS, Measure, Phase

SAMPLE = 100
"""Entries of a picture, from the top of the board; whatever leads comes along in any case."""
MOST_LEADING = 200
BARS = 12
TIME_WORDS = {
    Phase.PRETRAINING: "hours of pretraining",
    Phase.FINETUNING: "seconds to the cut-off",
    Phase.INFERENCE: "milliseconds for one input",
}
COST_WORDS = {
    Phase.PRETRAINING: "dollars",
    Phase.FINETUNING: "dollars to the cut-off",
    Phase.INFERENCE: "dollars for 100,000 inputs",
}


class Cell(NamedTuple):
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure for Plotly with its words, and its table twin: `head`, and rows whose first cell is the entry."""

    key: str
    title: str
    sentence: str
    figure: Mapping[str, Any]
    label: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0
    """Entries of the sample without a number that can be drawn."""

    @property
    def figure_id(self) -> str:
        return f"figure-{self.key}"


def pictures(query: BoardQuery) -> list[Picture]:
    """Those of the board that `query` names, unfiltered; in a fixed number of queries. Empty pictures are left out.
    Raises TooBusy: fronts are looked for in the whole board."""
    with in_turn(query.board, "The pictures of a board are"):
        top = boards.board(replace(query, per_page=SAMPLE))
        rows = [exports.row_json(row) for row in top.rows]
        found = [
            _score_against_parameters(query, rows),
            *_cost_against_time(query, rows),
            _record(query, rows),
            _shares(query, rows),
        ]
    return [picture for picture in found if picture.rows]


def _score_against_parameters(query: BoardQuery, rows: Sequence[Mapping[str, Any]]) -> Picture:
    front = _running_best(
        BoardRow.objects.filter(board=query.board).filter(score__gt=0, parameters_millions__gt=0), "parameters_millions"
    )
    points = _merged({row["entry"]: _point(row, row["parameters_millions"], row["score"]) for row in rows}, front)
    drawn = [point for point in points if point.x and point.y > 0]
    figure = scatter(drawn, Axis("millions of parameters", is_log=True), Axis(_score_words(query), is_log=True))
    return Picture(
        "parameters", "Score against parameters",
        "Up and to the left is better. The line joins those that no smaller model beats.",
        figure, f"{_score_words(query)} against parameters of {len(drawn)} entries.",
        ("Model", "Parameters, M", "Score", "On the front"),
        tuple(
            (Cell(point.model, point.url), Cell(number_text(point.x) if point.x else "unknown"),
             Cell(score_text(point.y)), _mark(point))
            for point in points
        ),
        len(points) - len(drawn),
    )  # fmt: skip


def _record(query: BoardQuery, rows: Sequence[Mapping[str, Any]]) -> Picture:
    found = contenders(query.board)
    steps = records(found)
    holders = {step.holder.entry: step.holder for step in steps if step.holder is not None}
    leading = [
        Point(one.model, _url(one.entry), one.day.isoformat(), one.score, leads=True, is_gone=one.left is not None)
        for one in holders.values()
    ]
    points = _merged({row["entry"]: _point(row, row["date"], row["score"]) for row in rows}, leading)
    drawn = [point for point in points if point.y > 0]
    held = {_url(pk): _held(one, steps) for pk, one in holders.items()}
    line = [(step.day.isoformat(), step.holder.score if step.holder else None) for step in steps]
    figure = scatter(drawn, Axis("day of submission", is_date=True), Axis(_score_words(query), is_log=True), steps=line)
    gone = " Hollow: it has left the board since, and stands as it was last scored." if _gone(leading) else ""
    return Picture(
        "record", "The record over time",
        f"The best score of each day.{gone}",
        figure, f"The best {_score_words(query)} by day of submission, with {len(drawn)} entries.",
        ("Model", "Submitted", "Score", "Was the record"),
        tuple(
            (Cell(one.model, one.url), Cell(str(one.x)), Cell(score_text(one.y)), Cell(held.get(one.url, "")))
            for one in points
        ),
        len(points) - len(drawn),
    )  # fmt: skip


def _gone(points: Iterable[Point]) -> bool:
    return any(point.is_gone for point in points)


def _held(one: Contender, steps: Sequence[Record]) -> str:
    """`yes`, and of an entry that left the board until when and why."""
    if one.left is None:
        return "yes"
    until = next((step.day for step, before in zip(steps[1:], steps, strict=False) if before.holder == one), one.left)
    return f"until {until.isoformat()}" + (f" ({one.why})" if until == one.left else f", {one.why} {one.left}")


def _cost_against_time(query: BoardQuery, rows: Sequence[Mapping[str, Any]]) -> list[Picture]:
    """One picture a task: what it takes in time and in money, which hardware and its price tell apart."""
    board = Board.objects.get(edition=query.edition, phase=query.phase, measure=Measure.COST)
    known = BoardRow.objects.filter(board=board).order_by()
    sample = [row["entry"] for row in rows]
    return [
        _cost_picture(query.phase, slug, title, _spent(known, sample, slot))
        for slot, (slug, title) in enumerate(task_titles(query.tasks, query.phase), start=1)
    ]


def _spent(known: QuerySet[BoardRow], sample: Sequence[str], slot: int) -> list[tuple[Point, float]]:
    """Seconds and dollars of one slot, of the sample and of those that nobody beats in both; the quickest first."""
    seconds, usd = f"seconds_{slot}", f"usd_{slot}"
    reached = known.filter(**{f"{seconds}__gt": 0, f"{usd}__gt": 0})
    cheaper = Window(
        Min(usd), frame=RowRange(start=None, end=-1), order_by=[F(seconds).asc(), F(usd).asc(), F("pk").asc()]
    )
    front = reached.annotate(before=cheaper).filter(Q(before=None) | Q(**{f"{usd}__lt": F("before")}))
    names = ("entry_id", "model", seconds, usd)
    leading = list(front.values_list(*names)[:MOST_LEADING])
    found = dict.fromkeys(reached.filter(entry_id__in=sample).values_list(*names), False) | dict.fromkeys(leading, True)
    spent = [(Point(model, _url(pk), time, money, leads), time) for (pk, model, time, money), leads in found.items()]
    return sorted(spent, key=lambda one: (one[1], one[0].y))


def _cost_picture(phase: Phase, slug: str, title: str, spent: Sequence[tuple[Point, float]]) -> Picture:
    """`spent` has seconds beside each point; the axis has the phase's unit."""
    points = [replace(point, x=seconds / SECONDS_A_UNIT[phase]) for point, seconds in spent]
    words = "" if slug == ALL_TASKS else f" on {title}"
    return Picture(
        f"cost-{slug}", f"Cost against time{words}",
        "Down and to the left is better. The line joins those that nobody beats in both.",
        scatter(points, Axis(TIME_WORDS[phase], is_log=True), Axis(COST_WORDS[phase], is_log=True)),
        f"Cost against time{words} of {len(points)} entries that reached the cut-off.",
        ("Model", "Time", "Cost", "On the front"),
        tuple(
            (Cell(one.model, one.url), Cell(time_text(seconds, phase)), Cell(usd_text(one.y)), _mark(one))
            for one, seconds in spent
        ),
    )  # fmt: skip


def _shares(query: BoardQuery, rows: Sequence[Mapping[str, Any]]) -> Picture:
    """What each task adds to the overall score of the first entries. Nothing to share where there is one task."""
    titles = dict(task_titles(query.tasks, query.phase))
    best = [row for row in rows if row["score"]][:BARS] if len(titles) > 1 else []
    parts = {title: [row["tasks"][slug]["score"] or 0.0 for row in best] for slug, title in titles.items()}
    return Picture(
        "shares", "What each task adds",
        f"The task scores that add up to the overall score of the first {len(best)}.",
        stacked([row["model"] for row in best], [_url(row["entry"]) for row in best], parts),
        f"Task scores of the first {len(best)} entries, stacked.",
        ("Model", *titles.values(), "Overall"),
        tuple(
            (
                Cell(row["model"], _url(row["entry"])),
                *(Cell(score_text(row["tasks"][slug]["score"])) for slug in titles),
                Cell(score_text(row["score"])),
            )
            for row in best
        ),
    )  # fmt: skip


def _scored(query: BoardQuery) -> QuerySet[BoardRow]:
    return BoardRow.objects.filter(board=query.board, score__gt=0)


def _running_best(rows: QuerySet[BoardRow], along: str) -> list[Point]:
    """The rows whose score is above that of every row before them along a column: a front, or the records."""
    before = Window(
        Max("score"), frame=RowRange(start=None, end=-1),
        order_by=[F(along).asc(), F("score").desc(), F("pk").asc()],
    )  # fmt: skip
    best = rows.order_by().annotate(before=before).filter(Q(before=None) | Q(score__gt=F("before")))
    found = best.values_list("entry_id", "model", along, "score")[:MOST_LEADING]
    return [Point(model, _url(pk), _shown(x), score, leads=True) for pk, model, x, score in found]


def _merged(sample: Mapping[str, Point], leading: Iterable[Point]) -> list[Point]:
    """The sample with what leads marked, and what leads from beyond the sample; from left to right."""
    points = {point.url: point for point in sample.values()} | {point.url: point for point in leading}
    return sorted(points.values(), key=lambda point: (point.x is None, point.x or 0, -point.y))


def _point(row: Mapping[str, Any], x: Any, score: float | None) -> Point:
    return Point(row["model"], _url(row["entry"]), x, score or 0.0)


def _shown(x: Any) -> Any:
    return x if isinstance(x, float) else x.isoformat()


def _mark(point: Point) -> Cell:
    return Cell("yes" if point.leads else "")


def _url(pk: UUID | str) -> str:
    return reverse("leaderboard:entry", args=[pk])


def _score_words(query: BoardQuery) -> str:
    return f"{MEASURE_TITLES[query.measure].lower()} score"
