"""Search: every word a part of what is searched in; where a word is unknown, the known one that is most like it."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import Q, QuerySet
from django.db.models.lookups import In

from leaderboard.folding import folded
from leaderboard.models import Board, BoardRow
from leaderboard.models.rows import WORDS

FEW_TERMS = 400
"""At most so many known words stand for one that is searched."""


class Word(NamedTuple):
    """A word that is asked for, and the known words of a phase that it is part of."""

    asked: str
    terms: list[str]
    """To one more than FEW_TERMS of them; then `rows` and `most` are of these alone."""
    rows: int
    """How many rows have them; one that has several counts several times."""
    most: int
    """How many rows have the most frequent of them."""
    near: str
    """Where it is part of none: the known one that is most like it, empty where none is."""


@models.BigAutoField.register_lookup
class Among(In):
    """As `in` a subquery, which is then worked out first, whatever the planner thinks of the order of rows."""

    lookup_name = "among"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= ANY(ARRAY{rhs})"


def words_of(text: str) -> list[str]:
    """The different words of a search, folded."""
    return list(dict.fromkeys(folded(text).split()))


def parts(text: str) -> Q:
    """The condition that every word of a search is part of a row's text."""
    found = Q()
    for word in words_of(text):
        found &= Q(search__contains=word)
    return found


def few_rows(count: int) -> float:
    """A word that at most so many rows of a board have is looked for by way of known words; one that more have is soon
    met by whoever goes through the board in order.

    A page of 25 of `rows` is met after 25 * count / rows; that is less than `rows` from 5 * sqrt(count) on. Twice as
    many are asked for, as a word may stand towards the end.
    """
    return 10 * math.sqrt(count)


def parts_by_index(words: Sequence[Word], board: Board) -> Q:
    """The same, as the index of a live board likes it; no row where a word is unknown."""
    found = Q()
    for word in words:
        if word.rows > few_rows(board.count) or len(word.terms) > FEW_TERMS:
            found &= Q(search__contains=word.asked)
        else:
            found &= Q(pk__among=_having(word.terms, board)) if word.terms else Q(pk__in=[])
    return found


def _having(terms: list[str], board: Board) -> QuerySet[BoardRow, Any]:
    """Rows of a board by one of some words."""
    words = [f"{board.pk}:{term}" for term in terms]
    return BoardRow.objects.alias(words=WORDS).filter(words__overlap=words).values("pk")


def instead(words: Sequence[Word]) -> str:
    """The search with near words for unknown ones; empty where all are known, or one has none that is like it."""
    near = [word.asked if word.terms else word.near for word in words]
    return " ".join(near) if all(near) and not all(word.terms for word in words) else ""


def known(text: str, board: Board) -> list[Word]:
    """The words of a search with what is known of them in the board's phase; one query however many they are."""
    words = words_of(text)
    if not words:
        return []
    values: dict[str, Any] = {"edition": board.edition_id, "phase": board.phase, "most": FEW_TERMS + 1}
    for place, word in enumerate(words):
        values |= {f"word{place}": word, f"pattern{place}": f"%{_escaped(word)}%"}
    asked = " UNION ALL ".join(ASKED.format(place=place) for place in range(len(words)))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH asked AS MATERIALIZED ({asked}) {NEAR}", values)
        return [Word(*row) for row in cursor.fetchall()]


OF_PHASE = "FROM leaderboard_term AS term WHERE edition_id = %(edition)s AND phase = %(phase)s AND count > 0"
ASKED = (
    "SELECT {place} AS place, %(word{place})s AS word, COALESCE(array_agg(text), '{{}}') AS terms,"
    " COALESCE(sum(count), 0) AS rows, COALESCE(max(count), 0) AS most"
    f" FROM (SELECT text, count {OF_PHASE} AND text LIKE %(pattern{{place}})s LIMIT %(most)s) AS having{{place}}"
)
"""One for each word, as the index of trigrams is only chosen for a pattern that is told beforehand."""
NEAR = f"""SELECT word, terms, rows, most, CASE WHEN rows = 0 THEN COALESCE((
    SELECT term.text {OF_PHASE} AND term.text %% asked.word
    ORDER BY similarity(term.text, asked.word) DESC, count DESC, term.text LIMIT 1), '') ELSE '' END
FROM asked ORDER BY place"""


def known_count(words: Sequence[Word], most: int) -> int | None:
    """How many rows have the one word that is searched, where known words tell: a single one has it, or a frequent one,
    which then says more than `most`. None where rows must be counted."""
    if len(words) != 1:
        return None
    if words[0].most > most:
        return most + 1
    return words[0].rows if len(words[0].terms) == 1 else None


def _escaped(word: str) -> str:
    """A word as `LIKE` takes it by the letter."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
