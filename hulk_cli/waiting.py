"""Waits for a verification: asks often at first, then less and less often."""

import time
from collections.abc import Callable

from hulk_cli.calls import Calls
from hulk_cli.shapes import Verification

WORKING = frozenset({"queued", "verifying"})
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.3, 10.0, 1.4

News = Callable[[Verification], None]


def unheard(verification: Verification) -> None:
    """Listens to no news."""


def wait(
    calls: Calls,
    submission: str,
    *,
    dry_run: bool = False,
    news: News = unheard,
    sleep: Callable[[float], None] = time.sleep,
) -> Verification:
    """The verification as soon as it is done; `news` hears of every answer on the way."""
    pause = FIRST_PAUSE
    while True:
        verification = calls.verification(submission, dry_run=dry_run)
        news(verification)
        if verification["status"] not in WORKING:
            return verification
        sleep(pause)
        pause = min(LONGEST_PAUSE, pause * GROWTH)
