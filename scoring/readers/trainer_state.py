"""Hugging Face `trainer_state.json` (PROTOCOL section 7). It mostly has no elapsed time of its own."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from scoring.readers.base import missing_metrics
from scoring.readers.clock import Clock, SpreadClock
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import MOST_COLUMNS, Columns, columns
from scoring.readers.json_text import ByKey, JsonReader
from scoring.readers.jsonl import is_json_lines
from scoring.readers.notes import Notes
from scoring.readers.numbers import number, whole
from scoring.readers.readings import LogReading
from scoring.readers.text import Text, Unreadable
from scoring.readers.wording import named

_HISTORY = "log_history"
_TOTAL = "train_runtime"
_FORMAT = "Hugging Face trainer_state.json"

Entry = tuple[int, dict[str, Any]]
"""A line and the object that starts on it."""


class TrainerStateLog:
    """Entries of `log_history`; gone through twice, as the keys and `train_runtime` are known only at the end."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return head.lstrip().startswith(b"{") and not is_json_lines(head)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        return read_entries(lambda: entries(text), _FORMAT, request, notes)


def read_entries(again: Callable[[], Iterator[Entry]], format: str, request: LogRequest, notes: Notes) -> LogReading:
    """The curves of a list of objects, of which each call of `again` brings the same."""
    survey = _Survey()
    for line, entry in again():
        survey.see(entry, line)
    keys = list(survey.keys)
    found = columns(keys, request.tasks)
    missing_metrics(keys, found, request, notes, place="key of the entries")
    clock = _clock(found, survey, request, notes)
    if clock is None or not found.metrics:
        return LogReading(format, findings=notes.findings)
    evaluations = Evaluations(found, request, notes, clock)
    for line, entry in again():
        evaluations.add(line, ByKey(keys, entry))
    return evaluations.reading(format)


def entries(text: Text) -> Iterator[Entry]:
    """(line, entry) of each entry of `log_history`. Unreadable where the file has none or is cut off."""
    reader, rows = JsonReader(text), 0
    seen = False
    for key in reader.items():
        if key != _HISTORY:
            reader.value()
            continue
        if reader.peek() != "[":
            break
        seen = True
        for line, entry in reader.elements():
            rows += 1
            if not isinstance(entry, dict) or rows > text.limits.log_rows:
                raise Unreadable("An entry of `log_history` is not an object, or there are too many.", line=line)
            yield line, entry
    if not seen:
        raise Unreadable(
            "The file is one JSON object without a list `log_history`.",
            remedy="Send trainer_state.json as the Trainer saved it, or JSON Lines with one object a row.",
        )


class _Survey:
    """What is known only once the whole file was seen: the keys, and the total time with the step it belongs to."""

    def __init__(self) -> None:
        self.keys: dict[str, None] = {}
        self.total: Decimal | None = None
        self.steps: int | None = None

    def see(self, entry: dict[str, Any], line: int) -> None:
        if entry.keys() - self.keys.keys():
            self.keys.update(dict.fromkeys(entry))
            if len(self.keys) > MOST_COLUMNS:
                raise Unreadable(f"The entries have more than {MOST_COLUMNS:,} different keys.", line=line)
        if _TOTAL in entry:
            self.total, self.steps = number(entry[_TOTAL]), whole(entry.get("step"))


def _clock(found: Columns, survey: _Survey, request: LogRequest, notes: Notes) -> Clock | SpreadClock | None:
    """The entries' own clock where they have one, else `train_runtime` spread over the steps."""
    if found.time is not None:
        return Clock(found.time, request.zero_at)
    if survey.total is None or not survey.steps or survey.total <= 0 or survey.total > Decimal(10) ** 9:
        notes.add(
            "log-no-time",
            f"No entry has an elapsed time or a `{_TOTAL}` with its step; found: {named(list(survey.keys))}.",
            remedy="Add the elapsed seconds to each evaluation (a callback can log them), or send the state saved at "
            f"the end of training, which has `{_TOTAL}`.",
        )
        return None
    clock = SpreadClock(float(survey.total), survey.steps, _TOTAL)
    notes.add("time-estimated", f"The log has no elapsed time: {clock.words()}.")
    return clock
