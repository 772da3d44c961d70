"""What leaves HULK: mails, and calls of webhooks. A row is its own job, as a submission is (`submissions.outbox`)."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from submissions.models.submissions import Submission


class Topic(models.TextChoices):
    """What mails are about; a person can turn each of them off."""

    RECEIVED = "received", "Your submission has been received"
    VERIFIED = "verified", "It has been verified, with or without errors"
    DECIDED = "decided", "It was approved, rejected, or changes are asked for"
    WITHDRAWN = "withdrawn", "It has been withdrawn"
    MESSAGE = "message", "A new message about it"
    REVIEW = "review", "A submission waits for a maintainer"


class Happening(models.TextChoices):
    """What a webhook can be told."""

    VERIFIED = "verified", "verified"
    DECIDED = "decided", "decided"


class State(models.TextChoices):
    WAITING = "waiting", "waits"
    SENT = "sent", "sent"
    FAILED = "failed", "given up"
    UNCERTAIN = "uncertain", "handed over, and never heard of again"


class OutgoingQuerySet(models.QuerySet["Outgoing"]):
    def due(self, at: datetime) -> Self:
        """Waits, and is with nobody, or with somebody whose lease ran out."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=at), state=State.WAITING, due_at__lte=at)


class Outgoing(models.Model):
    """Written in the transaction of what it tells about, sent afterwards by whoever claims it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=60, help_text="What it tells about, such as `step 12`.")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=200, blank=True, help_text="What went wrong last, in our words.")

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        abstract = True


class Mail(Outgoing):
    """One mail to one person. Its address is read when it is sent, so that none is kept here."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="+")
    topic = models.CharField(max_length=10, choices=Topic.choices)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    handed_over_at = models.DateTimeField(
        null=True, blank=True, help_text="Set before the words go to the mail server: from then on never sent again."
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "event", "recipient"], name="mailed_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="mails_by_due"),
            models.Index(fields=["recipient", "handed_over_at"], name="mails_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} to {self.recipient_id} ({self.state})"


class Unwanted(models.Model):
    """A topic that a person wants no mails about."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    topic = models.CharField(max_length=10, choices=Topic.choices)

    class Meta:
        verbose_name_plural = "unwanted"
        constraints = [models.UniqueConstraint(fields=["person", "topic"], name="unwanted_once")]

    def __str__(self) -> str:
        return f"{self.person_id} without {self.topic}"


class Webhook(models.Model):
    """A submitter's address that wants to be told. Its secret is derived (`submissions.webhooks`), never stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=10, choices=Happening.choices))
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "url"], name="webhook_once")]

    def __str__(self) -> str:
        return self.url


class Call(Outgoing):
    """One thing told to one webhook."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="calls")
    type = models.CharField(max_length=40)
    body = models.TextField(help_text="JSON, byte for byte as it is signed and sent.")
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status of the last answer.")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="called_once")]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="calls_by_due")]

    def __str__(self) -> str:
        return f"{self.type} to {self.webhook_id} ({self.state})"
