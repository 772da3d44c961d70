"""Results as `key = value` lines (PROTOCOL section 7): `eval_results.txt`, and the same as example scripts log it.

`***** Eval results mnli-mm *****` begins a group, as does a key that comes once more.
"""

import re
from collections.abc import Iterator

from scoring.readers.dialects import TextLog
from scoring.readers.events import Evaluated, Event, Sized, Started, Total, Trained, is_start, seconds_of
from scoring.readers.numbers import number, whole
from scoring.readers.stamps import TextLine

_KNOWN = re.compile(
    rb"(?:^|[ /-])(?:eval_\w{1,40}|\w{0,20}acc(?:uracy)?|\w{0,20}f1\w{0,20}) {1,80}= {1,20}[0-9]", re.MULTILINE
)
_ITEM = re.compile(
    r"(?:^|[\s>|:\]-])([A-Za-z][\w/.-]{0,80})[ \t]{1,80}=[ \t]{1,20}(-?[0-9][0-9.:e+-]{0,40}|nan|-?inf)[ \t]{0,20}$"
)
_SECTION = re.compile(r"\*{3,5} ?([^*]{1,120}?) ?\*{3,5}")
_RESULT = re.compile(r"acc|f1|eval|valid|dev", re.IGNORECASE)
_RUNTIME = "train_runtime"
_SAMPLES = "eval_samples"
"""Over how many rows the Trainer's example scripts say that they evaluated; `eval_samples_mm` is MNLI's second half."""
_MOST_KEYS = 1000


class KeyValueLog(TextLog):
    """Groups called train tell the total time only; those called test or predict tell nothing."""

    name = "key = value lines"
    spent = f"`{_RUNTIME}`"

    def recognises_block(self, block: bytes) -> bool:
        return _KNOWN.search(block) is not None

    def events(self, lines: Iterator[TextLine]) -> Iterator[Event]:
        group = _Group("")
        for line in lines:
            if match := _ITEM.search(line.text):
                if group.is_full(match.group(1)):
                    yield from group.events()
                    group = _Group(group.title)
                group.items[match.group(1)] = (line, match.group(2))
            elif match := _SECTION.search(line.text):
                yield from group.events()
                group = _Group(match.group(1))
                if is_start(line.text):
                    yield Started(line.number, line.when)
                elif group.is_training:
                    yield Trained(line.number)
        yield from group.events()


class _Group:
    """The lines under one title."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.items: dict[str, tuple[TextLine, str]] = {}

    @property
    def is_training(self) -> bool:
        return "train" in self.title.lower()

    def is_full(self, key: str) -> bool:
        return key in self.items or len(self.items) >= _MOST_KEYS

    def _sizes(self) -> Iterator[Event]:
        for key, (line, value) in self.items.items():
            if key.startswith(_SAMPLES) and (rows := whole(value)) is not None:
                yield Sized(line.number, rows, line.text.strip())

    def events(self) -> Iterator[Event]:
        if _RUNTIME in self.items:
            line, value = self.items[_RUNTIME]
            if (seconds := seconds_of(value)) is not None:
                yield Total(line.number, seconds)
        if self.is_training or any(word in self.title.lower() for word in ("test", "predict")):
            return
        yield from self._sizes()
        epoch = number(self.items["epoch"][1]) if "epoch" in self.items else None
        for key, (line, value) in self.items.items():
            if (
                key not in ("epoch", _RUNTIME)
                and not key.startswith(_SAMPLES)
                and _RESULT.search(f"{self.title} {key}")
            ):
                yield Evaluated(line.number, line.when, {key: value}, self.title, epoch)
