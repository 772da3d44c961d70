"""Several runs of a task, through every door: by script, as a bundle and in the browser."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from leaderboard.models import Edition
from submissions.models import Submission
from tests.journeys import evidence
from tests.journeys.actors import Maintainer, Researcher, Visitor, codes, measured, verify
from tests.journeys.conftest import import_gold
from tests.journeys.evidence import SST2_AT, SST2_BELOW, manifest, shared

SECONDS = (28.75, 31.5, 25.25)


@pytest.fixture(autouse=True)
def gold(benchmark: Edition) -> None:
    import_gold("sst2")


def log(seconds: float | None) -> bytes:
    """A log that reaches 90 at this time; None: never."""
    return evidence.log(
        "sst2", evidence.NEVER["sst2"] if seconds is None else [(15, 86.5), (seconds, 90.1), (60, 90.3)]
    )


def dev(run: int) -> bytes:
    """Predictions at the cut-off; each run's file has bytes of its own, but the same labels."""
    return shared(SST2_AT) + b"\n" * run


def bundle(*seconds: float | None, **values: object) -> tuple[dict, dict[str, bytes]]:
    """A manifest with lists, and the files it names."""
    files = {f"sst2/{run}.csv": log(at) for run, at in enumerate(seconds, 1)}
    files |= {f"sst2/{run}.tsv": dev(run) for run, _ in enumerate(seconds, 1)}
    runs = range(1, len(seconds) + 1)
    task = {"log": [f"sst2/{run}.csv" for run in runs], "predictions": [f"sst2/{run}.tsv" for run in runs]}
    return manifest("finetuning", {"sst2": task}, **values), files


def by_bundle(ada: Researcher) -> str:
    return ada.send_bundle(*bundle(*SECONDS))


def by_script(ada: Researcher) -> str:
    """A draft, and each file put at its run."""
    answer = ada.script.post("submissions/", manifest("finetuning", {"sst2": {}}))
    assert answer.status_code == 201, answer.content
    pk = answer.json()["id"]
    for run, seconds in enumerate(SECONDS, 1):
        ada.put(pk, f"sst2/log/?run={run}", log(seconds))
        ada.put(pk, f"sst2/predictions/?run={run}", dev(run))
    ada.submit(pk)
    return pk


def by_form(ada: Researcher) -> str:
    """The pages, with one more run opened at a time."""
    draft = ada.script.post("submissions/", manifest("finetuning", {"sst2": {}})).json()["id"]
    page = f"/submissions/{draft}/edit/evidence/"
    for run, seconds in enumerate(SECONDS, 1):
        files = {
            f"file-sst2-log-{run}-": SimpleUploadedFile("log.csv", log(seconds)),
            f"file-sst2-predictions-{run}-": SimpleUploadedFile("dev.tsv", dev(run)),
        }
        more = {"sst2-runs": str(run)} | ({"add_run": "sst2"} if run < len(SECONDS) else {})
        answer = ada.browser.post(page, {**files, **more})
        assert answer.status_code == 302, answer.content.decode()
        page = answer["Location"].partition("#")[0]
    answer = ada.browser.post(f"/submissions/{draft}/edit/check/", {"consent": "yes"})
    assert answer.status_code == 302, answer.content.decode()
    verify(draft)
    return draft


@pytest.mark.parametrize("door", [by_bundle, by_script, by_form])
class TestEveryDoor:
    def test_the_result_is_the_median_with_its_interval(self, door, ada: Researcher) -> None:
        shown = ada.verification(door(ada))
        assert (shown["status"], shown["badge"]) == ("in_review", "verified"), shown["findings"]
        found = measured(shown, "sst2")
        assert (found["value"], found["spread"], found["interval"]) == (28.75, 6.25, [25.25, 31.5])
        assert [run["value"] for run in found["runs"]] == list(SECONDS)
        assert [len({run["sha256"]}) for run in found["runs"]] == [1, 1, 1]
        assert all(run["proof"]["interval"] for run in found["runs"])
        assert codes(shown, "error", "warning") == set()

    def test_the_page_of_the_submission_says_so(self, door, ada: Researcher) -> None:
        words = ada.words(f"/submissions/{door(ada)}/")
        assert "median of 3 runs: 28.75 s, 31.50 s, 25.25 s" in words
        assert "time 25.25 s … 31.50 s, bootstrap over 3 runs" in words


class TestPublished:
    @pytest.fixture
    def entry(self, ada: Researcher, mia: Maintainer) -> str:
        pk = ada.send_bundle(*bundle(*SECONDS, name="Three Seeds"))
        page = mia.review_page(pk)
        for words in ("28.75 s, 31.50 s, 25.25 s", "25.25 s … 31.50 s", "95% interval of the proof", "91.8399"):
            assert words in page, words
        return mia.approve(pk)

    def test_the_row_has_the_number_of_runs_and_their_spread(self, entry: str, visitor: Visitor) -> None:
        row = visitor.board("finetuning", "time")["Three Seeds"]
        assert (row["runs"], row["spread"]) == (3, pytest.approx(6.25 / 28.75))
        words = visitor.words("/boards/finetuning/time/")
        assert "3 runs, spread 22%" in words

    def test_the_entry_shows_every_run_s_curve(self, entry: str, visitor: Visitor) -> None:
        curves = visitor.api(f"entries/{entry}/curves/")
        assert [(curve["run"], curve["points"][1][0]) for curve in curves] == list(enumerate(SECONDS, 1))
        page = visitor.open(f"/entries/{entry}/")
        for name in ("run 1", "run 2", "run 3"):
            assert f'"name": "{name}"' in page or f'"name":"{name}"' in page, name

    def test_the_entry_shows_the_interval_of_time_and_scores(self, entry: str, visitor: Visitor) -> None:
        words = visitor.words(f"/entries/{entry}/")
        low, high = 92.45 / 31.5, 92.45 / 25.25
        assert "time 25.25 s … 31.50 s" in words
        assert f"time score {low:.2f} … {high:.2f}" in words
        assert f"95% interval {low:.2f} … {high:.2f}" in words  # of the overall score, which has this one task
        assert f"95% interval {2 * low:.2f} … {2 * high:.2f}" in words  # of the efficiency
        assert "bootstrap over 3 runs" in words

    def test_page_and_api_give_the_same_interval_each_time(self, entry: str, visitor: Visitor) -> None:
        first, second = (visitor.words(f"/entries/{entry}/").count("95% interval") for _ in range(2))
        assert first == second > 0
        (outcome,) = [one for one in visitor.api(f"entries/{entry}/")["outcomes"] if one["task"] == "sst2"]
        assert outcome["details"]["interval"] == [25.25, 31.5]


class TestSoManyRuns:
    def test_one_run_not_reached_counts_as_infinitely_slow(
        self, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        pk = ada.send_bundle(*bundle(30.0, None, 20.0, name="One N/R"))
        found = measured(ada.verification(pk), "sst2")
        assert (found["outcome"], found["value"], found["interval"]) == ("reached", 30.0, [20.0, None])
        assert "20.00 s … N/R" in ada.words(f"/submissions/{pk}/")
        words = visitor.words(f"/entries/{mia.approve(pk)}/")
        assert "20.00 s … N/R" in words
        assert f"time score 0.00 … {92.45 / 20:.2f}" in words

    def test_of_an_even_number_the_two_middle_runs_count(self, ada: Researcher) -> None:
        assert measured(ada.verification(ada.send_bundle(*bundle(20.0, 40.0, 30.0, 60.0))), "sst2")["value"] == 35.0
        shown = ada.verification(ada.send_bundle(*bundle(20.0, None)))
        assert (measured(shown, "sst2")["outcome"], shown["status"]) == ("not_reached", "invalid")

    def test_one_run_s_predictions_below_the_cutoff_are_an_error(self, ada: Researcher) -> None:
        sent, files = bundle(20.0, 30.0)
        shown = ada.verification(ada.send_bundle(sent, {**files, "sst2/2.tsv": shared(SST2_BELOW)}))
        (found,) = [one for one in shown["findings"] if one["code"] == "predictions-below-cutoff"]
        assert (shown["status"], found["file"], "run 2" in found["message"]) == ("invalid", "sst2/2.tsv", True)

    def test_equal_files_of_two_runs_are_a_warning(self, ada: Researcher) -> None:
        sent, files = bundle(20.0, 20.0)
        shown = ada.verification(ada.send_bundle(sent, files))
        assert "runs-same-seed" in codes(shown, "warning")

    def test_a_run_without_its_predictions_is_not_taken(self, ada: Researcher) -> None:
        sent, files = bundle(20.0, 30.0, 40.0)
        sent["tasks"]["sst2"]["predictions"].pop()
        del files["sst2/3.tsv"]
        answer = ada.script.bundle(sent, files)
        assert answer.status_code == 400
        assert "The runs do not pair up: 3 log, 2 predictions." in answer.json()["detail"]
        assert not Submission.objects.exists()

    def test_a_run_that_is_left_out_is_asked_for(self, ada: Researcher) -> None:
        pk = ada.script.post("submissions/", manifest("finetuning", {"sst2": {}})).json()["id"]
        for run in (1, 3):
            ada.put(pk, f"sst2/log/?run={run}", log(20.0 + run))
            ada.put(pk, f"sst2/predictions/?run={run}", dev(run))
        assert ada.submission(pk)["missing"] == ["sst2/log?run=2", "sst2/predictions?run=2"]
        assert ada.script.post(f"submissions/{pk}/submit/").status_code == 422

    @pytest.mark.parametrize("run", ["0", "-1", "x", "999"])
    def test_a_run_that_cannot_be_is_refused(self, ada: Researcher, run: str) -> None:
        pk = ada.script.post("submissions/", manifest("finetuning", {"sst2": {}})).json()["id"]
        assert ada.script.put(f"submissions/{pk}/evidence/sst2/log/?run={run}", log(20.0)).status_code == 400


class TestInference:
    def test_latencies_of_several_runs(self, ada: Researcher, mia: Maintainer, visitor: Visitor) -> None:
        files = {f"sst2/{run}.txt": evidence.latencies(ms) for run, ms in enumerate((2.5, 2.7, 2.4), 1)}
        files |= {f"sst2/{run}.tsv": dev(run) for run in (1, 2, 3)}
        task = {
            "latencies": [f"sst2/{run}.txt" for run in (1, 2, 3)],
            "predictions": [f"sst2/{run}.tsv" for run in (1, 2, 3)],
        }
        pk = ada.send_bundle(manifest("inference", {"sst2": task}, name="Thrice"), files)
        shown = ada.verification(pk)
        found = measured(shown, "sst2")
        assert found["value"] == pytest.approx(2.5, abs=1e-3)
        assert found["interval"] == pytest.approx([2.4, 2.7], abs=1e-3)
        words = visitor.words(f"/entries/{mia.approve(pk)}/")
        assert "time 2.40 ms … 2.70 ms" in words
        assert visitor.board("inference", "time")["Thrice"]["runs"] == 3
