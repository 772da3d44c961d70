"""Which row of the dev set an id means: its number, a name that ends in it, or MultiNLI's pair id (section 7)."""

import re
from collections.abc import Mapping

from scoring.goldset import Gold
from scoring.rules import WHOLE, Task

_NUMBERED = re.compile(r"(?:(.{1,60}?)[-_:/#.])??([0-9]{1,9})(?:\.0{1,6})?")
"""A number, which pandas may have written as `12.0`, after a name if there is one."""
_WRONG_SPLITS = frozenset(("test", "train"))
_SHORT_NAMES = {"m": "matched", "mm": "mismatched"}

Place = tuple[str, int]
"""A part's name and the row's number in it, from 0."""


class Unclear(Exception):
    """The id is a number that several parts have, and nothing says which part is meant."""


class RowIds:
    """Finds the place of an id in one file. `part` is the half that the file is for; None where it is for all."""

    def __init__(self, task: Task, part: str | None, pair_ids: Mapping[str, Place]) -> None:
        self._sizes = {each.name: each.size for each in task.parts}
        self._part = WHOLE if len(task.parts) == 1 else part
        self._pair_ids = pair_ids

    def find(self, text: str, split: str | None, *, is_pair: bool) -> Place | None:
        """The place; None where the dev set has no such row. Unclear where two parts have it."""
        place = self._by_pair(text) if is_pair else self._by_number(text, split)
        if place is None or not 0 <= place[1] < self._sizes[place[0]]:
            return None
        return place

    def _by_pair(self, text: str) -> Place | None:
        place = self._pair_ids.get(text)
        return place if place and self._part in (None, place[0]) else None

    def _by_number(self, text: str, split: str | None) -> Place | None:
        match = _NUMBERED.fullmatch(text)
        if match is None:
            return None
        before = (match.group(1) or "").lower()
        if before and not re.search("[a-z]", before):  # `1.2` is no id
            return None
        words = set(re.findall(r"[a-z]+", f"{before} {split or ''}".lower()))
        named = {part for part in self._sizes if part in words}
        named |= {_SHORT_NAMES[word] for word in words if _SHORT_NAMES.get(word) in self._sizes}
        if words & _WRONG_SPLITS or len(named) > 1:
            return None
        part = named.pop() if named else self._part
        if part is None:
            raise Unclear
        if self._part is not None and part != self._part:
            return None
        return part, int(match.group(2))


def pair_places(gold: Gold | None) -> dict[str, Place]:
    """The place of each of MultiNLI's pair ids; empty where the gold labels came without them."""
    parts = gold.parts.items() if gold else ()
    return {pair: (name, row) for name, part in parts for row, pair in enumerate(part.pair_ids)}
