"""Predictions -> what they prove (PROTOCOL sections 2 and 7). No message here holds or hints at a gold label."""

from collections.abc import Mapping

from scoring.findings import Finding, finding
from scoring.goldset import Gold
from scoring.readers import class_predictions, tag_predictions
from scoring.readers.readings import PredictionsReading
from scoring.rules import WHOLE, Rules, Task
from scoring.values import Source


def read(
    sources: Mapping[str, Source], task: Task, gold: Gold | None, label_order: str | None, rules: Rules
) -> PredictionsReading:
    """One file for all parts of the dev set (key `WHOLE`), or one a part."""
    findings = tuple(_wrong_files(sources, task))
    if findings or not sources:
        return PredictionsReading(findings=findings)
    if task.is_tagging:
        return tag_predictions.read(sources, task, gold, rules)
    return class_predictions.read(sources, task, gold, label_order, rules)


def _wrong_files(sources: Mapping[str, Source], task: Task) -> list[Finding]:
    """Files for parts that the task has not, and parts for which there is no file."""
    names = {part.name for part in task.parts}
    found = [
        finding("file-unreadable", f"{task.title} has no part {part!r}.", task=task.slug, file=source.name)
        for part, source in sources.items()
        if part not in (WHOLE, *names)
    ]
    if not sources or (WHOLE in sources and not (task.is_tagging and len(names) > 1)):
        return found
    for name in sorted(names - sources.keys()):
        message = f"There are no predictions for the {name} part." if name else "There are no predictions."
        found.append(finding("evidence-missing", message, task=task.slug))
    return found
