"""What changes boards: an approval, a withdrawal, a changed reference beside one raw UPDATE, and the export."""

import resource
import time
from collections.abc import Mapping
from datetime import timedelta

from django.db import connection, transaction
from django.http import QueryDict

from benchmarks.measuring import table
from leaderboard import publishing, ranking
from leaderboard.exports import csv_rows
from leaderboard.filters import BoardQuery
from leaderboard.models import Board, BoardRow, Edition, Entry, Outcome
from leaderboard.synthetic import SOURCE
from tests.factories import NOW, make_entry

RAW = """UPDATE leaderboard_boardrow SET score = 1.01 * score, order_key = 1.01 * order_key, score_up = 1.01 * score_up
WHERE board_id = %s"""


def measure(editions: Mapping[int, Edition]) -> None:
    rows = []
    for size, edition in editions.items():
        approving, withdrawing = _one_entry(edition)
        rows.append([f"{size:,}", f"{1000 * approving:.0f}", f"{1000 * withdrawing:.0f}", *_export(edition)])
    heads = ["entries", "approval, ms", "withdrawal, ms", "CSV rows/s", "grown by, MB"]
    table("Approving, withdrawing, exporting", heads, rows)
    _rescoring(editions[min(editions, key=lambda size: abs(size - 100_000))])


def _one_entry(edition: Edition) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        start = time.perf_counter()
        entry = make_entry(edition, 150.0, source=SOURCE, at=NOW)
        times[0].append(time.perf_counter() - start)
        row = BoardRow.objects.filter(entry=entry, board__measure="time").ranked().get()
        better = BoardRow.objects.filter(board=row.board_id, order_key__lt=row.order_key).count()
        assert row.rank == better + 1, "the board is right at once"
        start = time.perf_counter()
        publishing.withdraw(entry, by=None, at=NOW + timedelta(days=1), reason="measured")
        times[1].append(time.perf_counter() - start)
    return sorted(times[0])[1], sorted(times[1])[1]


def _export(edition: Edition) -> tuple[str, str]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, count = time.perf_counter(), 0
    for _ in csv_rows(BoardQuery.read("finetuning", "time", QueryDict(f"edition={edition.slug}"))):
        count += 1
    taken = time.perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return f"{count / taken:,.0f}", f"{grown:.0f}"


def _rescoring(edition: Edition) -> None:
    """The reference becomes slower: every score of the phase changes. Both ways write the same rows, and are undone."""
    boards = list(Board.objects.filter(edition=edition, phase="finetuning"))
    taken = {"one raw UPDATE a board": _undone(lambda: [_execute(RAW, board.pk) for board in boards])}
    reference = Entry.objects.filter(edition=edition, phase="finetuning").references().get()

    def anew() -> None:
        for outcome in Outcome.objects.filter(entry=reference):
            outcome.seconds, outcome.cost_usd = 1.01 * outcome.seconds, 1.01 * (outcome.cost_usd or 1.0)
            outcome.save()
        ranking.rebuild(edition, "finetuning", at=NOW + timedelta(days=2), reason="measured")

    taken["scored anew: history, keys and ranks as well"] = _undone(anew)
    raw = next(iter(taken.values()))
    heads = ["P21, three boards of one phase", "seconds", "of the raw UPDATE (promised <= 1.3x)"]
    table("A changed reference", heads, [[name, one, f"{one / raw:.2f}x"] for name, one in taken.items()])


def _execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def _undone(work: object) -> float:
    with transaction.atomic():
        start = time.perf_counter()
        work()
        taken = time.perf_counter() - start
        transaction.set_rollback(True)
    return taken
