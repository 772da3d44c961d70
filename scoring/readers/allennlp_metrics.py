"""AllenNLP's `metrics.json` and `metrics_epoch_N.json`, one or several in a file (PROTOCOL section 7)."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scoring.readers.base import find_columns
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import MOST_COLUMNS
from scoring.readers.json_text import ByKey, JsonReader
from scoring.readers.notes import Notes
from scoring.readers.numbers import whole
from scoring.readers.readings import LogReading
from scoring.readers.text import Text, Unreadable

_FORMAT = "AllenNLP metrics JSON"
_KNOWN = re.compile(rb'"training_duration"\s*:')
_SHAPE = re.compile(rb'"(?:best_|training_)?(?:validation_\w|epochs?"|start_epoch")')


class AllenNlpMetrics:
    """`training_duration` is the clock, `validation_…` the metric; epochs count from 0, whatever is the first."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return head.lstrip()[:1] == b"{" and _KNOWN.search(head) is not None and _SHAPE.search(head) is not None

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        keys: dict[str, None] = {}
        for line, entry in _entries(text):
            keys.update(dict.fromkeys(entry))
            if len(keys) > MOST_COLUMNS:
                raise Unreadable(f"The objects have more than {MOST_COLUMNS:,} different keys.", line=line)
        titles = list(keys)
        found = find_columns(titles, request, notes)
        if found is None:
            return LogReading(_FORMAT, findings=notes.findings)
        evaluations = Evaluations(found.columns, request, notes, found.clock)
        for line, entry in _entries(text):
            evaluations.add(line, ByKey(titles, entry))
        return evaluations.reading(_FORMAT)


def _entries(text: Text) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, object) of each object in the file. Unreadable where something else stands there."""
    reader = JsonReader(text)
    rows = 0
    while reader.peek():
        line = reader.line
        entry = reader.value()
        rows += 1
        if not isinstance(entry, dict) or rows > text.limits.log_rows:
            raise Unreadable("This is not the object of an epoch's metrics, or there are too many.", line=line)
        epoch = whole(entry.get("epoch"))
        yield line, entry if epoch is None else entry | {"epoch": Decimal(epoch + 1)}
