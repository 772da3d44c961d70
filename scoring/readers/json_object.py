"""Results as one JSON object: `all_results.json`, or an array of values for each name (PROTOCOL section 7)."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from scoring.readers.base import missing_metrics
from scoring.readers.clock import LONGEST_SECONDS, Clock, RowClock
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import MOST_COLUMNS, TimeColumn, columns, name
from scoring.readers.json_text import ByKey, JsonReader, array_rows, is_array, key_twice, one_object
from scoring.readers.jsonl import is_json_lines
from scoring.readers.notes import Notes
from scoring.readers.numbers import number
from scoring.readers.readings import LogReading
from scoring.readers.text import Text, Unreadable
from scoring.readers.times import SECONDS
from scoring.readers.trainer_state import TrainerStateLog, read_entries
from scoring.readers.wording import clean, named

_ARRAYS = "JSON arrays"
_RESULTS = "JSON object of results"
_HISTORY = "log_history"
_TOTAL = "train_runtime"
_ELAPSED = "elapsed"
_DURATIONS = ("epochtime", "epochduration", "timeperepoch", "epochseconds", "secondsperepoch")
_PLURALS = {"accuracies": "accuracy", "losses": "loss", "times": "time", "accs": "acc", "scores": "score"}

Value = tuple[int, Any]
"""The line on which a value starts, and the value."""


class JsonObjectLog:
    """One object that is no JSON Lines: a Trainer's state, final results, or arrays of one length side by side."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        start = head.lstrip()[:2]
        if start[:1] != b"{" or start == b"{'":  # the latter is what Python prints of a dictionary
            return False
        return not is_json_lines(head) or _is_summary(one_object(head))

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        values = _values(text)
        if _HISTORY in values:
            return TrainerStateLog().read(text, request, notes)
        if "cells" in values and "nbformat" in values:
            raise Unreadable(
                "The file is a Jupyter notebook.", remedy="Send the output of its training cell as a text file."
            )
        arrays = {key: value for key, value in values.items() if isinstance(value[1], list)}
        if columns(list(arrays), request.tasks).metrics or columns(_singular(arrays), request.tasks).metrics:
            return _read_arrays(arrays, request, notes)
        return _read_results({key: v for key, v in values.items() if key not in arrays}, list(values), request, notes)


class JsonArrayLog:
    """A list of objects, an object a row, such as a Trainer's `log_history` saved by itself."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return is_array(head)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        return read_entries(lambda: array_rows(text), "JSON list of objects", request, notes)


def _is_summary(row: Mapping[str, Any] | None) -> bool:
    """Whether the only line of a file is not a row of JSON Lines: it holds arrays, or the total of a training."""
    return row is not None and (_TOTAL in row or any(isinstance(value, list) for value in row.values()))


def _values(text: Text) -> dict[str, Value]:
    """The object's values; of a history inside it, such as Keras saves one, its arrays as well."""
    values: dict[str, Value] = {}
    inside: dict[str, Value] = {}
    reader = JsonReader(text)
    for key in reader.items():
        reader.peek()
        if key == _HISTORY:
            return {_HISTORY: (reader.line, None)}
        line = reader.line
        if key in values:
            raise key_twice(key, line)
        value = reader.value()
        values[key] = (line, value)
        if isinstance(value, dict):
            inside |= {inner: (line, item) for inner, item in value.items() if isinstance(item, list)}
        if len(values) + len(inside) > MOST_COLUMNS:
            raise Unreadable(f"The object has more than {MOST_COLUMNS:,} keys.", line=line)
    return inside | values


# --- arrays --------------------------------------------------------------------------------------------------------


def _singular(titles: Mapping[str, Value]) -> list[str]:
    """`val_accuracies` -> `val accuracy`: the names as columns have them."""
    return [" ".join(_PLURALS.get(word, word) for word in name(title).words) for title in titles]


def _read_arrays(arrays: Mapping[str, Value], request: LogRequest, notes: Notes) -> LogReading:
    """An evaluation for each position. All lines are that of the metric's array."""
    titles = _singular(arrays)
    lists = dict(zip(titles, (value for _, value in arrays.values()), strict=True))
    lines = dict(zip(titles, (line for line, _ in arrays.values()), strict=True))
    _add_durations(lists)
    keys = list(lists)
    found = columns(keys, request.tasks)
    missing_metrics(list(arrays), found, request, notes, place="array")
    if found.time is None:
        notes.add("log-no-time", f"No array is an elapsed time; found: {named(list(arrays))}.")
        return LogReading(_ARRAYS, findings=notes.findings)
    metrics = sorted({position for metric in found.metrics.values() for position in metric.positions})
    line = lines[keys[metrics[0]]] if metrics else None
    sizes = {keys[position]: len(lists[keys[position]]) for position in (*metrics, found.time.position)}
    if len(set(sizes.values())) != 1:
        told = ", ".join(f"`{clean(title)}` {size:,}" for title, size in sizes.items())
        notes.add("log-value-invalid", f"The arrays are not of one length: {told}.", line=line)
    if not metrics or notes.wrong():
        return LogReading(_ARRAYS, findings=notes.findings)
    evaluations = Evaluations(found, request, notes, Clock(found.time, request.zero_at))
    for row in range(sizes[keys[metrics[0]]]):
        cells = {title: values[row] if row < len(values) else None for title, values in lists.items()}
        evaluations.add(line or 1, ByKey(keys, cells))
    return evaluations.reading(_ARRAYS)


def _add_durations(lists: dict[str, list[Any]]) -> None:
    """Durations of epochs, added up, are elapsed times."""
    title = next((title for title in lists if name(title).joined in _DURATIONS), None)
    if title is None or _ELAPSED in lists:
        return
    total, elapsed = Decimal(0), []
    for cell in lists[title]:
        seconds = number(cell)
        if seconds is None or not 0 <= seconds <= LONGEST_SECONDS:
            return
        total += seconds
        elapsed.append(total)
    lists[_ELAPSED] = elapsed


# --- results at the end --------------------------------------------------------------------------------------------


def _read_results(values: Mapping[str, Value], every_key: list[str], request: LogRequest, notes: Notes) -> LogReading:
    """One evaluation after the training: its time is the whole of `train_runtime` where there is no other."""
    titles = list(values)
    found = columns(titles, request.tasks)
    missing_metrics(every_key, found, request, notes, place="value")
    row = {title: value for title, (_, value) in values.items()}
    clock: RowClock | None = Clock(found.time, request.zero_at) if found.time else None
    if clock is None and _TOTAL in titles:
        if found.metrics:
            notes.add("time-estimated", f"The only time is `{_TOTAL}`: the evaluation is taken to be at its end.")
        total = TimeColumn(titles.index(_TOTAL), _TOTAL, SECONDS, is_clock=False)
        found, clock = replace(found, time=total), _Total(total)
    if clock is None:
        notes.add("log-no-time", f"Neither `{_TOTAL}` nor another time is there; found: {named(every_key)}.")
    if clock is None or not found.metrics:
        return LogReading(_RESULTS, findings=notes.findings)
    evaluations = Evaluations(found, request, notes, clock)
    position = min(position for metric in found.metrics.values() for position in metric.positions)
    evaluations.add(values[titles[position]][0], ByKey(titles, row))
    return evaluations.reading(_RESULTS)


class _Total(Clock):
    """The whole training as the time of the evaluation after it."""

    estimated = True

    def __init__(self, column: TimeColumn) -> None:
        super().__init__(column, None)

    def words(self) -> str:
        return f"estimated: `{_TOTAL}`, the end of training"
