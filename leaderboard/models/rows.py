"""One flat row for each board an entry stands on: what page, API and CSV read, written when something is published."""

from django.db import models

from leaderboard.models.catalogue import Edition
from leaderboard.models.entries import MEASURES, PHASES, Entry, Kind

SLOTS = 8
"""Tasks an edition can have: a row has fixed slots, as editions are made at run time."""


class BoardRow(models.Model):
    """One line of one board, ready to show. Rebuilt by `leaderboard.ranking` in one transaction, never edited.

    `tasks` holds, by task position, {slug, outcome, value, unit, score}. The `…_key` columns hold what is sorted by:
    the number, infinity for N/R, NaN for unknown, which PostgreSQL orders after infinity.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    phase = models.CharField(max_length=12, choices=PHASES)
    measure = models.CharField(max_length=12, choices=MEASURES)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField(help_text="Place in the board's own order, 1 first, without ties.")
    rank = models.PositiveIntegerField(null=True)
    score = models.FloatField(null=True)
    share = models.FloatField(default=0, help_text="Score as a share of the board's best, for the bar.")

    model = models.CharField(max_length=120)
    organisation = models.CharField(max_length=120, blank=True)
    parameters_millions = models.FloatField(null=True)
    hardware = models.CharField(max_length=120, blank=True)
    accelerator = models.CharField(max_length=60, blank=True)
    framework = models.CharField(max_length=120, blank=True)
    date = models.DateField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    badge = models.CharField(max_length=20)
    verified = models.BooleanField()
    is_reference = models.BooleanField()
    runs = models.PositiveSmallIntegerField(default=1)
    spread = models.FloatField(null=True)
    energy_kwh = models.FloatField(null=True)
    co2e_kg = models.FloatField(null=True)
    has_footnote = models.BooleanField(default=False)
    tasks = models.JSONField(default=list)
    search = models.TextField(help_text="Model, organisation, hardware and framework, folded to lower case.")

    score_key = models.FloatField()
    value_key_1 = models.FloatField(null=True)
    value_key_2 = models.FloatField(null=True)
    value_key_3 = models.FloatField(null=True)
    value_key_4 = models.FloatField(null=True)
    value_key_5 = models.FloatField(null=True)
    value_key_6 = models.FloatField(null=True)
    value_key_7 = models.FloatField(null=True)
    value_key_8 = models.FloatField(null=True)
    score_key_1 = models.FloatField(null=True)
    score_key_2 = models.FloatField(null=True)
    score_key_3 = models.FloatField(null=True)
    score_key_4 = models.FloatField(null=True)
    score_key_5 = models.FloatField(null=True)
    score_key_6 = models.FloatField(null=True)
    score_key_7 = models.FloatField(null=True)
    score_key_8 = models.FloatField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "entry"], name="entry_once_a_board"),
        ]
        indexes = [models.Index(fields=["edition", "phase", "measure", "position"], name="board_in_order")]

    def __str__(self) -> str:
        return f"{self.phase}/{self.measure} {self.rank}: {self.model}"
