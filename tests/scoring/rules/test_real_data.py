"""Whole verifications with the real gold labels and real systems' predictions."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from scoring.gold import Gold, read_gold
from scoring.rules import WHOLE, Task
from scoring.values import Outcome, Peers, Report, Run, Source, TaskEvidence
from scoring.verify import verify
from tests.scoring.rules.bundles import OFFER, bundle, codes, knows, of, source
from tests.scoring.tasks import CONLL2003, MNLI, RULES, SST2
from tests.shared_data import shared_file

GOLD_FILES = {
    CONLL2003: ("conll2003_testa_iob2.txt",),
    SST2: ("sst2_dev.tsv",),
    MNLI: ("mnli_dev_matched.tsv", "mnli_dev_mismatched.STANDIN.tsv"),
}
METRIC_COLUMNS = {CONLL2003: "f1", SST2: "accuracy", MNLI: "matched,mismatched"}


def file_source(path: Path) -> Source:
    data = path.read_bytes()
    return Source(path.name, len(data), hashlib.sha256(data).hexdigest(), lambda: path.open("rb"))


@cache
def real_gold(task: Task) -> Gold:
    return read_gold(task, [file_source(shared_file(f"data/gold/{name}")) for name in GOLD_FILES[task]])


def sent(task: Task, metric: str, files: str | Mapping[str, str], peers: Peers | None = None) -> Report:
    """A log that crosses at 30 s with this metric, and real predictions."""
    log = f"seconds,{METRIC_COLUMNS[task]}\n28,{','.join('80' for _ in METRIC_COLUMNS[task].split(','))}\n30,{metric}\n"
    named = {WHOLE: files} if isinstance(files, str) else files
    predictions = {part: file_source(shared_file(f"data/predictions/{name}")) for part, name in named.items()}
    evidence = TaskEvidence(task.slug, (Run(log=source("log.csv", log), predictions=predictions),))
    return verify(
        bundle(evidence),
        RULES,
        gold={task.slug: real_gold(task)},
        confirmed=frozenset({task.slug}),
        offers=[OFFER],
        default_offers={"v100": OFFER.slug},
        peers=peers or Peers(),
    )


@pytest.mark.parametrize("name", ["systems/chieu.testa.txt", "variants/chieu_IOB2.txt"])
def test_chieus_ner_system_is_verified_with_its_published_f1(name):
    report = sent(CONLL2003, "93.1", f"conll2003/{name}")
    measured = of(report, "conll2003")
    assert (report.findings, report.badge, measured.outcome) == ((), "verified", Outcome.REACHED)
    assert round(measured.proven_metric, 4) == 93.0131


def test_mayfields_ner_system_is_refused_as_below_the_cutoff():
    report = sent(CONLL2003, "91.2", "conll2003/systems/mayfield.testa.txt")
    measured = of(report, "conll2003")
    assert (codes(report), measured.outcome) == (["predictions-below-cutoff"], Outcome.INVALID)
    assert round(measured.proven_metric, 4) == 90.8493
    assert "90.8493" in report.findings[0].message


@pytest.mark.parametrize(
    ("name", "reaches"),
    [("edge_drop981.iob2.txt", True), ("edge_drop982.iob2.txt", False)],
)
def test_f1_right_at_the_cutoff_falls_on_its_right_side(name, reaches):
    assert of(sent(CONLL2003, "91.0", f"conll2003/variants/{name}"), "conll2003").reaches_cutoff is reaches


@pytest.mark.parametrize(("name", "reaches"), [("edge_785of872.tsv", True), ("edge_784of872.tsv", False)])
def test_sst2_right_at_the_cutoff_falls_on_its_right_side(name, reaches):
    report = sent(SST2, "90.0", f"sst2/{name}")
    assert of(report).reaches_cutoff is reaches
    assert ("predictions-below-cutoff" in codes(report)) is not reaches


@pytest.mark.parametrize("pair", ["edge_pair1", "edge_pair2"])
def test_mnli_is_below_by_the_mean_of_its_halves_even_where_pooled_it_is_above(pair):
    report = sent(MNLI, "85,85", {"matched": f"mnli/{pair}/MNLI-m.tsv", "mismatched": f"mnli/{pair}/MNLI-mm.tsv"})
    assert "predictions-below-cutoff" in codes(report)
    assert of(report, "mnli").reaches_cutoff is False


def test_the_same_system_in_another_file_format_is_a_shared_prediction():
    digest = of(sent(CONLL2003, "93.1", "conll2003/systems/chieu.testa.txt"), "conll2003").runs[0].proof.digest
    peers = Peers(sent_by_others=knows(digest))
    assert codes(sent(CONLL2003, "93.1", "conll2003/variants/chieu_IOB2.txt", peers)) == ["predictions-shared"]
