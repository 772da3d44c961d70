"""The same journey by hand: every page's own form, filled in as a browser without scripts sends it."""

import re

import pytest

from leaderboard.models import Edition
from tests.journeys import evidence
from tests.journeys.actors import Maintainer, Researcher, Visitor, read, verify
from tests.journeys.evidence import CHIEU, SST2_AT, finetuning, shared
from tests.journeys.forms import send_form

MODEL = {
    "phase": "finetuning",
    "edition": "hulk-2020",
    "name": "By hand",
    "organisation": "Journey Lab",
    "parameters": "110",
    "code_url": evidence.CODE,
    "run_date": "2020-02-01",
    "includes_evaluation": "no",
}
FILES = {
    "file-conll2003-log-1-": evidence.log("conll2003"),
    "file-mnli-log-1-": evidence.log("mnli"),
}


def step(ada: Researcher, address: str, values: dict[str, str | bytes], press: str = "") -> str:
    """Sends one page's form; where it leads."""
    answer = send_form(ada.browser, address, values, press)
    assert answer.status_code == 302, re.findall(r'class="[^"]*error[^"]*"[^>]*>([^<]+)', read(answer).decode())
    return answer["Location"]


@pytest.fixture
def draft(golden: Edition, ada: Researcher) -> str:
    """The address of the evidence step of a draft."""
    hardware = step(ada, "/submit/", MODEL)
    return step(ada, hardware, {"accelerator": "rtx-2080-ti", "count": "1"})


def fill(ada: Researcher, draft: str) -> str:
    """Brings CoNLL 2003 and both halves of MNLI; the id of the submission, sent and verified."""
    halves = evidence.mnli_mended("edge_pair1", 1)
    files = {
        **FILES,
        "file-conll2003-predictions-1-": shared(CHIEU),
        **{f"file-mnli-predictions-1-{half}": halves[half] for half in evidence.HALVES},
        "conll2003-claimed_seconds": "60.8",
    }
    check = step(ada, draft, files, press="continue")
    page = ada.words(check)
    for words in ("By hand", "conll2003", "CC BY 4.0"):
        assert words in page, words
    detail = step(ada, check, {"consent": "yes"})
    pk = detail.split("/")[2]
    assert "queued" in ada.words(detail)
    verify(pk)
    return pk


def test_from_the_empty_form_to_the_boards(draft: str, ada: Researcher, mia: Maintainer, visitor: Visitor) -> None:
    pk = fill(ada, draft)
    words = ada.words(f"/submissions/{pk}/")
    for part in ("in review", "60.75", "93.0131", "85.0049", "rank"):
        assert part in words, part
    assert pk in ada.open("/submissions/")
    entry = mia.approve(pk)
    row = visitor.board("finetuning", "time")["By hand"]
    assert (row["entry"], row["tasks"]["conll2003"]["value"], row["tasks"]["mnli"]["value"]) == (entry, 60.75, 500.5)
    assert row["tasks"]["sst2"]["outcome"] == "not_run"


def test_a_script_that_sends_the_same_gets_the_same_report(draft: str, ada: Researcher) -> None:
    by_hand = ada.verification(fill(ada, draft))
    predictions = {"conll2003": shared(CHIEU), "mnli": evidence.mnli_mended("edge_pair1", 1)}
    by_script = ada.verification(ada.send_bundle(*finetuning(predictions)))
    numbers = ("task", "outcome", "value", "metric", "proven_metric", "bracket", "margin", "stability", "cost_usd")

    def told(shown: dict) -> list:
        return [[one[name] for name in numbers] for one in shown["measurements"]]

    assert told(by_hand) == told(by_script)
    assert by_hand["scores"] == by_script["scores"]
    assert [one["code"] for one in by_hand["findings"]] == [one["code"] for one in by_script["findings"]]


def test_what_is_wrong_with_a_file_stands_beside_it_and_the_others_stay(draft: str, ada: Researcher) -> None:
    files = {"file-sst2-log-1-": evidence.log("sst2"), "file-sst2-predictions-1-": b"PK\x03\x04" + bytes(100)}
    answer = send_form(ada.browser, draft, files)
    page = read(answer).decode()
    assert (answer.status_code, "ZIP" in page) == (422, True)
    pk = draft.split("/")[2]
    assert ada.submission(pk)["missing"] == ["sst2/predictions"]
    step(ada, draft, {"file-sst2-predictions-1-": shared(SST2_AT)})
    assert ada.submission(pk)["missing"] == []


def test_a_draft_left_half_way_is_found_again(draft: str, ada: Researcher) -> None:
    pk = draft.split("/")[2]
    assert f"/submissions/{pk}/" in ada.open("/submissions/")
    assert 'value="By hand"' in ada.open(f"/submissions/{pk}/edit/")
