"""Events of a free-text log -> learning curves: which clock there is, which values are parts of one point."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from scoring.readers.base import missing_metrics
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.events import Evaluated, Event, Sized, Spent, Started, Total, Trained
from scoring.readers.halves import are_parts
from scoring.readers.headers import MOST_COLUMNS, TimeColumn, columns, part_named
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.stamps import Stamps, TextLine, text_lines
from scoring.readers.text import Text, Unreadable
from scoring.readers.text_clock import SpentClock, SpreadTotal, StampClock, TextClock
from scoring.readers.wording import clean, named, shown
from scoring.rules import Task

_MOST_SIZES = 5
_OTHER_SIZE = Decimal("0.05")
_TIME, _EPOCH, _STEP = range(3)


class Dialect(Protocol):
    """How one kind of program writes its log."""

    name: str
    spent: str
    """What its lines call the time of a stretch of training."""
    estimates: bool
    """True where that time is only an average."""

    def events(self, lines: Iterator[TextLine]) -> Iterator[Event]:
        """What the lines tell, in their order."""


class Survey:
    """What is known only once the whole log was seen."""

    def __init__(self) -> None:
        self.titles: dict[tuple[str, str], None] = {}
        self.groups = 0
        self.first: Evaluated | None = None
        self.spent = 0
        self.total: Decimal | None = None
        self.total_epoch: Decimal | None = None
        self.last_epoch: Decimal | None = None
        self.first_epoch: Decimal | None = None
        self.whole_epochs = True
        self.most_in_group = 0
        self.later_start: int | None = None
        self.sizes: dict[int, Sized] = {}
        self._group: Counter[str] = Counter()

    def see(self, event: Event) -> None:
        match event:
            case Evaluated():
                self._evaluated(event)
            case Spent():
                self.spent += 1
                self._group.clear()
            case Total():
                self.total, self.total_epoch = event.seconds, event.epoch
            case Sized():
                note_size(self.sizes, event)
            case Trained():
                self._group.clear()
            case Started():
                self._group.clear()
                if self.first is not None and self.later_start is None:
                    self.later_start = event.line

    def _evaluated(self, event: Evaluated) -> None:
        self.first = self.first or event
        self.groups += not self._group
        self.titles.update({(event.label, name): None for name in event.values})
        if len(self.titles) > MOST_COLUMNS:
            raise Unreadable(f"The log names more than {MOST_COLUMNS:,} different values.", line=event.line)
        self._group.update(event.values.keys())
        self.most_in_group = max(self.most_in_group, *self._group.values(), 0)
        if event.epoch is not None:
            if self.first_epoch is None and event.step != 0:
                self.first_epoch = event.epoch
            self.last_epoch = max(event.epoch, self.last_epoch or event.epoch)
            self.whole_epochs = self.whole_epochs and event.epoch == event.epoch.to_integral_value()

    def is_one_point(self, tasks: Sequence[Task]) -> bool:
        """Whether the log has one evaluation, or one of each part."""
        return self.groups == 1 and self.most_in_group <= max(len(task.parts) for task in tasks)

    @property
    def epochs(self) -> Decimal | None:
        """The epochs that the total is of: training goes on after the last evaluation. None where none has any."""
        if self.last_epoch is None or self.total_epoch is None or self.epoch_shift:
            return self.last_epoch
        return max(self.last_epoch, self.total_epoch)

    @property
    def epoch_shift(self) -> int:
        return 1 if self.first_epoch == 0 and self.whole_epochs else 0


class Groups:
    """Puts a part's name on values that follow each other: as many of one name as the task has parts are its parts."""

    def __init__(self, tasks: Sequence[Task], survey: Survey) -> None:
        self._parts = [part.name for part in tasks[0].parts] if len(tasks) == 1 else []
        self._in_order = are_parts(survey.most_in_group, self._parts)
        self._group: Counter[str] = Counter()

    def new(self) -> None:
        self._group.clear()

    def title(self, label: str, name: str) -> str:
        """The value's name as a column would have it, such as `matched accuracy`."""
        position = self._group[name]
        self._group[name] += 1
        part = part_named(label, self._parts)
        if not part and self._in_order and position < len(self._parts):
            part = self._parts[position]
        return f"{part} {name}" if part else name

    def every_title(self, survey: Survey) -> list[str]:
        """Every title that may come, each once."""
        titles: dict[str, None] = {}
        for label, name in survey.titles:
            part = part_named(label, self._parts)
            named = [part] if part else self._parts if self._in_order else [""]
            titles.update(dict.fromkeys(f"{each} {name}".strip() for each in named))
        return list(titles)


def read_free_text(dialect: Dialect, text: Text, request: LogRequest, notes: Notes) -> LogReading:
    """The curves of a log whose lines `dialect` understands. The file is gone through twice."""
    stamps, survey = Stamps(), Survey()
    for event in dialect.events(text_lines(text, stamps)):
        survey.see(event)
    groups = Groups(request.tasks, survey)
    titles = groups.every_title(survey)
    found = columns(["", "", "", *titles], request.tasks)
    missing_metrics(titles, found, request, notes, place="value of the evaluation lines")
    check_sizes(survey.sizes, request, notes)
    clock = _clock(dialect, survey, stamps, request, notes)
    if clock is None or not found.metrics:
        return LogReading(dialect.name, findings=notes.findings)
    found = replace(found, time=TimeColumn(_TIME, dialect.spent, None, is_clock=False), epoch=_EPOCH, step=_STEP)
    evaluations = Evaluations(found, request, notes, clock.ready)
    places = {title: position for position, title in enumerate(titles, _STEP + 1)}
    for event, seconds in clock.timed(dialect.events(text_lines(text, Stamps()))):
        if isinstance(event, Evaluated):
            titled = {groups.title(event.label, name): value for name, value in event.values.items()}
            evaluations.add(event.line, _cells(event, seconds, titled, places))
        else:
            groups.new()
    _check_untimed(clock, dialect, notes)
    return _told(evaluations.reading(dialect.name), survey)


def _cells(
    event: Evaluated, seconds: float | None, titled: Mapping[str, str], places: Mapping[str, int]
) -> list[object]:
    cells: list[object] = [None] * (_STEP + 1 + len(places))
    cells[_TIME], cells[_EPOCH], cells[_STEP] = seconds, event.epoch, None if event.step is None else str(event.step)
    for title, value in titled.items():
        cells[places[title]] = value
    return cells


def _clock(dialect: Dialect, survey: Survey, stamps: Stamps, request: LogRequest, notes: Notes) -> TextClock | None:
    """Stamps where the evaluations have them, else the times of the stretches of training, else a total spread."""
    if survey.first is None:
        return None
    if survey.first.when is not None:
        return StampClock(stamps, request)
    if survey.spent:
        if dialect.estimates:
            notes.add("time-estimated", f"The log has no elapsed time; estimated: {dialect.spent}, added up.")
        return SpentClock(dialect.spent, estimated=dialect.estimates)
    if survey.total is not None and (survey.last_epoch is not None or survey.is_one_point(request.tasks)):
        clock = SpreadTotal(survey.total, survey.epochs, survey.epoch_shift)
        notes.add("time-estimated", f"The log has no elapsed time; {clock.ready.words()}.")
        return clock
    titles = named(list(dict.fromkeys(name for _, name in survey.titles)))
    message = f"No evaluation has a time: {_times_missing(dialect, survey, stamps)}; found: {titles}."
    notes.add("log-no-time", message, line=survey.first.line)
    return None


def _times_missing(dialect: Dialect, survey: Survey, stamps: Stamps) -> str:
    where = f" (one is on line {stamps.first_line}, before other lines)" if stamps.first_line is not None else ""
    if survey.total is not None:
        return f"their lines have no time stamp{where}, and there are no epochs to spread {survey.total:f} s over"
    return f"their lines have no time stamp{where}, and there is neither {dialect.spent} nor a total"


def note_size(sizes: dict[int, Sized], event: Sized) -> None:
    """Keeps the first lines that tell over how many rows the evaluations are."""
    if len(sizes) < _MOST_SIZES:
        sizes.setdefault(event.rows, event)


def check_sizes(found: Mapping[int, Sized], request: LogRequest, notes: Notes) -> None:
    """Where the log says that its evaluations are over other rows than the dev set's, they are no dev evaluations."""
    for task in request.tasks:
        sizes = {task.gold_size, *(part.size for part in task.parts)}
        for rows, event in found.items():
            if all(abs(rows - size) > _OTHER_SIZE * size for size in sizes):
                message = f"The evaluations are over {rows:,} rows ({shown(clean(event.text))}), "
                notes.add(
                    "log-no-metric",
                    f"{message}and the dev set of {task.title} has {task.gold_size:,}.",
                    task=task.slug,
                    line=event.line,
                    remedy="Send a log of evaluations on the whole dev set.",
                )


def _check_untimed(clock: TextClock, dialect: Dialect, notes: Notes) -> None:
    if clock.untimed is not None:
        notes.add(
            "log-no-time",
            f"No {dialect.spent} follows this evaluation: the log may be cut off.",
            line=clock.untimed,
            remedy="Send the whole log, or leave out an evaluation whose time it does not tell.",
        )


def _told(reading: LogReading, survey: Survey) -> LogReading:
    if survey.later_start is None:
        return reading
    return replace(
        reading, clock=f"{reading.clock}; training starts once more on line {survey.later_start}, which moves no zero"
    )
