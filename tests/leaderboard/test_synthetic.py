"""Made-up entries for load tests: the same for the same seed, and boards as right as if each had been approved."""

from bisect import bisect_left

import pytest
from django.core.management import CommandError, call_command

from leaderboard.models import BoardRow, Edition, Facet, Term
from leaderboard.publishing import publish_baselines
from leaderboard.ranking import rebuild
from leaderboard.synthetic import entries
from scoring.rules import Phase
from tests.factories import NOW, make_accelerator, make_edition, make_entry, make_snapshot


@pytest.fixture
def edition(db: None) -> Edition:
    make_accelerator("gpu", short_name="GPU")
    return make_edition("load", tasks=3)


def make(number: int = 300, **options: object) -> None:
    call_command("make_synthetic_entries", number, edition="load", **options)


def test_the_same_seed_makes_the_same_entries_with_something_of_everything(edition: Edition):
    first, second, other = (list(entries(400, 3, Phase.FINETUNING, seed)) for seed in ("a", "a", "b"))
    assert first == second != other
    assert {outcome for one in first for outcome in one.outcomes} == {"reached", "not_reached", "not_run", "unknown"}
    assert {one.accelerator is None for one in first} == {True, False}


def test_ranks_counts_facets_and_terms_are_those_of_the_rows(edition: Edition):
    make(1500)
    make(20, seed=9)
    for board in edition.boards.filter(phase="finetuning"):
        rows = list(BoardRow.objects.filter(board=board).ranked())
        scores = sorted((row.score for row in rows if row.score is not None), reverse=True)
        assert board.count == len(rows) == 1520
        assert all(row.rank == (scores.index(row.score) + 1 if row.score is not None else None) for row in rows)
        assert board.best == scores[0]
        ties = [(row.date, row.model, str(row.entry_id)) for row in sorted(rows, key=lambda row: row.tie)]
        assert ties == sorted(ties)
    for facet in Facet.objects.filter(name__in=("organisation", "framework", "accelerator", "kind")):
        assert BoardRow.objects.filter(board=board, **{facet.name: facet.value}).count() == facet.count
    term = Term.objects.get(text="quantised")
    assert BoardRow.objects.filter(board=board, search__contains="quantised").count() == term.count
    assert rebuild(edition, "finetuning", at=NOW, reason="again") == 0, "nothing differs from what outcomes say"


def test_several_that_come_at_once_are_ranked_as_they_are_counted(edition: Edition):
    """Also where the first of them is the best there ever was."""
    make(1200)
    publish_baselines([make_snapshot(edition, seconds, kind="baseline") for seconds in (1e-4, 50.0, 1e-3)], at=NOW)
    for board in edition.boards.filter(phase="finetuning"):
        rows = list(BoardRow.objects.filter(board=board, score__isnull=False).ranked())
        scores = [-row.score for row in rows]
        assert [row.rank for row in rows] == [bisect_left(scores, -row.score) + 1 for row in rows]


def test_entries_that_come_and_go_in_a_large_board_keep_ranks_right(edition: Edition):
    make(1200)
    for seconds in (0.001, 50.0, 200.0, 1e6):
        make_entry(edition, seconds, source="Made up for a load test.")
    board = edition.boards.get(phase="finetuning", measure="time")
    rows = list(BoardRow.objects.filter(board=board).order_by("order_key", "tie").ranked())
    known = [row for row in rows if row.score is not None]
    assert [row.rank for row in known] == [1 + sum(o.score > row.score for o in known) for row in known]


def test_real_submissions_keep_them_out(edition: Edition):
    make_entry(edition, 50.0, kind="submission")
    with pytest.raises(CommandError, match="holds real submissions"):
        make()
    with pytest.raises(CommandError, match="Known: load"):
        call_command("make_synthetic_entries", 5, edition="nope")
