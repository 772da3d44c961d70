"""Predictions of a classification task -> what they prove."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.findings import Finding, finding
from scoring.goldset import Gold
from scoring.metrics import accuracy
from scoring.readers import proofs
from scoring.readers.answers import MISSING, AnswerReader, Answers
from scoring.readers.notes import Notes
from scoring.readers.readings import PredictionsReading
from scoring.readers.text import Text, Unreadable
from scoring.rules import Rules, Task
from scoring.values import Source

Labels = Mapping[str, NDArray[np.int8]]


def read(
    sources: Mapping[str, Source], task: Task, gold: Gold | None, label_order: str | None, rules: Rules
) -> PredictionsReading:
    """The proof, or the findings that forbid one."""
    reader = AnswerReader(task, gold)
    findings: list[Finding] = []
    for part, source in sources.items():
        notes = Notes(source.name, task.slug)
        try:
            reader.read(Text(source, rules.limits), part, notes)
        except Unreadable as error:
            notes.unreadable(error)
        findings += notes.findings
    if proofs.has_error(findings):
        return PredictionsReading(findings=tuple(findings))
    file = next(iter(sources.values())).name
    return _proven(Answers(task, reader.parts), gold, label_order, file)


def _proven(answers: Answers, gold: Gold | None, label_order: str | None, file: str) -> PredictionsReading:
    task = answers.task
    rows = {name: int((part != MISSING).sum()) for name, part in answers.parts.items()}
    partial = proofs.coverage(task, rows, file)
    if partial and proofs.has_error([partial]):
        return PredictionsReading(findings=(partial,))
    orders = _orders(answers, label_order)
    labels, chosen = _best(answers, orders, gold)
    findings = [_order_note(task, chosen, file)] if len(orders) > 1 and gold else []
    digest = proofs.digest((part.name, task.labels, [labels[part.name]]) for part in task.parts)
    total = sum(rows.values())
    if gold is None:
        proof = proofs.proof(task, None, total, digest, {})
        return PredictionsReading(proof, findings=(*findings, *filter(None, [partial])))
    rights = _rights(task, labels, gold)
    interval = accuracy.interval(list(rights.values()))
    if partial:
        findings.append(proofs.with_interval(partial, interval))
    proof = proofs.proof(task, accuracy.mean(list(rights.values())), total, digest, _detail(rights), interval=interval)
    perfect = all(right.correct == right.rows for right in rights.values())
    return PredictionsReading(proof, perfect, tuple(findings))


def _orders(answers: Answers, label_order: str | None) -> dict[str, Sequence[str]]:
    """The readings of integers that are possible: one where the labels are words or the manifest says which."""
    orders: dict[str, Sequence[str]] = dict(answers.task.label_orders)
    if not orders or not answers.has_integers:
        return {"": answers.task.labels}
    return {label_order: orders[label_order]} if label_order in orders else orders


def _best(answers: Answers, orders: Mapping[str, Sequence[str]], gold: Gold | None) -> tuple[Labels, str]:
    """The labels under the order with the highest metric, the first of equal ones, and that order's name."""
    readings = {name: answers.decoded(order) for name, order in orders.items()}
    if gold is None or len(readings) == 1:
        return next(iter(readings.values())), next(iter(readings))
    names = list(readings)
    metrics = [accuracy.mean(list(_rights(answers.task, readings[name], gold).values())) for name in names]
    best = names[metrics.index(max(metrics))]
    return readings[best], best


def _rights(task: Task, labels: Labels, gold: Gold) -> dict[str, accuracy.Right]:
    return {part.name: accuracy.right(gold.parts[part.name].codes, labels[part.name]) for part in task.parts}


def _detail(rights: Mapping[str, accuracy.Right]) -> dict[str, float]:
    detail: dict[str, float] = {
        "correct": sum(right.correct for right in rights.values()),
        "rows": sum(right.rows for right in rights.values()),
    }
    if len(rights) > 1:
        detail |= {name: float(right.accuracy) for name, right in rights.items()}
    return detail


def _order_note(task: Task, chosen: str, file: str) -> Finding:
    order = ", ".join(f"{number} {label}" for number, label in enumerate(dict(task.label_orders)[chosen]))
    message = f"The integers were read in the order `{chosen}` ({order}), under which the metric is higher."
    return finding("predictions-label-order", message, task=task.slug, file=file)
