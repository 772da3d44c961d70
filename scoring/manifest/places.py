"""Which files a manifest names, and which it needs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.manifest.keys import ENERGY, LATENCIES, LOG, PREDICTIONS
from scoring.rules import ALL_TASKS, WHOLE, Phase


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


def places(manifest: Mapping[str, Any]) -> list[Place]:
    """The files that a normalised manifest names, in its order."""
    return [place for slug, task in manifest["tasks"].items() for place in _places_of(slug, task)]


def _places_of(slug: str, task: Mapping[str, Any]) -> Iterator[Place]:
    for kind in (LOG, LATENCIES, PREDICTIONS, ENERGY):
        value = task.get(kind)
        for run, item in enumerate(value if isinstance(value, list) else [value], start=1):
            if isinstance(item, dict):
                yield from (Place(slug, kind, run, part, name) for part, name in item.items())
            elif item:
                yield Place(slug, kind, run, WHOLE, item)


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


def absent(manifest: Mapping[str, Any], have: Collection[Place], parts: Mapping[str, Sequence[str]]) -> list[Place]:
    """The places that still need a file, each once. `parts`: the named parts of each task's gold set."""
    keys = {place.key for place in have}
    needed = required(manifest, have)
    named = {str(place): place for place in needed if place.name}
    lacking: dict[str, Place] = {}
    for place in needed:
        for one in _lacking(place, keys, parts.get(place.task, ())):
            lacking.setdefault(str(one), named.get(str(one), one))
    return list(lacking.values())


def _lacking(place: Place, have: Collection[tuple[str, str, int, str]], parts: Sequence[str]) -> list[Place]:
    """What a place lacks: itself; or, where only some halves of a gold set are covered, the other halves.

    A file at `all` stands for every task.
    """

    def is_there(part: str) -> bool:
        return any((task, place.kind, place.run, part) in have for task in (place.task, ALL_TASKS))

    if place.kind != PREDICTIONS or not parts:
        return [] if is_there(place.part) else [place]
    without = [part for part in parts if not is_there(part)]
    if is_there(WHOLE) or not without:
        return []
    if len(without) == len(parts):
        return [place]
    return [Place(place.task, place.kind, place.run, part) for part in without]
