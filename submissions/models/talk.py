"""What submitter and reviewer write to each other about a submission."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from submissions.models.submissions import Submission


class MessageQuerySet(models.QuerySet["Message"]):
    def to_owner(self) -> Self:
        return self.filter(from_maintainer=True)

    def to_maintainers(self) -> Self:
        return self.filter(from_maintainer=False)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Message(models.Model):
    """Plain text, for good: nobody changes or deletes what was said while a submission was decided on."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    from_maintainer = models.BooleanField()
    body = models.TextField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(
        null=True, blank=True, help_text="When the other side first saw it: the owner, or any maintainer."
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["submission", "pk"]
        indexes = [
            models.Index(fields=["submission", "from_maintainer"], condition=Q(read_at=None), name="messages_unread"),
            models.Index(fields=["author", "at"], name="messages_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk} about {self.submission_id}"
