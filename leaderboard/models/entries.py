"""Published snapshots: entries, what became of each task, and curves."""

import uuid
from collections.abc import Mapping
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate

from leaderboard.models.catalogue import Accelerator, Edition, Task
from scoring.rules import Measure, Phase
from scoring.values import Outcome as OutcomeWord

PHASES = [(phase.value, phase.value) for phase in Phase]
MEASURES = [(measure.value, measure.value) for measure in Measure]
OUTCOMES = [(word.value, word.value.replace("_", " ")) for word in OutcomeWord]


class Kind(models.TextChoices):
    BASELINE = "baseline", "baseline"
    SUBMISSION = "submission", "submission"


class EntryStatus(models.TextChoices):
    PUBLISHED = "published", "on the boards"
    WITHDRAWN = "withdrawn", "withdrawn by its owner"
    SUPERSEDED = "superseded", "superseded by a newer entry"


class EntryQuerySet(models.QuerySet["Entry"]):
    def public(self) -> Self:
        """On the boards now."""
        return self.filter(status=EntryStatus.PUBLISHED)

    def references(self) -> Self:
        return self.public().filter(is_reference=True)

    def with_outcomes(self) -> Self:
        """All that scoring and an entry page need, in a fixed number of queries."""
        return self.select_related("edition", "accelerator", "superseded_by").prefetch_related("outcomes__task")


class Entry(models.Model):
    """One row of the boards of a phase: an approved submission or a baseline from the paper. Names no submission."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="entries")
    phase = models.CharField(max_length=12, choices=PHASES)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    status = models.CharField(max_length=12, choices=EntryStatus.choices, default=EntryStatus.PUBLISHED)
    superseded_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    model = models.CharField(max_length=120)
    organisation = models.CharField(max_length=120, blank=True)
    parameters_millions = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    base = models.CharField(max_length=120, blank=True)
    trained_on_top_of = models.CharField(max_length=120, blank=True)
    paper_url = models.URLField(max_length=400, blank=True)
    code_url = models.URLField(max_length=400, blank=True)

    accelerator = models.ForeignKey(Accelerator, models.PROTECT, null=True, blank=True, related_name="entries")
    count = models.PositiveIntegerField(default=1)
    hardware_text = models.CharField(max_length=120, blank=True, help_text="As boards print it, and as the paper did.")
    hardware_details = models.CharField(max_length=400, blank=True)
    framework = models.CharField(max_length=120, blank=True)
    precision = models.CharField(max_length=40, blank=True)

    date = models.DateField(help_text="The day it was submitted.")
    tie = models.BigIntegerField(
        default=0, editable=False, help_text="Rises with date, model and id, in a phase: where equal scores stand."
    )
    run_date = models.DateField(help_text="The day whose prices count.")
    price = models.JSONField(default=dict, blank=True, help_text="The price row that scored, as it stood.")
    verified = models.BooleanField(default=False)
    badge = models.CharField(max_length=20)
    is_reference = models.BooleanField(default=False)
    runs = models.PositiveSmallIntegerField(default=1)
    spread = models.FloatField(null=True, blank=True)
    energy_kwh = models.FloatField(null=True, blank=True)
    co2e_kg = models.FloatField(null=True, blank=True)

    source = models.TextField(blank=True, help_text="Where a baseline's numbers come from.")
    footnotes = models.JSONField(default=list, blank=True)
    findings = models.JSONField(default=list, blank=True, help_text="Warnings and notes that readers may see.")
    evidence = models.JSONField(default=list, blank=True, help_text="Files: task, kind, name, sha256, size, public.")
    checked_by = models.JSONField(
        default=dict, blank=True, help_text="Engine, edition revision and gold it was checked with."
    )
    published_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "model"]
        verbose_name_plural = "entries"
        indexes = [
            models.Index(
                F("published_at").desc(), F("id").desc(), condition=Q(status="published"), name="newest_entries"
            ),
            models.Index("edition", "phase", "date", Collate("model", "C"), "id", name="entry_in_order_of_ties"),
            models.Index(fields=["edition", "phase", "tie"], name="entry_by_tie"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "phase"],
                condition=Q(is_reference=True, status="published"),
                name="one_reference_a_phase",
            ),
            models.CheckConstraint(
                condition=(Q(status="published", ended_at=None) | (~Q(status="published") & Q(ended_at__isnull=False))),
                name="ended_entries_have_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.phase})"

    def get_absolute_url(self) -> str:
        return f"/entries/{self.pk}/"

    def offers(self, file: Mapping[str, Any]) -> bool:
        """Whether anybody may read the bytes of an evidence file: it is public, and the entry is not withdrawn."""
        return bool(file.get("public")) and self.status != EntryStatus.WITHDRAWN


class Outcome(models.Model):
    """What became of one task of an entry, with the place in the evidence that the number came from."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="outcomes")
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="+", help_text="None: all tasks."
    )
    outcome = models.CharField(max_length=12, choices=OUTCOMES)
    seconds = models.FloatField(null=True, blank=True)
    cost_usd = models.FloatField(null=True, blank=True)
    metric = models.DecimalField(max_digits=24, decimal_places=18, null=True, blank=True)
    proven_metric = models.FloatField(null=True, blank=True)
    details = models.JSONField(
        default=dict,
        blank=True,
        help_text="How the number came about: file, line, bracket, margin, stability, clock, runs, proof, printed.",
    )

    class Meta:
        ordering = ["entry", "task__position"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "task"], name="outcome_once_a_task", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(outcome="reached", seconds__gt=0)
                | (~Q(outcome="reached") & Q(seconds=None, cost_usd=None)),
                name="only_reached_has_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.task_slug}: {self.outcome}"

    @property
    def task_slug(self) -> str:
        return self.task.slug if self.task else "all"


class Curve(models.Model):
    """The learning curve of one run of one task: raw points, and the steps of its running maximum."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="curves")
    task = models.ForeignKey(Task, models.PROTECT, related_name="+")
    run = models.PositiveSmallIntegerField(default=1)
    points = models.JSONField(help_text="[[seconds, metric, line, epoch, step], …]")
    steps = models.JSONField(help_text="[[seconds, metric], …]: each new best, for time to any cut-off.")

    class Meta:
        ordering = ["entry", "task__position", "run"]
        constraints = [models.UniqueConstraint(fields=["entry", "task", "run"], name="curve_once_a_run")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.task_id} run {self.run}"
