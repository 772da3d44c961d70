"""Which reader a log is for. Here, and only here, the formats are listed."""

from collections.abc import Sequence

from scoring.readers.allennlp_console import AllenNlpConsole
from scoring.readers.allennlp_metrics import AllenNlpMetrics
from scoring.readers.base import FORMATS, LogReader, TextReader
from scoring.readers.dawnbench import DawnBenchLog
from scoring.readers.delimited import DelimitedLog
from scoring.readers.evaluations import LogRequest
from scoring.readers.gluonnlp import GluonNlpLog
from scoring.readers.hulk_csv import HulkLog
from scoring.readers.json_object import JsonArrayLog, JsonObjectLog
from scoring.readers.jsonl import JsonLinesLog
from scoring.readers.key_values import KeyValueLog
from scoring.readers.log_pattern import PatternLog
from scoring.readers.mllog import MlLog
from scoring.readers.notes import Notes
from scoring.readers.paddle import PaddleLog
from scoring.readers.progress_table import ProgressTable
from scoring.readers.readings import LogReading
from scoring.readers.tensorboard import TensorBoardLog
from scoring.readers.text import Text, Unreadable
from scoring.readers.torchvision import TorchvisionLog
from scoring.readers.trainer_console import TrainerConsole
from scoring.values import Source

TEXT_READERS: tuple[TextReader, ...] = (
    ProgressTable(),
    GluonNlpLog(),
    TorchvisionLog(),
    AllenNlpConsole(),
    PaddleLog(),
    TrainerConsole(),
    KeyValueLog(),
)
"""Free text: what they know it by may stand anywhere in a file, so later blocks are shown to them as well."""

LOG_READERS: tuple[LogReader, ...] = (
    PatternLog(),
    MlLog(),
    AllenNlpMetrics(),
    JsonObjectLog(),
    JsonArrayLog(),
    JsonLinesLog(),
    *TEXT_READERS,
    HulkLog(),
    DawnBenchLog(),
    DelimitedLog(),
)
"""Asked in this order; the first that recognises the file reads it."""

BINARY_READERS: tuple[LogReader, ...] = (TensorBoardLog(),)
"""Asked before those, about the bytes as they are: what none of these recognises must be text."""


def read(source: Source, request: LogRequest) -> LogReading:
    """The log as its format's reader understands it, with a finding where none does."""
    notes = Notes(source.name, request.tasks[0].slug if len(request.tasks) == 1 else "")
    text = Text(source, request.rules.limits)
    try:
        return _reader_of(text, request).read(text, request, notes)
    except Unreadable as error:
        notes.unreadable(error)
        return LogReading(findings=notes.findings)


def _reader_of(text: Text, request: LogRequest) -> LogReader:
    """Unreadable where no reader recognises the file."""
    start = text.start()
    if binary := _asked(BINARY_READERS, start, request):
        return binary
    if reader := _asked(LOG_READERS, text.head(), request):
        return reader
    for block in text.blocks():
        if b"\n" not in block and len(block) > text.limits.line_bytes:
            raise Unreadable("A line is too long for a log, and the file is not JSON.", remedy=FORMATS)
        for reader in (MlLog(), *TEXT_READERS):
            if reader.recognises_block(block):
                return reader
    raise Unreadable(
        "No known format was recognised: it has no header of columns, is not JSON, and has no lines of a known tool.",
        remedy=FORMATS,
    )


def _asked(readers: Sequence[LogReader], head: bytes, request: LogRequest) -> LogReader | None:
    return next((reader for reader in readers if reader.recognises(head, request)), None)
