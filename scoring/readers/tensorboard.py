"""TensorBoard event files (PROTOCOL section 7). `line` in findings and points is the record's number, from 1."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from scoring.findings import Severity
from scoring.readers.base import missing_metrics
from scoring.readers.clock import Clock
from scoring.readers.evaluations import Evaluations, LogRequest
from scoring.readers.gathering import Gatherer, Row
from scoring.readers.headers import MOST_COLUMNS, TimeColumn, columns
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.scalars import Event, NotAMessage, event
from scoring.readers.text import Text, Unreadable
from scoring.readers.tfrecords import CutOff, Record, damaged, records, starts_with_record
from scoring.readers.times import SECONDS

_FORMAT = "TensorBoard event file"
_ALWAYS_CHECKED = 4096
"""Bytes up to which a record is tested whatever it holds; a longer one only where it holds scalars."""


class TensorBoardLog:
    """Scalars with their `wall_time`; gone through twice, as the tags are known only at the end."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        """By the checksum of the first record's length, which no other file has."""
        return starts_with_record(head)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        tags = _tags(text, notes)
        found = columns(tags, request.tasks)
        missing_metrics(tags, found, request, notes, place="tag")
        if not found.metrics:
            return LogReading(_FORMAT, findings=notes.findings)
        time = TimeColumn(len(tags), "wall_time", SECONDS, is_clock=False)
        own = replace(found, time=time, step=len(tags) + 1)
        evaluations = Evaluations(own, request, notes, Clock(time, request.zero_at))
        metrics = {position for metric in found.metrics.values() for position in metric.positions}
        rows = Gatherer(evaluations, metrics=metrics, time=time.position)
        _fill(rows, evaluations, text, {tag: position for position, tag in enumerate(tags)}, metrics)
        return evaluations.reading(_FORMAT)


def _fill(
    rows: Gatherer, evaluations: Evaluations, text: Text, places: Mapping[str, int], metrics: Collection[int]
) -> None:
    """Every scalar into its row. The first record, mostly the file's version, is the clock's zero."""
    time, step = len(places), len(places) + 1
    is_first = True
    for number, each in _events(text):
        wall_time = Decimal(each.wall_time)
        if is_first and not any(places[tag] in metrics for tag, _ in each.scalars):
            evaluations.add(number, Row({time: wall_time}))
        is_first = False
        for tag, scalar in each.scalars:
            rows.add(number, wall_time, each.step, {places[tag]: scalar, step: Decimal(each.step)})
    rows.flush()


def _tags(text: Text, notes: Notes) -> list[str]:
    """The tags of all scalars in the order of the file, whose records are tested on the way."""
    tags: dict[str, None] = {}
    try:
        for record in records(text):
            scalars = _event(record).scalars
            if (scalars or len(record.data) <= _ALWAYS_CHECKED) and not record.is_intact:
                raise damaged(record.number)
            tags.update(dict.fromkeys(tag for tag, _ in scalars))
            if len(tags) > MOST_COLUMNS:
                raise Unreadable(f"The file has more than {MOST_COLUMNS:,} tags.", line=record.number)
    except CutOff as cut:
        if cut.number == 1:
            raise Unreadable("The event file is cut off inside its first record.") from None
        notes.add(
            "file-unreadable",
            f"The file is cut off inside record {cut.number:,}, as that of a stopped run is; those before it count.",
            line=cut.number,
            remedy="Send the file again if the run has ended since; else nothing needs mending.",
            severity=Severity.WARNING,
        )
    return list(tags)


def _events(text: Text) -> Iterator[tuple[int, Event]]:
    """(number, event) of each whole record."""
    try:
        for record in records(text):
            yield record.number, _event(record)
    except CutOff:
        return


def _event(record: Record) -> Event:
    try:
        return event(record.data)
    except NotAMessage:
        if record.is_intact:
            message = f"Record {record.number:,} holds no TensorBoard event."
            raise Unreadable(message, line=record.number) from None
        raise damaged(record.number) from None
