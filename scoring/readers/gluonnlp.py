"""Logs of GluonNLP's and other MXNet scripts (PROTOCOL section 7).

`validation metrics:accuracy:0.9220` or `[Epoch 3] …, dev acc 0.8165, …`, time as stamps or as `Time cost=415.7s` after
each epoch. MNLI prints matched, then mismatched, of which some versions say so on a line before.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from scoring.readers.dialects import TextLog
from scoring.readers.events import Evaluated, Event, Spent, Started, Total, Trained, is_start, pairs, seconds_of
from scoring.readers.stamps import TextLine

_KNOWN = re.compile(
    rb"validation metrics[:=]|\[Epoch [0-9]{1,6}(?: Batch [0-9]|\] (?:train|valid|dev) )"
    rb"|Epoch\[[0-9]{1,6}\] (?:Train|Val|Time)"
)
_BATCH = re.compile(r"\[Epoch ([0-9]{1,6}) Batch ")
_METRICS = re.compile(r"\bvalidation metrics[:=](.*)")
_EPOCH = re.compile(r"\[Epoch ([0-9]{1,6})\](.*)")
_MODULE = re.compile(r"Epoch\[([0-9]{1,6})\] (?:Validation-([\w-]{1,40})=([0-9.e+-]{1,30})|Time cost=([0-9.]{1,20}))")
_SET = re.compile(r"doing (?:evaluation|testing) on (\S{1,60}) with|\bOn ([\w -]{1,60}):\s*$")
_COST = re.compile(r"Time cost[:=] ?([0-9.]{1,20}) ?s(?!.*throughput)")
_TOTAL = re.compile(r"Total time cost[:=]? ?([0-9.]{1,20}) ?s")
_DEV = re.compile(r"\b(?:dev|val|valid|validation)\b")


class GluonNlpLog(TextLog):
    """Values under `validation metrics`; what was said to be training or testing never counts."""

    name = "GluonNLP log"
    spent = "`Time cost` of the epochs"

    def recognises_block(self, block: bytes) -> bool:
        return _KNOWN.search(block) is not None

    def events(self, lines: Iterator[TextLine]) -> Iterator[Event]:
        return _Reading().events(lines)


class _Reading:
    """One way through a log: the epoch and the set that the last lines spoke of."""

    def __init__(self) -> None:
        self._epoch: Decimal | None = None
        self._set = ""

    def events(self, lines: Iterator[TextLine]) -> Iterator[Event]:
        for line in lines:
            if match := _BATCH.search(line.text):
                self._epoch = Decimal(match.group(1))
                self._set = ""
                yield Trained(line.number)
            elif (event := self._event(line)) is not None:
                yield event

    def _event(self, line: TextLine) -> Event | None:
        text = line.text
        if match := _METRICS.search(text):
            return self._metrics(line, match.group(1))
        if match := _EPOCH.search(text):
            return self._epoch_line(line, match)
        if match := _MODULE.search(text):
            return self._module_line(line, match)
        if match := _SET.search(text):
            self._set = match.group(1) or match.group(2)
            return None
        return _time_line(line)

    def _metrics(self, line: TextLine, text: str) -> Event | None:
        label, self._set = self._set, ""
        if "test" in label.lower():
            return None
        return Evaluated(line.number, line.when, pairs(text), label, self._epoch, spent_follows=True)

    def _epoch_line(self, line: TextLine, match: re.Match[str]) -> Event | None:
        """`[Epoch 3] train avg loss 0.0079, dev acc 0.8165, …`: only what is called dev or valid."""
        self._epoch = Decimal(match.group(1))
        found = {name: value for name, value in pairs(match.group(2)).items() if _DEV.search(name)}
        if not found:
            return Trained(line.number)
        return Evaluated(line.number, line.when, found, epoch=self._epoch, spent_follows=True)

    def _module_line(self, line: TextLine, match: re.Match[str]) -> Event | None:
        """MXNet's Module: `Epoch[0] Time cost=10.5`, then `Epoch[0] Validation-accuracy=0.85`."""
        epoch, name, value, cost = match.groups()
        self._epoch = Decimal(epoch)
        if cost is not None:
            return _time(Spent, line, cost)
        return Evaluated(line.number, line.when, {name: value}, epoch=self._epoch)


def _time_line(line: TextLine) -> Event | None:
    if match := _TOTAL.search(line.text):
        return _time(Total, line, match.group(1))
    if match := _COST.search(line.text):
        return _time(Spent, line, match.group(1))
    return Started(line.number, line.when) if is_start(line.text) else None


def _time(kind: type[Spent] | type[Total], line: TextLine, text: str) -> Event | None:
    seconds = seconds_of(text)
    return None if seconds is None else kind(line.number, seconds)
