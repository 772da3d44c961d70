"""What Paddle prints while it trains (PROTOCOL section 7): the bars of its `Model.fit`, and PaddleNLP's step lines.

`step 3068/3068 - loss: 0.4777 - acc: 0.7882 - 743ms/step` is training or, after `Eval begin...`, the evaluation; time
is the steps times the time of one. PaddleNLP writes `global step 100/6315, …, speed: 3.3566 step/s` and `eval loss: …`.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from scoring.readers.dialects import TextLog
from scoring.readers.events import Evaluated, Event, Sized, Spent, Started, Trained, is_start, pairs
from scoring.readers.stamps import TextLine

_KNOWN = re.compile(rb"step {1,9}[0-9]{1,9}(?:/[0-9]{1,9})? - |global step [0-9]{1,9}")
_BAR = re.compile(
    r"\bstep {1,9}([0-9]{1,9})(?:/([0-9]{1,9}))?(?: \[[^\]]{0,40}\])? - (.{0,400}) - "
    r"([0-9.]{1,12})(us|ms|s)/(?:step|sample)"
)
_EPOCH = re.compile(r"^\s*Epoch ([0-9]{1,6})/[0-9]{1,6}\s*$")
_EVALUATION = re.compile(r"\bEval(?:uate)? begin")
_OTHER = re.compile(r"\bPredict(?:ion)? begin")
_SIZE = re.compile(r"\bEval samples: ([0-9]{1,12})")
_STEP = re.compile(
    r"global step ([0-9]{1,9})(?:/[0-9]{1,9})?, epoch: ([0-9]{1,6}),.{0,400}\bspeed: ([0-9.]{1,12}) ?step/s"
)
_LOSS = re.compile(r"\beval loss: ?(.*)")
_UNITS = {"us": Decimal("0.000001"), "ms": Decimal("0.001"), "s": Decimal(1)}


class PaddleLog(TextLog):
    """Bars are averages, so the time is estimated. Evaluation is on it, as the log cannot tell it apart at the end."""

    name = "Paddle log"
    spent = "the steps times the time of a step"
    estimates = True

    def recognises_block(self, block: bytes) -> bool:
        return _KNOWN.search(block) is not None

    def events(self, lines: Iterator[TextLine]) -> Iterator[Event]:
        return _Reading().events(lines)


class _Reading:
    """One way through a log. A bar is drawn many times; its last state counts."""

    def __init__(self) -> None:
        self._epoch: Decimal | None = None
        self._bar: tuple[TextLine, re.Match[str]] | None = None
        self._mode = "train"
        self._step = 0

    def events(self, lines: Iterator[TextLine]) -> Iterator[Event]:
        for line in lines:
            text = line.text
            if match := _BAR.search(text):
                yield from self._drawn(line, match)
            elif match := _STEP.search(text):
                yield from self._stepped(line, match)
            elif match := _LOSS.search(text):
                yield Evaluated(line.number, line.when, _values(match.group(1)), epoch=self._epoch, step=self._step)
            elif mode := self._new_mode(line):
                yield from self._bar_done()
                self._mode = mode
            elif match := _SIZE.search(text):
                yield Sized(line.number, int(match.group(1)), text)
            elif is_start(text):
                yield Started(line.number, line.when)
        yield from self._bar_done()

    def _new_mode(self, line: TextLine) -> str:
        if match := _EPOCH.search(line.text):
            self._epoch = Decimal(match.group(1))
            return "train"
        if _EVALUATION.search(line.text):
            return "eval"
        return "other" if _OTHER.search(line.text) else ""

    def _drawn(self, line: TextLine, match: re.Match[str]) -> Iterator[Event]:
        before = self._bar
        if before is not None and int(match.group(1)) < int(before[1].group(1)):
            yield from self._bar_done()
        self._bar = (line, match)
        if match.group(1) == match.group(2):
            yield from self._bar_done()

    def _bar_done(self) -> Iterator[Event]:
        if self._bar is None:
            return
        (line, match), self._bar = self._bar, None
        if self._mode == "other":
            return
        yield Spent(line.number, Decimal(match.group(1)) * _decimal(match.group(4)) * _UNITS[match.group(5)])
        if self._mode == "eval":
            yield Evaluated(line.number, line.when, _values(match.group(3)), epoch=self._epoch)
            self._mode = "train"

    def _stepped(self, line: TextLine, match: re.Match[str]) -> Iterator[Event]:
        step, speed = int(match.group(1)), _decimal(match.group(3))
        self._epoch = Decimal(match.group(2))
        if step > self._step and speed > 0:
            yield Spent(line.number, (step - self._step) / speed)
        else:
            yield Trained(line.number)
        self._step = step


def _decimal(text: str) -> Decimal:
    """The number; 0 where it is none, such as `1.2.3`."""
    return Decimal(text) if text.count(".") <= 1 and text.strip(".") else Decimal(0)


def _values(text: str) -> dict[str, str]:
    return {name: value for name, value in pairs(text).items() if "loss" not in name.lower()}
