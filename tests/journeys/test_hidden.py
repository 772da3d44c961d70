"""Hidden dev sets: two submissions that differ in one row look equal to their owner, unless the cut-off flips."""

import json
import re
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from leaderboard.models import Edition
from scoring.rules import Feedback
from tests.journeys.actors import Maintainer, Researcher
from tests.submissions.working.cases import CROSSES, make_edition_like_small, manifest_of, predictions

AT = 10
"""Wrong rows of the hundred at which the cut-off of 90 is just reached."""
SIZE = 1000
"""Every file of predictions has this many bytes: the submitter knows what was sent."""


@pytest.fixture(autouse=True)
def edition(db: None) -> Edition:
    return make_edition_like_small(feedback=Feedback.CUTOFF_ONLY)


def part(wrong: int, rows: int = 80) -> str:
    return "\n".join(predictions(wrong).split("\n")[: rows + 1]) + "\n"


def sent(phase: str, content: str, **claims: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A submission of one task with these predictions."""
    log = {"latencies": "toy/ms.txt"} if phase == "inference" else {"log": "toy/log.csv"}
    name, proof = next(iter(log.values())), {"predictions": "toy/dev.tsv"}
    bytes_ = (
        b"".join(b"%.3f\n" % (2 + row % 9 / 10) for row in range(1000)) if phase == "inference" else CROSSES.encode()
    )
    manifest = manifest_of() | {"phase": phase, "tasks": {"toy": {**log, **proof, **claims}}}
    return manifest, {name: bytes_, "toy/dev.tsv": content.encode().ljust(SIZE, b"\n")}


def seen(ada: Researcher, phase: str, content: str, *, query: str = "", **claims: Any) -> list[str]:
    """All that the submitter gets to see, with what differs between any two submissions taken out.

    Afterwards it is as if nothing had been sent, so that the next one is the first as well.
    """
    mail.outbox.clear()
    with transaction.atomic():
        found = _seen(ada, phase, content, query, claims)
        transaction.set_rollback(True)
    return found


def _seen(ada: Researcher, phase: str, content: str, query: str, claims: dict[str, Any]) -> list[str]:
    pk = ada.send_bundle(*sent(phase, content, **claims), query=query)
    if query:
        texts = [ada._get(f"dry-runs/{pk}/"), ada._get(f"dry-runs/{pk}/verification/")]
    else:
        paths = ("", "verification/", "verifications/", "evidence/")
        texts = [ada._get(f"submissions/{pk}/{path}") for path in paths]
        texts += [ada.open(f"/submissions/{pk}/"), ada.open("/submissions/")]
    texts += [f"{one.subject} {one.body}" for one in mail.outbox]
    return [_common(text if isinstance(text, str) else json.dumps(text), pk) for text in texts]


def _common(text: str, pk: str) -> str:
    """Without ids, hashes, times of day and form tokens, which differ between any two submissions."""
    text = text.replace(pk, "ID")
    for pattern in (
        r"[0-9a-f]{64}",
        r"[0-9a-f]{12}…",
        r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?",
        r'name="csrfmiddlewaretoken" value="\w+"',
        r'nonce="[^"]+"',
        r"/submissions/[0-9a-f-]{36}/",
        r"/evidence/\d+/",
        r'name="mend" value="\d+"',
        r"\d\d:\d\d(:\d\d)?",
        r">(now|[^<]*\sago)</time>",
    ):
        text = re.sub(pattern, "X", text)
    return text


@pytest.mark.parametrize("phase", ["finetuning", "inference"])
class TestOneRow:
    @pytest.mark.parametrize(
        ("one", "another"),
        [
            (predictions(AT), predictions(AT - 1)),
            (predictions(AT - 9), predictions(0)),  # equal to the gold labels on every row
            (predictions(AT + 1), predictions(AT + 2)),
            (part(AT - 3), part(AT - 4)),
            (part(AT - 10), part(1)),
        ],
        ids=["at the cut-off", "perfect", "below", "a part", "a perfect part"],
    )
    def test_the_answer_is_the_same(self, ada: Researcher, phase: str, one: str, another: str) -> None:
        assert seen(ada, phase, one) == seen(ada, phase, another)

    def test_where_nothing_is_hidden_it_is_not(self, ada: Researcher, edition: Edition, phase: str) -> None:
        edition.feedback = Feedback.VALUE
        edition.save()
        assert seen(ada, phase, predictions(AT)) != seen(ada, phase, predictions(AT - 1))

    def test_the_cut_off_is_told(self, ada: Researcher, phase: str) -> None:
        at, below = (seen(ada, phase, predictions(wrong)) for wrong in (AT, AT + 1))
        assert at != below
        assert '"reaches_cutoff": true' in at[1] and '"reaches_cutoff": false' in below[1]

    def test_a_claim_of_the_metric_is_no_way_to_ask_for_it(self, ada: Researcher, phase: str) -> None:
        claim = {"claimed_metric": 92 if phase == "finetuning" else 91}
        answers = [seen(ada, phase, predictions(wrong), **claim) for wrong in (AT, AT - 1, AT - 2)]
        assert answers[0] == answers[1] == answers[2]

    def test_neither_is_a_dry_run(self, ada: Researcher, phase: str) -> None:
        answers = [seen(ada, phase, predictions(wrong), query="?dry_run=true") for wrong in (AT, AT - 1)]
        assert answers[0] == answers[1]

    def test_the_reviewer_sees_metric_and_interval(self, ada: Researcher, mia: Maintainer, phase: str) -> None:
        pk = ada.send_bundle(*sent(phase, predictions(AT - 1)))
        shown = mia.script.get(f"submissions/{pk}/verification/").json()
        (found,) = shown["measurements"]
        assert (found["proven_metric"], found["proof"]["metric"]) == (91.0, 91.0)
        assert "95% interval of the proof" in mia.review_page(pk)

    def test_predictions_that_somebody_else_sent_are_not_told(
        self, ada: Researcher, bob: Researcher, mia: Maintainer, phase: str
    ) -> None:
        bob.send_bundle(*sent(phase, predictions(AT)))
        pk = ada.send_bundle(*sent(phase, predictions(AT)))
        assert "predictions-shared" not in json.dumps(ada.verification(pk))
        assert "predictions-shared" in mia.review_page(pk)
