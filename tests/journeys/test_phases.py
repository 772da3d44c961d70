"""Pretraining and inference, from a bundle to the boards, and what N/R means in each phase."""

import pytest

from leaderboard.models import Edition
from tests.journeys import evidence
from tests.journeys.actors import Maintainer, Researcher, Visitor, codes, measured
from tests.journeys.evidence import CHIEU, MAYFIELD, NEVER, SST2_AT, SST2_BELOW, finetuning, inference, shared

CHECKPOINTS = "\n".join(
    [
        "hours,step,conll2003,sst2,mnli_matched,mnli_mismatched",
        "1,10000,91.5,80,70,70",
        "2.5,20000,92,91,84.9,85.0",
        "4,30000,91,90,85.2,84.8",
        "6,40000,93,92,86,86",
        "",
    ]
)
"""The fourth checkpoint is the first where every task is at its cut-off, on line 4: 4 hours."""
V100_16GB_USD = 3.06


class TestPretraining:
    @pytest.fixture
    def pk(self, golden: Edition, ada: Researcher) -> str:
        return ada.send_bundle(*evidence.pretraining(CHECKPOINTS, name="Quick-Pre"))

    def test_the_first_row_on_which_every_task_is_at_its_cut_off_counts(self, pk: str, ada: Researcher) -> None:
        shown = ada.verification(pk)
        (found,) = shown["measurements"]
        assert (shown["status"], codes(shown, "error", "warning")) == ("in_review", set())
        assert (found["task"], found["outcome"], found["value"], found["unit"]) == ("all", "reached", 4.0, "h")
        assert (found["seconds"], found["line"], found["bracket"]) == (14400.0, 4, [9000.0, 14400.0])
        assert found["cost_usd"] == pytest.approx(4 * 8 * V100_16GB_USD)
        assert shown["scores"]["time"] == pytest.approx(96 / 4)

    def test_it_stands_on_the_boards_as_log_checked_and_never_as_verified(
        self, pk: str, mia: Maintainer, visitor: Visitor
    ) -> None:
        entry = mia.approve(pk)
        row = visitor.board("pretraining", "time")["Quick-Pre"]
        assert (row["badge"], row["verified"], row["hardware"]) == ("log checked", False, "8 × V100 16GB")
        assert row["tasks"] == {"all": {"outcome": "reached", "value": 4, "unit": "h", "score": 24.0}}
        assert visitor.board("pretraining", "cost")["Quick-Pre"]["score"] == pytest.approx(6912 / (32 * V100_16GB_USD))
        curves = visitor.api(f"entries/{entry}/curves/")
        assert sorted(curve["task"] for curve in curves) == ["conll2003", "mnli", "sst2"]
        assert {len(curve["points"]) for curve in curves} == {4}
        assert "4 h" in visitor.words(f"/entries/{entry}/")

    def test_a_pretraining_that_never_gets_there_is_a_result(
        self, golden: Edition, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        lines = CHECKPOINTS.splitlines()[:3]
        pk = ada.send_bundle(*evidence.pretraining("\n".join([*lines, ""]), name="Never-Pre"))
        shown = ada.verification(pk)
        assert (shown["status"], measured(shown, "all")["outcome"]) == ("in_review", "not_reached")
        assert codes(shown, "note") >= {"cutoff-not-reached"}
        mia.approve(pk)
        rows = visitor.board("pretraining", "time")
        assert (rows["Never-Pre"]["tasks"]["all"]["value"], rows["Never-Pre"]["score"]) == (None, 0)
        behind = list(rows)[list(rows).index("Never-Pre") + 1 :]
        assert all(rows[name]["score"] is None for name in behind), "unknown stands after N/R"

    def test_a_log_without_one_of_the_tasks_is_an_error_that_names_it(self, golden: Edition, ada: Researcher) -> None:
        shown = ada.verification(ada.send_bundle(*evidence.pretraining("hours,conll2003,sst2\n1,92,92\n")))
        assert shown["status"] == "invalid"
        assert any(
            "mnli" in one["message"] + one["task"] for one in shown["findings"] if one["code"] == "log-no-metric"
        ), shown["findings"]


class TestInference:
    def test_the_mean_of_the_samples_counts_where_the_model_is_good_enough(
        self, golden: Edition, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        predictions = {"conll2003": shared(CHIEU), "sst2": shared(SST2_AT)}
        manifest, files = inference(predictions, {"conll2003": 4.0, "sst2": 2.5}, name="Swift")
        manifest["tasks"]["sst2"]["claimed_ms"] = 2.51
        pk = ada.send_bundle(manifest, files)
        shown = ada.verification(pk)
        assert (shown["status"], codes(shown, "error", "warning")) == ("in_review", set())
        mean = sum(map(float, files["sst2/ms.txt"].split())) / 1000
        found = measured(shown, "sst2")
        assert (found["unit"], found["proven_metric"]) == ("ms", pytest.approx(785 / 872 * 100, abs=1e-9))
        assert found["value"] == pytest.approx(mean, rel=1e-12)
        assert found["cost_usd"] == pytest.approx(mean / 1000 * 100_000 / 3600 * 3.06, rel=1e-9)
        assert {name: found["runs"][0][name] is not None for name in ("p50", "p95", "p99", "standard_error")} == {
            "p50": True, "p95": True, "p99": True, "standard_error": True,
        }  # fmt: skip
        entry = mia.approve(pk)
        row = visitor.board("inference", "time")["Swift"]
        assert row["score"] == pytest.approx(
            8.51 / row["tasks"]["conll2003"]["value"] + 8.46 / row["tasks"]["sst2"]["value"], rel=1e-12
        )
        (file,) = [one for one in visitor.api(f"entries/{entry}/evidence/") if one["task"] == "sst2"]
        assert file["kind"] == "latencies"

    def test_below_the_cut_off_a_task_is_not_reached(
        self, golden: Edition, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        predictions = {"conll2003": shared(MAYFIELD), "sst2": shared(SST2_AT)}
        pk = ada.send_bundle(*inference(predictions, {"conll2003": 4.0, "sst2": 2.5}, name="Half"))
        shown = ada.verification(pk)
        found = measured(shown, "conll2003")
        assert (shown["status"], found["outcome"], found["value"]) == ("in_review", "not_reached", None)
        mia.approve(pk)
        assert visitor.board("inference", "time")["Half"]["tasks"]["conll2003"]["score"] == 0
        assert "N/R" in visitor.open("/boards/inference/time/?q=Half")

    def test_where_every_task_is_below_nothing_is_left_to_review(self, golden: Edition, ada: Researcher) -> None:
        shown = ada.verification(ada.send_bundle(*inference({"sst2": shared(SST2_BELOW)}, {"sst2": 2.5})))
        assert (shown["status"], codes(shown, "error")) == ("invalid", {"cutoff-not-reached"})

    def test_too_few_samples_are_refused_and_a_mean_is_enough(self, golden: Edition, ada: Researcher) -> None:
        manifest, files = inference({"sst2": shared(SST2_AT)}, {"sst2": 2.5})
        files["sst2/ms.txt"] = evidence.latencies(2.5, 999)
        assert "samples-too-few" in codes(ada.verification(ada.send_bundle(manifest, files)), "error")
        manifest["tasks"]["sst2"] |= {"latencies": None, "mean_ms": 2.5, "samples": 1000}
        del files["sst2/ms.txt"]
        shown = ada.verification(ada.send_bundle(manifest, files))
        assert (shown["status"], measured(shown, "sst2")["value"]) == ("in_review", 2.5)


class TestNotReached:
    def test_one_task_of_two(self, golden: Edition, ada: Researcher, mia: Maintainer, visitor: Visitor) -> None:
        predictions = {"conll2003": shared(CHIEU), "sst2": shared(SST2_BELOW)}
        logs = {"sst2": evidence.log("sst2", NEVER["sst2"])}
        pk = ada.send_bundle(*finetuning(predictions, logs, name="Partly"))
        shown = ada.verification(pk)
        assert shown["status"] == "in_review", shown["findings"]
        assert codes(shown, "note") >= {"cutoff-not-reached"}
        entry = mia.approve(pk)
        row = visitor.board("finetuning", "time")["Partly"]
        assert row["tasks"]["sst2"] == {"outcome": "not_reached", "value": None, "unit": "s", "score": 0}
        assert row["score"] == row["tasks"]["conll2003"]["score"]
        assert row["verified"] is True, "every task that was reached is proven"
        assert "N/R" in visitor.words(f"/entries/{entry}/")

    def test_every_task_sent_is_an_error(self, golden: Edition, ada: Researcher) -> None:
        logs = {"sst2": evidence.log("sst2", NEVER["sst2"])}
        shown = ada.verification(ada.send_bundle(*finetuning({"sst2": shared(SST2_BELOW)}, logs)))
        assert shown["status"] == "invalid"
        assert "cutoff-not-reached" in codes(shown, "error")

    def test_after_the_fifth_epoch_it_does_not_count(self, golden: Edition, ada: Researcher) -> None:
        late = b"seconds,epoch,accuracy\n10,2,85\n20,5,89.9\n30,5.1,92\n"
        shown = ada.verification(ada.send_bundle(*finetuning({"sst2": shared(SST2_AT)}, {"sst2": late})))
        assert measured(shown, "sst2")["outcome"] == "not_reached"
        assert "epoch-limit" in codes(shown, "note")
