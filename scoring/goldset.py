"""Gold labels as values, and their canonical form (PROTOCOL section 2). Reading the usual files: `scoring.gold`."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.rules import Part, Task

OUTSIDE = "O"


class GoldInvalid(ValueError):
    """A gold file that cannot be used. Says what, in which file and line, and the remedy; never a label's value."""


@dataclass(frozen=True, slots=True, eq=False)
class GoldPart:
    """The labels of one part: `names[codes[i]]` is that of row i (of token i where the task is tagging)."""

    codes: NDArray[np.int8]
    names: tuple[str, ...]
    lengths: NDArray[np.int32] | None = None
    """Tokens of each sentence, shape (sentences,); None where the task is classification."""
    pair_ids: tuple[str, ...] = ()
    """MultiNLI's own id of each row, where the gold file had them."""

    @property
    def size(self) -> int:
        """Rows: sentences where the task is tagging."""
        return len(self.codes if self.lengths is None else self.lengths)


@dataclass(frozen=True, slots=True, eq=False)
class Gold:
    """All gold labels of a task, by part name (`WHOLE` where it has one part)."""

    task: Task
    parts: Mapping[str, GoldPart]
    notes: tuple[str, ...] = ()
    """What the reader had to decide, for whoever imports; no label in it."""


def canonical(gold: Gold) -> bytes:
    """Tagging: one IOB2 tag a line, a blank line after each sentence; else `id<TAB>label`, part after part."""
    return b"".join(_part_lines(gold.task, part) for part in _in_order(gold))


def digest(gold: Gold) -> str:
    """SHA-256 of the canonical form, as an edition publishes it."""
    return hashlib.sha256(canonical(gold)).hexdigest()


def from_canonical(task: Task, data: bytes, pair_ids: Mapping[str, Sequence[str]] | None = None) -> Gold:
    """The inverse of `canonical`. GoldInvalid where the bytes do not fit the task."""
    ids = {name: tuple(of_part) for name, of_part in (pair_ids or {}).items()}
    if task.is_tagging:
        return Gold(task, _tagged_parts(task, data))
    return Gold(task, _labelled_parts(task, data, ids))


def tag_names(types: Sequence[str]) -> tuple[str, ...]:
    """The meaning of tag codes: 0 is O, 2k-1 is B- and 2k is I- of the k-th type."""
    return (OUTSIDE, *(f"{prefix}-{kind}" for kind in types for prefix in "BI"))


def _in_order(gold: Gold) -> Iterator[GoldPart]:
    return (gold.parts[part.name] for part in gold.task.parts)


def _part_lines(task: Task, part: GoldPart) -> bytes:
    names = np.array(part.names)[part.codes]
    if part.lengths is None:
        return "".join(f"{row}\t{name}\n" for row, name in enumerate(names)).encode()
    ends = np.cumsum(part.lengths)
    sentences = np.split(names, ends[:-1]) if len(ends) else []
    return "".join("\n".join(sentence) + "\n\n" for sentence in sentences).encode()


def _decoded(task: Task, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise GoldInvalid(f"what is stored for {task.slug} is not text. Import the gold again.") from None


def _tagged_parts(task: Task, data: bytes) -> dict[str, GoldPart]:
    sentences = [block.split("\n") for block in _decoded(task, data).split("\n\n") if block]
    if len(sentences) != task.gold_size:
        raise GoldInvalid(f"{len(sentences)} sentences, and {task.slug} has {task.gold_size}. Import the gold again.")
    tags = {tag for sentence in sentences for tag in sentence} - {OUTSIDE}
    if any(tag[:2] not in ("B-", "I-") for tag in tags):
        raise GoldInvalid(f"what is stored for {task.slug} is not in IOB2. Import the gold again.")
    types = sorted({tag[2:] for tag in tags})
    code = {name: number for number, name in enumerate(tag_names(types))}
    parts, start = {}, 0
    for part in task.parts:
        own = sentences[start : start + part.size]
        start += part.size
        codes = np.array([code[tag] for sentence in own for tag in sentence], np.int8)
        lengths = np.array([len(sentence) for sentence in own], np.int32)
        parts[part.name] = GoldPart(codes, tag_names(types), lengths)
    return parts


def _labelled_parts(task: Task, data: bytes, pair_ids: Mapping[str, tuple[str, ...]]) -> dict[str, GoldPart]:
    labels = [line.rpartition("\t")[2] for line in _decoded(task, data).splitlines()]
    if len(labels) != task.gold_size:
        raise GoldInvalid(f"{len(labels)} rows, and {task.slug} has {task.gold_size}. Import the gold again.")
    code = {name: number for number, name in enumerate(task.labels)}
    parts, start = {}, 0
    for part in task.parts:
        parts[part.name] = _labelled_part(task, part, labels[start : start + part.size], code, pair_ids)
        start += part.size
    return parts


def _labelled_part(
    task: Task, part: Part, labels: Sequence[str], code: Mapping[str, int], pair_ids: Mapping[str, tuple[str, ...]]
) -> GoldPart:
    if any(label not in code for label in labels):
        raise GoldInvalid(f"a label is none of {task.slug}'s. Import the gold again.")
    codes = np.array([code[label] for label in labels], np.int8)
    return GoldPart(codes, task.labels, pair_ids=pair_ids.get(part.name, ()))
