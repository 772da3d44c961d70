"""The sample bundles that /faq/ offers: small, made by a script of ours, each file served by itself."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FOLDER = Path("tests") / "bundles" / "good"
MANIFEST = "submission.json"


@dataclass(frozen=True, slots=True)
class SampleFile:
    """`name` is the path inside the bundle, as its manifest writes it."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One bundle: a folder with a manifest and the files that it names, the manifest first."""

    slug: str
    files: tuple[SampleFile, ...]


def samples() -> list[Sample]:
    """Every bundle that has a manifest, by name; none where the folder is not shipped."""
    root = _root()
    if not root.is_dir():
        return []
    folders = sorted(path.parent for path in root.glob(f"*/{MANIFEST}"))
    return [Sample(folder.name, _files(folder)) for folder in folders]


def sample_path(slug: str, name: str) -> Path | None:
    """Where a listed file of a listed bundle stands; None for everything else, whatever the name tries."""
    bundle = next((one for one in samples() if one.slug == slug), None)
    if bundle is None or name not in {file.name for file in bundle.files}:
        return None
    return _root() / slug / name


def _root() -> Path:
    return settings.BASE_DIR / FOLDER


def _files(folder: Path) -> tuple[SampleFile, ...]:
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    paths.sort(key=lambda path: (path.name != MANIFEST, path.as_posix()))
    return tuple(SampleFile(path.relative_to(folder).as_posix(), path.stat().st_size) for path in paths)
