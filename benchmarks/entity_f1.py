"""P1 to P4: entity F1 from bytes against reading, splitting and seqeval, and that both always give the same."""

import json
import random
import warnings
from fractions import Fraction

from seqeval.metrics import f1_score

from benchmarks.measuring import in_turns, table, verdict
from benchmarks.tasks import RULES, SENTENCES, TAGS, conll, lines_of, sentences, spoilt, tag_gold
from scoring.goldset import Gold
from scoring.metrics import entity_f1
from scoring.readers import read_predictions
from scoring.readers.notes import Notes
from scoring.readers.tag_predictions import gold_entities, read_part
from scoring.readers.text import Text, source_of
from scoring.rules import WHOLE, Task
from scoring.values import Source

GARBAGE = 2000


def f1(sent: Source, task: Task, gold: Gold) -> Fraction:
    """What the reader of predictions does up to the metric: every tag checked, sentences compared with the gold's."""
    part = gold.parts[WHOLE]
    tagged = read_part(Text(sent, RULES.limits), task, task.parts[0], part, Notes(sent.name))
    if tagged is None:
        raise ValueError("the benchmark's own file is refused")
    return entity_f1.counts(gold_entities(part, tagged.rows), tagged.entities).f1


def with_seqeval(data: bytes, gold: list[list[str]]) -> float:
    predicted = [block.split("\n") for block in data.decode().strip("\n").split("\n\n")]
    return float(f1_score(gold, predicted))


def main() -> None:
    table(
        "P1 to P3: bytes to F1, CPU ms (medians, in turns)",
        ["size", "what", "ours", "read + split + seqeval", "ratio"],
        [row for times in (1, 10, 100) for row in _size(times)],
    )
    table("P4: equality with seqeval", ["random corpora", "mismatches"], [[GARBAGE, _mismatches()]])


def _size(times: int) -> list[list[object]]:
    gold_tags = sentences(SENTENCES * times)
    predicted = spoilt(gold_tags)
    task = conll(times)
    gold = tag_gold(task, gold_tags)
    lines = source_of("tags", lines_of(predicted))
    lists = source_of("tags.json", json.dumps(predicted).encode())
    ways = {
        "seqeval": lambda: with_seqeval(lines_of_source(lines), gold_tags),
        "lines": lambda: f1(lines, task, gold),
        "lists": lambda: f1(lists, task, gold),
        "whole": lambda: read_predictions({WHOLE: lines}, task=task, gold=gold, label_order=None, rules=RULES),
    }
    if times == 100:
        del ways["lists"]
    if abs(float(f1(lines, task, gold)) / 100 - with_seqeval(lines_of_source(lines), gold_tags)) > 1e-12:
        raise ValueError("seqeval gives another F1")
    taken = in_turns(ways, rounds=7 if times == 1 else 3)
    yard = taken.pop("seqeval")
    names = {
        "lines": ("a tag a line", {1: 20.0, 10: 20.0, 100: 15.0}[times]),
        "lists": ("JSON list of lists", 6.0 if times == 1 else 0.0),
        "whole": ("a tag a line, with digest, proof and bootstrap interval", 0.0),
    }
    return [[f"{times}x", names[way][0], ms, yard, _ratio(yard / ms, names[way][1])] for way, ms in taken.items()]


def lines_of_source(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read()


def _ratio(ratio: float, target: float) -> str:
    return verdict(ratio, target) if target else f"{ratio:.1f}x"


def _mismatches() -> int:
    chance = random.Random(2)
    mismatches = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(GARBAGE):
            gold_tags = [chance.choices(TAGS, k=chance.randint(1, 9)) for _ in range(chance.randint(1, 12))]
            predicted = [chance.choices(TAGS, k=len(sentence)) for sentence in gold_tags]
            mismatches += (
                abs(_garbage_f1(gold_tags, predicted) - f1_score(gold_tags, predicted, zero_division=0)) > 1e-12
            )
    return mismatches


def _garbage_f1(gold_tags: list[list[str]], predicted: list[list[str]]) -> float:
    """Both sides from bytes through the reader; gold that is itself garbage is read as it comes."""
    sides = []
    for tags in (gold_tags, predicted):
        task = conll()
        part = task.parts[0].__class__(WHOLE, len(tags))
        tagged = read_part(Text(source_of("tags", lines_of(tags)), RULES.limits), task, part, None, Notes("tags"))
        if tagged is None:
            raise ValueError("the benchmark's own file is refused")
        sides.append(tagged)
    gold, sent = sides
    kinds = {kind: number + 1 for number, kind in enumerate(gold.types)}
    for kind in sent.types:
        kinds.setdefault(kind, len(kinds) + 1)
    renamed = [0, *(kinds[kind] for kind in sent.types)]
    entities = entity_f1.renumbered(sent.entities, renamed)
    return float(entity_f1.counts(gold.entities, entities).f1) / 100


if __name__ == "__main__":
    main()
