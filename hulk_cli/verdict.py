"""What the server would find in a folder: mistakes of the manifest, missing files, the report of `scoring.verify`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from hulk_cli import folder as folders
from hulk_cli import goldfiles
from hulk_cli.folder import MANIFEST, Files
from hulk_cli.goldfiles import NO_GOLD, GoldFile, GoldLabels
from scoring import catalogue, manifest
from scoring.catalogue import Shipped
from scoring.excerpts import Excerpt, excerpts, with_excerpts
from scoring.findings import Finding, Severity, finding
from scoring.manifest import Malformed, Mistakes, Place, Problem
from scoring.rules import Limits, Rules
from scoring.values import Report
from scoring.verify import as_json, verify

Progress = Callable[[float, str], None]
KNOWN = Shipped()
PRICE_CODES = frozenset({"price-missing", "price-differs"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`report` is None where the manifest is too broken to look at the files; `manifest` has its defaults filled in."""

    manifest: Mapping[str, Any]
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...] = ()
    rules: Rules | None = None
    report: Report | None = None
    gold: GoldLabels = NO_GOLD
    excerpts: tuple[Excerpt, ...] = ()

    @property
    def passes(self) -> bool:
        return not self.problems and not any(found.severity is Severity.ERROR for found in self.findings)


def judge(folder: Path, gold_files: Sequence[GoldFile], *, today: date, progress: Progress) -> Verdict:
    """All that is wrong with a folder, in one pass. WrongUsage where it has no manifest or the gold files do not fit.

    `today` holds where the manifest names no `run_date`: the server takes the day on which it is first queued.
    """
    try:
        data = manifest.load(folders.read_manifest(folder))
    except Malformed as error:
        return Verdict({}, (error.problem,))
    described, mistakes = manifest.read(data, KNOWN)
    rules = KNOWN.rules(described["edition"]) if described["edition"] else None
    if rules is None or not described["phase"] or not isinstance(described["tasks"], dict) or not described["tasks"]:
        return Verdict(described, tuple(mistakes))
    gold = goldfiles.read(gold_files, rules)
    files = folders.open_files(folder, manifest.places(described), largest=rules.limits.file_bytes)
    _check_room(files, rules.limits, mistakes)
    bundle = manifest.bundle_of(described, files.placed, run_date=manifest.named_day(described) or today)
    report = verify(
        bundle,
        rules,
        gold=gold.by_task,
        offers=catalogue.offers(),
        default_offers=catalogue.default_offers(),
        confirmed=gold.confirmed,
        rated_watts=catalogue.rated_watts(),
        progress=progress,
    )
    missing = (*files.findings, *_unnamed(described, files, rules, mistakes))
    findings = (*missing, *_beside(report.findings, {one.task for one in missing}, mistakes))
    lines = excerpts(bundle, findings, rules.limits)
    return Verdict(described, tuple(mistakes), findings, rules, report, gold, lines)


def _check_room(files: Files, limits: Limits, mistakes: Mistakes) -> None:
    """What the server refuses to take, whatever is in it."""
    if files.size > limits.submission_bytes:
        message = f"The files have {files.size:,} bytes; a submission may have {limits.submission_bytes:,}."
        mistakes.note("tasks", message, remedy="Compress the files with gzip.", code="too-large")
    if len(files.placed) > limits.submission_files:
        message = f"{len(files.placed)} files are named; a submission may have {limits.submission_files}."
        mistakes.note("tasks", message, remedy="Send fewer runs.", code="too-many")


def _unnamed(described: Mapping[str, Any], files: Files, rules: Rules, mistakes: Mistakes) -> Iterator[Finding]:
    """Files that are needed and that the manifest does not name, unless it already says that the task is wrong."""
    parts = {task.slug: manifest.part_names(task) for task in rules.tasks}
    for place in manifest.absent(described, [place for place, _ in files.placed], parts):
        if not place.name and not _is_wrong(mistakes, f"tasks.{place.task}"):
            yield _needed(place)


def _needed(place: Place) -> Finding:
    key = f"tasks.{place.task}.{place.kind}"
    which = f" of run {place.run}" if place.run > 1 else ""
    part = f", part `{place.part}`" if place.part else ""
    message = f"{MANIFEST} names no {place.kind}{which} for {place.task}{part}: it is needed."
    return finding("evidence-missing", message, task=place.task, remedy=f"Name the file in `{key}`.")


def _beside(findings: Iterable[Finding], incomplete: set[str], mistakes: Mistakes) -> Iterator[Finding]:
    """What `verify` found, without what a mistake of the manifest or the name of a missing file tells better."""
    for found in findings:
        told = found.task in incomplete or _is_wrong(mistakes, f"tasks.{found.task}")
        if found.code == "evidence-missing" and told:
            continue
        if found.code in PRICE_CODES and _is_wrong(mistakes, "hardware"):
            continue
        if found.code == "code-missing" and _is_wrong(mistakes, "model"):
            continue
        yield _without_gold(found) if found.code == "gold-not-imported" else found


def _is_wrong(mistakes: Mistakes, path: str) -> bool:
    return any(one.field == path or one.field.startswith(f"{path}.") for one in mistakes)


def _without_gold(found: Finding) -> Finding:
    """On a server, missing gold is the operator's to mend; here it is how the command was called."""
    return replace(
        found,
        message=f"No gold labels of {found.task} were given, so its predictions were checked for shape only.",
        remedy=f"Give them with --gold {found.task}=FILE to have them scored here; the server has its own.",
    )


def to_json(verdict: Verdict) -> dict[str, Any]:
    """The shape `verification` of the API. Scores and ranks need a server's boards: they are null."""
    report = verdict.report
    found = as_json(replace(report, findings=verdict.findings)) if report else {}
    problems = [_problem_json(problem) for problem in verdict.problems]
    return {
        "status": "in_review" if verdict.passes else "invalid",
        "progress": 1.0,
        "passed": verdict.passes,
        "badge": found.get("badge", "") if verdict.passes else "",
        "findings": with_excerpts(problems + found.get("findings", []), verdict.excerpts),
        "measurements": found.get("measurements", []),
        "price": found.get("price"),
        "scores": None,
        "preview_rank": None,
    }


def _problem_json(problem: Problem) -> dict[str, Any]:
    """A mistake of the manifest in the shape of a finding, with the field it stands in."""
    return {
        "code": problem.code,
        "severity": Severity.ERROR.value,
        "task": task_of(problem),
        "file": MANIFEST,
        "line": problem.line,
        "field": problem.field,
        "message": problem.message,
        "remedy": problem.remedy,
    }


def task_of(problem: Problem) -> str:
    """The task that a mistake is about; empty where it is about the whole."""
    head, _, rest = problem.field.partition(".")
    return rest.partition(".")[0] if head == "tasks" else ""
