"""A submitter's own words inside a message: short, and without anything that a terminal or a page would act on."""

from collections.abc import Sequence

LONGEST = 40
MOST_LISTED = 12


def clean(text: str) -> str:
    """At most 40 printable characters."""
    short = "".join(char if char.isprintable() else "?" for char in text[:LONGEST])
    return f"{short}…" if len(text) > LONGEST else short


def shown(cell: object) -> str:
    """A cell as it stands in a message."""
    if isinstance(cell, (dict, list)):
        return "An object" if isinstance(cell, dict) else "A list"
    return f"`{clean(cell if isinstance(cell, str) else str(cell))}`"


def named(titles: Sequence[str]) -> str:
    """The first of the columns that were found."""
    listed = ", ".join(shown(title) for title in titles[:MOST_LISTED])
    more = len(titles) - MOST_LISTED
    return f"{listed} and {more:,} more" if more > 0 else listed or "nothing"
