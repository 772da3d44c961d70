"""What a worker recognised in the files of a draft, before it is sent."""

from django.db import models

from submissions.models.submissions import Submission


class Inspection(models.Model):
    """One look at a draft: asked for by the pages that show it, done by a worker.

    Never a verification: it opens no gold labels, uses no attempt and is on no record.
    """

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="inspection")
    content_hash = models.CharField(max_length=64, help_text="Of the manifest and the files that it is about.")
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True, help_text="Why there is no report, in words.")
    report = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"inspection of {self.submission_id}"
