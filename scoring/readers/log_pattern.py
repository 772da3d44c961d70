"""Any text log, with the two patterns that the manifest brings (PROTOCOL section 7): matched line by line by RE2."""

from collections.abc import Iterator
from dataclasses import dataclass

from scoring.readers.base import missing_metrics
from scoring.readers.clock import Clock
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.events import is_start
from scoring.readers.headers import Columns, MetricColumns, TimeColumn, part_named
from scoring.readers.notes import Notes
from scoring.readers.patterns import BadPattern, Pattern
from scoring.readers.readings import LogReading
from scoring.readers.stamps import stamp_end
from scoring.readers.text import Text
from scoring.readers.wording import shown
from scoring.rules import Task

_FORMAT = "text with log_pattern"


@dataclass(frozen=True, slots=True)
class Caught:
    """What the patterns caught on one line; `values` by the part that the line names, in its order."""

    line: int
    text: bytes
    time: str | None
    values: tuple[str, ...]
    in_prefix: bool


class PatternLog:
    """Reads whatever the manifest brings patterns for, before any other reader is asked."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return request.log_pattern is not None

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        patterns = _compiled(request, notes)
        if patterns is None:
            return LogReading(_FORMAT, findings=notes.findings)
        survey = _Survey(request.tasks[0])
        for caught in _caught(text, *patterns):
            survey.see(caught)
        if not survey.is_usable(request, notes):
            return LogReading(_FORMAT, findings=notes.findings)
        found = survey.columns()
        missing_metrics(["log_pattern.metric"], found, request, notes, place="pattern")
        clock = Clock(survey.time_column, request.zero_at)
        evaluations = Evaluations(found, request, notes, clock)
        time: str | None = None
        evaluated = False
        for caught in _caught(text, *patterns):
            time = caught.time if caught.time is not None else time
            if caught.time is not None and not evaluated and not request.from_first_line and is_start(_text(caught)):
                evaluations.start(caught.line, caught.time)
            evaluated = evaluated or bool(caught.values)
            evaluations.add(caught.line, [time, *survey.cells(caught)])
        reading = evaluations.reading(_FORMAT)
        return LogReading(
            _FORMAT, f"{reading.clock}; {survey.words()}", reading.curves, reading.estimated, reading.findings
        )


def _compiled(request: LogRequest, notes: Notes) -> tuple[Pattern, Pattern] | None:
    """Both patterns; None, with a finding for each that is wrong."""
    compiled = []
    for code, what, pattern in zip(
        ("log-no-time", "log-no-metric"), ("time", "metric"), request.log_pattern or ("", ""), strict=True
    ):
        try:
            compiled.append(Pattern(pattern))
        except BadPattern as error:
            remedy = "Mend `log_pattern` in the manifest; the syntax is RE2's."
            notes.add(code, f"The pattern for the {what} cannot be used: {error}.", remedy=remedy)
    return (compiled[0], compiled[1]) if len(compiled) == 2 else None


def _caught(text: Text, time: Pattern, metric: Pattern) -> Iterator[Caught]:
    for number, line in text.lines(rows=text.limits.log_rows):
        at, values = time.first(line), metric.all(line)
        if at is not None or values:
            in_prefix = at is not None and at[0] < stamp_end(line[:200].decode(errors="replace"))
            yield Caught(number, line, at[1] if at else None, values, in_prefix)


def _text(caught: Caught) -> str:
    return caught.text.decode()


class _Survey:
    """What the patterns catch in the whole file."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._parts = [part.name for part in task.parts]
        self._times = self._values = 0
        self._first_time: int | None = None
        self._first_value: int | None = None
        self._by_part = False
        self.in_prefix = False

    def see(self, caught: Caught) -> None:
        if caught.time is not None:
            self.in_prefix = caught.in_prefix if not self._times else self.in_prefix
            self._times += 1
            self._first_time = self._first_time or caught.line
        if caught.values:
            self._values += 1
            self._first_value = self._first_value or caught.line
            several = len(self._parts) > 1
            self._by_part |= several and (len(caught.values) == len(self._parts) or bool(self._part(caught)))

    def is_usable(self, request: LogRequest, notes: Notes) -> bool:
        """Whether there is something to read; a finding names the pattern that caught nothing."""
        time, metric = request.log_pattern or ("", "")
        remedy = "Try the patterns on a line of the log; `hulk check` shows what they catch."
        if not self._times:
            notes.add("log-no-time", f"The pattern {shown(time)} matches no line of the log.", remedy=remedy)
        if not self._values:
            notes.add("log-no-metric", f"The pattern {shown(metric)} matches no line of the log.", remedy=remedy)
        if self._values and self._times and (self._first_time or 0) > (self._first_value or 0):
            message = "The first evaluation comes before the first line on which the time pattern matches."
            notes.add("log-no-time", message, line=self._first_value, remedy=remedy)
        return not notes.wrong()

    def columns(self) -> Columns:
        count = len(self._parts) if self._by_part else 1
        titles = tuple(f"{part} metric".strip() for part in self._parts) if self._by_part else ("log_pattern.metric",)
        metric = MetricColumns(tuple(range(1, count + 1)), titles, unlabelled=count < len(self._parts))
        return Columns(self.time_column, metrics={self._task.slug: metric})

    @property
    def time_column(self) -> TimeColumn:
        return TimeColumn(0, "log_pattern.time", None, is_clock=self.in_prefix)

    def cells(self, caught: Caught) -> list[str | None]:
        """The line's values by part, or its last value where values are not told apart."""
        if not self._by_part:
            return [caught.values[-1] if caught.values else None]
        if len(caught.values) == len(self._parts):
            return list(caught.values)
        part = self._part(caught)
        return [caught.values[-1] if caught.values and name == part else None for name in self._parts]

    def words(self) -> str:
        return f"the patterns caught a time on {self._times:,} lines and a metric on {self._values:,}"

    def _part(self, caught: Caught) -> str:
        return part_named(_text(caught), self._parts)
