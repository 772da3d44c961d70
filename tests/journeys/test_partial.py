"""A part of the dev set, as the paper allows: scored on the part, marked as such, never verified."""

import json

import pytest

from leaderboard.models import Edition
from tests.journeys import evidence
from tests.journeys.actors import Maintainer, Researcher, Visitor, codes, measured
from tests.journeys.conftest import import_gold
from tests.journeys.evidence import finetuning, shared

GOLD = "data/gold/sst2_dev.tsv"
HALF, WHOLE = 436, 872


def right(name: str, rows: int, skip: int = 0) -> bytes:
    """That many rows of a gold file as predictions with ids, all of them right but the first eleventh."""
    head, *lines = shared(name).decode().splitlines()
    chosen = lines[skip : skip + rows]
    labels = sorted({line.split("\t")[1] for line in lines})
    for place in range(rows // 11):
        index, label = chosen[place].split("\t")
        chosen[place] = f"{index}\t{labels[labels.index(label) - 1]}"
    return "\n".join([head.replace("label", "prediction"), *chosen, ""]).encode()


@pytest.fixture(autouse=True)
def gold(benchmark: Edition) -> None:
    import_gold("sst2")


@pytest.mark.parametrize(("rows", "skip"), [(HALF, 0), (HALF, HALF), (WHOLE - 1, 1)])
def test_a_part_is_scored_on_the_part_and_marked(
    ada: Researcher, mia: Maintainer, visitor: Visitor, rows: int, skip: int
) -> None:
    pk = ada.send_bundle(*finetuning({"sst2": right(GOLD, rows, skip)}, name="Partly"))
    shown = ada.verification(pk)
    assert (shown["status"], shown["badge"]) == ("in_review", "partly proven"), shown["findings"]
    assert codes(shown, "warning") <= {"predictions-partial", "predictions-disagree"}
    found = measured(shown, "sst2")
    assert found["proven_metric"] == pytest.approx(100 * (rows - rows // 11) / rows)
    assert (found["proof"]["rows"], found["proof"]["complete"], found["reaches_cutoff"]) == (rows, False, True)
    low, high = found["proof"]["interval"]
    (told,) = [one["message"] for one in shown["findings"] if one["code"] == "predictions-partial"]
    assert f"{rows:,} of the 872 rows" in told and f"{low:.2f} to {high:.2f}" in told
    assert "(a part)" in ada.words(f"/submissions/{pk}/")

    entry = mia.approve(pk)
    row = visitor.board("finetuning", "time")["Partly"]
    assert (row["badge"], row["verified"]) == ("partly proven", False)
    assert "Partly" not in json.dumps(visitor.api("boards/finetuning/time/?verified=true"))
    assert "predictions-partial" in visitor.open(f"/entries/{entry}/")


def test_below_half_no_metric_is_shown(ada: Researcher) -> None:
    shown = ada.verification(ada.send_bundle(*finetuning({"sst2": right(GOLD, HALF - 1)})))
    assert (shown["status"], codes(shown, "error")) == ("invalid", {"predictions-coverage"})
    assert (measured(shown, "sst2")["proven_metric"], measured(shown, "sst2")["proof"]) == (None, None)
    assert "435 of the 872 rows" in json.dumps(shown["findings"])


def test_a_part_must_reach_the_cutoff_itself(ada: Researcher) -> None:
    wrong = right(GOLD, WHOLE).splitlines(keepends=True)
    sent = b"".join(wrong[:1] + wrong[1 : HALF + 1])  # the wrong eleventh of the whole is more than a tenth of the half
    shown = ada.verification(ada.send_bundle(*finetuning({"sst2": sent})))
    assert codes(shown, "error") == {"predictions-below-cutoff"}
    assert measured(shown, "sst2")["proof"]["rows"] == HALF


class TestHalvesOfMnli:
    NAMES = {"matched": "data/gold/mnli_dev_matched.tsv", "mismatched": "data/gold/mnli_dev_mismatched.STANDIN.tsv"}

    @pytest.fixture(autouse=True)
    def mnli(self) -> None:
        import_gold("mnli")

    def verification(self, ada: Researcher, matched: int, mismatched: int) -> dict:
        halves = {
            "matched": right(self.NAMES["matched"], matched),
            "mismatched": right(self.NAMES["mismatched"], mismatched),
        }
        return ada.verification(ada.send_bundle(*finetuning({"mnli": halves})))

    def test_each_must_be_half_there(self, ada: Researcher) -> None:
        found = measured(self.verification(ada, 4908, 4916), "mnli")
        assert (found["proof"]["rows"], found["proof"]["complete"]) == (4908 + 4916, False)
        shown = self.verification(ada, 9815, 4915)
        assert (codes(shown, "error"), measured(shown, "mnli")["proof"]) == ({"predictions-coverage"}, None)

    def test_one_half_in_part_keeps_the_entry_from_being_verified(self, ada: Researcher) -> None:
        found = measured(self.verification(ada, 9815, 9000), "mnli")
        assert found["proof"]["complete"] is False
        low, high = found["proof"]["interval"]
        assert low < found["proven_metric"] < high

    def test_without_one_half_it_is_not_taken(self, ada: Researcher) -> None:
        manifest, files = finetuning({"mnli": {"matched": right(self.NAMES["matched"], 9815)}})
        answer = ada.script.bundle(manifest, files)
        assert answer.status_code == 422 and "part=mismatched" in json.dumps(answer.json())


def test_a_complete_task_beside_a_partial_one_is_partly_proven(ada: Researcher) -> None:
    import_gold("conll2003")
    both = {"sst2": right(GOLD, HALF), "conll2003": shared(evidence.CHIEU)}
    shown = ada.verification(ada.send_bundle(*finetuning(both)))
    assert shown["badge"] == "partly proven"
    low, high = measured(shown, "conll2003")["proof"]["interval"]
    assert low < 93.01306363253267 < high and high - low < 2
