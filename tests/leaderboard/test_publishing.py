"""Publishing, superseding and withdrawing: all or nothing, recorded, and scores keep the span in which they held."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from leaderboard import history, publishing, ranking
from leaderboard.models import BoardRow, Edition, Entry, Event
from leaderboard.publishing import CurveSnapshot, NotOnTheBoards, OutcomeSnapshot, UnknownTask
from tests.factories import NOW, make_accelerator, make_edition, make_entry, make_snapshot
from tests.leaderboard.conftest import Api
from tests.made_once import once

LATER = NOW + timedelta(days=1)


@pytest.fixture
def edition(db: None) -> Edition:
    return once(make_the_edition)


def make_the_edition() -> Edition:
    edition = make_edition(tasks=2)
    make_entry(edition, 100.0, model="Reference", is_reference=True)
    return edition


def spans(entry: Entry, measure: str = "time") -> list[tuple[float | None, Any, Any]]:
    return [
        (one.score, one.valid_from, one.valid_to) for one in history.history_of(entry).spans if one.measure == measure
    ]


class TestPublish:
    def test_an_entry_stands_on_its_three_boards_at_once(self, edition: Edition, api: Api):
        entry = make_entry(edition, 50.0, model="New")
        for measure in ("time", "cost", "efficiency"):
            assert api.rows("finetuning", measure)[0]["entry"] == str(entry.pk)
        assert not BoardRow.objects.filter(entry=entry).exclude(board__phase="finetuning").exists()

    def test_it_keeps_outcomes_curves_and_what_happened(self, edition: Edition):
        curve = CurveSnapshot(task="task1", points=[[10.0, 91.0, 2, None, None]], steps=[[10.0, 91.0]])
        entry = make_entry(edition, {"task1": 10.0, "task2": "not_reached"}, curves=(curve,))
        assert {one.task_slug: one.outcome for one in entry.outcomes.all()} == {
            "task1": "reached",
            "task2": "not_reached",
        }
        assert entry.curves.get().steps == [[10.0, 91.0]]
        event = Event.objects.get(entry=entry)
        assert (event.what, event.at, event.new["task1"]["seconds"]) == ("published", NOW, 10.0)

    def test_hardware_is_written_as_boards_print_it(self, edition: Edition):
        gpu = make_accelerator(short_name="RTX 2080 Ti")
        assert make_entry(edition, accelerator=gpu).hardware_text == "1 × RTX 2080 Ti"
        assert make_entry(edition, accelerator=gpu, hardware_text="As printed").hardware_text == "As printed"

    def test_a_task_that_the_edition_does_not_have_stores_nothing(self, edition: Edition):
        with pytest.raises(UnknownTask, match="no task chess"):
            make_entry(edition, {"chess": 1.0})
        assert Entry.objects.count() == 1

    def test_it_is_all_or_nothing(self, edition: Edition, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(ranking, "change", lambda *args, **values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make_entry(edition)
        assert Entry.objects.count() == 1
        assert Event.objects.count() == 1

    def test_a_reached_task_without_a_cost_is_unknown_on_the_cost_board_only(self, edition: Edition, api: Api):
        outcomes = [OutcomeSnapshot(task=f"task{n}", outcome="reached", seconds=50.0) for n in (1, 2)]
        snapshot = make_snapshot(edition, {}, model="No price")
        entry = publishing.publish(replace(snapshot, outcomes=outcomes), by=None, at=NOW)
        ranks = {one.measure: one.rank for one in history.history_of(entry).standings}
        assert ranks == {"time": 1, "cost": None, "efficiency": None}


class TestSpans:
    def test_a_score_holds_from_its_publication(self, edition: Edition):
        assert spans(make_entry(edition, 50.0)) == [(4.0, NOW, None)]

    def test_what_does_not_change_keeps_its_span(self, edition: Edition):
        first = make_entry(edition, 50.0)
        make_entry(edition, 25.0, at=LATER)
        assert spans(first) == [(4.0, NOW, None)]

    def test_a_changed_score_closes_the_old_span_and_opens_a_new_one(self, edition: Edition):
        entry = make_entry(edition, 50.0)
        entry.outcomes.update(seconds=25.0)
        ranking.rebuild(edition, "finetuning", at=LATER, reason="mended")
        assert spans(entry) == [(4.0, NOW, LATER), (8.0, LATER, None)]

    def test_a_withdrawn_entrys_score_no_longer_holds(self, edition: Edition):
        entry = make_entry(edition, 50.0)
        publishing.withdraw(entry, by=None, at=LATER, reason="wrong log")
        assert spans(entry) == [(4.0, NOW, LATER)]

    def test_a_span_never_ends_before_it_began_though_clocks_differ(self, edition: Edition):
        entry = make_entry(edition, 50.0, at=LATER)
        publishing.withdraw(entry, by=None, at=NOW, reason="")
        assert spans(entry) == [(4.0, LATER, LATER)]


class TestWithdraw:
    def test_it_leaves_the_boards_and_keeps_its_page_that_says_so(self, edition: Edition, api: Api):
        entry = make_entry(edition, 50.0, model="Gone")
        publishing.withdraw(entry, by=None, at=LATER, reason="wrong log")
        assert api.models("finetuning", "time") == ["Reference"]
        found = api.get(f"entries/{entry.pk}/")
        assert (found["status"], found["end_reason"]) == ("withdrawn", "wrong log")
        assert [event["what"] for event in found["events"]] == ["published", "withdrawn"]

    def test_a_second_time_does_nothing(self, edition: Edition):
        entry = make_entry(edition, 50.0)
        for _ in range(2):
            publishing.withdraw(entry, by=None, at=LATER, reason="")
        assert Event.objects.filter(entry=entry, what="withdrawn").count() == 1


class TestSupersede:
    def test_the_new_entry_takes_the_place_in_one_commit(self, edition: Edition, api: Api):
        old = make_entry(edition, 50.0, model="First try")
        new = make_entry(edition, 40.0, model="Second try", at=LATER, supersedes=old)
        assert api.models("finetuning", "time") == ["Second try", "Reference"]
        found = api.get(f"entries/{old.pk}/")
        assert (found["status"], found["superseded_by"]) == ("superseded", str(new.pk))

    def test_what_is_off_the_boards_cannot_be_superseded(self, edition: Edition):
        old = make_entry(edition, 50.0)
        publishing.withdraw(old, by=None, at=LATER, reason="")
        with pytest.raises(NotOnTheBoards):
            make_entry(edition, 40.0, supersedes=old)
        assert Entry.objects.count() == 2

    def test_the_reference_may_hand_over_to_its_successor(self, edition: Edition):
        old = Entry.objects.get(is_reference=True)
        new = make_entry(edition, 200.0, is_reference=True, supersedes=old)
        assert BoardRow.objects.get(entry=new, board__measure="time").score == 2.0


class TestPreview:
    def test_it_is_what_publishing_gives(self, edition: Edition):
        make_entry(edition, 80.0)
        make_entry(edition, 20.0)
        outcomes = {"task1": ("reached", 50.0, 0.05), "task2": ("reached", 50.0, 0.05)}
        preview = ranking.preview(edition, "finetuning", outcomes)
        entry = make_entry(edition, 50.0)
        rows = {row.measure: row for row in history.history_of(entry).standings}
        assert preview["preview_rank"] == {measure: row.rank for measure, row in rows.items()}
        assert preview["scores"] == pytest.approx({measure: row.score for measure, row in rows.items()})

    def test_tasks_that_were_not_sent_count_nothing(self, edition: Edition):
        preview = ranking.preview(edition, "finetuning", {"task1": ("reached", 50.0, 0.05)})
        assert preview["scores"]["time"] == 2.0
        assert preview["preview_rank"]["time"] == 1

    def test_an_unknown_cost_has_neither_score_nor_rank(self, edition: Edition):
        outcomes = {"task1": ("reached", 50.0, None), "task2": ("reached", 50.0, None)}
        preview = ranking.preview(edition, "finetuning", outcomes)
        assert preview["scores"] == {"time": 4.0, "cost": None, "efficiency": None}
        assert preview["preview_rank"] == {"time": 1, "cost": None, "efficiency": None}

    def test_the_entry_it_replaces_does_not_stand_in_its_way(self, edition: Edition):
        old = make_entry(edition, 20.0)
        outcomes = {"task1": ("reached", 50.0, 0.05), "task2": ("reached", 50.0, 0.05)}
        assert ranking.preview(edition, "finetuning", outcomes)["preview_rank"]["time"] == 2
        assert ranking.preview(edition, "finetuning", outcomes, replaces=old.pk)["preview_rank"]["time"] == 1

    def test_pretraining_has_the_one_task_all(self, edition: Edition):
        make_entry(edition, 3600.0, phase="pretraining", is_reference=True)
        assert ranking.preview(edition, "pretraining", {"all": ("reached", 1800.0, 1.8)})["scores"]["time"] == 2.0


class TestPeers:
    def test_the_best_on_like_hardware_is_what_counts(self, edition: Edition):
        gpu = make_accelerator("gpu")
        make_entry(edition, {"task1": 30.0, "task2": "not_reached"}, accelerator=gpu)
        make_entry(edition, {"task1": 20.0, "task2": 90.0}, accelerator=gpu)
        make_entry(edition, 1.0, accelerator=make_accelerator("other"))
        withdrawn = make_entry(edition, 2.0, accelerator=gpu)
        publishing.withdraw(withdrawn, by=None, at=LATER, reason="")
        peers = ranking.peers_of(edition, "finetuning", "gpu")
        assert peers.best_seconds == {"task1": 20.0, "task2": 90.0}
        assert peers.best_usd == pytest.approx({"task1": 0.02, "task2": 0.09})
        assert ranking.peers_of(edition, "inference", "gpu").best_seconds == {}


def test_publishing_at_once_loses_and_doubles_nothing(transactional_db: None):
    edition = make_edition(tasks=1)
    make_entry(edition, 100.0, is_reference=True)

    def one(number: int) -> None:
        make_entry(edition, 50.0 + number, model=f"Model {number}")
        connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for measure in ("time", "cost", "efficiency"):
        rows = BoardRow.objects.filter(board__edition=edition, board__measure=measure).ranked()
        assert sorted(row.rank for row in rows) == list(range(1, 10))
        assert edition.boards.get(phase="finetuning", measure=measure).count == 9
    assert BoardRow.objects.count() == 27
