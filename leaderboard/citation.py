"""An entry as a BibTeX record."""

import re

from leaderboard.columns import PHASE_TITLES
from leaderboard.models import Entry
from scoring.rules import Phase

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "#": r"\#",
    "$": r"\$",
    "&": r"\&",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def bibtex(entry: Entry, url: str) -> str:
    """A `@misc` record; `url` is the permanent address of the entry's page."""
    author = f"  author = {{{{{_text(entry.organisation)}}}}},\n" if entry.organisation else ""
    phase = PHASE_TITLES[Phase(entry.phase)].lower()
    return (
        f"@misc{{{_key(entry)},\n"
        f"  title = {{{{{_text(entry.model)}}}, {phase}, on the HULK benchmark ({_text(entry.edition.title)})}},\n"
        f"{author}"
        f"  year = {{{entry.date.year}}},\n"
        f"  howpublished = {{\\url{{{url}}}}}\n"
        "}"
    )


def _key(entry: Entry) -> str:
    word = re.sub(r"[^a-z0-9]+", "-", entry.model.lower()).strip("-")[:40] or "entry"
    return f"hulk-{word}-{entry.phase}-{str(entry.pk)[:8]}"


def _text(value: str) -> str:
    """Text that TeX prints as it is, on one line."""
    return "".join(SPECIAL.get(character, character) for character in " ".join(value.split()))
