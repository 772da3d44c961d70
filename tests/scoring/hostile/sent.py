"""A file sent as each kind of evidence, and the report that a verification of it gives."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from scoring.goldset import Gold, from_canonical
from scoring.rules import WHOLE, Limits, Phase, Rules
from scoring.values import Report, Run, Source, TaskEvidence
from scoring.verify import verify
from tests.scoring.hostile.corpus import SCALE
from tests.scoring.rules.bundles import OFFER, bundle, gold_of, predictions, run, source
from tests.scoring.rules.bundles import sst2 as evidence_of_sst2
from tests.scoring.tasks import CONLL2003, MNLI, RULES, SST2

LIMITED = replace(RULES, limits=Limits(log_rows=RULES.limits.log_rows // SCALE**2))
"""The edition's limit of rows shrinks with the files, and more, so that it still ends each of them."""
GOOD = source("good.csv", "seconds,f1\n10,80\n30,92\n")


@cache
def gold() -> dict[str, Gold]:
    names = from_canonical(CONLL2003, b"B-LOC\nO\n\n" * CONLL2003.gold_size)
    return {"conll2003": names, "sst2": gold_of(SST2), "mnli": gold_of(MNLI)}


def checked(
    task: TaskEvidence, phase: Phase = Phase.FINETUNING, *, with_gold: bool = True, rules: Rules = LIMITED
) -> Report:
    return verify(
        bundle(task, phase=phase),
        rules,
        gold=gold() if with_gold else {},
        offers=(OFFER,),
        default_offers={"v100": "aws-v100"},
    )


def as_pretraining(file: Source) -> Report:
    return checked(TaskEvidence("all", (Run(log=file),)), Phase.PRETRAINING)


def as_latencies(file: Source) -> Report:
    return checked(TaskEvidence("sst2", (Run(latencies=file, predictions={WHOLE: predictions()}),)), Phase.INFERENCE)


def as_pattern_log(file: Source) -> Report:
    patterns = (r"^([0-9.]+)", r"([0-9.]+)$")
    evidence = TaskEvidence("sst2", (Run(log=file, predictions={WHOLE: predictions()}),), log_pattern=patterns)
    # A pattern takes ten times as long for a row as a column does; the rest is the edition's limit of time.
    return checked(evidence, rules=replace(RULES, limits=Limits(log_rows=LIMITED.limits.log_rows // 10)))


def as_tags(file: Source) -> Report:
    return checked(TaskEvidence("conll2003", (Run(log=GOOD, predictions={WHOLE: file}),)))


def as_tags_without_gold(file: Source) -> Report:
    return checked(TaskEvidence("conll2003", (Run(log=GOOD, predictions={WHOLE: file}),)), with_gold=False)


KINDS: dict[str, Callable[[Source], Report]] = {
    "log": lambda file: checked(evidence_of_sst2(Run(log=file, predictions={WHOLE: predictions()}))),
    "pretraining": as_pretraining,
    "log with patterns": as_pattern_log,
    "latencies": as_latencies,
    "predictions": lambda file: checked(evidence_of_sst2(run(proof=file))),
    "predictions of pairs": lambda file: checked(TaskEvidence("mnli", (run(proof={WHOLE: file}),))),
    "tags": as_tags,
    "tags without gold": as_tags_without_gold,
    "energy": lambda file: checked(evidence_of_sst2(energy=file)),
}
