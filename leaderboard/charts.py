"""Values into pictures: learning curves as Plotly figures, and small dot charts that need no script. No query in it."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from leaderboard.board_charts import BASE, round_ticks
from leaderboard.lines import Line
from leaderboard.palette import DASHES, SIGNAL, colour_of

MOST_POINTS = 1500
"""Points of a curve that a browser draws; longer ones are thinned, the crossing always kept."""


# --- Learning curves ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RunCurve:
    """One run's evaluations: (seconds, metric in percent), and where it first was at or above the cut-off."""

    run: int
    points: Sequence[tuple[float, float]]
    crossed_at: float | None = None


@dataclass(frozen=True, slots=True)
class CurveChart:
    """A task's curves, ready to draw and to read: `figure` for Plotly, `label` for who cannot see it."""

    figure: dict[str, Any]
    label: str


def curve_chart(title: str, cutoff: float, runs: Sequence[RunCurve], model: str) -> CurveChart:
    """Metric over elapsed time on a logarithmic axis, with the cut-off line and each run's crossing.

    All runs have the model's colour; of several, each has its own dashes and its name at its end.
    """
    figure = go.Figure()
    for place, run in enumerate(runs):
        dash = DASHES[place % len(DASHES)]
        _draw_run(figure, run, {"color": colour_of(model), "width": 2, "dash": dash}, len(runs) > 1)
    for run in runs:
        _draw_smoothed(figure, run, colour_of(model))
    figure.add_hline(y=cutoff, line={"color": SIGNAL, "width": 1.5, "dash": "dash"})
    figure.add_annotation(
        x=0, y=cutoff, xref="paper", text=f"cut-off {cutoff:g}", showarrow=False, xanchor="left", yanchor="bottom",
    )  # fmt: skip
    times = [seconds for run in runs for seconds, _ in run.points]
    figure.update_layout(
        template=go.layout.Template(), **BASE | {"height": 340},
        xaxis={"type": "log", "title": {"text": "elapsed seconds (logarithmic)"}} | round_ticks(times),
        yaxis={"title": {"text": f"{title}, percent"}, "range": _span(cutoff, runs)},
    )  # fmt: skip
    return CurveChart(json.loads(figure.to_json()), _label(title, cutoff, runs))


def thinned(points: Sequence[Any], most: int, keep: float | None) -> list[Any]:
    """At most about `most` points, evenly taken, with the first, the last and that at `keep` seconds among them."""
    if len(points) <= most:
        return list(points)
    step = math.ceil(len(points) / most)
    last = len(points) - 1
    return [point for place, point in enumerate(points) if place % step == 0 or place == last or point[0] == keep]


def _draw_run(figure: go.Figure, run: RunCurve, line: dict[str, Any], several: bool) -> None:
    """The curve, and its crossing with its time beside it, on the side where the curve is not."""
    # A logarithmic axis has no zero: an evaluation before training starts stands in the table only.
    points = [point for point in thinned(run.points, MOST_POINTS, run.crossed_at) if point[0] > 0]
    name = f"run {run.run}" if several else "dev metric"
    figure.add_scatter(
        x=[seconds for seconds, _ in points], y=[metric for _, metric in points], name=name,
        mode=("lines+markers" if len(points) <= 60 else "lines") + ("+text" if several else ""), line=line,
        text=[""] * (len(points) - 1) + [name] if several else None, textposition="bottom left", cliponaxis=False,
        marker={"size": 5}, hovertemplate="%{x:,.6~g} s: %{y:.4~f}<extra>" + name + "</extra>",
    )  # fmt: skip
    crossing = next((point for point in points if point[0] == run.crossed_at), None)
    if crossing is None:
        return
    figure.add_scatter(
        x=[crossing[0]], y=[crossing[1]], name="crossing", mode="markers+text",
        text=[f"{crossing[0]:,.2f} s"], textposition="top left" if _is_late(crossing[0], points) else "bottom right",
        cliponaxis=False,
        marker={"size": 12, "symbol": "circle-open", "color": SIGNAL, "line": {"width": 2.5}},
        hovertemplate="%{x:,.6~g} s: %{y:.4~f}<extra>first at or above the cut-off</extra>",
    )  # fmt: skip


def smoothed(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Each metric averaged with the two beside it, as in the paper's Figure 2; the ends with the one they have."""
    metrics = pd.Series([metric for _, metric in points], dtype=float)
    means = metrics.rolling(3, center=True, min_periods=1).mean()
    return [(seconds, float(mean)) for (seconds, _), mean in zip(points, means, strict=True)]


def _draw_smoothed(figure: go.Figure, run: RunCurve, colour: str) -> None:
    """Beside the curve and hidden until a reader asks for it: crossings are taken from the evaluations themselves."""
    points = [point for point in thinned(smoothed(run.points), MOST_POINTS, None) if point[0] > 0]
    figure.add_scatter(
        x=[seconds for seconds, _ in points], y=[metric for _, metric in points], name="smoothed", meta="smoothed",
        visible=False, mode="lines", opacity=0.5, line={"color": colour, "width": 4},
        hovertemplate="%{x:,.6~g} s: %{y:.4~f}<extra>smoothed</extra>",
    )  # fmt: skip


def _is_late(seconds: float, points: Sequence[tuple[float, float]]) -> bool:
    """In the right half of the logarithmic axis, where a label to the right could leave the picture."""
    first, last = math.log(points[0][0]), math.log(points[-1][0])
    return math.log(seconds) > (first + last) / 2


def _span(cutoff: float, runs: Iterable[RunCurve]) -> list[float]:
    """The metric axis: all evaluations and the cut-off, with a little room."""
    values = [cutoff, *(metric for run in runs for _, metric in run.points)]
    room = max((max(values) - min(values)) * 0.08, 0.5)
    return [max(0.0, min(values) - room), max(values) + room]


def _label(title: str, cutoff: float, runs: Sequence[RunCurve]) -> str:
    crossings = [run.crossed_at for run in runs if run.crossed_at is not None]
    met = " and ".join(f"{seconds:,.2f} s" for seconds in crossings)
    reached = f"first at or above it after {met}" if met else "the cut-off is not reached"
    return f"Learning curve on {title}: dev metric over elapsed time, cut-off {cutoff:g}, {reached}."


# --- Dot charts -----------------------------------------------------------------------------------------------------
WIDTH, HEIGHT = 400, 200
LEFT, RIGHT, TOP, BOTTOM = 34, 12, 14, 30


@dataclass(frozen=True, slots=True)
class Dot:
    """One entry in the picture; x, y and the label's place in the units of the drawing."""

    row: Line
    x: float
    y: float
    kind: str
    """`leader`, `reference` or empty."""
    label_x: float = 0.0
    label_y: float = 0.0
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Dots:
    """Score against parameters, both logarithmic: dots to draw, ticks, and the rows of the table twin."""

    dots: list[Dot]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    rows: list[Line]
    left_out: int
    """Entries without a score above zero or without a number of parameters: in the table, not in the picture."""


def dots(rows: Sequence[Line]) -> Dots:
    """Lay out a phase's entries; an empty picture where none can be drawn."""
    drawn = [row for row in rows if row.score and row.parameters_millions]
    if not drawn:
        return Dots([], [], [], list(rows), len(rows))
    across = _Scale([row.parameters_millions or 1 for row in drawn], LEFT, WIDTH - RIGHT)
    up = _Scale([row.score or 1 for row in drawn], HEIGHT - BOTTOM, TOP)
    placed = [_dot(row, across, up, is_leader=row is rows[0]) for row in drawn]
    # The named ones are drawn last, over the others.
    placed.sort(key=lambda dot: bool(dot.kind))
    return Dots(placed, across.ticks(), up.ticks(), list(rows), len(rows) - len(drawn))


def _dot(row: Line, across: "_Scale", up: "_Scale", *, is_leader: bool) -> Dot:
    kind = "leader" if is_leader else "reference" if row.is_reference else ""
    x, y = across(row.parameters_millions or 1), up(row.score or 1)
    to_the_left = x > WIDTH * 0.6
    # The leader stands highest: its label goes beside it, the reference's below, clear of the dots around.
    label_y = y + 4 if kind == "leader" else y + 17
    return Dot(row, x, y, kind, x - 9 if to_the_left else x + 9, label_y, "end" if to_the_left else "start")


class _Scale:
    """A logarithmic axis from values to a drawing's units, with room at both ends and round ticks."""

    def __init__(self, values: Sequence[float], low: float, high: float) -> None:
        logs = [math.log10(value) for value in values]
        room = max((max(logs) - min(logs)) * 0.08, 0.1)
        self.first, self.last = min(logs) - room, max(logs) + room
        self.low, self.high = low, high

    def __call__(self, value: float) -> float:
        part = (math.log10(value) - self.first) / (self.last - self.first)
        return round(self.low + part * (self.high - self.low), 1)

    def ticks(self) -> list[Tick]:
        """Powers of ten inside the axis, with threes between them where there is room for more than that."""
        decades = range(math.floor(self.first), math.ceil(self.last) + 1)
        steps = (1, 3) if self.last - self.first > 1 else (1, 2, 5)
        found = [step * 10.0**decade for decade in decades for step in steps]
        return [Tick(self(value), f"{value:g}") for value in found if self.first <= math.log10(value) <= self.last]
