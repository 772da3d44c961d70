"""Random boards: whatever is searched, filtered and sorted, every answer is that of a plain Python model."""

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard.models import Edition
from leaderboard.publishing import EntrySnapshot, OutcomeSnapshot, publish_baselines
from leaderboard.ranking import Scored, score
from leaderboard.slots import LETTERS, TaskResult
from scoring.rules import Measure
from scoring.values import Outcome
from tests.factories import NOW, make_accelerator, make_edition, make_snapshot
from tests.leaderboard.conftest import Api

TASKS = ("task1", "task2", "task3")
NAMES = ("Bert", "bert", "RoBERTa Large", "Straße", "STRASSE", "Élan", "electra", "Zeta-9")
ORGANISATIONS = ("", "Lab", "lab b", "Ärzte", "Zoo")
FRAMEWORKS = ("", "PyTorch 2", "JAX")
OUTCOMES = ("reached", "reached", "reached", "not_reached", "not_run", "unknown", "invalid")
SIZE = 60


@pytest.fixture
def edition(db: None) -> Edition:
    edition = make_edition("random", tasks=3)
    chance = random.Random(7)
    gpus = [make_accelerator(slug, short_name=slug.upper()) for slug in ("small", "big")]
    publish_baselines([_snapshot(edition, chance, gpus, number) for number in range(SIZE)], at=NOW)
    return edition


def _snapshot(edition: Edition, chance: random.Random, gpus: list[Any], number: int) -> EntrySnapshot:
    results: dict[str, float | str] = {}
    for task in TASKS:
        outcome = chance.choice(OUTCOMES) if number else "reached"
        # Few values, so that there are ties.
        results[task] = chance.choice((10.0, 30.0, 90.26, 0.1 + 0.2)) if outcome == "reached" else outcome
    return make_snapshot(
        edition,
        results,
        usd_per_hour=chance.choice((3.6, 0.9)),
        model=chance.choice(NAMES),
        organisation=chance.choice(ORGANISATIONS),
        framework=chance.choice(FRAMEWORKS),
        accelerator=chance.choice([*gpus, None]),
        count=chance.choice((1, 8)),
        parameters_millions=chance.choice((None, 14, 110.5, 340)),
        date=date(2026, 11, 1) - timedelta(days=chance.choice((0, 0, 1, 30))),
        kind=chance.choice(("baseline", "submission")),
        verified=chance.random() < 0.3,
        is_reference=number == 0,
    )


@dataclass
class Model:
    """The board as plain Python: all rows of the API in the board's own order, which is worked out here, too."""

    rows: list[dict[str, Any]]

    def matching(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found = [row for row in self.rows if self._matches(row, query)]
        if query.get("best"):
            found = list({fold(row["model"]): row for row in reversed(found)}.values())
            found = [row for row in self.rows if row in found]
        return found

    def answer(self, query: dict[str, str]) -> list[str]:
        sort = query.get("sort", "rank")
        key, descending = sort.removeprefix("-"), sort.startswith("-")
        found = self.matching(query)
        if key in ("rank", "score"):
            key, descending = "score", descending == (key == "score")
        return [row["entry"] for row in sorted(found, key=lambda row: place(row, key, descending))]

    def _matches(self, row: dict[str, Any], query: dict[str, str]) -> bool:
        searched = [fold(row[name]) for name in ("model", "organisation", "hardware", "framework")]
        millions = row["parameters_millions"]
        return (
            all(any(word in text for text in searched) for word in fold(query.get("q", "")).split())
            and query.get("hardware", row["accelerator"]) in (row["accelerator"], row["hardware"])
            and all(query.get(name, row[name]) == row[name] for name in ("framework", "organisation", "kind"))
            and query.get("verified", str(row["verified"]).lower()) == str(row["verified"]).lower()
            and query.get("since", "") <= row["date"] <= query.get("until", "9")
            and ("max_params" not in query or (millions is not None and millions <= float(query["max_params"])))
        )


def fold(text: str) -> str:
    return " ".join(text.casefold().split())


def place(row: dict[str, Any], key: str, descending: bool) -> tuple[Any, ...]:
    """Numbers in the direction that is asked for, N/R after them, unknown last; ties keep the board's own order."""
    if key in ("model", "organisation", "hardware"):
        text = fold(row[key]).encode()
        return (not text, [-byte for byte in text] + [1] if descending else list(text))
    if key == "date":
        day = date.fromisoformat(row["date"]).toordinal()
        return (0, -day if descending else day)
    if key == "parameters_millions":
        number, outcomes = row[key], []
    elif key == "score":
        number, outcomes = row["score"], [task["outcome"] for task in row["tasks"].values()]
    else:
        task = row["tasks"][key.removesuffix("_score")]
        number, outcomes = task["score" if key.endswith("_score") else "value"], [task["outcome"]]
        if number is None and task["outcome"] == "reached":
            number = 0.0
    if outcomes and set(outcomes) <= {"not_reached", "not_run"}:
        return (1, 0)
    return (2, 0) if number is None else (0, -number if descending else number)


def whole(api: Api, measure: str) -> Model:
    rows = []
    page = api.get(f"boards/finetuning/{measure}/?per_page=100")
    rows += page["results"]
    assert page["next"] is None
    tie = [(row["date"], row["model"], row["entry"]) for row in rows]
    own = sorted(range(len(rows)), key=lambda at: (place(rows[at], "score", True), tie[at]))
    assert own == list(range(len(rows))), "the board's own order is by score, then date, name and id"
    return Model(rows)


QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["bert", "BERT large", "lab", "é", "strasse", "8 × big", "o", "2 torch", "ta"]),
        "hardware": st.sampled_from(["small", "big", "1 × SMALL", "8 × BIG"]),
        "framework": st.sampled_from(["PyTorch 2", "JAX"]),
        "organisation": st.sampled_from(["Lab", "lab b", "Zoo"]),
        "kind": st.sampled_from(["baseline", "submission"]),
        "verified": st.sampled_from(["true", "false"]),
        "since": st.sampled_from(["2026-10-02", "2026-10-31"]),
        "until": st.sampled_from(["2026-10-31", "2026-11-01"]),
        "max_params": st.sampled_from(["14", "110.5", "111"]),
        "best": st.just("model"),
    },
)
PLAIN = ("rank", "model", "organisation", "parameters_millions", "hardware", "date", "score")
KEYS = (*PLAIN, *TASKS, *(f"{task}_score" for task in TASKS))
SORTS = st.sampled_from([sign + key for key in KEYS for sign in ("", "-")])
WALK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@WALK
@given(QUERIES, SORTS, st.sampled_from([measure.value for measure in Measure]))
def test_every_answer_is_that_of_the_model(edition: Edition, api: Api, query: dict[str, str], sort: str, measure: str):
    model = whole(api, measure)
    query = query | {"sort": sort, "per_page": "10"}
    expected = model.answer(query)
    walked, ranks, page = [], {}, api.get(f"boards/finetuning/{measure}/?{urlencode(query)}")
    if page["shown_instead"]:
        assert expected == []
        return
    pages = [page]
    while page["next"]:
        page = api.get(page["next"].partition("/api/v1/")[2])
        pages.append(page)
    for page in pages:
        walked += page["results"]
        ranks |= page["rank_in_filter"] or {}
        assert (page["count"], page["count_exact"]) == (len(expected), True)
    assert [row["entry"] for row in walked] == expected
    assert {row["entry"]: row for row in walked} == {
        row["entry"]: row for row in model.rows if row["entry"] in set(expected)
    }
    scores = [row["score"] for row in model.matching(query)]
    for row in walked:
        if ranks and row["score"] is not None:
            assert ranks[row["entry"]] == 1 + sum(one is not None and one > row["score"] for one in scores)
    back = [page["results"]]
    while page["previous"]:
        page = api.get(page["previous"].partition("/api/v1/")[2])
        back.insert(0, page["results"])
    assert back == [page["results"] for page in pages]
    csv = api.csv("finetuning", measure, urlencode({**query, "per_page": "100"}))
    assert [row["entry"] for row in csv] == expected


times = st.one_of(st.floats(1e-3, 1e7), st.sampled_from([0.1, 90.26, 1274.87]))
results = st.builds(
    lambda outcome, seconds, usd: TaskResult(
        outcome, *((seconds, usd) if outcome is Outcome.REACHED else (None, None))
    ),
    st.sampled_from([*LETTERS, Outcome.REACHED, Outcome.REACHED]),
    times,
    st.one_of(st.none(), times),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(results, results, results), min_size=1, max_size=6), st.tuples(times, times, times, times))
def test_sql_scores_as_python_does_bit_for_bit(db: None, rows: list[Any], first: tuple[float, ...]):
    edition = make_edition(tasks=3)
    # The reference: reached everywhere, but its last cost may be unknown.
    reached = [TaskResult(Outcome.REACHED, seconds, seconds / 7) for seconds in first[:3]]
    entries = [dict(zip(TASKS, row, strict=True)) for row in [tuple(reached), *rows]]
    published = publish_baselines([_with(edition, one, number == 0) for number, one in enumerate(entries)], at=NOW)
    for entry, own in zip(published, entries, strict=True):
        for row in entry.rows.select_related("board"):
            expected: Scored = score(own, entries[0], TASKS, Measure(row.board.measure))
            assert row.score == expected.overall
            assert [getattr(row, f"score_{slot}") for slot in (1, 2, 3)] == [expected.tasks[task] for task in TASKS]
            assert math.isnan(row.order_key) == (expected.overall is None)


def _with(edition: Edition, own: dict[str, TaskResult], is_reference: bool) -> EntrySnapshot:
    outcomes = [
        OutcomeSnapshot(task=task, outcome=one.outcome, seconds=one.seconds, cost_usd=one.cost_usd)
        for task, one in own.items()
    ]
    snapshot = make_snapshot(edition, {}, is_reference=is_reference)
    return EntrySnapshot(
        **{
            name: getattr(snapshot, name) for name in ("edition", "phase", "kind", "model", "date", "run_date", "badge")
        },
        outcomes=outcomes,
        is_reference=is_reference,
    )
