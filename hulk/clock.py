"""A stopwatch of training time: monotonic, with pauses, and honest about work that still runs on an accelerator."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

DIGITS = 6
"""Times are written, and told, in whole microseconds."""


def finish_work() -> None:
    """Waits until a GPU has done what PyTorch gave it: a step that is only queued has not taken its time yet.

    Does nothing where PyTorch is not loaded or uses no GPU.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return
    cuda, mps = getattr(torch, "cuda", None), getattr(torch, "mps", None)
    if cuda is not None and cuda.is_available() and cuda.is_initialized():
        cuda.synchronize()
    elif mps is not None and torch.backends.mps.is_available():
        mps.synchronize()


class Clock:
    """Elapsed seconds since it was made, on top of `seconds`, without the time during which it was stopped."""

    def __init__(self, seconds: float = 0.0, *, runs: bool = True) -> None:
        self._seconds = seconds
        self._since: float | None = time.monotonic() if runs else None
        self._pauses = 0

    @property
    def seconds(self) -> float:
        """Elapsed seconds, after the work that was given to an accelerator is done."""
        if self._since is None:
            return round(self._seconds, DIGITS)
        finish_work()
        return round(self._seconds + time.monotonic() - self._since, DIGITS)

    def stop(self) -> None:
        """Stops it; stopping twice is as stopping once."""
        if self._since is not None:
            self._seconds, self._since = self.seconds, None

    def go_on(self) -> None:
        """Goes on from where it was stopped; nothing where it was not."""
        if self._since is None:
            self._since = time.monotonic()

    def set_back(self, seconds: float) -> None:
        """Takes back what passed since an earlier reading, and goes on."""
        self._seconds, self._since = seconds, time.monotonic()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stopped within the block. Blocks may be nested: it goes on after the outermost."""
        self._pauses += 1
        self.stop()
        try:
            yield
        finally:
            self._pauses -= 1
            if self._pauses == 0:
                finish_work()
                self.go_on()
