"""What AllenNLP prints while it trains (PROTOCOL section 7): a table of metrics after each epoch.

`allennlp.training.tensorboard_writer - accuracy |     0.701  |     0.774`, the second number of validation.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from scoring.readers.dialects import TextLog
from scoring.readers.events import Evaluated, Event, Spent, Started, Trained, is_start, seconds_of
from scoring.readers.stamps import TextLine

_KNOWN = re.compile(rb"allennlp\.(?:training|commands)\.")
_EPOCH = re.compile(r"\bEpoch ([0-9]{1,6})/[0-9]{1,6}\s*$")
_DURATION = re.compile(r"\bEpoch duration: ?([0-9:., days]{1,40})\s*$")
_ROW = re.compile(r"([A-Za-z][\w./-]{0,80})\s{0,80}\|\s{0,20}([\w.+-]{1,30})\s{0,20}\|\s{0,20}([\w.+-]{1,30})\s*$")
_NO_VALUE = "N/A"


class AllenNlpConsole(TextLog):
    """Epochs count from 0, whatever is the first that the log has."""

    name = "AllenNLP log"
    spent = "`Epoch duration`"

    def recognises_block(self, block: bytes) -> bool:
        return _KNOWN.search(block) is not None

    def events(self, lines: Iterator[TextLine]) -> Iterator[Event]:
        epoch: Decimal | None = None
        for line in lines:
            text = line.text
            if match := _ROW.search(text):
                if match.group(3) != _NO_VALUE:
                    values = {f"validation {match.group(1)}": match.group(3)}
                    yield Evaluated(line.number, line.when, values, epoch=epoch, spent_follows=True)
            elif match := _EPOCH.search(text):
                epoch = Decimal(match.group(1)) + 1
                yield Trained(line.number)
            elif match := _DURATION.search(text):
                if (seconds := seconds_of(match.group(1).strip())) is not None:
                    yield Spent(line.number, seconds)
            elif is_start(text):
                yield Started(line.number, line.when)
