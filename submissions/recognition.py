"""What the pages of a draft say about its files: asks a worker to look, and puts into words what it recognised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from leaderboard.derivations import time_text
from scoring.rules import Phase
from submissions import inspection, jobs
from submissions.contents import content_hash
from submissions.models import Inspection, Submission
from submissions.reports import findings_of

AGAIN = timedelta(seconds=15)
"""A worker that was asked so long ago and has not answered is asked again: the message may be lost."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is known about the files of a draft as it is now."""

    is_waiting: bool = False
    failure: str = ""
    report: Mapping[str, Any] | None = None

    def facts(self, file: str) -> str:
        """What was recognised in a file, in a sentence; empty where that is not known."""
        found = next((one for one in self._list("files") if one["file"] == file), None)
        return in_words(found, Phase(self.report["phase"])) if found and self.report else ""

    def findings(self, file: str) -> list[Mapping[str, Any]]:
        return [one for one in self._list("findings") if one["file"] == file]

    def _list(self, key: str) -> list[Mapping[str, Any]]:
        return list(self.report[key]) if self.report else []


def look_at(draft: Submission, *, at: datetime) -> Look:
    """What a worker recognised in a draft's files; asks one where the draft has changed since, or nobody answered."""
    if not draft.evidence.all():
        return Look()
    content = content_hash(draft)
    known, is_new = Inspection.objects.get_or_create(
        submission=draft, defaults={"content_hash": content, "asked_at": at}
    )
    if known.content_hash == content and known.finished_at:
        findings = findings_of(known.report.get("findings", []), known.report.get("excerpts", []))
        report = {**known.report, "findings": findings, "phase": draft.phase} if known.report else None
        return Look(failure=known.failure, report=report)
    if known.content_hash != content:
        _ask_anew(known, content, at)
    elif known.attempts >= inspection.MOST_ATTEMPTS and known.asked_at < at - 4 * AGAIN:
        return Look(failure="The files could not be looked at here. They are read when it is sent.")
    elif not is_new and known.asked_at > at - AGAIN:
        return Look(is_waiting=True)
    Inspection.objects.filter(pk=known.pk).update(asked_at=at)
    transaction.on_commit(partial(jobs.ring, jobs.inspect_draft, draft.pk), robust=True)
    return Look(is_waiting=True)


def _ask_anew(known: Inspection, content: str, at: datetime) -> None:
    Inspection.objects.filter(pk=known.pk).update(
        content_hash=content, asked_at=at, attempts=0, finished_at=None, failure="", report={}
    )


def in_words(found: Mapping[str, Any], phase: Phase) -> str:
    """One file's facts: `CSV · 40 evaluations · reaches 90 at 30.50 s (line 4) with 92`."""
    return " · ".join(filter(None, _words(found, phase)))


def _words(found: Mapping[str, Any], phase: Phase) -> list[str]:
    rows, words = found["rows"], [found["format"]]
    match found["kind"]:
        case "log":
            words += [f"{rows:,} evaluation{'' if rows == 1 else 's'}" if rows else "", _crossing(found, phase)]
        case "predictions":
            words += [f"{rows:,} of {found['of_rows']:,} rows"]
        case "latencies":
            words += [f"{rows:,} samples", f"median {time_text(found['seconds'], phase)}"]
        case "energy":
            words += [f"{found['kwh']:.4g} kWh", found["tier"]]
    return words


def _crossing(found: Mapping[str, Any], phase: Phase) -> str:
    cutoff = f"the cut-off {found['cutoff']:g}" if found["cutoff"] is not None else "every cut-off"
    metric = "" if found["metric"] is None else f"{found['metric']:g}"
    if not found["reached"]:
        return f"does not reach {cutoff}" + (f"; its best is {metric}" if metric else "")
    where = f"reaches {cutoff} at {time_text(found['seconds'], phase)}, line {found['line']:,}"
    return where + (f", with {metric}" if metric else "")
