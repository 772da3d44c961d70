"""A file of evidence: which task and kind it is for, and the hash its bytes are stored under."""

from django.db import models

from submissions.models.submissions import Submission


class Evidence(models.Model):
    """One file of a submission's current revision. Bytes live in the blob store under `sha256`."""

    class Kind(models.TextChoices):
        LOG = "log", "log"
        PREDICTIONS = "predictions", "predictions"
        LATENCIES = "latencies", "latencies"
        ENERGY = "energy", "energy"
        ATTACHMENT = "attachment", "attachment"

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="evidence")
    task = models.SlugField(max_length=40)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    run = models.PositiveSmallIntegerField(default=1)
    part = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    uploaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["submission", "task", "kind", "run", "part"]
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(fields=["submission", "task", "kind", "run", "part"], name="evidence_once_a_place"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="evidence_not_empty"),
            models.CheckConstraint(condition=models.Q(run__gte=1), name="runs_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.task}/{self.kind} {self.name}"

    @property
    def is_public_once_approved(self) -> bool:
        """Predictions and attachments may hold licensed text and gold: never public (PROTOCOL section 8)."""
        return self.kind in {self.Kind.LOG, self.Kind.LATENCIES, self.Kind.ENERGY}


KINDS = Evidence.Kind.choices
"""For OpenAPI, which finds what it names only at the top of a module."""
