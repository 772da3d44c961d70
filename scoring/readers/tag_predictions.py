"""Predictions of a tagging task -> what they prove."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoring.findings import Finding
from scoring.goldset import Gold, GoldPart
from scoring.metrics import entity_f1
from scoring.readers import docstart, proofs
from scoring.readers.notes import Notes
from scoring.readers.readings import PredictionsReading
from scoring.readers.row_ids import RowIds
from scoring.readers.sentences import Sentences, TooMany, read_sentences
from scoring.readers.tags import TagBook, tags_of
from scoring.readers.text import Text, Unreadable
from scoring.readers.wording import shown
from scoring.rules import Part, Rules, Task
from scoring.values import Source

_TOKENS_A_SENTENCE = 1000
"""More than any real dev set has on average: what stops a hostile file where there is no gold to compare with."""


@dataclass(frozen=True, slots=True, eq=False)
class Tagged:
    """One part as understood: which rows of the part there are, ascending, and the tags of those sentences."""

    rows: NDArray[np.int64]
    entities: entity_f1.Entities
    types: tuple[str, ...]


def read(sources: Mapping[str, Source], task: Task, gold: Gold | None, rules: Rules) -> PredictionsReading:
    """The proof, or the findings that forbid one."""
    parts: dict[str, Tagged] = {}
    findings: list[Finding] = []
    for part in task.parts:
        source = sources.get(part.name)
        if source is None:
            continue
        notes = Notes(source.name, task.slug)
        tagged = read_part(Text(source, rules.limits), task, part, gold.parts[part.name] if gold else None, notes)
        if tagged is not None:
            parts[part.name] = tagged
        findings += notes.findings
    if proofs.has_error(findings) or len(parts) < len(task.parts):
        return PredictionsReading(findings=tuple(findings))
    return _proven(task, parts, gold, next(iter(sources.values())).name)


def read_part(text: Text, task: Task, part: Part, gold: GoldPart | None, notes: Notes) -> Tagged | None:
    """The part's tags; None with findings where they do not fit."""
    types = None if gold is None else [name[2:] for name in gold.names[1::2]]
    book = TagBook(types)

    def unknown(tag: bytes, line: int) -> None:
        message = f"{shown(tag.decode(errors='replace'))} is none of the task's entity tags."
        notes.add("predictions-unknown-label", message, line=line)

    most_tokens = _TOKENS_A_SENTENCE * (part.size + 1) if gold is None else len(gold.codes) + part.size + 1
    try:
        sentences = read_sentences(text, book, unknown, most_sentences=2 * part.size + 1, most_tokens=most_tokens)
    except Unreadable as error:
        notes.unreadable(error)
        return None
    except TooMany as error:
        message = f"The file has more sentences or tokens than the dev set of {part.size:,} sentences."
        notes.add("predictions-length", message, line=error.line)
        return None
    if notes.wrong():
        _say_no_tags(notes, len(sentences.codes))
        return None
    placed = _by_id(sentences, task, part, gold, notes) if sentences.ids else _in_order(sentences, part, gold, notes)
    if placed is None:
        return None
    rows, fitting = placed
    return Tagged(rows, entity_f1.entities(tags_of(fitting.codes, fitting.lengths)), tuple(book.types))


def _say_no_tags(notes: Notes, tokens: int) -> None:
    """One finding where no token has a tag: then another column was sent."""
    if first := notes.first("predictions-unknown-label", of=tokens):
        message = f"None of the {tokens:,} tokens has an entity tag of the task. The first: {first.message}"
        remedy = "The last column must be a tag such as B-PER, one token a line."
        notes.add_once(first.code, message, line=first.line, remedy=remedy)


def _in_order(
    sentences: Sentences, part: Part, gold: GoldPart | None, notes: Notes
) -> tuple[NDArray[np.int64], Sentences] | None:
    """All sentences of the part, without those that stand for -DOCSTART- lines."""
    lengths, lone = sentences.lengths.tolist(), sentences.lone_outside.tolist()
    wanted = None if gold is None or gold.lengths is None else gold.lengths.tolist()
    try:
        if wanted is not None:
            keep = docstart.fitted(lengths, lone, wanted)
        elif len(lengths) >= part.size:
            keep = docstart.likely(lengths, lone, len(lengths) - part.size)
        else:
            raise docstart.Misfit(len(lengths))
    except docstart.Misfit as misfit:
        _say_misfit(sentences, part, wanted, misfit.at, notes)
        return None
    return np.arange(part.size), sentences.kept(keep)


def _say_misfit(sentences: Sentences, part: Part, wanted: list[int] | None, at: int, notes: Notes) -> None:
    count = len(sentences.lengths)
    message = f"The file has {count:,} sentences, and the dev set has {part.size:,}."
    line = int(sentences.lines[at]) if at < count else None
    if wanted is not None and line is not None:
        tokens = f"{sentences.lengths[at]:,} tokens"
        message += f" The first that does not fit is the file's sentence {at + 1:,}, with {tokens}."
        if count == part.size:
            message = f"Sentence {at + 1:,} has {sentences.lengths[at]:,} tokens, and the dev set's has {wanted[at]:,}."
    notes.add(
        "predictions-length",
        message,
        line=line,
        remedy="Send one tag for each token of the dev set, with a blank line after each sentence.",
    )


def _by_id(
    sentences: Sentences, task: Task, part: Part, gold: GoldPart | None, notes: Notes
) -> tuple[NDArray[np.int64], Sentences] | None:
    """The sentences in the order of the rows that their ids name."""
    ids = RowIds(task, part.name, {})
    by_row: dict[int, int] = {}
    for at, text in enumerate(sentences.ids or ()):
        line = int(sentences.lines[at])
        place = ids.find(text, None, is_pair=False)
        if place is None:
            notes.add("predictions-unknown-id", f"The dev set has no row {shown(text)}.", line=line)
        elif place[1] in by_row:
            notes.add("predictions-duplicate-id", f"The id {shown(text)} stands on more than one row.", line=line)
        else:
            by_row[place[1]] = at
            _check_length(sentences, at, place[1], gold, notes)
    if notes.wrong():
        return None
    rows = np.array(sorted(by_row), np.int64)
    return rows, _chosen(sentences, [by_row[row] for row in rows.tolist()])


def _check_length(sentences: Sentences, at: int, row: int, gold: GoldPart | None, notes: Notes) -> None:
    if gold is None or gold.lengths is None or gold.lengths[row] == sentences.lengths[at]:
        return
    message = f"Row {row} has {sentences.lengths[at]:,} tokens, and the dev set's has {gold.lengths[row]:,}."
    notes.add("predictions-length", message, line=int(sentences.lines[at]))


def _chosen(sentences: Sentences, order: list[int]) -> Sentences:
    """The sentences at these places, in this order."""
    ends = np.cumsum(sentences.lengths)
    pieces = [sentences.codes[ends[at] - sentences.lengths[at] : ends[at]] for at in order]
    codes = np.concatenate(pieces) if pieces else sentences.codes[:0]
    return Sentences(codes, sentences.lengths[order], sentences.lines[order])


def _proven(task: Task, parts: Mapping[str, Tagged], gold: Gold | None, file: str) -> PredictionsReading:
    rows = {name: len(tagged.rows) for name, tagged in parts.items()}
    partial = proofs.coverage(task, rows, file)
    if partial and proofs.has_error([partial]):
        return PredictionsReading(findings=(partial,))
    digest = proofs.digest(_digested(task, parts))
    total = sum(rows.values())
    if gold is None:
        return PredictionsReading(proofs.proof(task, None, total, digest, {}), findings=(partial,) if partial else ())
    pairs = [(gold_entities(gold.parts[name], tagged.rows), tagged.entities) for name, tagged in parts.items()]
    counts = [entity_f1.counts(*pair) for pair in pairs]
    metric = sum((count.f1 for count in counts), Fraction(0)) / len(counts)
    interval = entity_f1.interval(pairs, digest)
    if partial:
        partial = proofs.with_interval(partial, interval)
    proof = proofs.proof(task, metric, total, digest, _detail(counts), interval=interval)
    perfect = all(count.correct == count.found == count.gold for count in counts)
    return PredictionsReading(proof, perfect, (partial,) if partial else ())


def gold_entities(part: GoldPart, rows: NDArray[np.int64]) -> entity_f1.Entities:
    """The gold entities of these rows of a part, ascending. Those of all rows are worked out once for each gold set."""
    if len(rows) == part.size:
        return _all_entities(part)
    lengths = _lengths(part)
    wanted = np.zeros(len(lengths), np.bool_)
    wanted[rows] = True
    codes = part.codes[np.repeat(wanted, lengths)]
    return entity_f1.entities(entity_f1.from_iob2(codes, lengths[wanted]))


@lru_cache(maxsize=16)
def _all_entities(part: GoldPart) -> entity_f1.Entities:
    return entity_f1.entities(entity_f1.from_iob2(part.codes, _lengths(part)))


def _lengths(part: GoldPart) -> NDArray[np.int32]:
    return np.array([], np.int32) if part.lengths is None else part.lengths


def _detail(counts: list[entity_f1.Counts]) -> dict[str, float]:
    correct, found, gold = (sum(getattr(count, name) for count in counts) for name in ("correct", "found", "gold"))
    return {
        "correct": correct,
        "found": found,
        "gold": gold,
        "precision": 100 * correct / found if found else 0.0,
        "recall": 100 * correct / gold if gold else 0.0,
    }


def _digested(task: Task, parts: Mapping[str, Tagged]) -> Iterator[tuple[str, list[str], list[NDArray[np.integer]]]]:
    """Each part as rows, lengths and IOB2 codes that count the types which occur, in the order of their names."""
    for part in task.parts:
        tagged = parts[part.name]
        occurring = sorted(tagged.types[kind - 1] for kind in np.unique(tagged.entities.kinds).tolist() if kind)
        code = [0, *(occurring.index(kind) + 1 if kind in occurring else 0 for kind in tagged.types)]
        entities = entity_f1.renumbered(tagged.entities, code)
        yield part.name, occurring, [tagged.rows, entities.lengths, entity_f1.iob2(entities)]
