"""Gold files in their usual formats -> `Gold` (PROTOCOL section 2). Values and canonical form: `scoring.goldset`."""

from collections.abc import Sequence

from scoring.goldset import Gold, GoldInvalid, GoldPart, canonical, digest, from_canonical
from scoring.rules import Task
from scoring.values import Source

__all__ = ["Gold", "GoldInvalid", "GoldPart", "canonical", "digest", "from_canonical", "read_gold"]


def read_gold(task: Task, files: Sequence[Source]) -> Gold:
    """The gold labels in `files`: one a part, in the task's order. GoldInvalid where they do not fit the task."""
    raise GoldInvalid("not there yet")
