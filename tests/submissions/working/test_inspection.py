"""What a worker recognises in the files of a draft before it is sent, and what it never does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from submissions import bounds, inspection, intake, tidying
from submissions.models import Attempt, Inspection, Submission, Verification
from submissions.recognition import Look, look_at
from tests.submissions.working.cases import (
    BACKWARDS,
    NEVER,
    make_draft,
    make_person,
    make_small_edition,
    manifest_of,
    predictions,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def edition() -> Any:
    return make_small_edition()


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> list[Any]:
    bells: list[Any] = []
    monkeypatch.setattr("submissions.jobs.ring", lambda bell, pk: bells.append((bell.name, pk)))
    return bells


def looked(draft: Submission) -> Look:
    """What the pages say once a worker has looked."""
    assert look_at(draft, at=timezone.now()).is_waiting
    inspection.inspect(draft.pk)
    return look_at(draft, at=timezone.now())


def draft_of(**values: Any) -> Submission:
    return make_draft(make_person(), **values)


class TestRecognised:
    def test_a_log_with_its_crossing_and_predictions_with_their_rows(self) -> None:
        look = looked(draft_of())
        assert look.facts("toy/log.csv").endswith("4 evaluations · reaches the cut-off 90 at 30.50 s, line 4, with 92")
        assert look.facts("toy/dev.tsv") == "100 of 100 rows"
        assert look.report is not None
        assert (look.report["scores"]["time"], look.report["preview_rank"]["time"]) == (2.0, 1)

    def test_a_log_that_does_not_reach_it_says_its_best(self) -> None:
        look = looked(draft_of(log=NEVER))
        assert look.facts("toy/log.csv").endswith("2 evaluations · does not reach the cut-off 90; its best is 85")

    def test_an_error_stands_beside_its_file_with_the_line(self) -> None:
        look = looked(draft_of(log=BACKWARDS))
        (found,) = look.findings("toy/log.csv")
        assert (found["code"], found["line"], found["excerpt"]) == ("log-time-backwards", 3, "10,85")

    def test_samples_of_latency(self) -> None:
        manifest = {**manifest_of(), "phase": "inference", "tasks": {"toy": {}}}
        draft = intake.create_draft(owner=make_person(), manifest=manifest, at=timezone.now())
        source = make_draft(draft.owner, log="2.5\n" * 999 + "3.5\n").evidence.get(kind="log")
        draft.evidence.create(task="toy", kind="latencies", name="ms.txt", sha256=source.sha256, size=source.size)
        assert looked(draft).facts("ms.txt") == "1,000 samples · median 2.50 ms"

    def test_a_draft_without_hardware_is_looked_at_too(self) -> None:
        draft = draft_of()
        intake.change_draft(draft, by=draft.owner, manifest={"hardware": None}, at=timezone.now(), complete=False)
        assert "30.50 s" in looked(draft).facts("toy/log.csv")


class TestWhatItDoesNotDo:
    def test_it_opens_no_gold_and_uses_no_attempt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def closed(*_: Any) -> None:
            raise AssertionError("gold labels were opened")

        monkeypatch.setattr("submissions.gold.load", closed)
        look = looked(draft_of(predictions=predictions(wrong=100)))
        assert look.report is not None
        assert look.report["measurements"][0]["proven_metric"] is None
        assert "predictions-below-cutoff" not in str(look.report)
        assert not Attempt.objects.exists()
        assert not Verification.objects.exists()

    def test_right_and_wrong_predictions_look_the_same(self) -> None:
        looks = []
        for wrong in (0, 57):
            look = looked(make_draft(make_person(f"p{wrong}"), predictions=predictions(wrong)))
            looks.append(str(look.report))
        digests = [text.split("'digest': '")[1].split("'")[0] for text in looks]
        assert looks[0].replace(digests[0], "") == looks[1].replace(digests[1], "")


class TestAsking:
    def test_a_draft_without_files_is_not_looked_at(self) -> None:
        draft = intake.create_draft(owner=make_person(), manifest=manifest_of(), at=timezone.now())
        assert look_at(draft, at=timezone.now()) == Look()
        assert not Inspection.objects.exists()

    def test_a_worker_is_asked_once_and_again_where_nobody_answers(
        self, rung: list[Any], django_capture_on_commit_callbacks: Any
    ) -> None:
        draft, at = draft_of(), datetime.now(UTC)
        for seconds in (0, 1, 5, 20):
            with django_capture_on_commit_callbacks(execute=True):
                assert look_at(draft, at=at + timedelta(seconds=seconds)).is_waiting
        assert rung == [("submissions.jobs.inspect_draft", draft.pk)] * 2

    def test_a_changed_file_is_looked_at_anew(self) -> None:
        draft = draft_of()
        assert "30.50 s" in looked(draft).facts("toy/log.csv")
        other = make_draft(make_person("eve"), log=NEVER).evidence.get(kind="log")
        draft.evidence.filter(kind="log").update(sha256=other.sha256, size=other.size)
        assert "does not reach" in looked(draft).facts("toy/log.csv")

    def test_what_was_found_about_a_changed_draft_is_dropped(self) -> None:
        draft = draft_of()
        look_at(draft, at=timezone.now())
        intake.change_draft(draft, by=draft.owner, manifest={"notes": "new"}, at=timezone.now())
        inspection.inspect(draft.pk)
        assert Inspection.objects.get().finished_at is None

    @pytest.mark.parametrize("error", [bounds.OverTime, MemoryError])
    def test_files_that_are_too_much_are_said_to_be(self, error: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def too_much(*_: Any, **__: Any) -> None:
            raise error

        monkeypatch.setattr("submissions.inspection.check", too_much)
        look = looked(draft_of())
        assert not look.is_waiting
        assert "They are read when it is sent." in look.failure

    def test_a_look_that_kills_its_worker_is_not_tried_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def killed(*_: Any, **__: Any) -> None:
            raise SystemExit

        monkeypatch.setattr("submissions.inspection.check", killed)
        draft, at = draft_of(), timezone.now()
        look_at(draft, at=at)
        for _ in range(inspection.MOST_ATTEMPTS):
            with pytest.raises(SystemExit):
                inspection.inspect(draft.pk)
        inspection.inspect(draft.pk)
        assert look_at(draft, at=at + timedelta(minutes=2)).failure

    def test_it_goes_when_the_draft_is_sent(self) -> None:
        draft = draft_of()
        looked(draft)
        tidying.tidy(timezone.now())
        assert Inspection.objects.exists()
        intake.submit(draft, by=draft.owner, at=timezone.now())
        tidying.tidy(timezone.now())
        assert not Inspection.objects.exists()
