"""The real data beside the project. Tests on it are skipped where it is absent, and fail there in CI."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def shared_file(name: str) -> Path:
    """A path below the shared folder, such as `data/gold/sst2_dev.tsv`."""
    path = SHARED / name
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{path} is not there, and CI must have it")
        pytest.skip(f"no {name} beside the project")
    return path
