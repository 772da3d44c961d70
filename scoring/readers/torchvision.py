"""Logs of scripts in the style of torchvision's references (PROTOCOL section 7).

`Epoch: [0] Total time: 0:01:31`, then ` * Accuracy 0.916284` of the evaluation, which newer ones print as
`Test:  Acc@1 91.628 Acc@5 100.000`, at the end `Training time 0:04:37`.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from scoring.readers.dialects import TextLog
from scoring.readers.events import Evaluated, Event, Spent, Started, Total, Trained, is_start, pairs, seconds_of
from scoring.readers.stamps import TextLine, stamp_end

_KNOWN = re.compile(rb"Epoch: ?\[[0-9]{1,6}\]")
_DURATION = r"((?:[0-9]{1,4} days?, )?[0-9]{1,5}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?)"
_EPOCH = re.compile(rf"Epoch: ?\[([0-9]{{1,6}})\](?: ?Total time: ?{_DURATION})?")
_SCORE = re.compile(r"(?:^|[\s:>|\]-])(?:\* (?!\*)|Test: {1,4}(?=Acc@))(.*)")
_TOTAL = re.compile(rf"Training time:? ?{_DURATION}")
_NAMES = {"acc@1": "accuracy", "prec@1": "accuracy", "acc1": "accuracy", "acc": "accuracy"}


class TorchvisionLog(TextLog):
    """The lines that begin with a star or with `Test:  Acc@` are dev evaluations, whatever the progress lines before
    them are called. Those of averaged weights (`Test: EMA Acc@1`) are of another model."""

    name = "torchvision-style log"
    spent = "`Total time` of the epochs"

    def recognises_block(self, block: bytes) -> bool:
        return _KNOWN.search(block) is not None

    def events(self, lines: Iterator[TextLine]) -> Iterator[Event]:
        epoch: Decimal | None = None
        for line in lines:
            text = line.text
            if match := _EPOCH.search(text):
                epoch = Decimal(match.group(1))
                seconds = seconds_of(match.group(2)) if match.group(2) else None
                yield Trained(line.number) if seconds is None else Spent(line.number, seconds)
            elif match := _SCORE.search(text, stamp_end(text)):
                if values := _values(match.group(1)):
                    yield Evaluated(line.number, line.when, values, epoch=epoch)
            elif match := _TOTAL.search(text):
                if (seconds := seconds_of(match.group(1))) is not None:
                    yield Total(line.number, seconds)
            elif is_start(text):
                yield Started(line.number, line.when)


def _values(text: str) -> dict[str, str]:
    return {_NAMES.get(name.lower(), name): value for name, value in pairs(text).items()}
