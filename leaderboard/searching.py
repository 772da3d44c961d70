"""Search: every word a part of what is searched in; only where nothing matches at all, the nearest known words."""

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q, Sum

from leaderboard.folding import folded
from leaderboard.models import Edition, Term
from scoring.rules import Phase

INDEXED = 3
"""Characters from which on the index of trigrams finds a word."""
FEW_ROWS, FEW_TERMS = 20_000, 40
"""A shorter word that fewer rows have is looked for by way of the known words that it is part of."""


def matching(words: str, edition: Edition, phase: Phase, *, is_live: bool) -> Q:
    """The condition that every word of a search is part of a row's text; of a live board, as its indexes like it."""
    found = Q()
    for word in folded(words).split():
        is_short = len(word) < INDEXED and is_live
        found &= _short(word, edition, phase) if is_short else Q(search__contains=word)
    return found


def known_count(words: str, edition: Edition, phase: Phase, most: int) -> int | None:
    """How many rows have the one word that is searched, where known words tell: a single one has it, or a frequent one,
    which then says more than `most`. None where rows must be counted."""
    found = folded(words).split()
    if len(found) != 1:
        return None
    terms = Term.objects.filter(edition=edition, phase=phase, text__contains=found[0], count__gt=0)
    counts = list(terms.order_by("-count").values_list("count", flat=True)[:2])
    if counts and counts[0] > most:
        return most + 1
    return counts[0] if len(counts) == 1 else None


def nearest(words: str, edition: Edition, phase: Phase) -> str:
    """The search with each word that is unknown replaced by the known one that is most like it; empty where there is
    none like it."""
    terms = Term.objects.filter(edition=edition, phase=phase, count__gt=0)
    found = []
    for word in folded(words).split():
        known = terms.filter(text__contains=word).exists()
        near = word if known else _most_like(word, edition, phase)
        if not near:
            return ""
        found.append(near)
    return " ".join(found)


def _most_like(word: str, edition: Edition, phase: Phase) -> str:
    terms = Term.objects.filter(edition=edition, phase=phase, count__gt=0, text__trigram_similar=word)
    likest = terms.annotate(likeness=TrigramSimilarity("text", word)).order_by("-likeness", "-count", "text")
    return likest.values_list("text", flat=True).first() or ""


def _short(word: str, edition: Edition, phase: Phase) -> Q:
    """A word of one or two characters has no trigram. Where many rows have it, they are soon met in order; where few
    have it, they are found by the longer words that it is part of; where nobody has it, at once."""
    terms = Term.objects.filter(edition=edition, phase=phase, text__contains=word, count__gt=0)
    if (terms.aggregate(rows=Sum("count"))["rows"] or 0) > FEW_ROWS:
        return Q(search__contains=word)
    texts = list(terms.values_list("text", flat=True)[: FEW_TERMS + 1])
    if not texts:
        return Q(pk__in=[])
    if len(texts) > FEW_TERMS or any(len(text) < INDEXED for text in texts):
        return Q(search__contains=word)
    found = Q()
    for text in texts:
        found |= Q(search__contains=text)
    return found
