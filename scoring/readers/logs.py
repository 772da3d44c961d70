"""Which reader a log is for. Here, and only here, the formats are listed."""

from scoring.readers.base import LogReader
from scoring.readers.delimited import DelimitedLog
from scoring.readers.evaluations import LogRequest
from scoring.readers.hulk_csv import HulkLog
from scoring.readers.jsonl import JsonLinesLog
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.text import Text, Unreadable
from scoring.readers.trainer_state import TrainerStateLog
from scoring.values import Source

LOG_READERS: tuple[LogReader, ...] = (JsonLinesLog(), TrainerStateLog(), HulkLog(), DelimitedLog())
"""Asked in this order; the first that recognises the file reads it."""


def read(source: Source, request: LogRequest) -> LogReading:
    """The log as its format's reader understands it, with a finding where none does."""
    notes = Notes(source.name, request.tasks[0].slug if len(request.tasks) == 1 else "")
    text = Text(source, request.rules.limits)
    try:
        head = text.head()
        reader = next((reader for reader in LOG_READERS if reader.recognises(head, request)), None)
        if reader is None:
            raise Unreadable("No reader recognises the file: it has no header of columns and is not JSON.")
        return reader.read(text, request, notes)
    except Unreadable as error:
        notes.unreadable(error)
        return LogReading(findings=notes.findings)
