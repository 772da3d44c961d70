"""What a file of evidence is called here: a name of our own making, whatever it was called on its sender's disk."""

import unicodedata
from pathlib import PurePosixPath

from submissions.manifest import Place

LONGEST_NAME = 120


def name_of(place: Place, name: str) -> str:
    """What the file is called from here on: its task, part and run before its own name, as `sst2/log.csv`."""
    own = "".join("_" if unicodedata.category(letter).startswith(("C", "Z")) else letter for letter in name)
    own = PurePosixPath(own.replace("\\", "/")).name[-LONGEST_NAME:] or place.kind
    folders = [place.task, place.part, f"run{place.run}" if place.run > 1 else ""]
    return "/".join([folder for folder in folders if folder] + [own])
