"""A verdict for people: what was found with place and remedy, errors first; what was derived; what was not checked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from hulk_cli.derivation import lines_of, price_line
from hulk_cli.folder import MANIFEST
from hulk_cli.output import say
from hulk_cli.verdict import Verdict
from hulk_cli.version import VERSION
from scoring.findings import Severity
from scoring.rules import Phase, Rules
from scoring.values import Report

TITLES = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.NOTE: "Notes"}
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
PHASES = {Phase.PRETRAINING: "pretraining", Phase.FINETUNING: "fine-tuning", Phase.INFERENCE: "inference"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing found, of the manifest or of the evidence, as it is shown."""

    severity: Severity
    code: str
    place: str
    message: str
    remedy: str
    excerpt: str = ""
    """The line it is about, where there is one to show."""


def items(verdict: Verdict) -> list[Item]:
    """Everything found, in the order of the manifest, then of the files."""
    mistakes = [
        Item(Severity.ERROR, one.code, place_of(MANIFEST, one.line, one.field), one.message, one.remedy)
        for one in verdict.problems
    ]
    lines = {(one.file, one.line): one.text for one in verdict.excerpts}
    found = [
        Item(
            one.severity,
            one.code,
            place_of(one.file, one.line, one.task),
            one.message,
            one.remedy,
            lines.get((one.file, one.line or 0), ""),
        )
        for one in verdict.findings
    ]
    return mistakes + found


def place_of(file: str, line: int | None, otherwise: str) -> str:
    """`sst2/log.csv:3`; the field or the task where no line is known."""
    if file and line:
        return f"{file}:{line}"
    return f"{file} {otherwise}".strip() if file == MANIFEST else file or otherwise


def error_lines(verdict: Verdict) -> Iterator[str]:
    """Code and place of each error, a line each."""
    return (f"{one.code} {one.place}".strip() for one in items(verdict) if one.severity is Severity.ERROR)


def show(verdict: Verdict, console: Console) -> None:
    say(console, _headline(verdict), style="bold")
    show_items([one for one in items(verdict) if one.code != "gold-not-imported"], console)
    if verdict.report and verdict.rules:
        _show_results(verdict.report, verdict.rules, verdict.manifest, console)
    section("Not checked here", console)
    for reason in _not_checked(verdict):
        say(console, f"- {reason}", indent=2)
    console.print()
    _show_sum(verdict, console)


def _headline(verdict: Verdict) -> str:
    described = verdict.manifest
    if verdict.rules is None:
        return f"{MANIFEST} cannot be checked against an edition yet"
    name = described["model"]["name"] or "a model without a name"
    return f"{name}: {PHASES[Phase(described['phase'])]}, edition {verdict.rules.edition}"


def section(title: str, console: Console, style: str = "bold") -> None:
    console.print()
    say(console, title, style=style)


def show_items(all_items: Sequence[Item], console: Console) -> None:
    """A section for each severity that there is, errors first."""
    for severity in Severity:
        if told := [one for one in all_items if one.severity is severity]:
            _show_items(told, severity, console)


def _show_items(told: Sequence[Item], severity: Severity, console: Console) -> None:
    section(f"{TITLES[severity]} ({len(told)})", console, STYLES[severity])
    for one in told:
        say(console, f"{one.code}  {one.place}".rstrip(), indent=2, style="bold")
        say(console, one.message, indent=4)
        if one.excerpt:
            say(console, f"> {one.excerpt}", indent=4, style="dim")
        if one.remedy:
            say(console, f"To mend it: {one.remedy}", indent=4)


def _show_results(report: Report, rules: Rules, manifest: Mapping[str, Any], console: Console) -> None:
    section("Results", console)
    for measurement in report.measurements:
        first, *more = lines_of(measurement, manifest, rules)
        say(console, first, indent=2, style="bold")
        for line in more:
            say(console, line, indent=4)
    say(console, price_line(report.price), indent=2)


def _not_checked(verdict: Verdict) -> Iterator[str]:
    """What the server looks at and a laptop cannot, and why."""
    if verdict.report is None:
        yield f"the evidence: first {MANIFEST} must name edition, phase and tasks"
        return
    unscored = list(_unscored(verdict))
    if unscored:
        options = " ".join(f"--gold {slug}=FILE" for slug in unscored)
        words = "without gold labels predictions are checked for shape only"
        yield f"the metric of {_listed(unscored)}: {words} ({options})"
    yield "scores and ranks: they are ratios to entries on the server's boards"
    yield "whether others sent the same predictions, and whether times are plausible beside approved entries"
    yield f"prices of today: these are the ones that came with hulk {VERSION}"


def _unscored(verdict: Verdict) -> Iterator[str]:
    return (one.task for one in verdict.findings if one.code == "gold-not-imported")


def _listed(words: Iterable[str]) -> str:
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def _show_sum(verdict: Verdict, console: Console) -> None:
    counts = {severity: sum(one.severity is severity for one in items(verdict)) for severity in Severity}
    if not verdict.passes:
        number = counts[Severity.ERROR]
        words = "One error blocks" if number == 1 else f"{number} errors block"
        say(console, f"{words} review.", style=STYLES[Severity.ERROR])
        return
    badge = f" It would be marked `{verdict.report.badge}`." if verdict.report and not any(_unscored(verdict)) else ""
    say(console, f"Nothing blocks review.{badge}", style="bold green")
