"""The whole way from a score back to the evidence, step by step: for a page of its own, and for the API."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse

from leaderboard.columns import MEASURE_TITLES, value_unit
from leaderboard.derivations import (
    Line,
    Result,
    clock_lines,
    cost_lines,
    cost_text,
    proof_lines,
    result,
    result_lines,
    time_text,
)
from leaderboard.held import Held
from leaderboard.models import Entry, Kind, Outcome
from leaderboard.numbers import number_text, score_text
from leaderboard.scorings import record_of, sums
from scoring.cost import dollars, unit_words
from scoring.rules import Measure, Phase

BADGE_WORDS = {
    "verified": "every reached task is proven by complete predictions against confirmed gold labels",
    "log checked": "the log was read and held against the rules; predictions prove nothing about pretraining",
    "partly proven": "predictions of a part of the dev set, or labels that nobody confirmed",
    "unproven": "no predictions were scored against gold labels",
    "baseline": "reported in the paper, not verified here",
}


class Step(NamedTuple):
    """One station of the way; `key` names it for links and scripts."""

    key: str
    title: str
    lines: tuple[Line, ...]


class Source(NamedTuple):
    """The file that a number was read from, and the line; `url` of a page that shows it, empty where not public."""

    run: int
    file: str
    sha256: str
    line: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Walk:
    """How one score of one task came about."""

    task: str
    title: str
    measure: Measure
    url: str
    result: Result
    value: str
    """The value that the score was made of, as boards write it with its unit; empty on efficiency boards."""
    score: float | None
    sources: tuple[Source, ...]
    steps: tuple[Step, ...]

    @property
    def measure_title(self) -> str:
        return MEASURE_TITLES[self.measure]

    @property
    def score_text(self) -> str:
        return score_text(self.score)


@dataclass(frozen=True, slots=True)
class Sum:
    """How the overall score of one measure came about: that of each task, and their sum with the numbers put in."""

    measure: Measure
    score: float | None
    parts: tuple[Walk, ...]
    formula: str

    @property
    def measure_title(self) -> str:
        return MEASURE_TITLES[self.measure]

    @property
    def score_text(self) -> str:
        return score_text(self.score)


def walk_url(entry: Entry, task: str, measure: str) -> str:
    return reverse("leaderboard:derivation", args=[entry.pk, task, measure])


def overall_url(entry: Entry, measure: str) -> str:
    return reverse("leaderboard:overall", args=[entry.pk, measure])


def walks(entry: Entry, held: Held) -> list[Walk]:
    """Every one that the entry has: task by task, each in the order of the measures."""
    return [walk(entry, outcome, measure, held) for outcome in entry.outcomes.all() for measure in held.newest]


def walk(entry: Entry, outcome: Outcome, measure: Measure, held: Held) -> Walk:
    """One of them; `measure` is one of `held.newest`."""
    phase, slug, found = Phase(entry.phase), outcome.task_slug, record_of(outcome)
    told = result(slug, found, outcome.task, phase, entry.price)
    return Walk(
        task=slug,
        title=told.title,
        measure=measure,
        url=walk_url(entry, slug, measure),
        result=told,
        value=_value(told, phase, measure),
        score=held.newest[measure].task_scores.get(slug),
        sources=tuple(_sources(entry, found)),
        steps=tuple(step for step in _steps(entry, outcome, measure, held) if step.lines),
    )


def overall(entry: Entry, outcomes: Iterable[Outcome], measure: Measure, held: Held) -> Sum:
    """One of the entry's overall scores; `measure` is one of `held.newest`."""
    parts = tuple(walk(entry, outcome, measure, held) for outcome in outcomes)
    total = held.newest[measure].score
    known = [f"{part.score:,.4f}" for part in parts if part.score is not None]
    formula = f"{' + '.join(known)} = {total:,.4f}" if total is not None and known else ""
    return Sum(measure, total, parts, formula)


def _value(told: Result, phase: Phase, measure: Measure) -> str:
    if value_unit(phase, measure) is None:
        return ""
    return told.cost or told.value if measure is Measure.COST else told.value


def _steps(entry: Entry, outcome: Outcome, measure: Measure, held: Held) -> Iterator[Step]:
    phase, found = Phase(entry.phase), record_of(outcome)
    cutoff = outcome.task.cutoff if outcome.task else None
    yield Step("score", "The score", tuple(_score_lines(outcome, measure, held, phase)))
    if measure is not Measure.TIME:
        yield Step("cost", "The cost", tuple(cost_lines(found, phase, entry.price)))
        yield Step("price", "The price of an hour", tuple(_price_lines(entry)))
    yield Step(
        "time", "The time", (*clock_lines(found), *result_lines(found, cutoff, phase), *_printed(outcome, phase))
    )
    yield Step("proof", "What proves it", tuple(_proof_lines(entry, outcome, cutoff)))
    yield Step("rules", "Under which rules", tuple(_rule_lines(entry, measure, held, cutoff)))


def _score_lines(outcome: Outcome, measure: Measure, held: Held, phase: Phase) -> Iterator[Line]:
    """The formula of this measure; of efficiency, those of its two parts too. Then what it was taken against."""
    scores = {each: span.task_scores.get(outcome.task_slug) for each, span in held.newest.items()}
    against = held.against.get(outcome.task_slug)
    kept = {"scores", "efficiency", "time score", "cost score"}
    if measure is not Measure.EFFICIENCY:
        kept = {"scores", f"{measure.value} score"}
    yield from (line for line in sums(outcome, scores, against, phase) if line.what in kept)
    if held.reference is not None and against is not None and against.seconds is not None:
        parts = [time_text(against.seconds, phase)] if measure is not Measure.COST else []
        if measure is not Measure.TIME and against.cost_usd is not None:
            parts.append(cost_text(against.cost_usd, phase))
        yield Line("reference", f"{held.reference.model}: {', '.join(parts)}")


def _price_lines(entry: Entry) -> Iterator[Line]:
    price: Mapping[str, Any] = entry.price
    if not price.get("usd_per_unit_hour"):
        return
    unit = unit_words(price.get("unit") or "")
    yield Line("price", f"{dollars(Decimal(price['usd_per_unit_hour']))} an hour for one {unit}")
    units, chips = price.get("units") or 1, price.get("accelerators_per_unit") or 1
    shared = f"; one {unit} has {chips:,}" if chips > 1 else ""
    yield Line("priced", f"{units:,} {unit_words(price.get('unit') or '', units)} for {entry.hardware_text}{shared}")
    if price.get("offer"):
        where = ", ".join(filter(None, (price.get("provider"), price.get("region"))))
        since = f", valid from {price['valid_from']}" if price.get("valid_from") else ""
        yield Line("offer", f"`{price['offer']}`{f' of {where}' if where else ''}{since}")
    yield Line("run date", f"{entry.run_date.isoformat()}: the row that held on this day scores")
    if price.get("source"):
        yield Line("declared with" if price.get("declared") else "source", str(price["source"]))
    for key, what in (("note", "how"), ("offer_note", "remark")):
        if price.get(key):
            yield Line(what, str(price[key]))


def _printed(outcome: Outcome, phase: Phase) -> Iterator[Line]:
    """What a baseline's table says, and what is used; they differ where a footnote tells why."""
    printed = outcome.details.get("printed")
    if printed:
        told = (
            ", ".join(f"{name} {value}" for name, value in printed.items()) if isinstance(printed, Mapping) else printed
        )
        yield Line("printed", str(told))
    if printed and outcome.seconds is not None:
        yield Line("used", time_text(outcome.seconds, phase))
    if outcome.details.get("note") and not outcome.details.get("runs"):
        yield Line("note", str(outcome.details["note"]))


def _proof_lines(entry: Entry, outcome: Outcome, cutoff: Decimal | None) -> Iterator[Line]:
    if entry.kind == Kind.BASELINE:
        yield Line("from", entry.source or "the paper")
        yield Line("verified here", "nothing: there is no log and no prediction behind a baseline")
        return
    yield from proof_lines(record_of(outcome), cutoff)
    measured = "mean latency" if entry.phase == Phase.INFERENCE else "time"
    if outcome.details.get("file"):
        yield Line("derived here", f"the {measured}, from the file named above")
    elif outcome.seconds is not None:
        yield Line("only claimed", f"the {measured}: no samples were sent")
    yield Line("only claimed", "hardware, software, parameters, and that the evidence is of this model")
    if entry.price.get("declared"):
        yield Line("only claimed", "the price: the catalogue has none for this hardware")
    yield Line("badge", f"{entry.badge}: {BADGE_WORDS.get(entry.badge, 'see the rules')}")


def _rule_lines(entry: Entry, measure: Measure, held: Held, cutoff: Decimal | None) -> Iterator[Line]:
    span, edition = held.newest[measure], entry.edition
    yield Line("edition", f"{edition.title} (`{edition.slug}`), revision {span.edition_revision}")
    if cutoff is not None:
        limit = f", within {number_text(edition.epoch_limit)} epochs" if entry.phase == Phase.FINETUNING else ""
        yield Line("cut-off", f"{number_text(cutoff)}{limit}")
    until = f" until {span.valid_to:%Y-%m-%d %H:%M} UTC" if span.valid_to else ""
    yield Line("score holds", f"from {span.valid_from:%Y-%m-%d %H:%M} UTC{until}: {span.reason}")
    if entry.checked_by:
        yield Line(
            "checked by", f"engine {entry.checked_by['engine']}, revision {entry.checked_by['edition_revision']}"
        )


def _sources(entry: Entry, found: Mapping[str, Any]) -> Iterator[Source]:
    """The file of each run; of one run, or where the runs are not told, that of the result."""
    public = {file["sha256"] for file in entry.evidence if entry.offers(file)}
    runs = [run for run in found.get("runs") or () if run.get("file")]
    for one in runs if len(runs) > 1 else [found]:
        if not one.get("file"):
            continue
        sha256, line = one.get("sha256") or "", one.get("line")
        url = reverse("leaderboard:evidence", args=[entry.pk, sha256]) if sha256 in public else ""
        at = f"?line={line}#L{line}" if url and line else ""
        yield Source(one.get("run") or 1, str(one["file"]), sha256, line, url + at)
