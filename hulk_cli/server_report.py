"""A submission and its verification, as the server tells them, for people."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from hulk_cli.derivation import number
from hulk_cli.output import say
from hulk_cli.report import PHASES, Item, place_of, section, show_items
from hulk_cli.shapes import Finding, Submission, Verification
from scoring.findings import Severity
from scoring.rules import Measure, Phase

STATES = {
    "draft": "a draft, not sent yet",
    "queued": "waiting for a worker",
    "verifying": "being verified",
    "invalid": "errors were found: mend them and send it again",
    "in_review": "verified, waiting for a maintainer",
    "changes_requested": "a maintainer asks for changes",
    "approved": "approved: it is on the boards",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
    "superseded": "superseded by a newer one",
    "quarantined": "it could not be verified: a maintainer looks at it",
}
OUTCOMES = {"not_reached": "N/R, the cut-off is not reached", "not_run": "not sent", "invalid": "no result"}


def show_submission(submission: Submission, page: str, console: Console) -> None:
    """Which one it is, where it stands, and its address."""
    phase = submission["phase"]
    what = PHASES[Phase(phase)] if phase in list(Phase) else phase
    say(console, f"{submission['model']}: {what}, edition {submission['edition']}", style="bold")
    say(console, f"{submission['id']}, revision {submission['revision']}")
    say(console, f"{state(submission['status'])}", style="bold")
    say(console, page, style="dim")
    if submission["missing"]:
        say(console, f"It still needs: {', '.join(submission['missing'])}")


def state(status: str) -> str:
    words = STATES.get(status)
    return f"{status.replace('_', ' ')}: {words}" if words and words != status else status


def show_verification(verification: Verification, console: Console) -> None:
    """What was found, what was derived, and the scores and ranks it would get."""
    show_items([_item(one) for one in verification["findings"]], console)
    if verification["measurements"]:
        section("Results", console)
        for measurement in verification["measurements"]:
            _show_measurement(measurement, console)
    if scores := verification["scores"]:
        section("Scores, and the rank it would have now", console)
        ranks = verification["preview_rank"] or {}
        for measure in Measure:
            score = scores.get(measure.value)
            rank = ranks.get(measure.value)
            words = "no score" if score is None else f"{score:,.2f}"
            say(console, f"{measure.value:<12}{words:>10}" + (f"   rank {rank}" if rank else ""), indent=2)


def _item(found: Finding) -> Item:
    """A severity that is not known yet is shown as a warning."""
    known = found["severity"] in list(Severity)
    severity = Severity(found["severity"]) if known else Severity.WARNING
    place = place_of(found["file"], found["line"], found["task"])
    return Item(severity, found["code"], place, found["message"], found["remedy"], found.get("excerpt") or "")


def _show_measurement(told: Mapping[str, Any], console: Console) -> None:
    say(console, f"{told['task']}: {_result(told)}", indent=2, style="bold")
    if told.get("file") and told["outcome"] != "invalid":
        say(console, f"from {told['file']}" + (f":{told['line']}" if told.get("line") else ""), indent=4)
    facts = [
        f"metric {told['metric']:g}" if told.get("metric") is not None else "",
        f"proven {number(told['proven_metric'])}" if told.get("proven_metric") is not None else "",
        f"${told['cost_usd']:.4g}" if told.get("cost_usd") is not None else "",
    ]
    if any(facts):
        say(console, ", ".join(filter(None, facts)), indent=4)


def _result(told: Mapping[str, Any]) -> str:
    if told["outcome"] == "reached" and told["value"] is not None:
        return f"{number(told['value'])} {told['unit']}"
    return OUTCOMES.get(told["outcome"], told["outcome"])
