"""The boards of an edition: what every page of one needs at hand, and the version that tells whether it changed."""

from django.db import models

from leaderboard.models.catalogue import Edition
from leaderboard.models.entries import MEASURES, PHASES


class Board(models.Model):
    """One of the nine boards of an edition; the database makes them with the edition.

    `version` rises with every change of the board's rows, in the transaction that changes them: triggers of the
    database see to that (migration `versions`), so that no way of writing can forget it.
    """

    id = models.SmallAutoField(primary_key=True)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="boards")
    phase = models.CharField(max_length=12, choices=PHASES)
    measure = models.CharField(max_length=12, choices=MEASURES)
    version = models.BigIntegerField(default=1)
    count = models.IntegerField(default=0)
    best = models.FloatField(null=True, help_text="The highest score.")
    with_energy_kwh = models.IntegerField(default=0, help_text="Rows that brought it.")
    with_co2e_kg = models.IntegerField(default=0, help_text="Rows that brought it.")
    facets = models.JSONField(default=dict, help_text="The most frequent values by facet: [[value, count], …].")
    reference = models.JSONField(default=dict, help_text='{"entry", "model", "seconds": […], "usd": […]} by slot.')

    class Meta:
        ordering = ["edition", "pk"]
        constraints = [models.UniqueConstraint(fields=["edition", "phase", "measure"], name="board_once")]
        indexes = [models.Index(fields=["phase", "measure", "version"], name="board_versions")]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.phase}/{self.measure}"


class CatalogueVersion(models.Model):
    """One line that rises with every change of editions, tasks, gold sets, accelerators and prices, by triggers.

    Together with the versions of boards it says whether a page would still look the same. It stands by itself so that
    whoever adds a price does not keep others from publishing.
    """

    version = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.version)
