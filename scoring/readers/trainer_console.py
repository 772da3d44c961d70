"""What the Hugging Face Trainer and its example scripts print as dictionaries (PROTOCOL section 7).

`{'eval_loss': 0.29, 'eval_accuracy': 0.92, …, 'epoch': 1.0}`, `epoch 0: {'accuracy': 0.9059}`, and at the end
`{'train_runtime': 1021.1, …}`, which is spread over the epochs where the lines have no stamps.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from scoring.readers.dialects import TextLog
from scoring.readers.events import Evaluated, Event, Sized, Started, Total, Trained, is_start, seconds_of
from scoring.readers.numbers import number
from scoring.readers.stamps import TextLine

_KNOWN = re.compile(rb"\{'(?:eval_[a-z]|train_runtime)|epoch [0-9]{1,6}: \{'")
_ITEM = re.compile(r"'([\w/. -]{1,80})': '?(-?[0-9.]{1,40}(?:[eE][+-]?[0-9]{1,3})?|nan|-?inf)'?")
_EPOCH = re.compile(r"\bepoch ([0-9]{1,6}):? ?$")
_LABEL = re.compile(r"([\w-]{1,40}): ?$")
_SECTION = re.compile(r"\*\*\*\*\* ?(?:Running )?([^*]{1,80}?) ?\*\*\*\*\*")
_EXAMPLES = re.compile(r"\bNum examples ?[:=] ?([0-9]{1,12})")
_ROUTINE = ("loss", "runtime", "samples", "steps", "per_second")


class TrainerConsole(TextLog):
    """Dictionaries with `eval_` are evaluations; those with `loss` are training, those of a test never count."""

    name = "Hugging Face log"
    spent = "`train_runtime`"

    def recognises_block(self, block: bytes) -> bool:
        return _KNOWN.search(block) is not None

    def events(self, lines: Iterator[TextLine]) -> Iterator[Event]:
        section = ""
        for line in lines:
            start, end = line.text.find("{'"), line.text.rfind("}")
            if 0 <= start < end:
                if (event := _of_dictionary(line, start, end)) is not None:
                    yield event
                continue
            if match := _SECTION.search(line.text):
                section = match.group(1).lower()
            if is_start(line.text):
                yield Started(line.number, line.when)
            elif "evaluation" in section and (match := _EXAMPLES.search(line.text)):
                yield Sized(line.number, int(match.group(1)), line.text.strip())


def _of_dictionary(line: TextLine, start: int, end: int) -> Event | None:
    items = dict(_ITEM.findall(line.text[start:end]))
    before = line.text[:start]
    epoch = number(items["epoch"]) if "epoch" in items else None
    if "train_runtime" in items:
        seconds = seconds_of(items["train_runtime"])
        return None if seconds is None else Total(line.number, seconds, epoch)
    if told := _EPOCH.search(before):
        return Evaluated(line.number, line.when, _metrics(items), epoch=Decimal(told.group(1)))
    if values := {name: value for name, value in _metrics(items).items() if name.startswith("eval_")}:
        label = _LABEL.search(before)
        return Evaluated(line.number, line.when, values, label.group(1) if label else "", epoch)
    return Trained(line.number) if "loss" in items else None


def _metrics(items: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in items.items() if name != "epoch" and not any(r in name for r in _ROUTINE)}
