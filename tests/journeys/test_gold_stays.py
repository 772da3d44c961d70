"""Gold labels leave the worker in no answer and no log line, whatever is sent and whoever looks.

The gold of this edition has entity types, words and sentences that occur nowhere else, so that each can be looked for.
"""

import io
import logging
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from leaderboard.models import Edition, Task
from scoring.rules import Feedback
from submissions import gold
from tests.factories import make_accelerator, make_edition, make_entry, make_offer, make_task
from tests.journeys.actors import QUEUE, Maintainer, Researcher, Visitor, verify

CANARIES = (b"QUAGGA", b"Zyzzogeton", b"thylacine-sentence", b"pair-xerus")
ROWS = 40
SECRET = {5, 21}
"""Sentences whose entity is of a type that only the gold labels know."""
LOGS = {"ner": b"seconds,f1\n10,60\n20,85\n", "nli": b"seconds,accuracy\n10,60\n30,96\n"}


def tags_of(predicted: bool) -> str:
    """One sentence of three tokens a block; predictions have no words, and nothing where the type is secret."""
    lines = []
    for number in range(ROWS):
        kind = "QUAGGA" if number in SECRET else "PER"
        tags = ["O", "O" if predicted and number in SECRET else f"B-{kind}", "O"]
        lines += [tag if predicted else f"Zyzzogeton{number} {tag}" for tag in tags] + [""]
    return "\n".join([*lines, ""])


def label(number: int) -> str:
    return ("yes", "no")[number * 7 % 3 == 0]


def turned(number: int) -> str:
    return "no" if label(number) == "yes" else "yes"


def labels(wrong: int, rows: int = ROWS) -> bytes:
    """Predictions with that many rows wrong, the first ones."""
    lines = [f"{number}\t{turned(number) if number < wrong else label(number)}" for number in range(rows)]
    return "\n".join(["index\tprediction", *lines, ""]).encode()


@pytest.fixture
def canaries(db: None, tmp_path: Path) -> Edition:
    """An edition with two tasks, a reference on its boards, and gold labels imported by the command."""
    edition = make_edition("canary")
    make_task(edition, "ner", metric=Task.Metric.ENTITY_F1, metric_names=["f1"], labels=[], label_orders=[],
              cutoff=Decimal(80), parts=[{"name": "", "size": ROWS}])  # fmt: skip
    make_task(edition, "nli", cutoff=Decimal(80), parts=[{"name": "", "size": ROWS}])
    make_offer(make_accelerator("rtx-2080-ti"), edition=edition)
    make_entry(edition, 100.0, model="Reference", is_reference=True, kind="baseline", badge="baseline")
    words, pairs = tmp_path / "dev.conll", tmp_path / "dev.tsv"
    words.write_text(tags_of(predicted=False))
    lines = [f"{number}\tthylacine-sentence {number}\tpair-xerus{number}\t{label(number)}" for number in range(ROWS)]
    pairs.write_text("\n".join(["index\tsentence\tnote\tlabel", *lines, ""]))
    call_command("import_gold", "ner", str(words), edition="canary", stdout=io.StringIO())
    call_command("import_gold", "nli", str(pairs), edition="canary", stdout=io.StringIO())
    return edition


PREDICTIONS: dict[str, tuple[bytes, bytes]] = {
    # tags, labels
    "right": (tags_of(predicted=True).encode(), labels(2)),
    "below": (tags_of(predicted=True).replace("B-PER", "O", 30).encode(), labels(20)),
    "another type": (tags_of(predicted=True).replace("B-PER", "B-LOC").encode(), labels(40)),
    "an unknown tag": (tags_of(predicted=True).replace("B-PER", "X/PER", 1).encode(), labels(1)),
    "a token less": (tags_of(predicted=True).replace("O\n", "", 1).encode(), labels(1)),
    "a sentence less": (tags_of(predicted=True).partition("\n\n")[2].encode(), labels(1, 39)),
    "half": (tags_of(predicted=True)[:150].encode(), labels(1, 22)),
    "an unknown label": (tags_of(predicted=True).encode(), labels(1).replace(b"yes", b"maybe")),
    "an unknown row": (tags_of(predicted=True).encode(), labels(1).replace(b"\n7\t", b"\n700\t")),
    "a row twice": (tags_of(predicted=True).encode(), labels(1).replace(b"\n7\t", b"\n8\t")),
    "noise": (bytes(range(256)), bytes(range(256))),
}


def bundle(name: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    tags, rows = PREDICTIONS[name]
    files = {"ner.csv": LOGS["ner"], "nli.csv": LOGS["nli"], "ner.txt": tags, "nli.txt": rows}
    manifest = {
        "edition": "canary",
        "phase": "finetuning",
        "model": {"name": f"Sent {name}", "code_url": "https://example.org/code"},
        "hardware": {"accelerator": "rtx-2080-ti"},
        "includes_evaluation": "no",
        "tasks": {task: {"log": f"{task}.csv", "predictions": f"{task}.txt"} for task in ("ner", "nli")},
    }
    return manifest, files


PUBLIC = (
    "/", "/tasks/", "/rules/", "/rules/checks/", "/faq/", "/hardware/", "/api/schema/", "/api/docs/", "/readyz",
    "/api/v1/tasks/", "/api/v1/editions/", "/api/v1/hardware/", "/api/v1/boards/",
    *(f"/boards/finetuning/{measure}/" for measure in ("time", "cost", "efficiency")),
    *(f"/api/v1/boards/finetuning/time/{query}" for query in ("", "?format=csv", "?format=json")),
)  # fmt: skip


LISTS = (
    "/submissions/", "/api/v1/submissions/", QUEUE, f"{QUEUE}?status=all",
    "/admin/", "/admin/leaderboard/", "/admin/leaderboard/goldset/", "/admin/leaderboard/task/",
)  # fmt: skip


def look_everywhere(pk: str, entry: str, *people: Visitor) -> None:
    """Opens all that there is about a submission alone, as each of these people."""
    base = f"/api/v1/submissions/{pk}/"
    private = [f"/submissions/{pk}/", f"{base}", f"{base}verification/", f"{base}verifications/", f"{base}evidence/",
               f"{base}evidence/ner/log/", f"{base}evidence/nli/predictions/", f"{QUEUE}{pk}/change/"]  # fmt: skip
    published = [f"/entries/{entry}/", *(f"/api/v1/entries/{entry}/{part}" for part in ("", "curves/", "evidence/"))]
    look_at((*private, *(published if entry else ())), *people)


def look_at(addresses: Iterable[str], *people: Visitor) -> None:
    """An answer may well be 403 or 404."""
    for person in people:
        for address in addresses:
            person.browser.get(address)
            script = getattr(person, "script", None)
            if script and address.startswith("/api/"):
                script.get(address)


def leaks(answers: list[tuple[str, bytes]], log: str) -> list[str]:
    """Where a canary was seen."""
    seen = [address for address, body in answers if any(canary in body for canary in CANARIES)]
    return seen + [line for line in log.splitlines() if any(canary.decode() in line for canary in CANARIES)]


@pytest.mark.parametrize("feedback", list(Feedback))
def test_no_canary_is_seen_by_anybody(
    canaries: Edition,
    ada: Researcher,
    bob: Researcher,
    mia: Maintainer,
    visitor: Visitor,
    answers: list[tuple[str, bytes]],
    caplog: pytest.LogCaptureFixture,
    feedback: Feedback,
) -> None:
    caplog.set_level(logging.DEBUG)
    Edition.objects.filter(pk=canaries.pk).update(feedback=feedback, daily_attempts=100)
    for name in PREDICTIONS:
        manifest, files = bundle(name)
        ada.send_bundle(manifest, files, query="?dry_run=true")
        pk = ada.send_bundle(manifest, files)
        entry = mia.approve(pk) if ada.submission(pk)["status"] == "in_review" else ""
        assert bool(entry) is (name == "right"), name
        look_everywhere(pk, entry, visitor, bob, ada, mia)
    look_at(LISTS, visitor, bob, ada, mia)
    look_at(PUBLIC, visitor)
    assert len(answers) > 500
    assert leaks(answers, caplog.text) == []


def test_the_canaries_would_be_found(canaries: Edition, answers: list[tuple[str, bytes]]) -> None:
    """The labels are really in use: the predictions are scored against them."""
    found = gold.load(canaries.tasks.get(slug="ner"))
    assert found is not None and any("QUAGGA" in name for name in found.parts[""].names)
    assert leaks([("GET /", b"of type QUAGGA")], "a line\nZyzzogeton7\n") == ["GET /", "Zyzzogeton7"]


def test_damaged_labels_are_our_fault_and_are_not_printed(
    canaries: Edition, ada: Researcher, settings: Any, answers: list[tuple[str, bytes]], caplog: Any
) -> None:
    for path in settings.GOLD_DIR.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes() + b"B-QUAGGA\n")
    answer = ada.script.bundle(*bundle("right"))
    with pytest.raises(gold.GoldDamaged):
        verify(answer.json()["id"])
    shown = ada.submission(answer.json()["id"])
    assert shown["status"] == "queued", "it is tried again, and costs no attempt once it is given up"
    assert leaks(answers, caplog.text) == []


def test_where_dev_sets_are_hidden_the_metric_is_seen_by_reviewers_only(
    canaries: Edition, ada: Researcher, mia: Maintainer, visitor: Visitor, answers: list[tuple[str, bytes]]
) -> None:
    Edition.objects.filter(pk=canaries.pk).update(feedback="cutoff_only")
    pk = ada.send_bundle(*bundle("right"))
    metric = f"{2 * 38 / (38 + 40) * 100:.3f}"[:5]
    look_everywhere(pk, "", ada)
    look_at(LISTS, ada)
    assert [address for address, body in answers if metric.encode() in body] == []
    assert ada.verification(pk)["measurements"][0]["reaches_cutoff"] is True
    assert metric in mia.review_page(pk)
    entry = mia.approve(pk)
    assert metric in visitor.open(f"/entries/{entry}/")
