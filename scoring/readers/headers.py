"""Which column of a log is the clock, which the metric: the only place that knows the names people give them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scoring.readers.times import Unit, unit
from scoring.readers.wording import clean, named
from scoring.rules import Task

MOST_COLUMNS = 1000
_LONGEST_NAME = 100
_EVALUATION = ("dev", "eval", "val", "validation", "valid")
_NEVER = frozenset(("test", "train", "training"))
_METRIC_ALIASES = {"f1": ("f1measureoverall", "overallf1measure", "microavgf1", "f1microavg", "f1scoremicroavg")}
_PART_ALIASES = {"matched": "m", "mismatched": "mm"}
_CLOCKS = ("timestamp", "date", "datetime")
_TIMES = (
    *("elapsed", "elapsedtime", "time", "timeelapsed", "seconds", "secs", "minutes", "hours", "milliseconds"),
    *("walltime", "wallclock", "wallclocktime", "runtime", "trainingduration", *_CLOCKS),
)
_STEPS = ("step", "steps", "globalstep", "iteration")
_EPOCHS = ("epoch", "epochs")
_BRACKET = re.compile(r"([^\[(]*)[\[(]([^\])]*)[\])]")


@dataclass(frozen=True, slots=True)
class Name:
    """A column's name taken apart: lower-case words, and the unit where one stands in brackets or at the end."""

    title: str
    words: tuple[str, ...]
    bracket: str = ""

    @property
    def joined(self) -> str:
        return "".join(self.words)


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """The clock's column. `unit` is None where the name has none."""

    position: int
    title: str
    unit: Unit | None
    is_clock: bool
    """True for `timestamp` and `date`, whose `H:MM:SS` is a time of day."""


@dataclass(frozen=True, slots=True)
class MetricColumns:
    """The columns of one task's metric: one a part of its dev set, or a single one for the whole."""

    positions: tuple[int, ...]
    titles: tuple[str, ...]
    unlabelled: bool = False
    """True where the task has parts and this one column does not say which."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the header offers for the tasks that were asked for."""

    time: TimeColumn | None = None
    step: int | None = None
    epoch: int | None = None
    metrics: Mapping[str, MetricColumns] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    """Choices between columns that would all have done, in words."""


def name(title: str) -> Name:
    """`eval/Accuracy` -> (eval, accuracy); `Wall time [h]` -> (wall, time) with the bracket `h`."""
    title = title.strip().strip('"').strip()
    if len(title) > _LONGEST_NAME:
        return Name(clean(title), ())
    match = _BRACKET.fullmatch(title)
    stem, bracket = match.groups() if match else (title, "")
    return Name(clean(title), tuple(re.findall(r"[a-z0-9µ]+", stem.lower())), bracket.strip())


def columns(titles: Sequence[str], tasks: Sequence[Task]) -> Columns:
    """The columns to read for `tasks`; with several tasks a metric's column must name its task."""
    names = [name(title) for title in titles]
    remarks: list[str] = []
    metrics = {}
    for task in tasks:
        if found := _metric(task, names, remarks, alone=len(tasks) == 1):
            metrics[task.slug] = found
    time = _time(names, remarks)
    return Columns(time, _first(names, _STEPS), _first(names, _EPOCHS), metrics, tuple(remarks))


def time_column(position: int, of: Name) -> TimeColumn | None:
    """The column as a clock; None where its name is not one of a time, or its unit is unknown."""
    base = _base(of)
    if base not in _TIMES or (of.bracket and unit(of.bracket) is None):
        return None
    return TimeColumn(position, of.title, unit_of(of), base in _CLOCKS)


def unit_of(of: Name) -> Unit | None:
    """The unit that a column's name gives: in brackets first, else its last word."""
    return unit(of.bracket) or (unit(of.words[-1]) if of.words else None)


def part_named(label: str, parts: Sequence[str]) -> str:
    """The part of a dev set that a label such as `dev_mismatched` or `mnli-mm` names; empty where it names none."""
    words = set(re.findall(r"[a-z0-9]+", label.lower()))
    return next((part for part in parts if words & {part.lower(), _PART_ALIASES.get(part, part.lower())}), "")


def _base(of: Name) -> str:
    """The name without a unit at its end: `elapsed` of `elapsed_ms`."""
    has_unit = len(of.words) > 1 and unit(of.words[-1])
    return "".join(of.words[:-1] if has_unit else of.words)


def _time(names: Sequence[Name], remarks: list[str]) -> TimeColumn | None:
    found = [column for position, of in enumerate(names) if (column := time_column(position, of))]
    if not found:
        return None
    best = min(found, key=lambda column: (_rank(names[column.position]), column.position))
    if len(found) > 1:
        others = named([column.title for column in found if column is not best])
        remarks.append(f"of several time columns `{best.title}` was read (not {others})")
    return best


def _rank(of: Name) -> int:
    """Elapsed time before clock times, then the order of `_TIMES`; a name with a unit counts as its base."""
    return _TIMES.index(_base(of))


def _first(names: Sequence[Name], wanted: Sequence[str]) -> int | None:
    return next((i for want in wanted for i, of in enumerate(names) if of.joined.removeprefix("train") == want), None)


def _metric(task: Task, names: Sequence[Name], remarks: list[str], *, alone: bool) -> MetricColumns | None:
    choice: list[str] = []
    whole = _best(names, list(_whole_names(task, alone=alone)), choice)
    if len(task.parts) == 1:
        remarks += choice
        return None if whole is None else MetricColumns((whole,), (names[whole].title,))
    by_part = [_best(names, list(_part_names(task, part.name, alone=alone)), remarks) for part in task.parts]
    if by_part[0] is None and None not in by_part[1:]:  # Hugging Face: `accuracy` of the first beside `accuracy_mm`
        by_part[0] = whole
    positions = tuple(position for position in by_part if position is not None)
    if len(positions) == len(task.parts):
        return MetricColumns(positions, tuple(names[position].title for position in positions))
    if positions or whole is None:
        return None
    same = tuple(i for i, of in enumerate(names) if of.words == names[whole].words)
    if len(same) == len(task.parts):  # as many columns of one name as there are parts: the parts in their order
        return MetricColumns(same, tuple(names[i].title for i in same))
    remarks += choice
    return MetricColumns((whole,), (names[whole].title,), unlabelled=True)


def _best(names: Sequence[Name], wanted: Sequence[str], remarks: list[str]) -> int | None:
    """The column with the most telling name: one that says dev or eval first, then the order of `wanted`."""
    ranks = {want: rank for rank, want in reversed(list(enumerate(wanted)))}
    found = []
    for position, of in enumerate(names):
        split, stem = _without_split(of.words)
        if stem in ranks and not _NEVER.intersection(of.words):
            found.append((split, ranks[stem], position))
    if not found:
        return None
    found.sort()
    if len(found) > 1 and found[0][:2] == found[1][:2]:
        remarks.append(f"of several columns named `{names[found[0][2]].title}` the first was read")
    elif len(found) > 1:
        others = named([names[position].title for _, _, position in found[1:]])
        remarks.append(f"`{names[found[0][2]].title}` was read, not {others}")
    return found[0][2]


def _without_split(words: Sequence[str]) -> tuple[int, str]:
    """(the place in `_EVALUATION`, its length for none of them) and the name without it."""
    for rank, split in enumerate(_EVALUATION):
        if split in words:
            at = words.index(split)
            return rank, "".join((*words[:at], *words[at + 1 :]))
    return len(_EVALUATION), "".join(words)


def _whole_names(task: Task, *, alone: bool) -> Iterator[str]:
    slug, metrics = _joined(task.slug), _metric_names(task)
    for metric in metrics:
        yield slug + metric
        yield metric + slug
    yield slug
    if alone:
        yield from metrics


def _metric_names(task: Task) -> list[str]:
    """The names of the metric, its usual ones first, then those of programs that have a name of their own for it."""
    names = [_joined(metric) for metric in task.metric_names]
    return names + [alias for metric in names for alias in _METRIC_ALIASES.get(metric, ())]


def _part_names(task: Task, part: str, *, alone: bool) -> Iterator[str]:
    slug, metrics = _joined(task.slug), _metric_names(task)
    for alias in filter(None, (_joined(part), _PART_ALIASES.get(part))):
        for metric in metrics:
            yield from (slug + alias + metric, slug + metric + alias)
            if alone:
                yield from (alias + metric, metric + alias)
        yield slug + alias
    if alone:
        yield _joined(part)


def _joined(text: str) -> str:
    return "".join(re.findall(r"[a-z0-9]+", text.lower()))
