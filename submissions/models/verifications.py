"""What a worker found, each time; the attempts that counted; the answers kept for a repeated request."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from submissions.models.submissions import Submission


class Verification(models.Model):
    """One verification, added and never changed: what was found, under which rules, gold, offers and engine."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="verifications")
    number = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    edition_revision = models.PositiveIntegerField()
    engine_version = models.CharField(max_length=40)
    gold = models.JSONField(default=dict, help_text="{task: {sha256, count, confirmed}}")
    price = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    passed = models.BooleanField()
    badge = models.CharField(max_length=20, blank=True)
    findings = models.JSONField(default=list)
    excerpts = models.JSONField(default=list, help_text="[{file, line, text}, …]: for the owner, never public.")
    measurements = models.JSONField(default=list)
    curves = models.JSONField(default=list, help_text="[{task, run, points, steps}, …]")
    scores = models.JSONField(null=True)
    preview_rank = models.JSONField(null=True)
    digests = models.JSONField(default=dict, help_text="{task: [digest of the predictions a run]}")

    class Meta:
        ordering = ["submission", "-number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="verification_once")]
        indexes = [GinIndex(fields=["digests"], opclasses=["jsonb_path_ops"], name="predictions_by_digest")]

    def __str__(self) -> str:
        return f"verification {self.number} of {self.submission_id}"


class Attempt(models.Model):
    """One counted attempt on a task by an account on a UTC day (PROTOCOL section 8)."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    edition = models.CharField(max_length=40)
    task = models.SlugField(max_length=40)
    day = models.DateField()
    submission = models.ForeignKey(Submission, models.SET_NULL, null=True, related_name="+")
    revision = models.PositiveIntegerField()
    predictions = models.CharField(max_length=64, help_text="Hash of the predictions that were scored.")
    given_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "day", "task"], name="attempts_of_a_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.task} {self.day}"


class IdempotencyKey(models.Model):
    """The first answer to a request that may be repeated: per account and address, kept 24 hours."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    address = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "address", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.address} {self.key}"
