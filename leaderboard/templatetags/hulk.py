"""How templates write numbers, sizes and links. No rule and no query."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leaderboard.columns import PHASE_TITLES
from leaderboard.numbers import MISSING_TEXTS, number_text, percent_text, score_text, value_text
from leaderboard.numbers import plain as plain_number
from scoring.cost import dollars, unit_words
from scoring.rules import MetricKind

register = template.Library()

METRIC_WORDS = {MetricKind.ACCURACY: "accuracy", MetricKind.ENTITY_F1: "entity-level micro F1"}
BADGE_CLASSES = {"verified": "ok", "log checked": "ok", "withdrawn": "bad", "unproven": "warn", "partly proven": "warn"}
BINARY_UNITS = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))
DECIMAL_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


@register.filter
def metric_words(metric: str) -> str:
    return METRIC_WORDS[MetricKind(metric)]


@register.filter
def decimal(value: Decimal | float | None) -> str:
    """A number as it was given, without an exponent and trailing zeros: `91`, `3.06`, `1,274.87`."""
    return "" if value is None else number_text(value)


@register.filter
def plain(value: float | None) -> str:
    """A number as a form field and the address write it: `110`, `12.5`. A blank where there is none."""
    return "" if value is None else str(plain_number(value))


@register.filter
def amount(value: float | None) -> str:
    """Energy or emissions: two decimals, small ones with three significant digits. A blank where not brought."""
    return "" if value is None else value_text(value, "")


@register.filter
def board_value(value: float, unit: str) -> str:
    """A value as boards write it, without its unit."""
    return value_text(value, unit)


@register.filter
def usd(value: float | None) -> str:
    """US dollars: `$75,203`, `$0.13`."""
    return "" if value is None else f"${value_text(value, 'USD')}"


@register.filter
def price(value: Decimal | float | str) -> str:
    """What an hour of one unit costs, exactly: `$3.06`, `$8.00`, `$0.526`."""
    return dollars(Decimal(str(value)))


@register.filter
def unit(name: str, count: int) -> str:
    """A priced unit in words: `GPU`, `4-chip devices`."""
    return unit_words(name, count)


@register.filter
def percent(value: Decimal | float | None) -> str:
    """A metric in percent, as `percent_text` writes it."""
    return "" if value is None else percent_text(value)


@register.filter
def share(value: float) -> str:
    """A part of 1 in percent, with a decimal where it is small: `12%`, `0.4%`, `0%`."""
    shown = f"{100 * value:.0f}" if value >= 0.0995 else f"{100 * value:.1f}".removesuffix(".0")
    return f"{shown}%"


@register.filter
def score(value: float | None) -> str:
    return score_text(value)


@register.filter
def outcome_words(outcome: str) -> str:
    """What boards say where there is no number: `N/R`, `unknown`."""
    return MISSING_TEXTS.get(outcome, outcome)


@register.filter
def badge_class(badge: str) -> str:
    return BADGE_CLASSES.get(badge, "")


@register.filter(name="bytes")
def limit_text(size: int) -> str:
    """A limit in the unit in which it is a round number: `200 MB`, `64 KiB`; else as a file's size."""
    for units in (DECIMAL_UNITS, BINARY_UNITS):
        for factor, unit in units:
            if size >= factor and size % factor == 0:
                return f"{size // factor:,} {unit}"
    return file_size(size)


@register.filter
def file_size(size: int) -> str:
    """A file's size in decimal units, to one decimal: `14.2 kB`, `1.0 MB`, `99 bytes`."""
    for factor, unit in DECIMAL_UNITS:
        if size >= factor:
            return f"{size / factor:,.1f} {unit}"
    return f"{size} bytes"


@register.filter
def minutes(value: int) -> str:
    """A duration in seconds as minutes, where it is a whole number of them."""
    whole, rest = divmod(value, 60)
    if rest or not whole:
        return f"{value} seconds"
    return f"{whole} minute{'' if whole == 1 else 's'}"


@register.filter
def at(mapping: Mapping[str, Any], key: str) -> Any:
    """A mapping's value, or an empty list where it has none."""
    return mapping.get(key, [])


@register.filter
def named(key: str, names: Mapping[str, str]) -> str:
    """The name that belongs to a slug, or the slug itself."""
    return names.get(key, key)


@register.filter
def phase_title(phase: str) -> str:
    """A phase as boards call it: `Fine-tuning`; an unknown one as it is."""
    return {str(key): title for key, title in PHASE_TITLES.items()}.get(phase, phase)


@register.filter
def ticked(text: str) -> SafeString:
    """Plain text in which `words between backticks` stand as code; everything in it is escaped."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:
        return format_html("{}", text)
    return format_html_join("", "{}", ((_code(part) if place % 2 else part,) for place, part in enumerate(parts)))


@register.simple_tag
def outlink(url: Any, text: str = "") -> SafeString | str:
    """A link that a user gave. Only http and https become links; anything else is shown as the text it is."""
    parts = _web(url)
    if parts is None:
        return format_html("{}", text or url)
    return format_html(
        '<a href="{}" rel="noopener nofollow ugc"><bdi>{}</bdi></a>', url, text or parts.removeprefix("www.")
    )


def _code(text: str) -> SafeString:
    return format_html("<code>{}</code>", text)


def _web(url: Any) -> str | None:
    """The host of an http or https address, None for everything else, also for what cannot be read."""
    try:
        parts = urlsplit(str(url))
    except ValueError:
        return None
    return parts.hostname if parts.scheme in {"http", "https"} and parts.hostname else None
