"""Trains a small model on the demo edition's reviews, records it, and sends it: README.md beside this file.

python examples/sentiment/train.py --send
"""

import argparse
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import hulk

HERE = Path(__file__).resolve().parent
TASK = "tiny-sentiment"
LABELS = ("negative", "positive")
CUTOFF = 88.0
FEATURES, BATCH, EPOCHS, RATE = 1 << 14, 4, 1, 0.0005
EVALUATE_EVERY = 5
"""Steps."""

Reviews = list[tuple[str, int]]
Vector = NDArray[np.float64]


def read(name: str) -> Reviews:
    """Sentences and labels, 1 for positive."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()[1:]
    return [(text, int(label)) for text, label in (line.split("\t") for line in lines)]


def features(text: str) -> list[int]:
    """The places of a sentence's pieces of three to five letters in a vector of FEATURES numbers."""
    text = f" {text} "
    return [
        zlib.crc32(text[at : at + length].encode()) % FEATURES
        for length in (3, 4, 5)
        for at in range(len(text) - length + 1)
    ]


class Model:
    """Logistic regression over those pieces, trained by gradient descent."""

    def __init__(self) -> None:
        self.weights: Vector = np.zeros(FEATURES)

    def chance(self, places: list[int]) -> float:
        """How likely a sentence is positive."""
        return float(1 / (1 + np.exp(-self.weights[places].sum())))

    def learn(self, batch: Reviews) -> None:
        for text, label in batch:
            places = features(text)
            error = self.chance(places) - label
            np.subtract.at(self.weights, places, RATE * error)

    def labels(self, reviews: Reviews) -> list[int]:
        return [int(self.chance(features(text)) > 0.5) for text, _ in reviews]


def batches(reviews: Reviews, seed: int) -> Iterator[tuple[float, Reviews]]:
    """(epochs done after it, batch), in an order that the seed decides."""
    order = np.random.default_rng(seed)
    for epoch in range(EPOCHS):
        places = order.permutation(len(reviews))
        for start in range(0, len(reviews), BATCH):
            batch = [reviews[place] for place in places[start : start + BATCH]]
            yield epoch + min(1.0, (start + BATCH) / len(reviews)), batch


def train(folder: Path, seed: int) -> None:
    """Writes log, predictions and submission.json into a folder."""
    training, dev = read("train.tsv"), read("dev.tsv")
    log, predictions = folder / TASK / "log.jsonl", folder / TASK / "dev.tsv"
    log.unlink(missing_ok=True)  # A log that is there would be gone on with: this is a new training.
    predictions.unlink(missing_ok=True)
    recorder = hulk.record(
        log,
        task=TASK,
        edition="demo",
        seed=seed,
        submission=folder / "submission.json",
        predictions=f"{TASK}/dev.tsv",
    )
    model = Model()
    with recorder as run:
        for step, (epoch, batch) in enumerate(batches(training, seed), start=1):
            model.learn(batch)
            if step % EVALUATE_EVERY:
                continue
            with run.evaluation():
                found = model.labels(dev)
                accuracy = 100 * sum(one == label for one, (_, label) in zip(found, dev, strict=True)) / len(dev)
                # The proof is the predictions of the model that first reached the cut-off.
                if accuracy >= CUTOFF and not predictions.exists():
                    write(predictions, found)
            seconds = run.log(accuracy=accuracy, step=step, epoch=round(epoch, 4))
            print(f"step {step:3}   {seconds:7.3f} s   accuracy {accuracy:.2f}")


def write(path: Path, found: list[int]) -> None:
    rows = "".join(f"{row}\t{LABELS[label]}\n" for row, label in enumerate(found))
    path.write_text(f"index\tprediction\n{rows}", encoding="utf-8")


def describe(path: Path) -> None:
    """What no recorder can know: which model this is, and on what it was trained."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["model"] = {"name": "Letters", "parameters_millions": 0.016, "code_url": "https://example.org/letters"}
    manifest["hardware"] = {"accelerator": "cpu-c6i-xlarge", "details": "An example: any laptop will do."}
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def send(folder: Path) -> None:
    """Sends the folder, waits, and prints what HULK found."""
    with hulk.Client() as client:
        submission = client.send(folder).submission
        found = client.wait(submission["id"])
        print(client.page_url(submission["id"]))
    for finding in found["findings"]:
        print(f"{finding['severity']}: {finding['message']}")
    for measurement in found["measurements"]:
        print(f"{measurement['task']}: {measurement['outcome']}, {measurement['seconds']} s")
    print("scores", found["scores"], "ranks", found["preview_rank"])


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a small model, record it, and send it to HULK.")
    parser.add_argument("--folder", type=Path, default=Path("letters"), help="where to write (letters)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--send", action="store_true", help="send it, with HULK_URL and HULK_TOKEN")
    arguments = parser.parse_args()
    train(arguments.folder, arguments.seed)
    describe(arguments.folder / "submission.json")
    if arguments.send:
        send(arguments.folder)


if __name__ == "__main__":
    main()
