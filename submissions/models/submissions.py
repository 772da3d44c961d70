"""A submission, which is also its own job, and the history of its steps."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from leaderboard.models import Edition, Entry
from submissions.models.organisations import Organisation


class Status(models.TextChoices):
    """Where a submission stands (PROTOCOL section 9). `submissions.lifecycle` has the steps between them."""

    DRAFT = "draft", "draft"
    QUEUED = "queued", "queued"
    VERIFYING = "verifying", "verifying"
    INVALID = "invalid", "invalid"
    IN_REVIEW = "in_review", "in review"
    CHANGES_REQUESTED = "changes_requested", "changes requested"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"
    SUPERSEDED = "superseded", "superseded"
    QUARANTINED = "quarantined", "quarantined"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def of(self, user: object) -> Self:
        """A person's own submissions, dry runs left out."""
        return self.filter(owner=user, is_dry_run=False)

    def visible_to(self, user: object) -> Self:
        """Owners see their own in every state, maintainers all (PROTOCOL section 9), members their organisation's."""
        if getattr(user, "is_staff", False):
            return self.filter(is_dry_run=False)
        return self.filter(Q(owner=user) | Q(organisation__in=Organisation.objects.of(user)), is_dry_run=False)

    def in_organisation(self, slug: str, user: object) -> Self:
        """Those of an organisation, for one of its members; none for others."""
        return self.filter(organisation__in=Organisation.objects.of(user).filter(slug=slug), is_dry_run=False)

    def claimable(self, at: datetime) -> Self:
        """Queued and due, or taken by a worker whose lease ran out."""
        return self.filter(Q(status=Status.QUEUED, not_before__lte=at) | Q(status=Status.VERIFYING, lease_until__lt=at))


class Submission(models.Model):
    """What a researcher sends. The row is the job: a worker claims it with a lease and a token."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="submissions")
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
        help_text="Its members may read it.",
    )
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    manifest = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    content_hash = models.CharField(max_length=64, blank=True, help_text="Of manifest and evidence, set when frozen.")
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, blank=True, related_name="+")
    is_dry_run = models.BooleanField(default=False)
    is_blind = models.BooleanField(default=False, help_text="Published without what names its authors, until revealed.")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    first_queued_at = models.DateTimeField(null=True, blank=True)

    attempts = models.PositiveSmallIntegerField(default=0, help_text="Times a worker took it since it was queued.")
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    progress = models.FloatField(default=0.0)
    activity = models.CharField(max_length=200, blank=True, help_text="What the worker does now, in words.")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="verifying", lease_until__isnull=False, lease_token__isnull=False)
                | (~Q(status="verifying") & Q(lease_until=None, lease_token=None)),
                name="a_lease_only_while_verifying",
            ),
            models.CheckConstraint(condition=~Q(status="queued") | Q(not_before__isnull=False), name="queued_is_due"),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "superseded"]) | Q(entry__isnull=False),
                name="approved_has_an_entry",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(status="queued"), name="queued_by_due"),
            models.Index(fields=["lease_until"], condition=Q(status="verifying"), name="verifying_by_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.model_name or 'unnamed'} ({self.phase or 'no phase'}, {self.status})"

    def get_absolute_url(self) -> str:
        return f"/submissions/{self.pk}/"

    @property
    def phase(self) -> str:
        return str(self.manifest.get("phase", ""))

    @property
    def model_name(self) -> str:
        return str(self.manifest.get("model", {}).get("name", ""))


class Revision(models.Model):
    """A frozen state of a submission: what was sent, each time it was submitted."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    manifest = models.JSONField()
    evidence = models.JSONField(help_text="[{task, kind, run, part, name, sha256, size}, …]")
    content_hash = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        ordering = ["submission", "-number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.submission_id} revision {self.number}"


class Step(models.Model):
    """One step of a submission's life, recorded for good. `by` is empty where the system took it."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="steps")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    from_status = models.CharField(max_length=20, choices=Status.choices, blank=True)
    to_status = models.CharField(max_length=20, choices=Status.choices)
    comment = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["submission", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.from_status or 'new'} → {self.to_status}"
