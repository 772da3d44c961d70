"""Hugging Face `trainer_state.json` (PROTOCOL section 7). It mostly has no elapsed time of its own."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from scoring.readers.base import missing_metrics
from scoring.readers.clock import Clock, SpreadClock
from scoring.readers.entry_rows import entry_rows, single
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import Columns, columns
from scoring.readers.json_text import JsonReader, key_twice
from scoring.readers.jsonl import is_json_lines
from scoring.readers.notes import Notes
from scoring.readers.numbers import number, whole
from scoring.readers.object_keys import ObjectKeys
from scoring.readers.readings import LogReading
from scoring.readers.rows import Rows, Wanted
from scoring.readers.text import Text, Unreadable
from scoring.readers.wording import named

_HISTORY = "log_history"
_TOTAL = "train_runtime"
_FORMAT = "Hugging Face trainer_state.json"

Entry = tuple[int, dict[str, Any]]
"""A line and the object that starts on it."""

Again = Callable[[ObjectKeys, Wanted], Iterator[Rows]]
"""Goes through the entries: with the keys met so far, and the positions of the columns that are wanted."""


class TrainerStateLog:
    """Entries of `log_history`; gone through twice, as the keys and `train_runtime` are known only at the end."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return head.lstrip().startswith(b"{") and not is_json_lines(head)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        return _read(partial(_history, text), _FORMAT, request, notes)


def read_entries(again: Callable[[], Iterator[Entry]], format: str, request: LogRequest, notes: Notes) -> LogReading:
    """The curves of a list of objects, of which each call of `again` brings the same."""

    def rows(keys: ObjectKeys, wanted: Wanted) -> Iterator[Rows]:
        return (single(line, keys.cells(entry, line)) for line, entry in again())

    return _read(rows, format, request, notes)


def _read(again: Again, format: str, request: LogRequest, notes: Notes) -> LogReading:
    survey = _Survey()
    reading = _at_once(again, survey, format, request, notes)
    if reading is not None:
        return reading
    for rows in again(survey.keys, Wanted()):
        survey.see(rows)
    keys = survey.keys.names
    found = columns(keys, request.tasks)
    missing_metrics(keys, found, request, notes, place="key of the entries")
    clock = _clock(found, survey, request, notes)
    if clock is None or not found.metrics:
        return LogReading(format, findings=notes.findings)
    evaluations = Evaluations(found, request, notes, clock)
    for rows in again(survey.keys, evaluations.wanted):
        evaluations.add_rows(rows)
    return evaluations.reading(format)


def _at_once(again: Again, survey: "_Survey", format: str, request: LogRequest, notes: Notes) -> LogReading | None:
    """The same by going through the entries once, with the keys of the first ones, and, where they have no time, with
    their steps for it until the total is known. None where that turns out to have been rash."""
    for rows in again(survey.keys, Wanted()):
        survey.see(rows)
        if len(rows.lines) > 1:
            break
    found = columns(survey.keys.names, request.tasks)
    if len(found.metrics) < len(request.tasks) or (found.time is None and found.step is None):
        return None
    own = Notes(notes.file, notes.task)
    clock: Clock | SpreadClock = Clock(found.time, request.zero_at) if found.time else SpreadClock(1.0, 1, _TOTAL)
    evaluations = Evaluations(found, request, own, clock)
    for rows in again(survey.keys, evaluations.wanted):
        survey.see(rows)
        evaluations.add_rows(rows)
    if own.findings or columns(survey.keys.names, request.tasks) != found:
        return None
    if found.time is None:
        total = _clock(found, survey, request, own)
        if not isinstance(total, SpreadClock):
            return None
        evaluations.spread(total)
    return evaluations.reading(format)


def _history(text: Text, keys: ObjectKeys, wanted: Wanted) -> Iterator[Rows]:
    """The entries of `log_history`. Unreadable where the file has none or is cut off."""
    reader = JsonReader(text)
    seen = False
    for key in reader.items():
        if key != _HISTORY:
            reader.value()
            continue
        if seen:
            raise key_twice(_HISTORY, reader.line)
        if reader.peek() != "[":
            break
        seen = True
        count = 0
        for rows in entry_rows(reader, keys, wanted, alone=_TOTAL):
            count += len(rows.lines)
            if count > text.limits.log_rows:
                raise Unreadable("`log_history` has too many entries.", line=int(rows.lines[0]))
            yield rows
    if not seen:
        raise Unreadable(
            "The file is one JSON object without a list `log_history`.",
            remedy="Send trainer_state.json as the Trainer saved it, or JSON Lines with one object a row.",
        )


class _Survey:
    """What is known only once the whole file was seen: the keys, and the total time with the step it belongs to."""

    def __init__(self) -> None:
        self.keys = ObjectKeys()
        self.total: Decimal | None = None
        self.steps: int | None = None

    def see(self, rows: Rows) -> None:
        """Looks at the rows that have to be read by themselves, as the one with the total does."""
        for row in (~rows.fits).nonzero()[0].tolist():
            entry = rows.row(row).row
            if _TOTAL in entry:
                self.total, self.steps = number(entry[_TOTAL]), whole(entry.get("step"))


def _clock(found: Columns, survey: _Survey, request: LogRequest, notes: Notes) -> Clock | SpreadClock | None:
    """The entries' own clock where they have one, else `train_runtime` spread over the steps."""
    if found.time is not None:
        return Clock(found.time, request.zero_at)
    if survey.total is None or not survey.steps or survey.total <= 0 or survey.total > Decimal(10) ** 9:
        notes.add(
            "log-no-time",
            f"No entry has an elapsed time or a `{_TOTAL}` with its step; found: {named(survey.keys.names)}.",
            remedy="Add the elapsed seconds to each evaluation (a callback can log them), or send the state saved at "
            f"the end of training, which has `{_TOTAL}`.",
        )
        return None
    clock = SpreadClock(float(survey.total), survey.steps, _TOTAL)
    notes.add("time-estimated", f"The log has no elapsed time: {clock.words()}.")
    return clock
