"""Points of a board as Plotly figures: one scatter for all that has two axes, and stacked bars. No query in it."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from leaderboard.palette import COLOURS, QUIET, colour_of, symbol_of

MOST_LABELS = 8
"""Names written beside points of a front; all others are told by pointer and table."""
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


@dataclass(frozen=True, slots=True)
class Axis:
    title: str
    is_log: bool = False


def scatter(points: Sequence[Point], across: Axis, up: Axis, *, stepped: bool = False) -> dict[str, Any]:
    """Points that are links, those that lead joined by a line (in steps where a record holds until the next)."""
    figure = go.Figure()
    leading = [point for point in points if point.leads]
    figure.add_scatter(
        x=[point.x for point in leading], y=[point.y for point in leading], mode="lines", hoverinfo="skip",
        line={"color": QUIET, "width": 1.5, "shape": "hv" if stepped else "linear"},
    )  # fmt: skip
    for leads in (False, True):
        drawn = [point for point in points if point.leads is leads]
        labels = _labels(drawn) if leads else []
        figure.add_scatter(
            x=[point.x for point in drawn], y=[point.y for point in drawn], name="",
            mode="markers+text" if leads else "markers", text=labels or None, cliponaxis=False,
            textposition=_sides(drawn, across) or None, customdata=[point.url for point in drawn],
            hovertext=[point.model for point in drawn], hovertemplate="%{hovertext}<br>%{x}, %{y:,.4~g}<extra></extra>",
            marker={
                "size": 11 if leads else 8, "opacity": 1 if leads else 0.6,
                "color": [colour_of(point.model) for point in drawn],
                "symbol": [symbol_of(point.model) for point in drawn],
            },
        )  # fmt: skip
    figure.update_layout(
        template=go.layout.Template(), **BASE,
        xaxis=_axis(across, [point.x for point in points]), yaxis=_axis(up, [point.y for point in points]),
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

    Where the axis spans many powers, at the powers alone.
    """
    positive = [value for value in values if value > 0]
    if not positive:
        return {}
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    ticks = [
        step * 10.0**decade for decade in range(low, high + 1) for step in ((1, 2, 5) if high - low <= 3 else (1,))
    ]
    return {"tickvals": ticks, "ticktext": [f"{tick:,g}" if tick < 1e15 else f"{tick:g}" for tick in ticks]}


def _axis(axis: Axis, values: Sequence[Any]) -> dict[str, Any]:
    drawn: dict[str, Any] = {"title": {"text": axis.title}}
    if axis.is_log:
        drawn |= {"type": "log"} | round_ticks(values)
        if values:
            # A little room at both ends; one value alone, or equal ones, stand in the middle of a power of ten.
            low, high = math.log10(min(values)), math.log10(max(values))
            room = max((high - low) * 0.08, 0.15)
            drawn["range"] = [low - room, high + room]
    return drawn


def _labels(points: Sequence[Point]) -> list[str]:
    """Names beside the first points of a front, from its better end; nothing beside the rest."""
    named = {id(point) for point in sorted(points, key=lambda point: point.y, reverse=True)[:MOST_LABELS]}
    return [_short(point.model) if id(point) in named else "" for point in points]


def _sides(points: Sequence[Point], across: Axis) -> list[str]:
    """Labels stand towards the middle of the picture, so that none leaves it."""
    if not points or not across.is_log:
        return ["top left" if place else "top right" for place, _ in enumerate(points)]
    logs = [math.log10(point.x) for point in points]
    middle = (min(logs) + max(logs)) / 2
    return ["top right" if log <= middle else "top left" for log in logs]


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25]}…"


def _plain(figure: go.Figure) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(figure.to_json())
    return found
