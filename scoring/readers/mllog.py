"""MLPerf logs: `:::MLLOG {json}` among other text (PROTOCOL section 7). Zero is `run_start`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scoring.readers.base import missing_metrics
from scoring.readers.clock import BadTime, Clock
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.gathering import Gatherer, Row
from scoring.readers.headers import MOST_COLUMNS, Columns, TimeColumn, columns
from scoring.readers.json_text import leading_object
from scoring.readers.notes import Notes
from scoring.readers.numbers import Cell, number
from scoring.readers.readings import LogReading
from scoring.readers.text import Text, Unreadable
from scoring.readers.times import MILLISECONDS
from scoring.readers.wording import shown

MARK = b":::MLLOG"
_FORMAT = "MLPerf :::MLLOG"
_START, _STOP = "run_start", "run_stop"
_SUCCESS = "success"
_NEEDED = (b"run_start", b"run_stop", b"eval")
_FEWEST_SAMPLES = 1000
"""An `epoch_num` from here up at the first evaluation counts samples, as MLPerf's BERT logs do."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `time_ms` in milliseconds since 1970."""

    line: int
    key: str
    time_ms: Cell
    value: Cell
    metadata: Mapping[str, Any]

    @property
    def epoch(self) -> Cell:
        return self.metadata.get("epoch_num")


class MlLog:
    """Gone through twice: the keys that hold metrics are known only at the end."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return MARK in head

    def recognises_block(self, block: bytes) -> bool:
        return MARK in block

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        survey = _Survey()
        for event in events(text):
            survey.see(event)
        keys = list(survey.keys)
        found = columns(keys, request.tasks)
        missing_metrics(keys, found, request, notes, place="`:::MLLOG` key")
        if not found.metrics:
            return LogReading(_FORMAT, findings=notes.findings)
        metrics = {keys[position]: position for metric in found.metrics.values() for position in metric.positions}
        reading = _Pass(text, request, notes).read(survey, found, metrics, width=len(keys))
        return replace(reading, aborted=_check_status(survey, notes), findings=notes.findings)


def events(text: Text) -> Iterator[Event]:
    """Every event, wherever on its line it stands. Unreadable where one that matters, or the file's last, is broken.

    Others may be: processes that print at the same time tear each other's lines.
    """
    broken = False
    line = 0
    for line, content in text.numbered():
        if MARK not in content:
            broken = broken and content.isspace()
            continue
        broken = False
        for part in content.split(MARK)[1:]:
            found = leading_object(part.decode(), line, text.limits.json_depth)
            if found is not None and isinstance(found.get("key"), str):
                yield _event(line, found)
            elif any(word in part for word in _NEEDED):
                raise _cut_off(line)
            else:
                broken = True
    if broken:
        raise _cut_off(line)


def _cut_off(line: int) -> Unreadable:
    return Unreadable(
        "The `:::MLLOG` record on this line is broken or cut off.",
        remedy="Send the whole log as it was written, one record a line.",
        line=line,
    )


def _event(line: int, found: Mapping[str, Any]) -> Event:
    metadata = found.get("metadata")
    return Event(
        line, found["key"], found.get("time_ms"), found.get("value"), metadata if isinstance(metadata, dict) else {}
    )


@dataclass(slots=True)
class _Survey:
    """What is known only once the whole file was seen: keys with a number, in order, and how the run ended."""

    keys: dict[str, int] = field(default_factory=dict)
    """The line on which each first stands."""
    epochs: dict[str, Cell] = field(default_factory=dict)
    """The first `epoch_num` of each."""
    status: str = ""
    status_line: int | None = None

    def see(self, event: Event) -> None:
        if event.key == _STOP:
            self._stop(event)
        elif event.value is not None and not isinstance(event.value, (bool, dict, list)):
            self.keys.setdefault(event.key, event.line)
            self.epochs.setdefault(event.key, event.epoch)
            if len(self.keys) > MOST_COLUMNS:
                raise Unreadable(f"The log has more than {MOST_COLUMNS:,} different keys.", line=event.line)

    def _stop(self, event: Event) -> None:
        inside = event.value if isinstance(event.value, dict) else {}
        status = event.metadata.get("status", inside.get("status"))
        if isinstance(status, str):
            self.status, self.status_line = status, event.line


class _Pass:
    """The second pass: rows of metrics, on a clock that starts with the last `run_start` before the first of them."""

    def __init__(self, text: Text, request: LogRequest, notes: Notes) -> None:
        self._text = text
        self._request = request
        self._notes = notes

    def read(self, survey: _Survey, found: Columns, metrics: Mapping[str, int], *, width: int) -> LogReading:
        time = TimeColumn(width, "time_ms", MILLISECONDS, is_clock=False)
        clock = Clock(time, self._request.zero_at)
        counts_samples = any(_is_many(survey.epochs[key]) for key in metrics)
        epoch = None if counts_samples or all(survey.epochs[key] is None for key in metrics) else width + 1
        remarks = ("`epoch_num` counts samples and was not read as epochs",) if counts_samples else ()
        own = replace(found, time=time, step=None, epoch=epoch, remarks=(*found.remarks, *remarks))
        evaluations = Evaluations(own, self._request, self._notes, clock)
        rows = Gatherer(evaluations, metrics=metrics.values(), time=width)
        first = min(survey.keys[key] for key in metrics)
        is_first_record = True
        for event in events(self._text):
            if event.key in metrics:
                position = metrics[event.key]
                cells = Row({position: event.value} if epoch is None else {position: event.value, epoch: event.epoch})
                rows.add(event.line, event.time_ms, event.epoch, cells)
            elif event.key == _START:
                self._start(clock, event, first)
            elif is_first_record:
                self._zero(clock, event)
            is_first_record = False
        rows.flush()
        return evaluations.reading(_FORMAT)

    def _start(self, clock: Clock, event: Event, first: int) -> None:
        """A `run_start`. One that comes after an evaluation belongs to another run."""
        if event.line > first:
            message = f"A second run starts here, after the evaluation on line {first}."
            remedy = "Send the log of one run; one that was resumed must keep the clock of its first `run_start`."
            self._notes.add("log-clock-restarts", message, line=event.line, remedy=remedy)
        elif self._request.from_first_line:
            self._zero(clock, event)
        else:
            self._read(clock.start, event)

    def _zero(self, clock: Clock, event: Event) -> None:
        """The first record of the log: the clock's zero for want of a `run_start`."""
        if clock.style is None:
            self._read(clock.read, event)

    def _read(self, read: Any, event: Event) -> None:
        try:
            read(event.time_ms, event.line)
        except BadTime as error:
            self._notes.add("log-value-invalid", f"`time_ms`: {error}", line=event.line)


def _is_many(epoch: Cell) -> bool:
    value = number(epoch)
    return value is not None and value >= _FEWEST_SAMPLES


def _check_status(survey: _Survey, notes: Notes) -> bool:
    """Whether the run says that it failed: then nothing in it counts as reached."""
    if not survey.status or survey.status.lower() == _SUCCESS:
        return False
    message = f"`run_stop` has the status {shown(survey.status)}: no evaluation of this run counts as reached."
    notes.add("run-aborted", message, line=survey.status_line)
    return True
