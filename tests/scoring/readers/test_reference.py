"""The real files beside the project, against the reference scores that came with them."""

import json
from dataclasses import replace
from functools import cache

import pytest

from scoring.gold import Gold, digest, read_gold
from scoring.readers import read_log, read_predictions
from scoring.rules import WHOLE, Part, Phase, Task
from tests.scoring.readers.files import codes, on_disk
from tests.scoring.tasks import CONLL2003, MNLI, RULES, SST2
from tests.shared_data import SHARED, shared_file

MATCHED_HALF = replace(MNLI, parts=(Part(WHOLE, 9815),))
REFERENCE = SHARED / "data" / "reference.json"
FILES: dict[str, dict] = json.loads(REFERENCE.read_text())["files"] if REFERENCE.exists() else {}
PREDICTIONS = [name.removeprefix("predictions/") for name in FILES if name.startswith("predictions/")]
MATCHED_ONLY = [name for name in PREDICTIONS if name.startswith("mnli/") and "/edge_" not in name]


def of(name: str):
    return on_disk(shared_file(f"data/{name}"))


@cache
def gold_of(task: Task) -> Gold:
    files = {
        CONLL2003: ["gold/conll2003_testa_iob2.txt"],
        SST2: ["gold/sst2_dev.tsv"],
        MNLI: ["gold/mnli_dev_matched.tsv", "gold/mnli_dev_mismatched.STANDIN.tsv"],
        MATCHED_HALF: ["gold/mnli_dev_matched.tsv"],
    }
    return read_gold(task, [of(name) for name in files[task]])


def case(name: str):
    """The task and the sources that a reference is about: MNLI's halves stand alone but for the edge pairs."""
    if name in MATCHED_ONLY:
        return MATCHED_HALF, {WHOLE: of(f"predictions/{name}")}
    if name.startswith("mnli/"):
        folder = name.rpartition("/")[0]
        halves = {"matched": "MNLI-m.tsv", "mismatched": "MNLI-mm.tsv"}
        return MNLI, {part: of(f"predictions/{folder}/{file}") for part, file in halves.items()}
    return RULES.task(name.partition("/")[0]), {WHOLE: of(f"predictions/{name}")}


@pytest.mark.parametrize("name", PREDICTIONS)
def test_predictions_agree_with_the_reference(name):
    expected = FILES[f"predictions/{name}"]
    task, sources = case(name)
    reading = read_predictions(sources, task=task, gold=gold_of(task), label_order=None, rules=RULES)
    if expected["expect"] == "score":
        assert reading.proof.metric == pytest.approx(100 * expected["score"], abs=1e-9)
        if expected["reaches_cutoff"] is not None:
            assert reading.proof.reaches_cutoff is expected["reaches_cutoff"]
        assert reading.proof.complete
    elif expected["expect"] == "reject":
        assert reading.proof is None or not reading.proof.complete
        assert reading.findings
    if part := expected.get("on_covered"):
        covered = part.get("accuracy")
        assert reading.proof is None or reading.proof.metric == pytest.approx(100 * covered, abs=1e-9)


@pytest.mark.parametrize("name", PREDICTIONS)
def test_without_gold_the_shape_is_judged_and_the_digest_is_the_same(name):
    task, sources = case(name)
    blind = read_predictions(sources, task=task, gold=None, label_order="glue", rules=RULES)
    seeing = read_predictions(sources, task=task, gold=gold_of(task), label_order="glue", rules=RULES)
    if seeing.proof:
        assert (blind.proof.digest, blind.proof.metric) == (seeing.proof.digest, None)


def test_one_system_in_every_layout_has_one_digest():
    layouts = [name for name in PREDICTIONS if "/mayfield" in name]
    digests = set()
    for name in layouts:
        task, sources = case(name)
        digests.add(read_predictions(sources, task=task, gold=None, label_order=None, rules=RULES).proof.digest)
    assert len(digests) <= 1


def test_integers_in_the_older_order_are_found_out():
    task, sources = case("mnli/hyponly_lr_matched_oldorder.tsv")
    reading = read_predictions(sources, task=task, gold=gold_of(task), label_order=None, rules=RULES)
    assert reading.proof.detail["correct"] == 5062
    assert codes(reading) == ["predictions-label-order"]


@pytest.mark.parametrize("extra", [[], ["gold/conll2003_testa_docstart.txt"]])
def test_both_gold_files_of_conll2003_have_one_canonical_form(extra):
    with_documents = read_gold(CONLL2003, [of("gold/conll2003_testa_iob1.txt"), *map(of, extra)])
    assert digest(with_documents) == digest(gold_of(CONLL2003))
    assert digest(with_documents) == "f18cdad5e9b25cf50b98a671a4bb6ada1f88b62faec65de7579611ac39fd171d"
    assert bool(with_documents.notes) is not bool(extra)


def test_the_gold_of_sst2_has_its_known_hash():
    assert digest(gold_of(SST2)) == "41495be827b43924a68990239c4b9e12e1ac780a21a9c0da08bfbba70261c296"


@pytest.mark.parametrize(
    ("name", "task", "found"),
    [
        ("own_run/sst2_sgd.csv", SST2, ["scale-converted"]),
        ("flair/loss.tsv", CONLL2003, ["log-no-metric"]),
        ("hf_trainer/bert_ner_checkpoint-5268_trainer_state.json", CONLL2003, ["log-no-time"]),
        ("hf_trainer/lora_sst2_no_eval_trainer_state.json", SST2, ["log-no-metric", "log-no-time"]),
        ("lightning/asterius_v0_metrics.csv", SST2, ["log-no-metric", "log-no-time"]),
        ("wandb/gnn_wandb_export.csv", SST2, ["log-no-metric", "log-no-time"]),
        ("json/lora_run.json", SST2, ["log-no-time"]),
        ("tensorboard/sst2_sgd/events.out.tfevents.1795391442.vm", SST2, ["clock-differs", "scale-converted"]),
    ],
)
def test_real_logs_are_read_or_refused_with_the_reason(name, task, found):
    reading = read_log(of(f"logs/{name}"), tasks=[task], rules=RULES, phase=Phase.FINETUNING)
    assert codes(reading) == found


def test_the_curve_of_a_real_run_is_exact():
    reading = read_log(of("logs/own_run/sst2_sgd.csv"), tasks=[SST2], rules=RULES, phase=Phase.FINETUNING)
    curve = reading.curves["sst2"]
    assert float(max(point.metric for point in curve)) == pytest.approx(
        100 * FILES["logs/own_run/sst2_sgd.csv"]["max_dev"]
    )
    assert (curve[0].seconds, curve[0].line, curve[0].epoch, curve[0].step) == (0.592, 2, 0.152, 20)
