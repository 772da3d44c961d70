"""Writes the sample bundles to tests/bundles/good/, and the data of examples/sentiment.

Run from the project's folder: python -m scripts.make_samples
"""

import shutil
from pathlib import Path

from hulk_site.demo import labels
from hulk_site.demo.samples import samples

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "tests" / "bundles" / "good"
EXAMPLE = ROOT / "examples" / "sentiment"


def main() -> None:
    for name, files in samples().items():
        folder = TARGET / name
        shutil.rmtree(folder, ignore_errors=True)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        print(f"{folder}: {len(files)} files, {sum(len(content) for content in files.values()):,} bytes")
    for path, text in {"train.tsv": labels.training_reviews(), "dev.tsv": labels.reviews()}.items():
        (EXAMPLE / path).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
