"""Tasks like those of `hulk-2020`, of any size, with made-up labels, and limits that let the longest logs in."""

import random
from decimal import Decimal

from scoring.gold import read_gold
from scoring.goldset import Gold
from scoring.readers.text import source_of
from scoring.rules import WHOLE, Limits, MetricKind, Part, Rules, Task

TYPES = ("LOC", "MISC", "ORG", "PER")
TAGS = ("O", *(f"{prefix}-{kind}" for prefix in "BI" for kind in TYPES))
SENTENCES = 3250

SST2 = Task("sst2", "SST-2", MetricKind.ACCURACY, Decimal(90), (Part(WHOLE, 872),), ("negative", "positive"),
            metric_names=("accuracy",))  # fmt: skip
MNLI = Task("mnli", "MNLI", MetricKind.ACCURACY, Decimal(85), (Part("matched", 9815), Part("mismatched", 9832)),
            ("entailment", "neutral", "contradiction"), metric_names=("accuracy",))  # fmt: skip
RULES = Rules("benchmark", 1, (SST2, MNLI), limits=Limits(file_bytes=10**10, unpacked_bytes=10**10))


def conll(times: int = 1) -> Task:
    """Named entities, so many times the size of CoNLL 2003's dev set."""
    return Task("conll2003", "CoNLL 2003", MetricKind.ENTITY_F1, Decimal(91), (Part(WHOLE, times * SENTENCES),),
                metric_names=("f1",))  # fmt: skip


def sentences(count: int, seed: int = 0) -> list[list[str]]:
    """IOB2 tags with about as many entities as CoNLL 2003 has."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        length, tags = chance.randint(4, 28), []
        while len(tags) < length:
            if chance.random() < 0.14:
                kind = chance.choice(TYPES)
                tags += [f"B-{kind}", *[f"I-{kind}"] * chance.choice((0, 0, 1, 1, 2))]
            else:
                tags.append("O")
        found.append(tags[:length])
    return found


def spoilt(tags: list[list[str]], seed: int = 1) -> list[list[str]]:
    """The same with one tag in twenty at random."""
    chance = random.Random(seed)
    return [[tag if chance.random() > 0.05 else chance.choice(TAGS) for tag in sentence] for sentence in tags]


def lines_of(tags: list[list[str]]) -> bytes:
    """A tag a line, a blank line after each sentence."""
    return "".join("\n".join(sentence) + "\n\n" for sentence in tags).encode()


def labels(task: Task, seed: int = 0) -> dict[str, list[str]]:
    chance = random.Random(seed)
    return {part.name: [chance.choice(task.labels) for _ in range(part.size)] for part in task.parts}


def rows_of(values: list[str], title: str) -> bytes:
    """`index<TAB>label` with a header."""
    return f"index\t{title}\n{''.join(f'{row}{chr(9)}{value}{chr(10)}' for row, value in enumerate(values))}".encode()


def tag_gold(task: Task, tags: list[list[str]]) -> Gold:
    return read_gold(task, [source_of("gold", lines_of(tags))])


def label_gold(task: Task, values: dict[str, list[str]]) -> Gold:
    return read_gold(task, [source_of("gold", rows_of(part, "label")) for part in values.values()])
