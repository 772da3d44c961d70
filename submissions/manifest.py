"""The manifest of a submission: read strictly, checked against the catalogue, and which files it needs."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leaderboard.models import Accelerator, Edition, Offer, Task
from scoring.rules import ALL_TASKS, WHOLE, Limits, Phase
from submissions import strict_json
from submissions.errors import ManifestInvalid
from submissions.fields import (
    NAME_LENGTH,
    Check,
    Field,
    Mistakes,
    choice,
    closest,
    day,
    file_name,
    moment,
    number,
    one_or_several,
    pattern,
    read_object,
    shown,
    text,
    url,
    whole,
)

LIMITS = Limits()
MOST_RUNS = LIMITS.submission_files
LOG, PREDICTIONS, LATENCIES, ENERGY = "log", "predictions", "latencies", "energy"

MODEL = {
    "name": Field(text(NAME_LENGTH), required=True),
    "parameters_millions": Field(number(0.001, 100_000_000)),
    "organisation": Field(text(NAME_LENGTH), ""),
    "paper_url": Field(url, ""),
    "code_url": Field(url, ""),
    "base": Field(text(NAME_LENGTH), ""),
    "trained_on_top_of": Field(text(NAME_LENGTH), ""),
}
HARDWARE = {
    "accelerator": Field(text(60), required=True),
    "count": Field(whole(1, 1_000_000), 1),
    "details": Field(text(400), ""),
    "offer": Field(text(120)),
    "usd_per_hour": Field(number(0.0001, 1_000_000)),
    "price_source": Field(text(400), ""),
}
SOFTWARE = {"framework": Field(text(NAME_LENGTH), ""), "precision": Field(text(40), "")}


def _objects(fields: Mapping[str, Field]) -> Check:
    return lambda value, path, mistakes: read_object(value, path, fields, mistakes)


def _anything(value: Any, path: str, mistakes: Mistakes) -> Any:
    return value


TOP = {
    "edition": Field(text(40), required=True),
    "phase": Field(choice(*Phase), required=True),
    "run_date": Field(day),
    "notes": Field(text(4000, lines=True), ""),
    "model": Field(_objects(MODEL), required=True),
    "hardware": Field(_objects(HARDWARE), required=True),
    "software": Field(_objects(SOFTWARE)),
    "clock": Field(choice("training_start", "first_line")),
    "includes_evaluation": Field(choice("yes", "no", "unknown"), "unknown"),
    "started_at": Field(moment),
    "tasks": Field(_anything, required=True),
}
FILES = one_or_several(file_name, MOST_RUNS)
PATTERNS = _objects({"time": Field(pattern, required=True), "metric": Field(pattern, required=True)})
IN_EVERY_PHASE = {
    "claimed_usd": Field(number(0.000001, 1_000_000_000)),
    "seeds": Field(one_or_several(whole(0, 2**53), MOST_RUNS)),
    "batch_size": Field(whole(1, 100_000_000)),
    "sequence_length": Field(whole(1, 100_000_000)),
    "energy": Field(file_name),
    "energy_run_id": Field(text(NAME_LENGTH)),
}
CLAIMED_SECONDS = Field(number(0.001, 1_000_000_000))
CLAIMED_METRIC = Field(number(0.0001, 100))


def _task_fields(phase: str, task: Task | None) -> dict[str, Field]:
    """The keys a task has in a phase; `task` is None for pretraining's `all`."""
    if phase == Phase.PRETRAINING:
        own = {LOG: Field(file_name), "claimed_seconds": CLAIMED_SECONDS, "log_pattern": Field(PATTERNS)}
        return {**own, **IN_EVERY_PHASE}
    proof = {
        PREDICTIONS: Field(one_or_several(_predictions(task), MOST_RUNS)),
        "claimed_metric": CLAIMED_METRIC,
        "label_order": Field(choice(*(name for name, _ in task.label_orders) if task else ())),
    }
    if phase == Phase.INFERENCE:
        own = {
            LATENCIES: Field(FILES),
            "mean_ms": Field(number(0.000001, 10_000_000)),
            "samples": Field(whole(1, 1_000_000_000)),
            "claimed_ms": Field(number(0.000001, 10_000_000)),
        }
    else:
        own = {LOG: Field(FILES), "claimed_seconds": CLAIMED_SECONDS, "log_pattern": Field(PATTERNS)}
    return {**own, **proof, **IN_EVERY_PHASE}


def _predictions(task: Task | None) -> Check:
    """One file, or one for each part of the task's gold set: {"matched": "…", "mismatched": "…"}."""
    parts = part_names(task) if task else []

    def check(value: Any, path: str, mistakes: Mistakes) -> Any:
        if isinstance(value, dict) and parts:
            halves = read_object(value, path, {part: Field(file_name) for part in parts}, mistakes)
            return {part: name for part, name in halves.items() if name} or None
        return file_name(value, path, mistakes)

    return check


EVERY_KEY = sorted({key for phase in Phase for key in _task_fields(phase, None)})


def part_names(task: Task) -> list[str]:
    """The parts of a task's gold set that have names; none where it is whole."""
    return [part["name"] for part in task.parts if part["name"]]


# --- reading -------------------------------------------------------------------------------------------------------


def load(raw: bytes) -> dict[str, Any]:
    """The JSON object a sender wrote. Raises ManifestInvalid where it is malformed, too large or too deep."""
    return strict_json.load(raw, most_bytes=LIMITS.manifest_bytes, most_depth=LIMITS.json_depth)


def validate(data: Mapping[str, Any], *, complete: bool = True) -> dict[str, Any]:
    """The manifest with every key there and defaults filled in. Raises ManifestInvalid with all mistakes at once.

    `complete=False`: hardware and tasks may still be open, as in a draft that is filled in step by step.
    """
    mistakes = Mistakes()
    manifest = read_object(data, "", TOP, mistakes)
    manifest["software"] = manifest["software"] or read_object({}, "software", SOFTWARE, mistakes)
    edition = _edition(manifest, mistakes)
    _check_hardware(manifest["hardware"] or {}, mistakes)
    if edition and manifest["phase"]:
        manifest["tasks"] = _read_tasks(manifest, edition, mistakes)
    if not complete:
        mistakes = Mistakes(one for one in mistakes if (one.field, one.code) not in STILL_OPEN)
        manifest["hardware"] = manifest["hardware"] or {name: field.default for name, field in HARDWARE.items()}
    if mistakes:
        raise ManifestInvalid(mistakes)
    return manifest


STILL_OPEN = {(field, "required") for field in ("hardware", "hardware.accelerator", "tasks")}
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


def _edition(manifest: Mapping[str, Any], mistakes: Mistakes) -> Edition | None:
    slug = manifest["edition"]
    if not slug:
        return None
    edition = Edition.objects.filter(slug=slug).prefetch_related("tasks").first()
    if edition is None:
        known = list(Edition.objects.values_list("slug", flat=True))
        mistakes.note("edition", f"There is no edition {shown(slug)}.", remedy=closest(slug, known), code="unknown")
    return edition


def _check_hardware(hardware: Mapping[str, Any], mistakes: Mistakes) -> None:
    slug = hardware.get("accelerator")
    if slug and not Accelerator.objects.filter(slug=slug).exists():
        known = list(Accelerator.objects.values_list("slug", flat=True))
        mistakes.note(
            "hardware.accelerator",
            f"The catalogue has no accelerator {shown(slug)}.",
            remedy=closest(slug, known),
            code="unknown-accelerator",
        )
    elif slug and hardware["offer"]:
        _check_offer(slug, hardware["offer"], mistakes)
    if hardware.get("usd_per_hour") and not hardware["price_source"]:
        mistakes.note(
            "hardware.price_source",
            "A declared price needs a source.",
            remedy="Say where the price is published, or leave out `usd_per_hour`.",
            code="required",
        )


def _check_offer(accelerator: str, offer: str, mistakes: Mistakes) -> None:
    ranked = Offer.objects.filter(accelerator__slug=accelerator, pricing=Offer.Pricing.ON_DEMAND)
    known = sorted(set(ranked.values_list("slug", flat=True)))
    if offer not in known:
        message = f"The catalogue has no on-demand offer {shown(offer)} for `{accelerator}`."
        mistakes.note("hardware.offer", message, remedy=closest(offer, known), code="unknown-offer")


def _read_tasks(manifest: Mapping[str, Any], edition: Edition, mistakes: Mistakes) -> dict[str, Any]:
    given, phase = manifest["tasks"], manifest["phase"]
    known = {task.slug: task for task in edition.tasks.all()}
    slugs = [ALL_TASKS] if phase == Phase.PRETRAINING else list(known)
    if not isinstance(given, dict) or not given:
        if given is not None:
            message = f"`tasks` must be an object with at least one task; it is {shown(given)}."
            mistakes.note("tasks", message, remedy=f"Known: {', '.join(slugs)}.", code="required")
        return {}
    for slug in given:
        if slug not in slugs:
            message = f"{phase} of {edition} has no task {shown(slug)}."
            mistakes.note("tasks", message, remedy=closest(slug, slugs), code="unknown-task")
    return {slug: _read_task(given[slug], slug, phase, known.get(slug), mistakes) for slug in slugs if slug in given}


def _read_task(value: Any, slug: str, phase: str, task: Task | None, mistakes: Mistakes) -> dict[str, Any]:
    path, fields = f"tasks.{slug}", _task_fields(phase, task)
    if isinstance(value, dict):  # A key of another phase may stand there empty, as a template brings it.
        value = {key: item for key, item in value.items() if key in fields or key not in EVERY_KEY or item is not None}
    read = read_object({} if value is None else value, path, fields, mistakes)
    if isinstance(read["seeds"], int):
        read["seeds"] = [read["seeds"]]
    _check_pairs(read, path, mistakes)
    return read


def _check_pairs(read: Mapping[str, Any], path: str, mistakes: Mistakes) -> None:
    """Several runs are paired by position; a mean needs its count."""
    runs = {key: len(_runs(read[key])) for key in (LOG, LATENCIES, PREDICTIONS) if read.get(key)}
    if len(set(runs.values())) > 1:
        counts = ", ".join(f"{count} {key}" for key, count in runs.items())
        remedy = "Give each run one of each, in the same order."
        mistakes.note(path, f"The runs do not pair up: {counts}.", remedy=remedy, code="runs-unpaired")
    if (read.get("mean_ms") is None) != (read.get("samples") is None):
        mistakes.note(path, "`mean_ms` and `samples` belong together.", remedy="Give both or neither.", code="required")
    if read.get("mean_ms") and read.get(LATENCIES):
        remedy = "Leave out `mean_ms` and `samples`: the file has both."
        mistakes.note(path, "Latencies are given twice, as a file and as a mean.", remedy=remedy, code="given-twice")


# --- which files ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file of evidence belongs; `name` is what the manifest calls it, empty where it does not say."""

    task: str
    kind: str
    run: int = 1
    part: str = WHOLE
    name: str = ""

    @property
    def key(self) -> tuple[str, str, int, str]:
        return (self.task, self.kind, self.run, self.part)

    def __str__(self) -> str:
        """As the address of the evidence writes it: `mnli/predictions?run=2&part=matched`."""
        query = [f"run={self.run}"] if self.run > 1 else []
        query += [f"part={self.part}"] if self.part else []
        return f"{self.task}/{self.kind}" + (f"?{'&'.join(query)}" if query else "")


def _runs(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def places(manifest: Mapping[str, Any]) -> list[Place]:
    """The files that a normalised manifest names, in its order."""
    return [place for slug, task in manifest["tasks"].items() for place in _places_of(slug, task)]


def _places_of(slug: str, task: Mapping[str, Any]) -> Iterator[Place]:
    for kind in (LOG, LATENCIES, PREDICTIONS, ENERGY):
        for run, value in enumerate(_runs(task.get(kind)), start=1):
            if isinstance(value, dict):
                yield from (Place(slug, kind, run, part, name) for part, name in value.items())
            elif value:
                yield Place(slug, kind, run, WHOLE, value)


def required(manifest: Mapping[str, Any], have: Collection[Place] = ()) -> list[Place]:
    """The files that must be there before it can be submitted: those it names, and each run's log, latencies and
    predictions. `have` is what was already sent: it may bring more runs than the manifest names."""
    needed = places(manifest)
    for slug, task in manifest["tasks"].items():
        brought = [place for place in (*needed, *have) if place.task == slug and place.kind != "attachment"]
        for run in range(1, max((place.run for place in brought), default=1) + 1):
            named = {place.kind for place in needed if place.task == slug and place.run == run}
            needed += [Place(slug, kind, run) for kind in _kinds(manifest["phase"], task) if kind not in named]
    return needed


def _kinds(phase: str, task: Mapping[str, Any]) -> list[str]:
    """What every run brings in a phase."""
    if phase == Phase.PRETRAINING:
        return [LOG]
    if phase == Phase.FINETUNING:
        return [LOG, PREDICTIONS]
    return [PREDICTIONS] if task.get("mean_ms") else [LATENCIES, PREDICTIONS]
