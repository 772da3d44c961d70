"""DAWNBench training logs: TSV with `epoch`, `hours` and metrics in any order (PROTOCOL section 7)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from scoring.readers.base import missing_metrics
from scoring.readers.cells import cells_of, first_line, fit
from scoring.readers.clock import Clock
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.headers import Columns, columns
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.text import Text

_FORMAT = "DAWNBench TSV"
_TAB = b"\t"
_METRIC = re.compile(r"[A-Za-z0-9]+(?:Accuracy|Score|F1|Perplexity|Loss|BLEU)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FIRST = "top1"
"""DAWNBench's word for plain accuracy; `top5Accuracy` is another metric."""


class DawnBenchLog:
    """Metric names in camel case: `top1Accuracy`, `f1Score`."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        titles = first_line(head)
        if titles is None or _TAB not in head.lstrip().split(b"\n", 1)[0] or not {"epoch", "hours"} <= set(titles):
            return False
        others = [title for title in titles if title not in ("epoch", "hours")]
        return bool(others) and all(_METRIC.fullmatch(title) for title in others)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        titles = first_line(text.head()) or []
        found = _columns(titles, request)
        missing_metrics(titles, found, request, notes)
        if found.time is None or not found.metrics:
            return LogReading(_FORMAT, findings=notes.findings)
        evaluations = Evaluations(found, request, notes, Clock(found.time, request.zero_at))
        rows = text.lines(rows=text.limits.log_rows + 1)
        next(rows)
        for number, line in rows:
            evaluations.add(number, fit(cells_of(line, _TAB), len(titles), number))
        return evaluations.reading(_FORMAT)


def _columns(titles: Sequence[str], request: LogRequest) -> Columns:
    """The columns by the names that HULK's own logs have, told by the titles as they stand."""
    plain = [" ".join(word for word in _CAMEL.split(title) if word != _FIRST) for title in titles]
    found = columns(plain, request.tasks)
    metrics = {
        slug: replace(metric, titles=tuple(titles[position] for position in metric.positions))
        for slug, metric in found.metrics.items()
    }
    return replace(found, metrics=metrics)
