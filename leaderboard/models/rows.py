"""One flat row for each board an entry stands on, now or before: what page, API and exports read.

The rows of a board are written by `leaderboard.ranking` when an entry comes, goes or is scored anew, and never edited.
"""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from leaderboard.models.boards import Board
from leaderboard.models.catalogue import Edition
from leaderboard.models.entries import Entry, Kind

SLOTS = 8
"""Tasks an edition can have: a row has fixed slots, as editions are made at run time."""
FACETS = ("accelerator", "hardware", "organisation", "framework", "kind", "verified")
"""Columns that a board is filtered by with one value."""
TEXT_KEYS = ("model", "organisation", "hardware")
RANK = """1 + COALESCE((
    SELECT mark.before + (
        SELECT count(*) FROM leaderboard_boardrow AS better
        WHERE better.board_id = mark.board_id AND better.order_key >= mark.low
            AND better.order_key < leaderboard_boardrow.order_key)
    FROM leaderboard_mark AS mark
    WHERE mark.board_id = leaderboard_boardrow.board_id AND mark.low <= leaderboard_boardrow.order_key
    ORDER BY mark.low DESC LIMIT 1), (
    SELECT count(*) FROM leaderboard_boardrow AS better
    WHERE better.board_id = leaderboard_boardrow.board_id AND better.order_key < leaderboard_boardrow.order_key))"""
"""Better rows and one: those before the nearest mark, and those from there on. Without marks, all are counted."""


class TextKey(models.BinaryField):
    """What a text is sorted by (`folding`), as bytes."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def deconstruct(self) -> Any:
        """For migrations it is a plain field of bytes: they import nothing of ours."""
        name, _, arguments, values = super().deconstruct()
        return name, "django.db.models.BinaryField", arguments, values


class RowColumns(models.Model):
    """What a row shows and what it is sorted by.

    A slot is a task of the edition in board order, from 1. `seconds_…` and `usd_…` are what the entry's outcomes say;
    time boards know no dollars. Sort keys stand ascending for both directions (`…_up`, `…_down`): a number or its
    negative, infinity for N/R, NaN (PostgreSQL's last) for unknown; texts as bytes, the empty one last.
    """

    board = models.ForeignKey(Board, models.CASCADE, related_name="+", db_index=False)
    order_key = models.FloatField(help_text="The board's own order: the negative score.")
    tie = models.BigIntegerField(help_text="Where equal rows stand: as `Entry.tie`.")
    score = models.FloatField(null=True)
    score_up = models.FloatField()
    outcomes = models.CharField(max_length=SLOTS, help_text="A letter for each slot.")

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
    footnotes = models.JSONField(default=list)
    search = models.TextField(help_text="Model, organisation, hardware and framework, folded to lower case.")

    date_down = models.IntegerField()
    parameters_up = models.FloatField()
    parameters_down = models.FloatField()

    valid_from = models.DateTimeField(help_text="Since when the row has stood like this.")
    reference = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)
    edition_revision = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)

    class Meta:
        abstract = True


for _slot in range(1, SLOTS + 1):
    for _name in ("seconds", "usd", "score", "up", "down"):
        RowColumns.add_to_class(f"{_name}_{_slot}", models.FloatField(null=True))
for _name in TEXT_KEYS:
    for _direction in ("up", "down"):
        RowColumns.add_to_class(f"{_name}_{_direction}", TextKey())


def _joined(*texts: models.Expression) -> models.Func:
    # In the order of the alphabet, in which migrations are written: in another one they would seem to differ.
    return models.Func(*texts, arg_joiner=" || ", template="(%(expressions)s)", output_field=models.TextField())


_OF_BOARD = _joined(Cast("board_id", models.TextField()), Value(":"))
WORDS = models.Func(
    _joined(
        _OF_BOARD,
        models.Func(
            models.Func("search", Value("\n"), Value(" "), function="translate"),
            Value(" "),
            _joined(Value(" "), _OF_BOARD),
            function="replace",
        ),
    ),
    Value(" "),
    function="string_to_array",
    output_field=ArrayField(models.TextField()),
)
"""The words of `search`, each behind its board's id and a colon, for an index of which rows of a board have which."""


class BoardRowQuerySet(models.QuerySet["BoardRow"]):
    def ranked(self) -> Self:
        """Each with its `rank`: 1 and how many scores are better, so that equal ones share it; None where unknown."""
        rank = RawSQL(  # noqa: S611 - a constant
            f"CASE WHEN leaderboard_boardrow.score IS NOT NULL THEN {RANK} END", (), models.IntegerField()
        )
        return self.annotate(rank=rank)


class BoardRow(RowColumns):
    """A row as it stands now."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="rows", db_index=False)
    rank: int | None
    """Where a query adds it (`ranked`)."""

    objects = BoardRowQuerySet.as_manager()

    class Meta:
        ordering = ["board", "order_key", "tie"]
        constraints = [models.UniqueConstraint(fields=["entry", "board"], name="entry_once_a_board")]
        indexes = [
            models.Index(fields=["board", "order_key", "tie"], name="row_in_order"),
            models.Index(fields=["board", "score_up", "tie"], name="row_by_score"),
            models.Index(fields=["board", "date", "order_key", "tie"], name="row_by_date"),
            *(
                models.Index(fields=["board", column, "order_key", "tie"], name=f"row_by_{column}")
                for column in (
                    "date_down",
                    "parameters_up",
                    "parameters_down",
                    *(f"{name}_{direction}" for name in TEXT_KEYS for direction in ("up", "down")),
                    *FACETS,
                )
            ),
            *(
                models.Index(
                    fields=["board", f"{name}_{slot}", "order_key", "tie"],
                    condition=Q(**{f"{name}_{slot}__isnull": False}),
                    name=f"row_by_{name}_{slot}",
                )
                for slot in range(1, SLOTS + 1)
                for name in ("up", "down")
            ),
            # Without a list of what is yet to be sorted in, which every search would have to go through.
            GinIndex(WORDS, name="row_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.score})"


class PastRow(RowColumns):
    """A row as it stood until `valid_to`: before it changed, or left the board."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="past_rows")
    valid_to = models.DateTimeField()

    class Meta:
        ordering = ["entry", "board", "-valid_from"]
        indexes = [models.Index(fields=["board", "valid_to"], name="past_row_until")]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=models.F("valid_from")), name="past_row_span_runs_forward")
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.score}) until {self.valid_to:%Y-%m-%d}"


class DayRow(RowColumns):
    """A row of a board as it stood on a day, or at the prices of one.

    The table is always empty: a temporary one of the same name stands before it for one transaction.
    """

    board = models.ForeignKey(Board, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    entry = models.ForeignKey(Entry, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    reference = models.ForeignKey(
        Entry, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    rank = models.IntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.model} ({self.score}) then"


class Mark(models.Model):
    """Every few hundred rows of a board, how many stand before: a rank is that and the rows from there on.

    `before` counts the rows whose key is below `low`; `grown`, how many have come since the mark was made.
    """

    board = models.ForeignKey(Board, models.CASCADE, related_name="+", db_index=False)
    low = models.FloatField()
    before = models.IntegerField()
    grown = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["board", "low"], name="mark_once")]

    def __str__(self) -> str:
        return f"{self.before} before {self.low}"


class Facet(models.Model):
    """A value that rows of a phase have or had, and how many have it now: what a board can be filtered by."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", db_index=False)
    phase = models.CharField(max_length=12)
    name = models.CharField(max_length=12, help_text="A column of `FACETS`, or `device`: what the form lists.")
    value = models.CharField(max_length=120)
    count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "phase", "name", "value"], name="facet_once")]
        indexes = [models.Index(fields=["edition", "phase", "name", "-count", "value"], name="facet_by_count")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}: {self.count}"


class Term(models.Model):
    """A word of what is searched in, and in how many rows of a phase's boards it stands now."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", db_index=False)
    phase = models.CharField(max_length=12)
    text = models.CharField(max_length=240)
    count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "phase", "text"], name="term_once")]
        indexes = [GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="term_trigrams")]

    def __str__(self) -> str:
        return self.text
