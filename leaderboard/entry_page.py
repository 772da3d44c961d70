"""Everything that the page of one entry shows, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leaderboard.charts import CurveChart, RunCurve, curve_chart, thinned
from leaderboard.citation import PAPER, bibtex
from leaderboard.columns import MEASURE_TITLES, PHASE_TITLES
from leaderboard.held import Held, held_scores
from leaderboard.history import Span
from leaderboard.intervals import Intervals
from leaderboard.models import Curve, Entry, Event
from leaderboard.numbers import score_text
from leaderboard.scorings import Scoring, ends_text, scorings
from scoring.findings import Severity
from scoring.rules import ALL_TASKS, Measure, Phase

SEVERITIES = tuple(Severity)
"""The worst first."""
TABLE_ROWS = 120
"""Evaluations that a curve's table twin lists; longer curves are thinned there and whole in the API."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The entry on one board. `rank` and `of` are None where it is not on it, or has no rank."""

    measure: Measure
    title: str
    score_text: str
    rank: int | None
    of: int | None
    interval_text: str = ""
    """The 95% interval of the score over runs; empty where every task has one."""


@dataclass(frozen=True, slots=True)
class CurveRow:
    run: int
    seconds: float
    metric: float
    line: int | None
    epoch: float | None
    step: int | None
    is_crossing: bool


@dataclass(frozen=True, slots=True)
class TaskCurves:
    """A task's learning curves: the chart, and the table that says the same."""

    slug: str
    title: str
    chart: CurveChart
    rows: list[CurveRow]
    count: int
    several: bool

    @property
    def figure_id(self) -> str:
        return f"figure-{self.slug}"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that an entry was checked with; `sha256` where it is a set of labels."""

    name: str
    text: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class EntryPage:
    phase_title: str
    standings: list[Standing]
    scorings: list[Scoring]
    curves: dict[str, list[TaskCurves]]
    """By the slug of the task they belong to: in pretraining all stand under `all`."""
    findings: list[Mapping[str, Any]]
    """Warnings, then notes."""
    public_files: list[Mapping[str, Any]]
    private_files: list[Mapping[str, Any]]
    checks: list[Check]
    score_history: list[Span]
    events: list[Event]
    reference: Entry | None
    bibtex: str
    url: str
    paper: str = PAPER

    @property
    def summary(self) -> str:
        """The scores in a line, for links on other sites: `time score 25.12, rank 1; cost score …`."""
        return "; ".join(
            f"{one.title.lower()} score {one.score_text}{'' if one.rank is None else f', rank {one.rank:,}'}"
            for one in self.standings
        )


def entry_page(entry: Entry, url: str) -> EntryPage:
    """`entry` comes with its outcomes; `url` is its permanent address."""
    held = held_scores(entry)
    history = sorted(held.history.spans, key=lambda span: span.valid_from, reverse=True)
    return EntryPage(
        phase_title=PHASE_TITLES[Phase(entry.phase)],
        standings=_standings(held, Intervals(entry.outcomes.all(), held.newest, held.against)),
        scorings=scorings(entry, held.newest, held.against),
        curves=_curves(entry),
        findings=sorted(entry.findings, key=lambda finding: SEVERITIES.index(finding["severity"])),
        public_files=[file for file in entry.evidence if entry.offers(file)],
        private_files=[file for file in entry.evidence if not entry.offers(file)],
        checks=_checks(entry.checked_by),
        score_history=history if len(history) > len(held.newest) else [],
        events=list(entry.events.all()),
        reference=held.reference,
        bibtex=bibtex(entry, url),
        url=url,
    )


def _checks(checked_by: Mapping[str, Any]) -> list[Check]:
    """What the numbers were checked with; nothing for a baseline, which is not checked here."""
    if not checked_by:
        return []
    at = datetime.fromisoformat(checked_by["verified_at"])
    facts = [
        Check("verified", f"{at:%Y-%m-%d %H:%M} UTC"),
        Check("engine", str(checked_by["engine"])),
        Check("rules", f"edition revision {checked_by['edition_revision']}"),
    ]
    for slug, gold in checked_by["gold"].items():
        confirmed = "confirmed" if gold["confirmed"] else "not confirmed"
        facts.append(Check(f"gold of {slug}", f"{gold['count']:,} rows, {confirmed}", gold["sha256"]))
    return facts


def _standings(held: Held, intervals: Intervals) -> list[Standing]:
    now = held.standings
    return [
        Standing(
            measure=measure,
            title=MEASURE_TITLES[measure],
            score_text=score_text(span.score),
            rank=now[measure].rank if measure in now else None,
            of=now[measure].of if measure in now else None,
            interval_text=ends_text(ends) if (ends := intervals.overall(measure)) else "",
        )
        for measure, span in held.newest.items()
    ]


def _curves(entry: Entry) -> dict[str, list[TaskCurves]]:
    by_task_slug: dict[str, list[Curve]] = {}
    for curve in entry.curves.select_related("task"):
        by_task_slug.setdefault(curve.task.slug, []).append(curve)
    crossings = _crossings(entry)
    found: dict[str, list[TaskCurves]] = {}
    for slug, curves in by_task_slug.items():
        place = slug if Phase(entry.phase) is not Phase.PRETRAINING else ALL_TASKS
        found.setdefault(place, []).append(_task_curves(entry.model, curves, crossings.get(place, {})))
    return found


def _crossings(entry: Entry) -> dict[str, dict[int, float]]:
    """Seconds of the crossing by task and run: of the runs where the outcome lists them, else of the only one."""
    found: dict[str, dict[int, float]] = {}
    for outcome in entry.outcomes.all():
        runs = outcome.details.get("runs") or [{"run": 1, "seconds": outcome.seconds}]
        found[outcome.task_slug] = {run["run"]: run["seconds"] for run in runs if run.get("seconds") is not None}
    return found


def _task_curves(model: str, curves: Sequence[Curve], crossings: Mapping[int, float]) -> TaskCurves:
    task = curves[0].task
    runs = [
        RunCurve(curve.run, [(point[0], float(point[1])) for point in curve.points], crossings.get(curve.run))
        for curve in curves
    ]
    most = max(TABLE_ROWS // len(curves), 2)
    return TaskCurves(
        slug=task.slug,
        title=task.title,
        chart=curve_chart(task.title, float(task.cutoff), runs, model),
        rows=[row for curve in curves for row in _rows(curve, crossings.get(curve.run), most)],
        count=sum(len(curve.points) for curve in curves),
        several=len(curves) > 1,
    )


def _rows(curve: Curve, crossed_at: float | None, most: int) -> list[CurveRow]:
    """A point is [seconds, metric, line, epoch, step], of which the last three may be missing."""
    points = [[*point, None, None, None][:5] for point in thinned(curve.points, most, crossed_at)]
    return [
        CurveRow(curve.run, seconds, float(metric), line, epoch, step, seconds == crossed_at)
        for seconds, metric, line, epoch, step in points
    ]
