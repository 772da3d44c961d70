"""A researcher's fine-tuning, from the first request to the boards, on the real gold labels."""

import csv
import io
from urllib.parse import urlsplit

import pytest

from leaderboard.models import Edition
from tests.journeys import evidence
from tests.journeys.actors import Maintainer, Researcher, Visitor, codes, measured, read, verify
from tests.journeys.conftest import import_gold
from tests.journeys.evidence import CHIEU, MAYFIELD, SST2_AT, SST2_BELOW, finetuning, shared

CHIEU_COST = 60.75 / 3600 * 3.06
"""One RTX 2080 Ti is priced as a V100 at the paper's $3.06 an hour."""


def proven(reference: dict, name: str) -> float:
    """The score that the reference gives a prediction file, in percent."""
    return reference[name.removeprefix("data/")]["score"] * 100


@pytest.fixture
def chieu(golden: Edition, ada: Researcher) -> str:
    """The id of a verified submission of the best system of the shared task, with a log that crosses 91."""
    manifest, files = finetuning({"conll2003": shared(CHIEU)}, name="Chieu")
    manifest["tasks"]["conll2003"] |= {"claimed_seconds": 60.8, "claimed_metric": 93.0}
    return ada.send_bundle(manifest, files)


class TestVerified:
    def test_the_numbers_are_those_of_log_and_predictions(self, chieu: str, ada: Researcher, reference: dict) -> None:
        shown = ada.verification(chieu)
        assert (shown["status"], shown["progress"]) == ("in_review", 1.0)
        assert codes(shown, "error", "warning") == set()
        found = measured(shown, "conll2003")
        assert found["proven_metric"] == pytest.approx(93.01306363253267, abs=1e-9)
        assert found["proven_metric"] == pytest.approx(proven(reference, CHIEU), abs=1e-9)
        assert (found["outcome"], found["value"], found["unit"], found["metric"]) == ("reached", 60.75, "s", 93.0)
        assert (found["file"], found["line"], found["bracket"]) == ("conll2003/log.csv", 4, [40.5, 60.75])
        assert (found["margin"], found["stability"], found["reaches_cutoff"]) == (2.0, "held", True)
        assert found["cost_usd"] == pytest.approx(CHIEU_COST, rel=1e-12)
        assert measured(shown, "mnli")["outcome"] == "not_run"

    def test_the_preview_is_what_the_boards_then_say(
        self, chieu: str, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        preview = ada.verification(chieu)
        assert preview["scores"]["time"] == pytest.approx(90.26 / 60.75, rel=1e-12)
        mia.approve(chieu)
        for measure in ("time", "cost", "efficiency"):
            row = visitor.board("finetuning", measure)["Chieu"]
            assert (row["score"], row["rank"]) == (preview["scores"][measure], preview["preview_rank"][measure])

    def test_nobody_else_sees_it_before_it_is_approved(self, chieu: str, bob: Researcher, visitor: Visitor) -> None:
        assert "Chieu" not in visitor.board("finetuning", "time")
        assert "Chieu" not in visitor.open("/boards/finetuning/time/")
        assert bob.script.get(f"submissions/{chieu}/").status_code == 404
        assert bob.browser.get(f"/submissions/{chieu}/").status_code == 404

    def test_the_reviewer_sees_claims_beside_what_was_derived(self, chieu: str, mia: Maintainer) -> None:
        page = mia.review_page(chieu)
        for words in ("60.8", "60.75", "93.0131", "3,250 of 3,250", "conll2003/log.csv line 4"):
            assert words in page, words


class TestPublished:
    @pytest.fixture
    def entry(self, chieu: str, mia: Maintainer) -> str:
        return mia.approve(chieu)

    def test_it_stands_on_page_csv_and_api(self, entry: str, visitor: Visitor) -> None:
        row = visitor.board("finetuning", "time")["Chieu"]
        assert (row["entry"], row["kind"], row["hardware"]) == (entry, "submission", "1 × RTX 2080 Ti")
        assert row["tasks"]["conll2003"]["value"] == 60.75
        assert f"/entries/{entry}/" in visitor.open("/boards/finetuning/time/")
        lines = csv.DictReader(io.StringIO(visitor.open("/api/v1/boards/finetuning/cost/?format=csv")))
        (line,) = [line for line in lines if line["model"] == "Chieu"]
        assert float(line["conll2003_value"]) == pytest.approx(CHIEU_COST, rel=1e-12)
        assert line["entry"] == entry

    def test_its_badge_says_that_everything_reached_is_proven(self, entry: str, visitor: Visitor) -> None:
        row = visitor.board("finetuning", "time")["Chieu"]
        assert (row["badge"], row["verified"]) == ("verified", True)

    def test_its_page_tells_how_the_number_came_about(self, entry: str, visitor: Visitor) -> None:
        words = visitor.words(f"/entries/{entry}/")
        for part in ("60.75 s", "conll2003/log.csv line 4", "93.01", "40.50", "held", "90.26 s ÷ 60.75 s", "$3.06"):
            assert part in words, part

    def test_its_curve_is_the_log(self, entry: str, visitor: Visitor) -> None:
        (curve,) = visitor.api(f"entries/{entry}/curves/")
        assert [point[:2] for point in curve["points"]] == [list(point) for point in evidence.CROSSES["conll2003"]]

    def test_its_log_is_public_and_its_predictions_are_not(self, entry: str, visitor: Visitor) -> None:
        files = {file["kind"]: file for file in visitor.api(f"entries/{entry}/")["evidence"]}
        assert files["predictions"]["url"] is None
        (listed,) = visitor.api(f"entries/{entry}/evidence/")
        assert listed["sha256"] == files["log"]["sha256"]
        answer = visitor.browser.get(urlsplit(files["log"]["url"]).path)
        assert read(answer) == evidence.log("conll2003")
        assert answer["Content-Disposition"].startswith("attachment")
        visitor.api(f"entries/{entry}/evidence/{files['predictions']['sha256']}/", status=404)

    def test_owner_and_maintainer_still_read_the_predictions(
        self, entry: str, chieu: str, ada: Researcher, mia: Maintainer, bob: Researcher
    ) -> None:
        address = f"submissions/{chieu}/evidence/conll2003/predictions/"
        for person in (ada, mia):
            assert read(person.script.get(address)) == shared(CHIEU)
        assert bob.script.get(address).status_code == 404

    def test_the_history_of_both_says_who_and_when(
        self, entry: str, chieu: str, ada: Researcher, visitor: Visitor
    ) -> None:
        steps = ada.words(f"/submissions/{chieu}/")
        for part in ("mia", "looks right", "approved"):
            assert part in steps, part
        assert "published" in visitor.words(f"/entries/{entry}/")


class TestCutOffs:
    def test_mayfield_is_refused_as_below_the_cut_off(self, golden: Edition, ada: Researcher, reference: dict) -> None:
        shown = ada.verification(ada.send_bundle(*finetuning({"conll2003": shared(MAYFIELD)})))
        assert shown["status"] == "invalid"
        assert "predictions-below-cutoff" in codes(shown, "error")
        found = measured(shown, "conll2003")
        assert found["proven_metric"] == pytest.approx(90.84934277047522, abs=1e-9)
        assert found["proven_metric"] == pytest.approx(proven(reference, MAYFIELD), abs=1e-9)
        assert (found["reaches_cutoff"], found["outcome"]) == (False, "invalid")
        (finding,) = [one for one in shown["findings"] if one["code"] == "predictions-below-cutoff"]
        assert finding["file"] and finding["remedy"]

    @pytest.mark.parametrize(("name", "reaches"), [(SST2_BELOW, False), (SST2_AT, True)])
    def test_one_row_of_872_decides(
        self, golden: Edition, ada: Researcher, reference: dict, name: str, reaches: bool
    ) -> None:
        shown = ada.verification(ada.send_bundle(*finetuning({"sst2": shared(name)})))
        found = measured(shown, "sst2")
        assert found["reaches_cutoff"] is reaches is reference[name.removeprefix("data/")]["reaches_cutoff"]
        assert found["proven_metric"] == pytest.approx(proven(reference, name), abs=1e-9)
        assert ("predictions-below-cutoff" in codes(shown)) is not reaches
        assert shown["status"] == ("in_review" if reaches else "invalid")

    @pytest.mark.parametrize("pair", ["edge_pair1", "edge_pair2"])
    def test_mnli_takes_the_mean_of_both_halves_not_the_pool(
        self, golden: Edition, ada: Researcher, reference: dict, pair: str
    ) -> None:
        shown = ada.verification(ada.send_bundle(*finetuning({"mnli": evidence.mnli(pair)})))
        found = measured(shown, "mnli")
        assert found["proven_metric"] == pytest.approx(
            proven(reference, f"data/predictions/mnli/{pair}/MNLI-m.tsv"), abs=1e-9
        )
        assert (found["reaches_cutoff"], shown["status"]) == (False, "invalid")
        assert "predictions-below-cutoff" in codes(shown, "error")

    def test_one_more_right_row_of_mnli_reaches_it_but_unconfirmed_gold_verifies_nothing(
        self, golden: Edition, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        pk = ada.send_bundle(*finetuning({"mnli": evidence.mnli_mended("edge_pair1", 1)}, name="Edge"))
        found = measured(ada.verification(pk), "mnli")
        assert found["reaches_cutoff"] is True
        assert found["proven_metric"] == pytest.approx((8298 / 9815 + 8403 / 9832) * 50, abs=1e-9)
        mia.approve(pk)
        row = visitor.board("finetuning", "time")["Edge"]
        assert (row["verified"], row["badge"]) == (False, "unproven")

    def test_all_three_tasks_in_one_bundle(self, golden: Edition, ada: Researcher, mia: Maintainer) -> None:
        predictions = {
            "conll2003": shared(CHIEU),
            "sst2": shared(SST2_AT),
            "mnli": evidence.mnli_mended("edge_pair1", 1),
        }
        pk = ada.send_bundle(*finetuning(predictions))
        shown = ada.verification(pk)
        assert shown["scores"]["time"] == pytest.approx(90.26 / 60.75 + 92.45 / 28.75 + 9106.72 / 500.5, rel=1e-12)
        assert shown["status"] == "in_review"


class TestWithoutGold:
    def test_nothing_is_proven_and_everybody_can_see_it(
        self, benchmark: Edition, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        pk = ada.send_bundle(*finetuning({"sst2": shared(SST2_AT)}, name="Unproven"))
        shown = ada.verification(pk)
        assert codes(shown, "warning") >= {"gold-not-imported"}
        assert codes(shown, "error") == set()
        assert measured(shown, "sst2")["proven_metric"] is None
        assert "gold-not-imported" in mia.review_page(pk)
        entry = mia.approve(pk)
        assert visitor.board("finetuning", "time")["Unproven"]["badge"] == "unproven"
        assert "gold-not-imported" in visitor.open(f"/entries/{entry}/")

    def test_what_waited_when_the_labels_came_is_verified_again(
        self, benchmark: Edition, ada: Researcher, mia: Maintainer
    ) -> None:
        from_before = ada.send_bundle(*finetuning({"sst2": shared(SST2_AT)}))
        assert "1 submission(s) in review were verified without these labels" in import_gold("sst2")
        mia.decide(from_before, "requeue")
        verify(from_before)
        shown = ada.verification(from_before)
        assert (shown["number"], shown["badge"]) == (2, "verified")
        assert codes(shown, "error", "warning") == set()
