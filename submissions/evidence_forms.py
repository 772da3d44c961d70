"""The evidence of each task as a plain form: which files there are to bring, and what is said about them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from leaderboard.models import Task
from scoring.rules import ALL_TASKS, WHOLE, Phase
from submissions import spool
from submissions.forms import ManifestForm, NumberPlace, NumbersPlace
from submissions.forms import Place as TextPlace
from submissions.manifest import ENERGY, LATENCIES, LOG, PREDICTIONS, Place, part_names
from submissions.models import Evidence, Upload

MOST_RUNS = 20
"""Runs of one task that the form shows; scripts can send more."""

CLAIMS: Mapping[Phase, tuple[tuple[str, str], ...]] = {
    Phase.PRETRAINING: (("claimed_seconds", "Seconds"), ("claimed_usd", "US dollars")),
    Phase.FINETUNING: (
        ("claimed_seconds", "Seconds"),
        ("claimed_metric", "Metric, %"),
        ("claimed_usd", "US dollars"),
    ),
    Phase.INFERENCE: (
        ("claimed_ms", "Milliseconds"),
        ("claimed_metric", "Metric, %"),
        ("claimed_usd", "US dollars for 100,000"),
    ),
}


@dataclass(slots=True)
class Slot:
    """A place for one file, with what stands there already and why a file was not taken."""

    place: Place
    label: str
    hint: str = ""
    evidence: Evidence | None = None
    error: str = ""
    facts: str = ""
    """What a worker recognised in the file, in words."""
    findings: Sequence[Mapping[str, Any]] = ()
    arriving: Upload | None = None
    """A large file for this place of which only a part is here."""

    @property
    def arrived(self) -> int:
        """How much of it is here, in percent."""
        return 100 * spool.held(self.arriving) // self.arriving.size if self.arriving else 0

    @property
    def field(self) -> str:
        return "-".join(("file", self.place.task, self.place.kind, str(self.place.run), self.place.part))

    @property
    def seen_field(self) -> str:
        """Brings back the hash of the file that the page showed here; empty where it showed none."""
        return f"seen-{self.field}"


@dataclass(slots=True)
class RunSlots:
    """The files of one run of a task."""

    number: int
    slots: list[Slot] = field(default_factory=list)


class TaskForm(ManifestForm):
    """What is said about one task beside its files; `task` is None for pretraining, whose one log spans all tasks."""

    def __init__(self, *args: Any, phase: Phase, task: Task | None, **kwargs: Any) -> None:
        self.slug = task.slug if task else ALL_TASKS
        self.title = task.title if task else "All tasks"
        self.task = task
        self.phase = phase
        self.sections = (f"tasks.{self.slug}",)
        super().__init__(*args, prefix=self.slug, **kwargs)

    def add_places(self) -> None:
        made: dict[str, forms.Field] = {}
        if self.phase is Phase.INFERENCE:
            made["mean_ms"] = self._number("mean_ms", "Mean latency, in milliseconds")
            made["samples"] = self._number("samples", "Samples behind that mean")
        made |= {name: self._number(name, label) for name, label in CLAIMS[self.phase]}
        if self.phase is not Phase.PRETRAINING:
            made["batch_size"] = self._number("batch_size", "Batch size")
            made["sequence_length"] = self._number("sequence_length", "Sequence length")
        made["seeds"] = NumbersPlace(f"tasks.{self.slug}.seeds", label="Seeds")
        made |= self._readings()
        made["energy_run_id"] = TextPlace(
            f"tasks.{self.slug}.energy_run_id",
            label="Run in the energy file",
            help_text="Its run_id, where the file holds several runs.",
        )
        self.fields.update(made)

    def _readings(self) -> dict[str, forms.Field]:
        """How to read a file that does not say it itself."""
        made: dict[str, forms.Field] = {}
        if self.task and self.task.label_orders:
            orders = [("", "Not said: the better reading is taken")]
            orders += [(name, f"{name}: {', '.join(labels)}") for name, labels in self.task.label_orders]
            made["label_order"] = TextPlace(
                f"tasks.{self.slug}.label_order",
                label="What integer labels mean, from 0 up",
                widget=forms.Select(choices=orders),
            )
        if self.phase is not Phase.INFERENCE:
            for name, what in (("time", "elapsed time"), ("metric", "the metric")):
                made[f"pattern_{name}"] = TextPlace(
                    f"tasks.{self.slug}.log_pattern.{name}", label=f"Pattern for {what} in the log"
                )
        return made

    def _number(self, name: str, label: str) -> NumberPlace:
        return NumberPlace(f"tasks.{self.slug}.{name}", label=label)

    def chosen(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def instead_of_file(self) -> list[forms.BoundField]:
        return self.chosen("mean_ms", "samples")

    @property
    def claims(self) -> list[forms.BoundField]:
        return self.chosen(*(name for name, _ in CLAIMS[self.phase]))

    @property
    def settings(self) -> list[forms.BoundField]:
        return self.chosen("batch_size", "sequence_length", "seeds")

    @property
    def readings(self) -> list[forms.BoundField]:
        return self.chosen("label_order", "pattern_time", "pattern_metric", "energy_run_id")

    @property
    def readings_are_used(self) -> bool:
        return any(bound.errors or bound.value() for bound in self.readings)


class TaskEvidence:
    """One task of the evidence page: its form and its places for files."""

    def __init__(self, form: TaskForm, evidence: Sequence[Evidence], shown_runs: int) -> None:
        self.form = form
        self.evidence = [one for one in evidence if one.task == form.slug]
        self.runs = [RunSlots(number, list(self._slots(number))) for number in range(1, self._count(shown_runs) + 1)]
        self.energy = self._slot(Place(form.slug, ENERGY), "Energy log", "CodeCarbon's emissions.csv. Never scored.")

    def _count(self, shown_runs: int) -> int:
        """As many runs as files are there for, or as were asked for; pretraining has one."""
        if self.form.phase is Phase.PRETRAINING:
            return 1
        return max(1, min(shown_runs, MOST_RUNS), *(one.run for one in self.evidence))

    def _slots(self, run: int) -> Iterator[Slot]:
        slug, phase = self.form.slug, self.form.phase
        if phase is Phase.INFERENCE:
            yield self._slot(Place(slug, LATENCIES, run), "Latencies", "Milliseconds of single inputs, one a line.")
        else:
            yield self._slot(
                Place(slug, LOG, run), "Training log", "CSV, TSV, JSON Lines, trainer_state.json, result.csv."
            )
        if phase is Phase.PRETRAINING or self.form.task is None:
            return
        parts = part_names(self.form.task)
        for part in parts:
            yield self._slot(Place(slug, PREDICTIONS, run, part), f"Predictions, {part}", "")
        label = "Predictions, all parts in one file" if parts else "Predictions on the dev set"
        hint = (
            "In place of the others; it needs pairID or a split column."
            if parts
            else "Never public: only hash, rows and metric are."
        )
        yield self._slot(Place(slug, PREDICTIONS, run, WHOLE), label, hint)

    def _slot(self, place: Place, label: str, hint: str) -> Slot:
        there = next((one for one in self.evidence if _key(one) == place.key), None)
        return Slot(place, label, hint, there)

    @property
    def slots(self) -> list[Slot]:
        return [slot for run in self.runs for slot in run.slots] + [self.energy]

    @property
    def has_errors(self) -> bool:
        return bool(self.form.errors) or any(slot.error for slot in self.slots)

    @property
    def is_unfolded(self) -> bool:
        """Whether something stands in the folded part, so that it must be seen."""
        return self.form.readings_are_used or bool(self.energy.evidence or self.energy.error)

    @property
    def may_have_more_runs(self) -> bool:
        return self.form.phase is not Phase.PRETRAINING and len(self.runs) < MOST_RUNS

    @property
    def runs_field(self) -> str:
        return f"{self.form.slug}-runs"


def _key(evidence: Evidence) -> tuple[str, str, int, str]:
    return (evidence.task, evidence.kind, evidence.run, evidence.part)


def tasks_of_phase(phase: Phase, tasks: Iterable[Task]) -> list[Task | None]:
    """The tasks a form asks for: all of the edition's, or the one that spans them in pretraining."""
    return [None] if phase is Phase.PRETRAINING else list(tasks)


def with_tasks(manifest: Mapping[str, Any], parts: Sequence[TaskEvidence], sent: Collection[str]) -> dict[str, Any]:
    """The manifest with what the tasks' forms say. A task counts as sent where files are, or something is said."""
    tasks: dict[str, Any] = {}
    for part in parts:
        slug = part.form.slug
        said = part.form.written().get("tasks", {}).get(slug) or {}
        said = {key: value for key, value in said.items() if value is not None}
        if said or slug in sent:
            tasks[slug] = said
    return {**manifest, "tasks": tasks}
