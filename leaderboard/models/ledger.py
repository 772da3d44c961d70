"""What happened to the boards, for good: who, when, what, from, to, why."""

from django.conf import settings
from django.db import models

from leaderboard.models.catalogue import Edition
from leaderboard.models.entries import Entry


class Event(models.Model):
    class What(models.TextChoices):
        PUBLISHED = "published", "published"
        WITHDRAWN = "withdrawn", "withdrawn"
        SUPERSEDED = "superseded", "superseded"
        RESCORED = "rescored", "rescored"
        REPRICED = "repriced", "repriced"
        BASELINE_LOADED = "baseline_loaded", "baseline loaded"
        REVEALED = "revealed", "names revealed"
        GOLD_IMPORTED = "gold_imported", "gold labels imported"

    what = models.CharField(max_length=20, choices=What.choices)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="events")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, blank=True, related_name="events")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    old = models.JSONField(default=dict, blank=True)
    new = models.JSONField(default=dict, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.what} at {self.at:%Y-%m-%d %H:%M}"
