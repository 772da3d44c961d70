"""Pages of the API's lists."""

from leaderboard.public_api import Pages


class Paging(Pages):
    """`?page=` and `?per_page=`, up to a hundred a page."""
