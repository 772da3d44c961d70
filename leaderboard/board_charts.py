"""Points of a board as Plotly figures: one scatter for all that has two axes, and stacked bars. No query in it."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from leaderboard.numbers import significant
from leaderboard.palette import COLOURS, QUIET, colour_of, symbol_of

MOST_LABELS = 10
MOST_TICKS = 7
LETTER_WIDTH, LINE_HEIGHT = 0.02, 0.075
"""Room that a name needs, as parts of the picture. Points without one are told by pointer and table."""
BASE = {
    "showlegend": False,
    "hovermode": "closest",
    "height": 360,
    "margin": {"l": 58, "r": 24, "t": 16, "b": 48},
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One entry in a picture; `x` and `y` in the units of the axes. `leads`: on the front, or once the record."""

    model: str
    url: str
    x: Any
    y: float
    leads: bool = False
    is_gone: bool = False
    """It has left the board."""


@dataclass(frozen=True, slots=True)
class Axis:
    title: str
    is_log: bool = False
    is_date: bool = False
    """Values are ISO days."""


def scatter(
    points: Sequence[Point], across: Axis, up: Axis, *, steps: Sequence[tuple[Any, float | None]] | None = None
) -> dict[str, Any]:
    """Points that are links, those that lead joined by a line; `steps` are drawn in its place, each to the next."""
    figure, sides = go.Figure(), _sides(points, across)
    line = [(point.x, point.y) for point in points if point.leads] if steps is None else steps
    labelled = _labelled(points, across, up, sides)
    figure.add_scatter(
        x=[x for x, _ in line], y=[y for _, y in line], mode="lines", hoverinfo="skip",
        line={"color": QUIET, "width": 1.5, "shape": "linear" if steps is None else "hv"},
    )  # fmt: skip
    for leads in (False, True):
        drawn = [point for point in points if point.leads is leads]
        figure.add_scatter(
            x=[point.x for point in drawn], y=[point.y for point in drawn], name="",
            mode="markers+text", text=[_short(one.model) if one.url in labelled else "" for one in drawn],
            textposition=[sides[point.url] for point in drawn] or None, cliponaxis=False,
            customdata=[point.url for point in drawn],
            hovertext=[point.model for point in drawn], hovertemplate="%{hovertext}<br>%{x}, %{y:,.4~g}<extra></extra>",
            marker={
                "size": 11 if leads else 8, "opacity": 1 if leads else 0.6,
                "color": [colour_of(point.model) for point in drawn],
                "symbol": [symbol_of(point.model) + ("-open" if point.is_gone else "") for point in drawn],
            },
        )  # fmt: skip
    figure.update_layout(
        template=go.layout.Template(), **BASE,
        xaxis=_axis(across, [*(point.x for point in points), *(x for x, _ in steps or ())]),
        yaxis=_axis(up, [point.y for point in points]),
    )  # fmt: skip
    return _plain(figure)


def stacked(names: Sequence[str], urls: Sequence[str], parts: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Bars across, the first on top; `parts` has, by the title of a task, its share of each bar."""
    figure = go.Figure()
    for place, (title, values) in enumerate(parts.items()):
        figure.add_bar(
            y=list(range(len(names))), x=list(values), name=title, orientation="h", customdata=list(urls),
            hovertext=[f"{name}, {title}" for name in names], marker={"color": COLOURS[place % len(COLOURS)]},
            hovertemplate="%{hovertext}: %{x:,.2f}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        template=go.layout.Template(), **BASE | {"showlegend": len(parts) > 1, "height": 90 + 30 * len(names)},
        barmode="stack", bargap=0.35,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        xaxis={"title": {"text": "overall score"}, "rangemode": "tozero"},
        yaxis={
            "autorange": "reversed", "automargin": True, "tickvals": list(range(len(names))),
            "ticktext": [_short(name) for name in names],
        },
    )  # fmt: skip
    return _plain(figure)


def round_ticks(values: Iterable[float]) -> dict[str, Any]:
    """Ticks at 1, 2 and 5 of each power of ten, written out: Plotly's own print the bare digit between two powers.

    Where the axis spans many powers, at some of the powers alone.
    """
    positive = [value for value in values if value > 0]
    if not positive:
        return {}
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    powers, steps = (
        range(low, high + 1, math.ceil((high - low) / MOST_TICKS) or 1),
        (1, 2, 5) if high - low <= 3 else (1,),
    )
    ticks = [step * 10.0**power for power in powers for step in steps]
    return {"tickvals": ticks, "ticktext": [_tick_text(tick) for tick in ticks]}


def _tick_text(tick: float) -> str:
    """`0.00001`, `500`, `10,000`, `2M`: a power of ten is never longer than its name."""
    for least, letter in ((1e9, "G"), (1e6, "M")):
        if least <= tick < 1000 * least:
            return f"{tick / least:g}{letter}"
    return significant(tick, 1) if 1e-6 < tick < 1e-4 else f"{tick:,g}"


def _axis(axis: Axis, values: Sequence[Any]) -> dict[str, Any]:
    drawn: dict[str, Any] = {"title": {"text": axis.title}}
    if axis.is_log:
        drawn |= {"type": "log"} | round_ticks(values)
        if values:
            # A little room at both ends; what lies close together stands in the middle of a power of ten.
            low, high = math.log10(min(values)), math.log10(max(values))
            room = max((high - low) * 0.08, (1 - high + low) / 2)
            drawn["range"] = [low - room, high + room]
    if axis.is_date and values:
        days = [date.fromisoformat(value) for value in values]
        around = timedelta(days=max((max(days) - min(days)).days * 0.06, 20))
        ends = [(min(days) - around).isoformat(), (max(days) + around).isoformat()]
        drawn |= {"type": "date", "range": ends, "nticks": 4, "tickformat": "%Y-%m-%d", "hoverformat": "%Y-%m-%d"}
    return drawn


def _labelled(points: Sequence[Point], across: Axis, up: Axis, sides: Mapping[str, str]) -> set[str]:
    """The addresses of the points that have room for their name: of those that lead, and of a few points all."""
    placed = zip(points, _along(points, across, "x"), _along(points, up, "y"), strict=True)
    candidates = [one for one in placed if one[0].leads or len(points) <= MOST_LABELS]
    taken: dict[str, tuple[float, float, float]] = {}
    for point, x, y in sorted(candidates, key=lambda one: (not one[0].leads, -one[2])):
        width = LETTER_WIDTH * len(_short(point.model))
        low, high = (x, x + width) if sides[point.url].endswith("right") else (x - width, x)
        if all(high < left or right < low or abs(y - other) > LINE_HEIGHT for left, right, other in taken.values()):
            taken[point.url] = low, high, y
        if len(taken) == MOST_LABELS:
            break
    return set(taken)


def _along(points: Sequence[Point], axis: Axis, name: str) -> list[float]:
    """Where each point stands between the first and the last of an axis, from 0 to 1."""
    values = [_position(getattr(point, name), axis) for point in points]
    low, span = min(values, default=0.0), (max(values, default=0.0) - min(values, default=0.0)) or 1.0
    return [(value - low) / span for value in values]


def _position(value: Any, axis: Axis) -> float:
    if axis.is_date:
        return date.fromisoformat(value).toordinal()
    return math.log10(value) if axis.is_log else value


def _sides(points: Sequence[Point], across: Axis) -> dict[str, str]:
    """Names stand towards the middle of the picture, so that none leaves it."""
    parts = _along(points, across, "x")
    return {point.url: "top right" if part <= 0.5 else "top left" for point, part in zip(points, parts, strict=True)}


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25]}…"


def _plain(figure: go.Figure) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(figure.to_json())
    return found
