"""`hulk.record`: a log with elapsed training time, of which every number is read back by HULK as it was written.

Semantics, each held by a test:

- The clock is monotonic and starts when the `with` block is entered: what is loaded before is off the clock.
- It is stopped within `run.evaluation()` and `run.checkpoint()`. `run.log` takes the time at which it is called.
- Each line is on the disk when `run.log` returns; a line that a crash cut in half is dropped at the next start.
- A log that is there is gone on with: time continues from its last line. The end of a block, also by an exception,
  writes a line with the time alone, so that what was trained since the last evaluation counts. What a killed process
  trained after its last line does not.
"""

import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hulk.clock import Clock
from hulk.logfile import SECONDS, LogFile
from hulk.submission import Named, complete
from scoring import catalogue
from scoring.readers.headers import columns
from scoring.rules import ALL_TASKS, Task

OWN = (SECONDS, "step", "epoch", "seed")


class Run:
    """One training run that is being recorded; made by `record`."""

    def __init__(self, file: LogFile, tasks: tuple[Task, ...], seed: int | None, *, runs: bool = True) -> None:
        self._file = file
        self._tasks = tasks
        self._seed = seed
        self._is_checked = False
        self.clock = Clock(float(file.last[SECONDS]) if file.last else 0.0, runs=runs)

    @property
    def seconds(self) -> float:
        """Elapsed training time so far."""
        return self.clock.seconds

    @contextmanager
    def evaluation(self) -> Iterator[None]:
        """Stops the clock: evaluating is not training."""
        with self.clock.paused():
            yield

    checkpoint = evaluation

    def log(
        self,
        metrics: Mapping[str, float] | None = None,
        *,
        step: int | None = None,
        epoch: float | None = None,
        **named: float,
    ) -> float:
        """Writes one evaluation; the elapsed seconds it got, which are those that HULK derives.

        Metrics are named as HULK reads them: `accuracy` or `f1`, of a task in parts one a part (`matched=…,
        mismatched=…`), in pretraining one a task (`sst2=…`). A metric that is no finite number is left out with a
        warning. ValueError where HULK would read none of the names.
        """
        seconds = self.seconds
        values = _finite({**(metrics or {}), **named})
        facts = {"step": step, "epoch": epoch, "seed": self._seed}
        row = {SECONDS: seconds, **{key: value for key, value in facts.items() if value is not None}, **values}
        if values:
            self._check(row)
        self._file.write(row)
        return seconds

    def lacking(self, names: Iterable[str]) -> list[Task]:
        """The tasks whose metric HULK would not read from a line with these names."""
        found = columns(list(names), self._tasks).metrics
        return [task for task in self._tasks if task.slug not in found]

    def _check(self, row: Mapping[str, Any]) -> None:
        """The first evaluation tells whether any will be read."""
        if self._is_checked:
            return
        if lacking := self.lacking(row):
            told = "; ".join(f"{task.slug} by {_names(task, alone=len(self._tasks) == 1)}" for task in lacking)
            raise ValueError(f"HULK reads no metric from {', '.join(row)}. It knows {told}.")
        self._is_checked = True

    def close(self) -> None:
        """Stops the clock, and writes what passed since the last line."""
        self.clock.stop()
        last = float(self._file.last[SECONDS]) if self._file.last else 0.0
        if self.seconds > last:
            self._file.write({SECONDS: self.seconds})
        self._file.close()


def _finite(values: Mapping[str, Any]) -> dict[str, float]:
    """The metrics as plain floats; those that are none are warned of: a training run must not end for them."""
    if wrong := [name for name in values if name in OWN]:
        raise ValueError(f"`{wrong[0]}` is written by the recorder itself; it cannot be the name of a metric.")
    found = {name: float(value) for name, value in values.items()}
    for name, value in found.items():
        if not math.isfinite(value):
            warnings.warn(f"{name} is {value}, so it is not recorded.", RuntimeWarning, stacklevel=4)
    return {name: value for name, value in found.items() if math.isfinite(value)}


def _names(task: Task, *, alone: bool) -> str:
    """How a metric may be called, in words."""
    metric = task.metric_names[0]
    parts = [part.name for part in task.parts if part.name]
    if not parts:
        return f"`{metric}`" if alone else f"`{task.slug}_{metric}`"
    return " and ".join(f"`{part}_{metric}`" if alone else f"`{task.slug}_{part}_{metric}`" for part in parts)


@contextmanager
def record(
    log: str | Path,
    *,
    task: str = "",
    seed: int | None = None,
    edition: str = "",
    submission: str | Path | None = None,
    predictions: Named = None,
) -> Iterator[Run]:
    """Records a training run into a log as JSON Lines; the clock starts when the block is entered.

    `task`: a slug of the edition (the newest unless named), `all` for pretraining: names of metrics are checked then.
    `submission`: the path of a submission.json, which is written, or completed with this run, when the block ends
    well; it needs `task`. `predictions` names the run's file, or its files by part, for it.

    BlockingIOError where another process writes the same log; ValueError where an argument or the file is wrong.
    """
    slug = edition or catalogue.editions()[0]
    if submission is not None and not task:
        raise ValueError("To write a submission, say which task this is a run of: task='…'.")
    run = Run(LogFile(Path(log)), tasks_of(task, slug), seed)
    try:
        yield run
    finally:
        run.close()
    if submission is not None:
        complete(Path(submission), edition=slug, task=task, log=Path(log), seed=seed, predictions=predictions)


def tasks_of(task: str, edition: str) -> tuple[Task, ...]:
    """The tasks whose metrics a log must have; none where nothing is said. ValueError where there is no such task."""
    if edition not in catalogue.editions():
        raise ValueError(f"There is no edition {edition!r}. Known: {', '.join(catalogue.editions())}.")
    tasks = catalogue.rules_of(edition).tasks
    if not task:
        return ()
    if task == ALL_TASKS:
        return tasks
    if found := tuple(one for one in tasks if one.slug == task):
        return found
    raise ValueError(f"{edition} has no task {task!r}. Known: {', '.join(one.slug for one in tasks)}, {ALL_TASKS}.")
