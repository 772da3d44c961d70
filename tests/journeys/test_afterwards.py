"""What comes after a verification: changes asked for, rejected, withdrawn, revised and superseded."""

import pytest

from leaderboard.models import BoardRow, Edition, PastRow
from submissions.models import Submission
from tests.journeys import evidence
from tests.journeys.actors import Maintainer, Researcher, Visitor, codes, read
from tests.journeys.evidence import CHIEU, SST2_AT, finetuning, shared

MEASURES = ("time", "cost", "efficiency")


def send(ada: Researcher, name: str, *, crosses_at: float = 28.75) -> str:
    """A submission of SST-2 that is in review."""
    log = evidence.log("sst2", [(crosses_at / 2, 80), (crosses_at, 90.2), (crosses_at * 2, 91)])
    pk = ada.send_bundle(*finetuning({"sst2": shared(SST2_AT)}, {"sst2": log}, name=name))
    assert ada.submission(pk)["status"] == "in_review"
    return pk


@pytest.fixture
def pk(golden: Edition, ada: Researcher) -> str:
    return send(ada, "First try")


class TestWithdrawing:
    @pytest.fixture
    def entry(self, pk: str, ada: Researcher, mia: Maintainer) -> str:
        """An entry that was approved and then withdrawn by its owner."""
        entry = mia.approve(pk)
        ada.withdraw(pk, "a bug in the timer")
        return entry

    def test_it_leaves_the_boards_and_its_page_says_so(self, entry: str, visitor: Visitor) -> None:
        for measure in MEASURES:
            assert "First try" not in visitor.board("finetuning", measure)
            assert "First try" not in visitor.open(f"/boards/finetuning/{measure}/")
            assert "First try" not in visitor.open(f"/api/v1/boards/finetuning/{measure}/?format=csv")
        words = visitor.words(f"/entries/{entry}/")
        assert "Withdrawn on" in words and "a bug in the timer" in words
        assert visitor.api(f"entries/{entry}/")["status"] == "withdrawn"

    def test_its_files_are_no_longer_given_out(self, entry: str, visitor: Visitor) -> None:
        assert visitor.api(f"entries/{entry}/evidence/") == []
        for file in visitor.api(f"entries/{entry}/")["evidence"]:
            visitor.api(f"entries/{entry}/evidence/{file['sha256']}/", status=404)

    def test_its_scores_no_longer_hold_and_stay_readable(self, entry: str, visitor: Visitor) -> None:
        spans = PastRow.objects.filter(entry=entry).select_related("board")
        assert {span.board.measure for span in spans} == set(MEASURES)
        assert all(span.valid_to >= span.valid_from for span in spans)
        shown = visitor.api(f"entries/{entry}/")
        assert {span["measure"] for span in shown["scores"] if span["valid_to"]} == set(MEASURES)
        assert shown["standings"] == []

    def test_others_move_up(self, golden: Edition, ada: Researcher, mia: Maintainer, visitor: Visitor) -> None:
        before = {name: row["rank"] for name, row in visitor.board("finetuning", "time").items()}
        pk = send(ada, "Overtaker", crosses_at=6.0)
        mia.approve(pk)
        ranks = {name: row["rank"] for name, row in visitor.board("finetuning", "time").items()}
        own = ranks.pop("Overtaker")
        assert ranks == {name: rank + (rank >= own) for name, rank in before.items()}
        assert any(rank > before[name] for name, rank in ranks.items())
        ada.withdraw(pk)
        assert {name: row["rank"] for name, row in visitor.board("finetuning", "time").items()} == before

    def test_it_is_final(self, entry: str, pk: str, ada: Researcher) -> None:
        for verb in ("withdraw", "revise", "submit"):
            answer = ada.script.post(f"submissions/{pk}/{verb}/")
            assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")

    def test_in_the_browser_it_asks_once(self, pk: str, ada: Researcher, mia: Maintainer, visitor: Visitor) -> None:
        entry = mia.approve(pk)
        ada.open(f"/submissions/{pk}/withdraw/")
        assert visitor.api(f"entries/{entry}/")["status"] == "published"
        ada.browser.post(f"/submissions/{pk}/withdraw/", {"comment": "wrong file"})
        assert visitor.api(f"entries/{entry}/")["status"] == "withdrawn"


class TestSuperseding:
    def test_the_new_one_takes_the_place_when_it_is_approved_and_not_before(
        self, pk: str, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        old = mia.approve(pk)
        draft = ada.revise(pk)
        assert draft != pk and ada.submission(draft)["supersedes"] == pk
        ada.put(draft, "sst2/log/", evidence.log("sst2", [(5, 80), (11.5, 90.2), (20, 91)]))
        ada.submit(draft)
        assert visitor.board("finetuning", "time")["First try"]["entry"] == old
        new = mia.approve(draft)
        rows = visitor.api("boards/finetuning/time/?q=First try")["results"]
        assert [(row["entry"], row["tasks"]["sst2"]["value"]) for row in rows] == [(new, 11.5)]
        assert ada.submission(pk)["status"] == "superseded"
        words = visitor.open(f"/entries/{old}/")
        assert "Superseded on" in words and f"/entries/{new}/" in words
        assert visitor.api(f"entries/{old}/")["status"] == "superseded"
        assert not BoardRow.objects.filter(entry=old).exists()

    def test_asking_twice_gives_the_same_draft(self, pk: str, ada: Researcher, mia: Maintainer) -> None:
        mia.approve(pk)
        assert ada.revise(pk) == ada.revise(pk)

    def test_what_was_withdrawn_meanwhile_is_not_superseded(
        self, pk: str, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        old = mia.approve(pk)
        draft = ada.revise(pk)
        ada.submit(draft)
        ada.withdraw(pk)
        mia.approve(draft)
        assert visitor.api(f"entries/{old}/")["status"] == "withdrawn"
        assert len(visitor.api("boards/finetuning/time/?q=First try")["results"]) == 1


class TestDecisions:
    def test_changes_are_asked_for_made_and_sent_again(
        self, pk: str, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        mia.decide(pk, "request_changes", "Please name the seed.")
        assert ada.submission(pk)["status"] == "changes_requested"
        assert "Please name the seed." in ada.words(f"/submissions/{pk}/")
        assert ada.revise(pk) == pk
        answer = ada.script.patch(f"submissions/{pk}/", {"tasks": {"sst2": {"seeds": [42]}}})
        assert (answer.status_code, answer.json()["revision"]) == (200, 2)
        ada.submit(pk)
        assert "42" in mia.review_page(pk)
        mia.approve(pk)
        assert "First try" in visitor.board("finetuning", "time")
        history = ada.script.get(f"submissions/{pk}/verifications/").json()["results"]
        assert [(one["number"], one["revision"]) for one in history] == [(2, 2), (1, 1)]

    @pytest.mark.parametrize("decision", ["reject", "request_changes"])
    def test_saying_no_needs_a_reason(self, pk: str, ada: Researcher, mia: Maintainer, decision: str) -> None:
        answer = mia.decide(pk, decision, "  ")
        assert answer.status_code == 409 and "needs a reason" in read(answer).decode()
        assert ada.submission(pk)["status"] == "in_review"

    def test_rejecting_is_final_and_told_to_the_owner_alone(
        self, pk: str, ada: Researcher, mia: Maintainer, bob: Researcher, visitor: Visitor
    ) -> None:
        mia.decide(pk, "reject", "The log is of another model.")
        assert ada.submission(pk)["status"] == "rejected"
        assert "The log is of another model." in ada.words(f"/submissions/{pk}/")
        assert bob.browser.get(f"/submissions/{pk}/").status_code == 404
        assert ada.script.post(f"submissions/{pk}/revise/").status_code == 409
        assert "First try" not in visitor.board("finetuning", "time")

    def test_what_changed_since_the_reviewer_looked_is_not_decided(
        self, pk: str, ada: Researcher, mia: Maintainer, visitor: Visitor
    ) -> None:
        seen = Submission.objects.get(pk=pk).content_hash
        mia.decide(pk, "request_changes", "another log, please")
        ada.revise(pk)
        ada.put(pk, "sst2/log/", evidence.log("sst2"))
        ada.submit(pk)
        address = f"/admin/submissions/submission/{pk}/decide/"
        answer = mia.browser.post(address, {"decision": "approve", "seen": seen, "verification": "2"})
        assert (answer.status_code, ada.submission(pk)["status"]) == (409, "in_review")
        assert "First try" not in visitor.board("finetuning", "time")

    def test_nobody_approves_an_own_entry(self, golden: Edition, mia: Maintainer) -> None:
        answer = mia.script.bundle(*finetuning({"sst2": shared(SST2_AT)}))
        pk = answer.json()["id"]
        assert 'name="decision"' not in mia.review_page(pk)
        seen = Submission.objects.get(pk=pk).content_hash
        mia.browser.post(
            f"/admin/submissions/submission/{pk}/decide/", {"decision": "approve", "seen": seen, "verification": "1"}
        )
        assert Submission.objects.get(pk=pk).entry is None


def test_an_invalid_one_is_mended_as_a_new_revision(golden: Edition, ada: Researcher, mia: Maintainer) -> None:
    backwards = b"seconds,f1\n20,84\n10,91.5\n"
    pk = ada.send_bundle(*finetuning({"conll2003": shared(CHIEU)}, {"conll2003": backwards}))
    shown = ada.verification(pk)
    (finding,) = [one for one in shown["findings"] if one["code"] == "log-time-backwards"]
    assert (finding["file"], finding["line"], finding["severity"]) == ("conll2003/log.csv", 3, "error")
    assert 'value="approve"' not in mia.review_page(pk)
    ada.revise(pk)
    ada.put(pk, "conll2003/log/", evidence.log("conll2003"))
    ada.submit(pk)
    shown = ada.verification(pk)
    assert (shown["status"], shown["revision"], codes(shown, "error")) == ("in_review", 2, set())
    assert ada.submission(pk)["attempts_left"] == {"conll2003": 9}, "unchanged predictions are not counted again"
