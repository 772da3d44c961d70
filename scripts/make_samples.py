"""Writes the sample bundles to tests/bundles/good/. Run from the project's folder: python -m scripts.make_samples"""

import shutil
from pathlib import Path

from hulk_site.demo.samples import samples

TARGET = Path(__file__).resolve().parent.parent / "tests" / "bundles" / "good"


def main() -> None:
    for name, files in samples().items():
        folder = TARGET / name
        shutil.rmtree(folder, ignore_errors=True)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        print(f"{folder}: {len(files)} files, {sum(len(content) for content in files.values()):,} bytes")


if __name__ == "__main__":
    main()
