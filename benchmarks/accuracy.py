"""P5: accuracy of 19,647 rows, every id and label checked, against reading, splitting and scikit-learn."""

import random

from sklearn.metrics import accuracy_score

from benchmarks.measuring import in_turns, table, verdict
from benchmarks.tasks import MNLI, RULES, label_gold, labels, rows_of
from scoring.readers import read_predictions
from scoring.readers.text import source_of
from scoring.values import Source

TARGET = 8.0


def with_sklearn(sources: dict[str, Source], gold: dict[str, list[str]]) -> float:
    total = 0.0
    for part, source in sources.items():
        with source.open() as stream:
            predicted = [line.split("\t")[1] for line in stream.read().decode().splitlines()[1:]]
        total += accuracy_score(gold[part], predicted)
    return 100 * total / len(sources)


def main() -> None:
    chance = random.Random(3)
    values = labels(MNLI)
    gold = label_gold(MNLI, values)
    sent = {
        part: source_of(part, rows_of([chance.choice((value, value, MNLI.labels[0])) for value in of], "prediction"))
        for part, of in values.items()
    }

    def ours() -> float | None:
        proof = read_predictions(sent, task=MNLI, gold=gold, label_order=None, rules=RULES).proof
        return proof.metric if proof else None

    if abs((ours() or 0) - with_sklearn(sent, values)) > 1e-9:
        raise ValueError("scikit-learn gives another accuracy")
    taken = in_turns({"ours": ours, "sklearn": lambda: with_sklearn(sent, values)}, rounds=15)
    table(
        "P5: accuracy of 19,647 rows, CPU ms (medians, in turns)",
        ["ours: proof, interval and digest too", "read + split + scikit-learn", "ratio"],
        [[taken["ours"], taken["sklearn"], verdict(taken["sklearn"] / taken["ours"], TARGET)]],
    )


if __name__ == "__main__":
    main()
