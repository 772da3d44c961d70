"""`--gold TASK=FILE`: gold labels of one's own, so that predictions are scored here as they are on the server."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hulk_cli.errors import WrongUsage
from hulk_cli.folder import open_bytes
from scoring import catalogue
from scoring.gold import Gold, GoldInvalid, digest, read_gold
from scoring.manifest import closest, part_names
from scoring.rules import WHOLE, Rules, Task
from scoring.values import Source

OPTION = re.compile(r"(?P<task>[^=:]+)(:(?P<part>[^=]+))?=(?P<file>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class GoldFile:
    """One `--gold`. `part` is WHOLE where the option names none: several of a task then stand in the task's order."""

    task: str
    part: str
    path: Path


@dataclass(frozen=True, slots=True)
class GoldLabels:
    """What was read: labels by task, the tasks whose labels are those that the edition publishes, and remarks."""

    by_task: dict[str, Gold]
    confirmed: frozenset[str]
    remarks: tuple[str, ...]


NO_GOLD = GoldLabels({}, frozenset(), ())


def parse(options: Iterable[str]) -> list[GoldFile]:
    """WrongUsage where an option is not TASK=FILE or TASK:PART=FILE, or its file is not there."""
    files = []
    for option in options:
        match = OPTION.fullmatch(option)
        if match is None:
            raise WrongUsage(f"--gold {option}: write --gold TASK=FILE, or --gold TASK:PART=FILE for a part.")
        path = Path(match["file"])
        if not path.is_file():
            raise WrongUsage(f"--gold {option}: there is no file {path}.")
        files.append(GoldFile(match["task"], match["part"] or WHOLE, path))
    return files


def read(files: Sequence[GoldFile], rules: Rules) -> GoldLabels:
    """WrongUsage where a task or part is not the edition's, or a file does not hold its gold labels."""
    published = catalogue.gold_hashes(rules.edition)
    by_task: dict[str, Gold] = {}
    remarks: list[str] = []
    for slug in dict.fromkeys(file.task for file in files):
        task = rules.task(slug)
        if task is None:
            known = closest(slug, [one.slug for one in rules.tasks])
            raise WrongUsage(f"--gold {slug}=…: {rules.edition} has no task {slug}. {known}")
        by_task[slug] = _read(task, [file for file in files if file.task == slug])
        remarks += [f"Gold labels of {slug}: {note}" for note in by_task[slug].notes]
    hashes = {slug: digest(gold) for slug, gold in by_task.items()}
    remarks += [
        f"The gold labels given for {slug} are not those that {rules.edition} publishes: the server can find otherwise."
        for slug, own in hashes.items()
        if published.get(slug, own) != own
    ]
    confirmed = frozenset(slug for slug, own in hashes.items() if published.get(slug) == own)
    return GoldLabels(by_task, confirmed, tuple(remarks))


def _read(task: Task, files: Sequence[GoldFile]) -> Gold:
    try:
        return read_gold(task, [_source(file.path) for file in _in_order(task, files)])
    except GoldInvalid as error:
        raise WrongUsage(f"--gold {task.slug}=…: {error}") from None


def _in_order(task: Task, files: Sequence[GoldFile]) -> list[GoldFile]:
    """The files in the order of the task's parts; as given where no part is named."""
    named = [file.part for file in files if file.part]
    if not named:
        return list(files)
    parts = part_names(task)
    if sorted(named) != sorted(parts) or len(named) != len(files):
        wanted = ", ".join(f"--gold {task.slug}:{part}=FILE" for part in parts) or f"--gold {task.slug}=FILE"
        raise WrongUsage(f"The gold files of {task.slug} do not fit its parts. Give {wanted}, each once.")
    return sorted(files, key=lambda file: parts.index(file.part))


def _source(path: Path) -> Source:
    return Source(str(path), path.stat().st_size, "", partial(open_bytes, path))
