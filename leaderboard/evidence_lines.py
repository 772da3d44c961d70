"""Lines of an entry's public files, to look at: a few around one line, never the whole file."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from leaderboard import evidence
from leaderboard.catalogue import limits_of
from leaderboard.models import Entry
from scoring.readers.excerpts import Excerpt, excerpt
from scoring.values import Source


def public_file(entry: Entry, sha256: str) -> Mapping[str, Any] | None:
    """The file of an entry that has this hash; None where there is none that anybody may read."""
    return next((file for file in entry.evidence if file["sha256"] == sha256 and entry.offers(file)), None)


def lines_around(entry: Entry, file: Mapping[str, Any], line: int, around: int) -> Excerpt:
    """The line with as many before and after it. `file` is one of the entry's public files. Raises StorageAway."""
    sha256 = file["sha256"]
    source = Source(file.get("name", ""), file.get("size", 0), sha256, partial(evidence.open_blob, sha256))
    try:
        return excerpt(source, limits_of(entry.edition), line - around, line + around)
    except FileNotFoundError:
        return Excerpt(reason="This server does not hold the file.")
    except OSError as error:
        raise evidence.StorageAway("The storage of files cannot be read just now.") from error
