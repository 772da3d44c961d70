"""The clocks of free-text logs: stamps of the lines, times of stretches of training added up, or a total spread."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

from scoring.readers.clock import ReadyClock, zero_of
from scoring.readers.evaluations import MOST_EVALUATIONS, LogRequest
from scoring.readers.events import Evaluated, Event, Spent, Started
from scoring.readers.stamps import Stamps
from scoring.readers.text import Unreadable

Timed = tuple[Event, float | None]
"""An event and, of an evaluation, the elapsed seconds."""


class TextClock(Protocol):
    """Gives every evaluation its elapsed time. `ready` says in words which clock it is, once `timed` has begun."""

    untimed: int | None

    @property
    def ready(self) -> ReadyClock: ...

    def timed(self, events: Iterator[Event]) -> Iterator[Timed]:
        """The events in an order in which each evaluation's time is known."""


class StampClock:
    """Zero is the last training start before the first evaluation, else `started_at`, else the first stamp."""

    untimed: int | None = None

    def __init__(self, stamps: Stamps, request: LogRequest) -> None:
        self._stamps = stamps
        self._request = request
        self._start: Started | None = None
        self._zero: float | None = None
        self.ready = ReadyClock(f"stamps of the lines, {stamps.style}")

    def timed(self, events: Iterator[Event]) -> Iterator[Timed]:
        for event in events:
            if isinstance(event, Started) and self._zero is None and event.when is not None:
                self._start = event
            if not isinstance(event, Evaluated):
                yield event, None
                continue
            if self._zero is None:
                self._zero = self._zero_at()
            yield event, None if event.when is None else event.when - self._zero

    def _zero_at(self) -> float:
        first, request = self._stamps.first or 0.0, self._request
        if self._start is not None and self._start.when is not None and not request.from_first_line:
            self._tell(f"from the training start on line {self._start.line}")
            return self._start.when
        if request.zero_at is not None:
            self._tell("from the manifest's `started_at`")
            return zero_of(request.zero_at, self._stamps.style, first)
        self._tell(f"from the first line with a time (line {self._stamps.first_line})", is_relative=True)
        return first

    def _tell(self, zero: str, *, is_relative: bool = False) -> None:
        self.ready.text += f", {zero}"
        self.ready.is_relative = is_relative
        self.ready.zero_line = self._stamps.first_line if is_relative else None


class SpentClock:
    """The times that the stretches of training took, added up from the training start."""

    def __init__(self, name: str, *, estimated: bool) -> None:
        kind = "estimated: " if estimated else ""
        self.ready = ReadyClock(f"{kind}{name}, added up from the start of training", estimated)
        self.untimed: int | None = None
        self._sum = Decimal(0)
        self._evaluated = False

    def timed(self, events: Iterator[Event]) -> Iterator[Timed]:
        waiting: list[Event] = []
        for event in events:
            if isinstance(event, Started) and not self._evaluated:
                self._sum = Decimal(0)
            if isinstance(event, Spent):
                self._sum += event.seconds
                yield from self._at_once(waiting)
                waiting = []
            self._evaluated = self._evaluated or isinstance(event, Evaluated)
            if isinstance(event, Evaluated) and event.spent_follows:
                waiting.append(event)
                if len(waiting) > MOST_EVALUATIONS:
                    raise Unreadable("No time follows the evaluations from this line on.", line=waiting[0].line)
            elif not waiting:
                yield event, float(self._sum)
            elif type(event) is not type(waiting[-1]):  # of many in a row, one says all there is to say
                waiting.append(event)
        self.untimed = waiting[0].line if waiting else None

    def _at_once(self, waiting: list[Event]) -> Iterator[Timed]:
        for event in waiting:
            yield event, float(self._sum)


class SpreadTotal:
    """One total spread evenly over the epochs; all of it where there is one evaluation without an epoch."""

    untimed: int | None = None

    def __init__(self, total: Decimal, epochs: Decimal | None, shift: int) -> None:
        self._total = total
        self._shift = shift
        self._epochs = (epochs + shift) if epochs is not None else None
        over = f"spread evenly over {self._epochs.normalize():f} epochs" if self._epochs else "at the end of training"
        self.ready = ReadyClock(f"estimated: the total of {total:f} s {over}", estimated=True)

    def timed(self, events: Iterator[Event]) -> Iterator[Timed]:
        for event in events:
            yield event, self._at(event) if isinstance(event, Evaluated) else None

    def _at(self, event: Evaluated) -> float | None:
        if not self._epochs:
            return float(self._total)
        return None if event.epoch is None else float(self._total * (event.epoch + self._shift) / self._epochs)
