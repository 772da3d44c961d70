"""A submission from the server into a folder that `hulk check` and `hulk submit` accept."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from hulk_cli.calls import Calls
from hulk_cli.errors import HulkError, WrongUsage
from hulk_cli.folder import MANIFEST, leads_out
from hulk_cli.shapes import Evidence, Manifest, Submission
from scoring.manifest import ENERGY, LATENCIES, LOG, PREDICTIONS, Mistakes, file_name
from scoring.rules import ALL_TASKS

KINDS = (LOG, LATENCIES, PREDICTIONS, ENERGY)
Progress = Callable[[str, int, int], None]
Named = tuple[str, Evidence]


def download(calls: Calls, submission: str, folder: Path, progress: Progress) -> tuple[Submission, list[str]]:
    """Writes manifest and files; the submission, and the names written. What is there already and the same stays.

    WrongUsage, and nothing written, where another file stands in the way.
    """
    found = calls.status(submission)
    files = named(calls.evidence(submission))
    text = json.dumps(with_names(found["manifest"], files), indent=2, ensure_ascii=False) + "\n"
    lacking = {name: one for name, one in files if not _is_there(folder, name, one["sha256"])}
    is_new = not _is_there(folder, MANIFEST, hashlib.sha256(text.encode()).hexdigest())
    total, before = sum(one["size"] for one in lacking.values()), 0
    for name, one in lacking.items():

        def told(done: int, name: str = name, before: int = before) -> None:
            progress(name, before + done, total)

        calls.fetch(found["id"], one, folder / name, told)
        before += one["size"]
    if is_new:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    return found, [MANIFEST, *dict.fromkeys(name for name, _ in files)]


def named(evidence: Iterable[Evidence]) -> list[Named]:
    """Each file with the name it gets in the folder: the server's, where it stays in the folder and is not taken."""
    hashes: dict[str, str] = {}
    files: list[Named] = []
    for one in evidence:
        place = f"{one['task']}/{one['kind']}-{one['run']}{one['part'] and '-'}{one['part']}"
        names = filter(_is_safe, (one["name"], place))
        name = next((name for name in names if hashes.get(name, one["sha256"]) == one["sha256"]), None)
        if name is None:
            raise HulkError(f"The server has a file that no folder can take: {one['name']!r}.")
        hashes[name] = one["sha256"]
        files.append((name, one))
    return files


def _is_safe(name: str) -> bool:
    return name != MANIFEST and file_name(name, "name", Mistakes()) == name


def with_names(manifest: Mapping[str, Any], files: Sequence[Named]) -> Manifest:
    """The manifest with the name of every file; a file that spans all tasks is named by those without their own."""
    described: Manifest = deepcopy(dict(manifest))
    for slug, task in described["tasks"].items():
        for kind in KINDS:
            own = _value(slug, kind, files) or (_value(ALL_TASKS, kind, files) if not task.get(kind) else None)
            if own:
                task[kind] = own
    return described


def _value(slug: str, kind: str, files: Sequence[Named]) -> Any:
    """What a manifest writes of the files of a task and kind: a name, one a part, or a list with one a run."""
    runs: dict[int, dict[str, str]] = {}
    for name, one in files:
        if (one["task"], one["kind"]) == (slug, kind):
            runs.setdefault(one["run"], {})[one["part"]] = name
    values = [runs[run].get("", runs[run]) for run in sorted(runs)]
    return values[0] if len(values) == 1 else values or None


def _is_there(folder: Path, name: str, sha256: str) -> bool:
    """Whether the very file is there. WrongUsage where another one is, or the name leads out by a link."""
    path = folder / name
    if leads_out(path, folder):
        raise WrongUsage(f"{path} leads out of the folder by a link. Name another folder.")
    if not path.exists():
        return False
    if path.is_file():
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                return True
    raise WrongUsage(f"{path} is there already and is something else. Name another folder with --to.")
