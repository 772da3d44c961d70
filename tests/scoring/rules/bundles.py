"""Small bundles for the rules: one task with a log and predictions that prove it, to change one thing at a time in."""

import hashlib
import io
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from functools import cache

from scoring.goldset import Gold, from_canonical
from scoring.rules import WHOLE, Phase, Rules, Task
from scoring.values import Bundle, Claims, Hardware, Measurement, Offer, Peers, Report, Run, Source, TaskEvidence
from scoring.verify import verify
from tests.scoring.tasks import MNLI, RULES, SST2

OFFER = Offer(
    slug="aws-v100",
    accelerator="v100",
    unit="gpu",
    accelerators_per_unit=1,
    provider="AWS",
    region="us-east-1",
    pricing="on_demand",
    usd_per_unit_hour=Decimal("3.06"),
    valid_from=date(2020, 1, 1),
    source="a price list",
)

LOG = "seconds,accuracy\n10,80\n28,89\n30,92\n32,92.5\n"
"""Crosses 90 at 30 s on line 4, with a narrow bracket, a broad margin, and holds."""


def source(name: str, text: str) -> Source:
    data = text.encode()
    return Source(name, len(data), hashlib.sha256(data).hexdigest(), lambda: io.BytesIO(data))


@cache
def gold_of(task: Task) -> Gold:
    """Made-up labels in turn: the first, the second, …"""
    labels = [f"{row}\t{task.labels[row % len(task.labels)]}" for part in task.parts for row in range(part.size)]
    return from_canonical(task, "".join(f"{line}\n" for line in labels).encode())


def predictions(task: Task = SST2, *, wrong: int = 70, part: str = WHOLE, rows: int | None = None) -> Source:
    """Predictions of one part against `gold_of`, the first `wrong` of them with the next label, by index.

    70 wrong of 872 are 91.97%, 87 are 90.02%, 88 are 89.91%.
    """
    size = next(p.size for p in task.parts if p.name == part)
    count = len(task.labels)
    lines = [f"{row}\t{task.labels[(row + (row < wrong)) % count]}" for row in range(size if rows is None else rows)]
    return source(f"{task.slug}{part}.tsv", "index\tprediction\n" + "\n".join(lines) + "\n")


def run(log: str = LOG, *, name: str = "log.csv", proof: Mapping[str, Source] | Source | None = None) -> Run:
    proof = predictions() if proof is None else proof
    return Run(log=source(name, log), predictions={WHOLE: proof} if isinstance(proof, Source) else proof)


def sst2(*runs: Run, **changes: object) -> TaskEvidence:
    return TaskEvidence("sst2", runs or (run(),), **changes)


def mnli(log: str, *, wrong: int = 1400) -> TaskEvidence:
    sent = {part.name: predictions(MNLI, part=part.name, wrong=wrong) for part in MNLI.parts}
    return TaskEvidence("mnli", (Run(log=source("mnli.csv", log), predictions=sent),))


def latencies(*samples: float, wrong: int = 70) -> Run:
    text = "".join(f"{sample}\n" for sample in samples)
    return Run(latencies=source("latencies.txt", text), predictions={WHOLE: predictions(wrong=wrong)})


def bundle(*tasks: TaskEvidence, phase: Phase = Phase.FINETUNING, **changes: object) -> Bundle:
    fields = {
        "hardware": Hardware("v100"),
        "run_date": date(2026, 11, 20),
        "code_url": "https://example.org/code",
        "includes_evaluation": "no",
    }
    return Bundle(phase=phase, tasks=tasks or (sst2(),), **(fields | changes))


def check(
    *tasks: TaskEvidence,
    rules: Rules = RULES,
    gold: tuple[Task, ...] = (SST2, MNLI),
    confirmed: tuple[Task, ...] = (SST2, MNLI),
    offers: tuple[Offer, ...] = (OFFER,),
    peers: Peers | None = None,
    progress: Callable[[float, str], None] | None = None,
    rated_watts: Mapping[str, float] | None = None,
    **changes: object,
) -> Report:
    """What verification finds in a bundle of these tasks."""
    more = {"progress": progress} if progress else {}
    return verify(
        bundle(*tasks, **changes),
        rules,
        gold={task.slug: gold_of(task) for task in gold},
        confirmed=frozenset(task.slug for task in confirmed),
        offers=offers,
        default_offers={"v100": "aws-v100"},
        peers=peers or Peers(),
        rated_watts=rated_watts or {},
        **more,
    )


def codes(report: Report) -> list[str]:
    return [found.code for found in report.findings]


def of(report: Report, task: str = "sst2") -> Measurement:
    return next(measurement for measurement in report.measurements if measurement.task == task)


def claims(**claimed: object) -> Claims:
    return Claims(**claimed)


def knows(*digests: str) -> Callable[[str, Collection[str]], set[str]]:
    """What others have sent, for `Peers`: these predictions, whatever the task."""
    return lambda task, asked: set(asked) & set(digests)
