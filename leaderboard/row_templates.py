"""Jinja2 for the lines of boards, with the filters that the site's other templates have; autoescape is on."""

from typing import Any

from django.template import engines
from django.utils.safestring import SafeString
from jinja2 import Environment

from leaderboard.templatetags import hulk


def environment(**options: Any) -> Environment:
    made = Environment(**options, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - Django's options turn it on
    filters = (hulk.decimal, hulk.amount, hulk.share, hulk.score, hulk.badge_class)
    made.filters |= {one.__name__: one for one in filters} | {"whole": whole}
    return made


def whole(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def rows_html(board: object) -> SafeString:
    """The rows of a page as HTML. Everything in them that somebody wrote is escaped by the template."""
    return SafeString(engines["jinja2"].get_template("leaderboard/rows.html").render({"board": board}))
