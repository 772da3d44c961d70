"""Gold files in their usual formats -> `Gold` (PROTOCOL section 2). Values and canonical form: `scoring.goldset`."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.goldset import Gold, GoldInvalid, GoldPart, canonical, digest, from_canonical, tag_names
from scoring.metrics import entity_f1
from scoring.readers import docstart
from scoring.readers.label_rows import GOLD, LabelRow, read_labels
from scoring.readers.numbers import whole
from scoring.readers.sentences import Sentences, TooMany, read_sentences
from scoring.readers.tags import TagBook, tags_of
from scoring.readers.text import Text, Unreadable
from scoring.rules import Limits, Part, Task
from scoring.values import Source

__all__ = ["Gold", "GoldInvalid", "GoldPart", "canonical", "digest", "from_canonical", "read_gold"]

_UNLABELLED = "-"
_TOKENS_A_SENTENCE = 1000


def read_gold(task: Task, files: Sequence[Source]) -> Gold:
    """The gold labels in `files`, one file a part, in the task's order. GoldInvalid where they do not fit the task.

    Where a tagging file holds its -DOCSTART- lines as lone O's among other lone O's, a further file may list which
    sentences they are (a number a line, from 0); without it they are told by what stands around them.
    """
    if task.is_tagging:
        return _tagged(task, files)
    if len(files) != len(task.parts):
        raise GoldInvalid(f"{task.slug} needs {_files_wanted(task)}; {len(files)} were given.")
    parts = {part.name: _labelled_part(task, part, source) for part, source in zip(task.parts, files, strict=True)}
    return Gold(task, parts)


def _files_wanted(task: Task) -> str:
    if len(task.parts) == 1:
        return "one file"
    return f"{len(task.parts)} files, in the order {', '.join(part.name for part in task.parts)}"


# --- classification ----------------------------------------------------------------------------------------------


def _labelled_part(task: Task, part: Part, source: Source) -> GoldPart:
    codes: list[int] = []
    pairs: list[str] = []
    try:
        for row in read_labels(Text(source, Limits()), GOLD, rows=Limits().log_rows):
            if row.label == _UNLABELLED:
                continue
            _check_number(row, len(codes), source)
            codes.append(_code(task, row, source))
            pairs += [row.pair] if row.pair else []
    except Unreadable as error:
        raise _unreadable(source, error) from None
    if len(codes) != part.size:
        of = f"the {part.name} part of {task.slug}" if part.name else task.slug
        raise GoldInvalid(f"{source.name} has {len(codes):,} labelled rows, and {of} has {part.size:,}.")
    return GoldPart(np.array(codes, np.int8), task.labels, pair_ids=_pair_ids(pairs, codes, source))


def _check_number(row: LabelRow, expected: int, source: Source) -> None:
    """Where rows are numbered, the numbers must be those of the canonical form: from 0, none missing."""
    number = None if row.id is None else whole(row.id)
    if number is not None and number != expected:
        raise GoldInvalid(
            f"{source.name}, line {row.line}: the row's number is {number} where {expected} comes next. "
            "Import a file that has every row, in order, numbered from 0."
        )


def _code(task: Task, row: LabelRow, source: Source) -> int:
    if row.label in task.labels:
        return task.labels.index(row.label)
    number = whole(row.label)
    orders = [order for _, order in task.label_orders] or [task.labels]
    if number is None or not 0 <= number < len(task.labels):
        raise GoldInvalid(f"{source.name}, line {row.line}: the label is none of {task.slug}'s.")
    if len(set(orders)) > 1:
        raise GoldInvalid(
            f"{source.name}, line {row.line}: {task.slug}'s integers have {len(orders)} meanings. "
            "Import a file with label words."
        )
    return task.labels.index(orders[0][number])


def _pair_ids(pairs: Sequence[str], codes: Sequence[int], source: Source) -> tuple[str, ...]:
    if pairs and (len(pairs) != len(codes) or len(set(pairs)) != len(pairs)):
        raise GoldInvalid(f"{source.name}: a pair id is missing or stands on two rows.")
    return tuple(pairs)


# --- tagging -----------------------------------------------------------------------------------------------------


def _tagged(task: Task, files: Sequence[Source]) -> Gold:
    if len(files) not in (len(task.parts), 2 * len(task.parts)):
        raise GoldInvalid(f"{task.slug} needs {_files_wanted(task)}; {len(files)} were given.")
    documents: Sequence[Source | None] = files[len(task.parts) :] or [None] * len(task.parts)
    read = [
        _tagged_part(task, part, source, positions)
        for part, source, positions in zip(task.parts, files, documents, strict=False)
    ]
    notes = tuple(note for _, note in read if note)
    return Gold(task, {part.name: gold for part, (gold, _) in zip(task.parts, read, strict=True)}, notes)


def _tagged_part(task: Task, part: Part, source: Source, positions: Source | None) -> tuple[GoldPart, str]:
    sentences, types = _sentences(task, part, source)
    excess = len(sentences.lengths) - part.size
    if excess < 0:
        raise GoldInvalid(f"{source.name} has {len(sentences.lengths):,} sentences, and {task.slug} has {part.size:,}.")
    keep, note = _without_documents(sentences, excess, source, positions)
    kept = sentences.kept(keep)
    codes = entity_f1.iob2(entity_f1.entities(tags_of(kept.codes, kept.lengths)))
    ordered = sorted(types)
    code = np.array([0, *(2 * ordered.index(kind) + flag for kind in types for flag in (1, 2))], np.int8)
    return GoldPart(code[codes], tag_names(ordered), kept.lengths), note


def _sentences(task: Task, part: Part, source: Source) -> tuple[Sentences, list[str]]:
    book = TagBook()

    def unknown(tag: bytes, line: int) -> None:
        raise GoldInvalid(f"{source.name}, line {line}: the last column is no entity tag.")

    try:
        sentences = read_sentences(
            Text(source, Limits()),
            book,
            unknown,
            most_sentences=2 * part.size + 1,
            most_tokens=_TOKENS_A_SENTENCE * (part.size + 1),
        )
    except Unreadable as error:
        raise _unreadable(source, error) from None
    except TooMany as error:
        raise GoldInvalid(
            f"{source.name}, line {error.line}: many more sentences than the {part.size:,} of {task.slug}."
        ) from None
    return sentences, book.types


def _without_documents(
    sentences: Sentences, excess: int, source: Source, positions: Source | None
) -> tuple[NDArray[np.bool_], str]:
    """Which sentences to keep, and what was decided where the file alone does not say."""
    lone = sentences.lone_outside
    if positions is not None:
        return _listed(sentences, excess, positions), ""
    try:
        keep = docstart.likely(sentences.lengths.tolist(), lone.tolist(), excess)
    except docstart.Misfit:
        raise GoldInvalid(
            f"{source.name} has {excess:,} sentences too many, and they are no -DOCSTART- lines: those are single O's, "
            f"the first at the file's start; it has {int(lone.sum()):,} single O's."
        ) from None
    if excess in (0, int(lone.sum())):
        return keep, ""
    note = f"{excess:,} of {int(lone.sum()):,} single O's were taken as -DOCSTART- lines, by what stands around them."
    return keep, note


def _listed(sentences: Sentences, excess: int, positions: Source) -> NDArray[np.bool_]:
    keep = np.ones(len(sentences.lengths), np.bool_)
    try:
        numbers = list(_positions(Text(positions, Limits()), len(keep), positions))
    except Unreadable as error:
        raise _unreadable(positions, error) from None
    keep[numbers] = False
    if not sentences.lone_outside[numbers].all() or int((~keep).sum()) != excess:
        raise GoldInvalid(f"{positions.name} does not list the -DOCSTART- lines of the other file.")
    return keep


def _positions(text: Text, count: int, positions: Source) -> Iterator[int]:
    for line, cell in text.lines(rows=count):
        number = whole(cell.decode())
        if number is None or not 0 <= number < count:
            raise GoldInvalid(f"{positions.name}, line {line}: not the number of a sentence.")
        yield number


def _unreadable(source: Source, error: Unreadable) -> GoldInvalid:
    place = f", line {error.line}" if error.line else ""
    return GoldInvalid(f"{source.name}{place}: {error.message} {error.remedy}".strip())
