"""Entity tags of any scheme -> codes (PROTOCOL section 2, 'F1'): IOB1, IOB2, I-only, BIOES, BILOU."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.entity_f1 import Tags

OUTSIDE = b"O"
DOCSTART = b"-DOCSTART-"
MOST_TYPES = 31  # what a code of one byte has room for
_BEGINS, _CLOSES = 1, 2
_TAG = re.compile(rb"([BIESLU])-(\S{1,64})")
_FLAGS = {b"B": _BEGINS, b"S": _BEGINS, b"U": _BEGINS, b"I": 0, b"E": _CLOSES, b"L": _CLOSES}


def is_tag(cell: bytes) -> bool:
    return cell == OUTSIDE or _TAG.fullmatch(cell) is not None


class TagBook:
    """The codes of the tags met so far: four times the type's number, plus what the prefix says. O is 0."""

    def __init__(self, types: Sequence[str] | None = None) -> None:
        """With `types`, only those are tags; without, any type is."""
        self.types = list(types or ())
        self._any_type = types is None
        self._codes: dict[bytes, int] = {OUTSIDE: 0}

    def code(self, tag: bytes) -> int | None:
        """The tag's code; None where it is no tag, or of a type that is none of the task's."""
        known = self._codes.get(tag)
        if known is None and (known := self._learn(tag)) is not None:
            self._codes[tag] = known
        return known

    def known(self) -> dict[bytes, int]:
        """The codes of all tags that can be made of the types known so far."""
        tags = [prefix + b"-" + kind.encode() for prefix in _FLAGS for kind in self.types]
        return {tag: code for tag in (OUTSIDE, *tags) if (code := self.code(tag)) is not None}

    def _learn(self, tag: bytes) -> int | None:
        match = _TAG.fullmatch(tag)
        if match is None:
            return None
        prefix, kind = match.group(1), match.group(2).decode(errors="replace")
        if kind not in self.types:
            if not self._any_type or len(self.types) >= MOST_TYPES:
                return None
            self.types.append(kind)
        return 4 * (self.types.index(kind) + 1) + _FLAGS[prefix]


def tags_of(codes: NDArray[np.int8], lengths: NDArray[np.int32]) -> Tags:
    """The codes of a `TagBook` as what the metric reads. Shapes (tokens,) and (sentences,)."""
    return Tags(codes >> 2, codes & _BEGINS > 0, codes & _CLOSES > 0, lengths)
