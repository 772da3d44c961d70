"""Writes a bundle for each finding to tests/bundles/bad/. Run from the project's folder:
python -m scripts.make_bad_samples"""

import shutil
from pathlib import Path

from hulk_site.demo.mistakes import mistakes

TARGET = Path(__file__).resolve().parent.parent / "tests" / "bundles" / "bad"


def main() -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    for code, files in mistakes().items():
        for path, content in files.items():
            (TARGET / code / path).parent.mkdir(parents=True, exist_ok=True)
            (TARGET / code / path).write_text(content, encoding="utf-8")
    print(f"{TARGET}: {len(mistakes())} bundles")


if __name__ == "__main__":
    main()
