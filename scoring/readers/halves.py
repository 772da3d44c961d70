"""Evaluations of the parts of a dev set that nothing tells apart: as many at one step as there are parts are those."""

from collections.abc import Sequence

from scoring.readers.numbers import mean
from scoring.readers.thinning import Evaluation
from scoring.rules import Part


def are_parts(count: int, parts: Sequence[object]) -> bool:
    """Whether so many values of one name at one point are those of the parts, in their order."""
    return len(parts) > 1 and count == len(parts)


class Halves:
    """Puts the evaluations of all parts at one step together into their mean.

    The first step of a log decides: the Hugging Face Trainer writes `eval_accuracy` for matched and then, at the same
    step, for mismatched, at every evaluation or at none.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        """`parts`: those of the task where its values name none; empty where there is nothing to put together."""
        self._parts = parts
        self._open: list[Evaluation] = []
        self._incomplete: list[Evaluation] = []
        self.paired: bool | None = None if len(parts) > 1 else False
        """Whether the evaluations are of the parts; None until that is known."""

    @property
    def go_singly(self) -> bool:
        """Whether evaluations must come one by one."""
        return self.paired is not False

    @property
    def remarks(self) -> tuple[str, ...]:
        """How the values were read, in words."""
        names = " and ".join(part.name for part in self._parts)
        return (f"the values at each step were read as {names}, and their mean counts",) if self.paired else ()

    def add(self, evaluation: Evaluation, to: list[Evaluation]) -> None:
        """Appends the evaluation, or the mean once all those of its step are there, which has the last one's time."""
        if self.paired is False:
            to.append(evaluation)
            return
        if self._open and (evaluation.step is None or evaluation.step != self._open[-1].step):
            self._leave_open(to)
        if self.paired is False or evaluation.step is None:
            self.paired = self.paired or False
            to.append(evaluation)
            return
        self._open.append(evaluation)
        if are_parts(len(self._open), self._parts):
            self.paired = True
            metrics = tuple(mean(values) for values in zip(*(each.metrics for each in self._open), strict=True))
            to.append(evaluation._replace(metrics=metrics))
            self._open.clear()

    def close(self, to: list[Evaluation]) -> None:
        """No more evaluations come."""
        if self._open:
            self._leave_open(to)

    def incomplete(self) -> list[Evaluation]:
        """Evaluations of one part without the others, each told once."""
        found, self._incomplete = self._incomplete, []
        return found

    def _leave_open(self, to: list[Evaluation]) -> None:
        """What waits is one value a step, where no step before had more, else a part of an evaluation."""
        if self.paired:
            self._incomplete += self._open[:1]
        else:
            self.paired = False
            to += self._open
        self._open.clear()
