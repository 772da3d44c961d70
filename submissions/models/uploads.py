"""A large file that arrives in pieces: what it will be, how long it is, and until when it is waited for."""

import uuid

from django.db import models

from scoring.manifest import Place
from submissions.models.evidence import Evidence
from submissions.models.submissions import Submission


class Upload(models.Model):
    """A file on its way into a draft. How much of it is here says the file that holds it, not this row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="uploads")
    task = models.SlugField(max_length=40)
    kind = models.CharField(max_length=12, choices=Evidence.Kind.choices)
    run = models.PositiveSmallIntegerField(default=1)
    part = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(help_text="Bytes of the whole file.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="What the sender says it is; empty: not said.")
    replaces = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        help_text="SHA-256 of what may stand at its place when it is complete; empty: nothing; null: anything.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When it became evidence.")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="upload_not_empty"),
            models.UniqueConstraint(
                fields=["submission", "task", "kind", "run", "part"],
                condition=models.Q(finished_at=None),
                name="one_unfinished_upload_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task}/{self.kind} {self.name}"

    @property
    def place(self) -> Place:
        return Place(self.task, self.kind, self.run, self.part, self.name)
