"""By which columns of its rows a board is sorted. Always ascending: rows hold a key for either direction, in which N/R
stands after all numbers and unknown last, and ties stand in the board's own order."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import BooleanField, F, QuerySet
from django.db.models.expressions import OrderBy, RawSQL

from leaderboard.columns import TEXT_SORTS, task_titles
from leaderboard.filters import BoardQuery
from scoring.rules import Measure


class Order(NamedTuple):
    """`key` is the column that is sorted by, before `own`; empty where the board stands in its own order.

    `sql` says what the key is where no column holds it, and so no index.
    """

    key: str
    own: tuple[str, ...] = ("order_key", "tie")
    sql: str = ""

    @property
    def parts(self) -> list[str]:
        """SQL of each part, the first one first."""
        first = [self.sql or self.key] if self.key else []
        return [*first, *self.own]


def order_of(query: BoardQuery) -> Order:
    key, direction = query.sort_key, "down" if query.descending else "up"
    if key == "rank":
        key, direction = "score", "up" if query.descending else "down"
    if key == "score":
        # The board's own order is that of the score from the highest; the other one needs no more than a score and tie.
        return Order("") if direction == "down" else Order("score_up", ("tie",))
    if key in TEXT_SORTS:
        return Order(f"{key}_{direction}")
    if key == "parameters_millions":
        return Order(f"parameters_{direction}")
    if key == "date":
        return Order("date_down" if query.descending else "date")
    return _by_task(query, key, descending=query.descending)


def _by_task(query: BoardQuery, key: str, *, descending: bool) -> Order:
    """A task's score falls as its value rises, so that one pair of keys serves both, where there is a score."""
    slugs = [slug for slug, _ in task_titles(query.tasks, query.phase)]
    by_score = key not in slugs
    slot = slugs.index(key.removesuffix("_score") if by_score else key) + 1
    if query.measure is Measure.EFFICIENCY:
        if by_score:
            return Order(f"{'down' if descending else 'up'}_{slot}")
        return Order("key", sql=f"CASE WHEN up_{slot} < 'Infinity' THEN 0 ELSE up_{slot} END")
    if by_score and not _is_scored(query, slot):
        return Order("key", sql=f"CASE WHEN up_{slot} = 'Infinity' THEN up_{slot} ELSE 'NaN' END")
    return Order(f"{'down' if descending != by_score else 'up'}_{slot}")


def _is_scored(query: BoardQuery, slot: int) -> bool:
    """Whether the reference has a value in a slot: without one, nobody has a score there."""
    values: Sequence[float | None] = query.board.reference.get(
        "seconds" if query.measure is Measure.TIME else "usd", ()
    )
    return bool(values[slot - 1 : slot] and values[slot - 1])


def in_order(rows: QuerySet, order: Order, *, backwards: bool = False) -> QuerySet:
    """Rows in an order, with what they are sorted by as `key`."""
    if order.key:
        rows = rows.annotate(key=RawSQL(order.sql, ()) if order.sql else F(order.key))  # noqa: S611 - ours
    if order.key.startswith(("up_", "down_")):
        # Indexes of slots hold no rows without the slot, and are used where that is said.
        rows = rows.filter(**{f"{order.key}__isnull": False})
    parts = [OrderBy(F("key") if order.key and place == 0 else F(part), descending=backwards)
             for place, part in enumerate(order.parts)]  # fmt: skip
    return rows.order_by(*parts)


def beyond(rows: QuerySet, order: Order, keys: Sequence[object], entry: str, *, backwards: bool = False) -> QuerySet:
    """The rows after (or before) a place: one comparison of rows, which an index answers.

    `keys` are those of the row that stood there, the tie last: where the entry's tie has been renumbered, its new one.
    """
    tie = "COALESCE((SELECT known.tie FROM leaderboard_entry AS known WHERE known.id = %s), %s)"
    values = ", ".join([*(["%s"] * (len(keys) - 1)), tie])
    sql = f"({', '.join(order.parts)}) {'<' if backwards else '>'} ({values})"
    # Names of columns and placeholders; what a reader sent goes in as parameters.
    return rows.filter(RawSQL(sql, (*keys[:-1], entry, keys[-1]), BooleanField()))  # noqa: S611
