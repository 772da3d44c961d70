from django.http import QueryDict
from leaderboard.boards import board
from leaderboard.filters import BoardQuery
from tests.factories import make_edition, make_entry

def test_smoke(db):
    edition = make_edition(tasks=2)
    make_entry(edition, 100.0, model="Ref", is_reference=True)
    make_entry(edition, {"task1": 50.0, "task2": "not_reached"}, model="B")
    make_entry(edition, {"task1": 50.0, "task2": "unknown"}, model="C")
    for sort in ("rank","-rank","score","-score","task1","-task2","-task2_score","model","-organisation","-date"):
        found = board(BoardQuery.read("finetuning", "time", QueryDict(f"sort={sort}&q=")))
        print(sort, [(r.model, r.rank, r.score, r.tasks[1]["text"]) for r in found.rows])
