"""Small tasks with gold labels made up here."""

from decimal import Decimal

from scoring.gold import read_gold
from scoring.rules import MetricKind, Part, Task
from tests.scoring.readers.files import labels_file, sent

MOODS = Task(
    slug="moods",
    title="Moods",
    metric=MetricKind.ACCURACY,
    cutoff=Decimal(75),
    parts=(Part("", 8),),
    labels=("sad", "glad"),
    label_orders=(("usual", ("sad", "glad")),),
    metric_names=("accuracy",),
)
MOOD_LABELS = ["sad", "glad", "glad", "sad", "glad", "sad", "sad", "glad"]

PAIRS = Task(
    slug="pairs",
    title="Pairs",
    metric=MetricKind.ACCURACY,
    cutoff=Decimal(75),
    parts=(Part("matched", 4), Part("mismatched", 6)),
    labels=("yes", "maybe", "no"),
    label_orders=(("hf", ("yes", "maybe", "no")), ("glue", ("no", "yes", "maybe"))),
    metric_names=("accuracy",),
)
MATCHED, MISMATCHED = ["yes", "maybe", "no", "yes"], ["no", "no", "yes", "maybe", "yes", "no"]

NAMES = Task(
    slug="names",
    title="Names",
    metric=MetricKind.ENTITY_F1,
    cutoff=Decimal(75),
    parts=(Part("", 4),),
    metric_names=("f1",),
)
NAME_TAGS = ["B-PER I-PER O", "O", "O B-LOC", "B-LOC B-LOC O O"]


def moods_gold():
    return read_gold(MOODS, [sent(labels_file(MOOD_LABELS, "index\tlabel"))])


def pairs_gold(*, with_pairs: bool = True):
    def rows(prefix, labels):
        pairs = "".join(
            f'{{"pairID": "{prefix}{row}x", "gold_label": "{label}"}}\n' for row, label in enumerate(labels)
        )
        return sent(pairs if with_pairs else labels_file(labels, "index\tlabel"))

    return read_gold(PAIRS, [rows("m", MATCHED), rows("n", MISMATCHED)])


def names_gold():
    return read_gold(NAMES, [sent(tag_columns(NAME_TAGS))])


def tag_columns(sentences, line: str = "{}") -> str:
    return "".join("".join(f"{line.format(tag)}\n" for tag in sentence.split()) + "\n" for sentence in sentences)
