"""An entry as a BibTeX record."""

import re

from leaderboard.columns import PHASE_TITLES
from leaderboard.models import Entry
from leaderboard.names import printable
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
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}
PAPER = """\
@inproceedings{zhou-etal-2021-hulk,
  title = {{HULK}: An Energy Efficiency Benchmark Platform for Responsible Natural Language Processing},
  author = {Zhou, Xiyou and Chen, Zhiyu and Jin, Xiaoyong and Wang, William Yang},
  booktitle = {Proceedings of the 16th Conference of the European Chapter of the
               Association for Computational Linguistics: System Demonstrations},
  pages = {329--336},
  year = {2021},
  doi = {10.18653/v1/2021.eacl-demos.39}
}"""
"""The paper that HULK comes from."""


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
    return "".join(SPECIAL.get(character, character) for character in printable(value))
