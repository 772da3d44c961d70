"""The demo's data sets: gold labels, and predictions of models that are right mostly.

Everything is picked by hashes, so that every machine and every version of Python makes the same files. The sentences
are made of our own words; nobody else's text is in them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from scoring import catalogue

EDITION = "demo"
NER, SENTIMENT, NLI = TASKS = ("tiny-ner", "tiny-sentiment", "tiny-nli")
RULES = {task.slug: task for task in catalogue.rules_of(EDITION).tasks}
PARTS = tuple(part.name for part in RULES[NLI].parts)
SIZES = {slug: task.parts[0].size for slug, task in RULES.items()}
"""Sentences, reviews, and pairs a part."""
SENTIMENTS, RELATIONS = RULES[SENTIMENT].labels, RULES[NLI].labels

NAMES = {
    "PER": (
        "Ada Quill",
        "Bram Oster",
        "Celia Voss",
        "Dunya Marek",
        "Edwin Tarn",
        "Fenna Loo",
        "Goran Pike",
        "Hatty Moss",
    ),
    "ORG": ("Harbour Trust", "Tern Mills", "Northlight Press", "Osprey Rail", "Quarry Choir", "Velvet Foundry"),
    "LOC": ("Lindholm", "Port Selby", "Ravensea", "Upper Marl", "Tamarack Bay", "Wexcombe"),
}
KINDS = tuple(NAMES)
PATTERNS = (
    "PER works for ORG in LOC .",
    "ORG has opened a workshop near LOC .",
    "The train from LOC to LOC was late , said PER .",
    "PER and PER met in LOC .",
    "Nobody at ORG had heard of it .",
    "PER sold the old mill to ORG .",
    "It rained all week in LOC .",
    "The report was written by PER of ORG .",
)
OPINIONS = {
    "positive": (
        *("a warm evening", "clever to the end", "I laughed twice", "we stayed for the credits", "a fine cast"),
        *("bright and quick", "worth the ticket", "the songs stay with you", "see it tomorrow", "tender and wise"),
        *("nobody looked at the clock", "a lovely surprise", "it earns its ending", "crisp and kind", "a small marvel"),
    ),
    "negative": (
        *("dull from the start", "the jokes are old", "I slept twice", "we left before the end", "a tired cast"),
        *("slow and grey", "not worth the bus fare", "the songs never end", "stay at home", "clumsy and cold"),
        *("everybody looked at the clock", "a sad mistake", "it forgets its plot", "loud and empty", "a long mess"),
    ),
}
"""What reviews say, by label."""
LENGTH, CANDOUR = 5, 5
"""Opinions in a review; one in so many is the other label's, so that a model can learn them but not all."""
TRAINING_REVIEWS = 1500

Sentence = list[tuple[str, str]]
"""(word, IOB2 tag) of each token."""


def pick(count: int, *key: object) -> int:
    """A number below `count` that depends on the key alone."""
    digest = hashlib.sha256("/".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:8], "big") % count


def chosen(rows: int, errors: int, *key: object) -> set[int]:
    """`errors` different rows of `rows`, by the order of their hashes."""
    return set(sorted(range(rows), key=lambda row: pick(2**63, *key, row))[:errors])


def sentences() -> list[Sentence]:
    """The gold of the tagging task."""
    return [list(_tokens(number)) for number in range(SIZES[NER])]


def _tokens(number: int) -> Iterator[tuple[str, str]]:
    pattern = PATTERNS[pick(len(PATTERNS), NER, number)]
    for position, word in enumerate(pattern.split()):
        if word not in NAMES:
            yield word, "O"
            continue
        words = NAMES[word][pick(len(NAMES[word]), NER, number, position)].split()
        yield words[0], f"B-{word}"
        yield from ((more, f"I-{word}") for more in words[1:])


def tagged(model: str, errors: int) -> list[Sentence]:
    """The gold sentences with `errors` entities of a wrong kind: F1 is the share of entities that are right."""
    wrong = chosen(entities(), errors, model, NER)
    result: list[Sentence] = []
    entity = -1
    for sentence in sentences():
        result.append([])
        for word, tag in sentence:
            entity += tag.startswith("B-")
            result[-1].append((word, other_kind(tag) if tag != "O" and entity in wrong else tag))
    return result


def entities() -> int:
    return sum(tag.startswith("B-") for sentence in sentences() for _, tag in sentence)


def other_kind(tag: str) -> str:
    return f"{tag[:2]}{KINDS[(KINDS.index(tag[2:]) + 1) % len(KINDS)]}"


def sentiments() -> list[str]:
    """The gold of the sentiment task, in order."""
    return [SENTIMENTS[pick(2, SENTIMENT, row)] for row in range(SIZES[SENTIMENT])]


def review(label: str, *key: object) -> str:
    """A review that mostly says what its label says."""
    other = next(one for one in SENTIMENTS if one != label)
    spoken = [other if pick(CANDOUR, SENTIMENT, "candour", *key, place) == 0 else label for place in range(LENGTH)]
    return ", ".join(
        OPINIONS[of][pick(len(OPINIONS[of]), SENTIMENT, "text", *key, place)] for place, of in enumerate(spoken)
    )


def reviews() -> str:
    """The dev set as GLUE writes SST-2's."""
    return _as_table((label, review(label, row)) for row, label in enumerate(sentiments()))


def training_reviews() -> str:
    """A training set, none of whose reviews was made for the dev set."""
    made = ((SENTIMENTS[pick(2, SENTIMENT, "training", row)], row) for row in range(TRAINING_REVIEWS))
    return _as_table((label, review(label, "training", row)) for label, row in made)


def _as_table(rows: Iterable[tuple[str, str]]) -> str:
    return "sentence\tlabel\n" + "".join(f"{text}\t{SENTIMENTS.index(label)}\n" for label, text in rows)


def relations(part: str) -> list[str]:
    """The gold of one part of the inference task, in order."""
    return [RELATIONS[pick(3, NLI, part, row)] for row in range(SIZES[NLI])]


def guessed(gold: Sequence[str], labels: Sequence[str], errors: int, *key: object) -> list[str]:
    """The gold labels with `errors` of them wrong."""
    wrong = chosen(len(gold), errors, *key)
    following = dict(zip(labels, [*labels[1:], labels[0]], strict=True))
    return [following[label] if row in wrong else label for row, label in enumerate(gold)]


def gold_files() -> dict[str, dict[str, str]]:
    """The gold labels of each task as the files that an operator would import: name and content."""
    tags = "\n".join("".join(f"{word} {tag}\n" for word, tag in sentence) for sentence in sentences())
    pairs = {f"{part}.tsv": "".join(f"{row}\t{label}\n" for row, label in enumerate(relations(part))) for part in PARTS}
    return {NER: {"dev.txt": tags}, SENTIMENT: {"dev.tsv": reviews()}, NLI: pairs}
