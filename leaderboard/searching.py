"""Search: every word a part of what is searched in; where a word is unknown, the known one that is most like it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from leaderboard.folding import folded
from leaderboard.models import Edition, Term
from scoring.rules import Phase

INDEXED = 3
"""Characters from which on the index of trigrams finds a word."""
FEW_ROWS, FEW_TERMS = 20_000, 40
"""A shorter word that fewer rows have is looked for by way of the known words that it is part of."""


class Word(NamedTuple):
    """A word that is asked for, and what the known words of a phase say of it."""

    asked: str
    near: str
    """Itself where it is part of a known one, else the known one that is most like it; empty where none is like it."""
    rows: int
    """How many rows have `near`, told of a short one only: a row with several such known words counts several times."""
    terms: list[str]
    """Known words that a short `near` is part of, to one more than FEW_TERMS of them."""


def words_of(text: str) -> list[str]:
    """The different words of a search, folded."""
    return list(dict.fromkeys(folded(text).split()))


def parts(text: str) -> Q:
    """The condition that every word of a search is part of a row's text."""
    found = Q()
    for word in words_of(text):
        found &= Q(search__contains=word)
    return found


def parts_by_index(words: Sequence[Word]) -> Q:
    """The same of what is near the words, as the indexes of a live board like it; no row where nothing is."""
    found = Q()
    for word in words:
        found &= _short(word) if len(word.near) < INDEXED else Q(search__contains=word.near)
    return found


def instead(words: Sequence[Word]) -> str:
    """The search with near words for unknown ones; empty where all are known, or one has none that is like it."""
    near = [word.near for word in words]
    return " ".join(near) if all(near) and near != [word.asked for word in words] else ""


def known(text: str, edition: Edition, phase: Phase) -> list[Word]:
    """The words of a search with what is known of them; one query however many they are."""
    words = words_of(text)
    if not words:
        return []
    values: dict[str, Any] = {"edition": edition.pk, "phase": phase.value, "indexed": INDEXED, "most": FEW_TERMS + 1}
    for place, word in enumerate(words):
        values |= {f"word{place}": word, f"pattern{place}": f"%{_escaped(word)}%"}
    asked = " UNION ALL ".join(ASKED.format(place=place) for place in range(len(words)))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH asked AS MATERIALIZED ({asked}) {NEAR}", values)
        return [Word(*row) for row in cursor.fetchall()]


OF_PHASE = "FROM leaderboard_term AS term WHERE edition_id = %(edition)s AND phase = %(phase)s AND count > 0"
ASKED = (
    "SELECT {place} AS place, %(word{place})s AS word,"
    f" EXISTS (SELECT {OF_PHASE} AND term.text LIKE %(pattern{{place}})s) AS is_known"
)
"""One for each word, as the index of trigrams is only chosen for a pattern that is told beforehand."""
NEAR = f"""SELECT asked.word, COALESCE(near.text, ''), COALESCE(short.rows, 0), COALESCE(short.terms, '{{}}')
FROM asked LEFT JOIN LATERAL (
    SELECT asked.word AS text WHERE is_known
    UNION ALL (
        SELECT term.text {OF_PHASE} AND NOT is_known AND term.text %% asked.word
        ORDER BY similarity(term.text, asked.word) DESC, count DESC, term.text LIMIT 1)
) AS near ON TRUE
LEFT JOIN LATERAL (
    SELECT (SELECT sum(count) {OF_PHASE} AND position(near.text IN term.text) > 0) AS rows,
        ARRAY(SELECT term.text {OF_PHASE} AND position(near.text IN term.text) > 0 LIMIT %(most)s) AS terms
    WHERE char_length(near.text) < %(indexed)s
) AS short ON TRUE
ORDER BY asked.place"""


def known_count(text: str, edition: Edition, phase: Phase, most: int) -> int | None:
    """How many rows have the one word that is searched, where known words tell: a single one has it, or a frequent one,
    which then says more than `most`. None where rows must be counted."""
    found = words_of(text)
    if len(found) != 1:
        return None
    terms = Term.objects.filter(edition=edition, phase=phase, text__contains=found[0], count__gt=0)
    counts = list(terms.order_by("-count").values_list("count", flat=True)[:2])
    if counts and counts[0] > most:
        return most + 1
    return counts[0] if len(counts) == 1 else None


def _short(word: Word) -> Q:
    """A word of one or two characters has no trigram. Where many rows have it, they are soon met in order; where few
    have it, they are found by the longer words that it is part of; where nobody has it, at once."""
    if not word.near:
        return Q(pk__in=[])
    is_frequent = word.rows > FEW_ROWS or len(word.terms) > FEW_TERMS
    if is_frequent or any(len(term) < INDEXED for term in word.terms):
        return Q(search__contains=word.near)
    found = Q()
    for term in word.terms:
        found |= Q(search__contains=term)
    return found


def _escaped(word: str) -> str:
    """A word as `LIKE` takes it by the letter."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
