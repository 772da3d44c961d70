"""The newest entries as an Atom feed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.feedgenerator import Atom1Feed

from leaderboard.columns import MEASURE_TITLES, PHASE_TITLES
from leaderboard.held import scores_of
from leaderboard.models import BoardRow, Entry
from leaderboard.names import printable
from leaderboard.numbers import score_text
from scoring.rules import Measure, Phase

NEWEST = 50
Item = tuple[Entry, dict[Measure, float | None]]
"""An entry with its score on each board."""


class NewestEntries(Feed):
    """Entries that are on the boards, the last to be published first."""

    feed_type = Atom1Feed
    title = "HULK: newest entries"
    subtitle = "Pretrained language models by the time and money they take to reach a fixed quality."
    author_name = "HULK"
    feed_path = reverse_lazy("leaderboard:feed")

    # Addresses are whole: a feed is read far from here, and the address of the request may be anything.
    def link(self) -> str:
        return f"{settings.PUBLIC_URL}/"

    def feed_url(self) -> str:
        return f"{settings.PUBLIC_URL}{self.feed_path}"

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without the time of the newest item, which stays when an entry leaves: the tag says whether it changed."""
        response = super().__call__(request, *args, **kwargs)
        del response.headers["Last-Modified"]
        return response

    def items(self) -> list[Item]:
        """Two queries, whatever the number of entries."""
        newest: QuerySet[Entry] = Entry.objects.public().select_related("edition").order_by("-published_at", "-pk")
        rows = BoardRow.objects.filter(entry=OuterRef("pk")).order_by("-valid_from")
        entries = list(newest.annotate(changed_at=Subquery(rows.values("valid_from")[:1]))[:NEWEST])
        scores = scores_of(entries)
        return [(entry, scores.get(entry.pk, {})) for entry in entries]

    def item_title(self, item: Item) -> str:
        entry, _ = item
        by = f" by {printable(entry.organisation)}" if printable(entry.organisation) else ""
        return f"{printable(entry.model)}{by}, {PHASE_TITLES[Phase(entry.phase)].lower()}"

    def item_description(self, item: Item) -> str:
        entry, scores = item
        told = [f"{MEASURE_TITLES[measure]} score {score_text(score)}" for measure, score in scores.items()]
        where = f" on {printable(entry.hardware_text)}" if entry.hardware_text else ""
        return f"{', '.join(told)}{where}. {entry.edition.title}, {entry.badge}."

    def item_link(self, item: Item) -> str:
        return f"{settings.PUBLIC_URL}{item[0].get_absolute_url()}"

    def item_guid(self, item: Item) -> str:
        return f"urn:uuid:{item[0].pk}"

    def item_pubdate(self, item: Item) -> datetime:
        return item[0].published_at

    def item_updateddate(self, item: Item) -> datetime:
        """Since when all of its scores and names have been what they are."""
        changed_at: datetime | None = getattr(item[0], "changed_at", None)
        return changed_at or item[0].published_at

    def item_categories(self, item: Item) -> list[str]:
        return [item[0].phase, item[0].edition.slug]
