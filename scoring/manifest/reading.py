"""A manifest, checked against what the catalogue knows: every mistake at once, and the manifest with defaults."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from scoring.manifest import strict_json
from scoring.manifest.fields import read_object
from scoring.manifest.keys import (
    EVERY_KEY,
    HARDWARE,
    LATENCIES,
    LIMITS,
    LOG,
    MODEL,
    PREDICTIONS,
    SOFTWARE,
    TOP,
    task_fields,
)
from scoring.manifest.problems import Mistakes, closest, shown
from scoring.rules import ALL_TASKS, Phase, Rules, Task


class Known(Protocol):
    """What a manifest may name. A server asks its database, a laptop the data files."""

    def editions(self) -> Sequence[str]:
        """The slugs of all editions."""
        ...

    def rules(self, edition: str) -> Rules | None:
        """None where there is no such edition."""
        ...

    def accelerators(self) -> Sequence[str]:
        """The slugs of all accelerators."""
        ...

    def ranked_offers(self, accelerator: str) -> Sequence[str]:
        """The on-demand price series of an accelerator."""
        ...


def load(raw: bytes) -> dict[str, Any]:
    """The JSON object a sender wrote. Raises Malformed, or TooLarge, which is one."""
    return strict_json.load(raw, most_bytes=LIMITS.manifest_bytes, most_depth=LIMITS.json_depth)


def read(data: Any, known: Known, *, complete: bool = True) -> tuple[dict[str, Any], Mistakes]:
    """The manifest with every key there and defaults filled in, and all that is wrong with it.

    A value that is wrong is left out of the manifest, as if it had not been given.
    `complete=False`: hardware and tasks may still be open, as in a draft that is filled in step by step.
    """
    mistakes = Mistakes()
    manifest = read_object(data, "", TOP, mistakes)
    manifest["software"] = manifest["software"] or read_object({}, "software", SOFTWARE, mistakes)
    rules = _rules(manifest["edition"], known, mistakes)
    _check_hardware(manifest["hardware"] or {}, known, mistakes)
    if rules and manifest["phase"]:
        manifest["tasks"] = _read_tasks(manifest, rules, mistakes)
    if not complete:
        mistakes = Mistakes(one for one in mistakes if (one.field, one.code) not in STILL_OPEN)
    for name, fields in (("model", MODEL), ("hardware", HARDWARE)):
        manifest[name] = manifest[name] or {key: field.default for key, field in fields.items()}
    return manifest, mistakes


STILL_OPEN = {(field, "required") for field in ("hardware.accelerator", "tasks")}
"""What a draft may lack until it is sent."""


def merge(manifest: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with some keys changed, as RFC 7396 merges: objects key by key, null takes a key away."""
    merged = dict(manifest)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            before = merged.get(key)
            merged[key] = merge(before if isinstance(before, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def _rules(slug: str | None, known: Known, mistakes: Mistakes) -> Rules | None:
    rules = known.rules(slug) if slug else None
    if slug and rules is None:
        remedy = closest(slug, known.editions())
        mistakes.note("edition", f"There is no edition {shown(slug)}.", remedy=remedy, code="unknown")
    return rules


def _check_hardware(hardware: Mapping[str, Any], known: Known, mistakes: Mistakes) -> None:
    slug = hardware.get("accelerator")
    accelerators = known.accelerators() if slug else ()
    if slug and slug not in accelerators:
        mistakes.note(
            "hardware.accelerator",
            f"The catalogue has no accelerator {shown(slug)}.",
            remedy=closest(slug, accelerators),
            code="unknown-accelerator",
        )
    elif slug and hardware["offer"]:
        _check_offer(slug, hardware["offer"], known, mistakes)
    if hardware.get("usd_per_hour") and not hardware["price_source"]:
        mistakes.note(
            "hardware.price_source",
            "A declared price needs a source.",
            remedy="Say where the price is published, or leave out `usd_per_hour`.",
            code="required",
        )


def _check_offer(accelerator: str, offer: str, known: Known, mistakes: Mistakes) -> None:
    ranked = sorted(set(known.ranked_offers(accelerator)))
    if offer not in ranked:
        message = f"The catalogue has no on-demand offer {shown(offer)} for `{accelerator}`."
        mistakes.note("hardware.offer", message, remedy=closest(offer, ranked), code="unknown-offer")


def _read_tasks(manifest: Mapping[str, Any], rules: Rules, mistakes: Mistakes) -> dict[str, Any]:
    given, phase = manifest["tasks"], manifest["phase"]
    slugs = [ALL_TASKS] if phase == Phase.PRETRAINING else [task.slug for task in rules.tasks]
    if not isinstance(given, dict) or not given:
        if given is not None:
            message = f"`tasks` must be an object with at least one task; it is {shown(given)}."
            mistakes.note("tasks", message, remedy=f"Known: {', '.join(slugs)}.", code="required")
        return {}
    for slug in given:
        if slug not in slugs:
            message = f"{phase} of {rules.edition} has no task {shown(slug)}."
            mistakes.note("tasks", message, remedy=closest(slug, slugs), code="unknown-task")
    return {slug: _read_task(given[slug], slug, phase, rules.task(slug), mistakes) for slug in slugs if slug in given}


def _read_task(value: Any, slug: str, phase: str, task: Task | None, mistakes: Mistakes) -> dict[str, Any]:
    path, fields = f"tasks.{slug}", task_fields(phase, task)
    if isinstance(value, dict):  # A key of another phase may stand there empty, as a template brings it.
        value = {key: item for key, item in value.items() if key in fields or key not in EVERY_KEY or item is not None}
    read = read_object({} if value is None else value, path, fields, mistakes)
    if isinstance(read["seeds"], int):
        read["seeds"] = [read["seeds"]]
    _check_pairs(read, path, mistakes)
    return read


def _check_pairs(read: Mapping[str, Any], path: str, mistakes: Mistakes) -> None:
    """Several runs are paired by position; a mean needs its count."""
    runs = {key: _count(read[key]) for key in (LOG, LATENCIES, PREDICTIONS) if read.get(key)}
    if len(set(runs.values())) > 1:
        counts = ", ".join(f"{count} {key}" for key, count in runs.items())
        remedy = "Give each run one of each, in the same order."
        mistakes.note(path, f"The runs do not pair up: {counts}.", remedy=remedy, code="runs-unpaired")
    if (read.get("mean_ms") is None) != (read.get("samples") is None):
        mistakes.note(path, "`mean_ms` and `samples` belong together.", remedy="Give both or neither.", code="required")
    if read.get("mean_ms") and read.get(LATENCIES):
        remedy = "Leave out `mean_ms` and `samples`: the file has both."
        mistakes.note(path, "Latencies are given twice, as a file and as a mean.", remedy=remedy, code="given-twice")


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list) else 1
