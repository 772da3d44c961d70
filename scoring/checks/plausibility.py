"""Is the result one that like hardware can have?"""

from collections.abc import Iterator

from scoring.checks.exact import exact
from scoring.checks.facts import TaskFacts
from scoring.checks.words import plain
from scoring.findings import Finding, finding

TIMES = 10


def check_plausible(facts: TaskFacts) -> Iterator[Finding]:
    """time-implausible: ten times as fast or as cheap as the best approved entry on like hardware."""
    derived = facts.measurement
    for value, best, word, unit in (
        (derived.seconds, facts.peers.best_seconds.get(facts.slug), "fast", "s"),
        (derived.cost_usd, facts.peers.best_usd.get(facts.slug), "cheap", "US dollars"),
    ):
        if value is not None and best is not None and exact(value) * TIMES <= exact(best):
            message = (
                f"{plain(value)} {unit} for {facts.slug} is at least ten times as {word} as the best approved entry on "
                f"like hardware, {plain(best)} {unit}."
            )
            yield finding("time-implausible", message, task=facts.slug, file=derived.file, line=derived.line)
            return
