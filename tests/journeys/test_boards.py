"""Page, API, CSV and JSON of all nine boards say the same, row by row, of baselines and of what was sent."""

import csv
import io
import json
from collections.abc import Mapping
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest

from leaderboard.numbers import score_text, value_text
from tests.journeys import evidence
from tests.journeys.actors import Maintainer, Researcher, Visitor
from tests.journeys.conftest import load_with_gold
from tests.journeys.pages import page_rows
from tests.made_once import once

PHASES = ("pretraining", "finetuning", "inference")
MEASURES = ("time", "cost", "efficiency")
BOARDS = list(product(PHASES, MEASURES))
IN_THE_PLACE_OF_A_NUMBER = {"not_reached": "N/R", "unknown": "unknown", "not_run": "not run"}
BEFORE_THE_TASKS = (
    "rank", "entry", "url", "model", "organisation", "parameters_millions", "hardware", "date", "kind", "verified",
)  # fmt: skip
QUERIES: list[dict[str, str]] = [
    {},
    {"sort": "-model"},
    {"sort": "score"},
    {"sort": "-date", "per_page": "10"},
    {"sort": "parameters_millions", "q": "bert"},
    {"q": "LARGE", "max_params": "350"},
    {"kind": "baseline", "organisation": "Google"},
    {"per_page": "10", "page": "2"},
    {"q": "nobody has this name"},
]


@pytest.fixture
def rows_of_all(db: None) -> None:
    """The baselines, and one submission a phase: with N/R, with a task that was not run, with a name that is markup."""
    once(make_rows_of_all)


def make_rows_of_all() -> None:
    load_with_gold()
    ada, mia = Researcher("ada"), Maintainer("mia")
    sst2, chieu = evidence.shared(evidence.SST2_AT), evidence.shared(evidence.CHIEU)
    never = {"sst2": evidence.log("sst2", evidence.NEVER["sst2"])}
    odd = '=1+1 <b>&amp;"Würm"'
    sent = [
        evidence.finetuning({"conll2003": chieu, "sst2": sst2}, never, name=odd),
        evidence.inference({"sst2": sst2}, {"sst2": 3.3}, name="Swift-Small"),
        evidence.pretraining("hours,conll2003,sst2,mnli\n1,80,80,80\n2.5,91,90,85\n", name="Slow-Giant"),
    ]
    for manifest, files in sent:
        mia.approve(ada.send_bundle(manifest, files))


def expected(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a page must print of a row of the API."""
    tasks = list(row["tasks"].values())
    one = len(tasks) == 1
    return {
        "rank": "–" if row["rank"] is None else str(row["rank"]),
        "entry": row["entry"],
        "model": row["model"],
        "organisation": " · ".join(filter(None, [row["organisation"], row["is_reference"] and "reference"])),
        "score": score_text(row["score"]),
        "values": [shown(task) for task in tasks],
        "scores": ["" if one or not task["unit"] else score_text(task["score"]) for task in tasks],
        "parameters": "unknown" if row["parameters_millions"] is None else f"{row['parameters_millions']:,}",
        "hardware": row["hardware"] or "unknown",
        "date": row["date"],
        "badge": row["badge"],
    }


def shown(task: Mapping[str, Any]) -> str:
    if not task["unit"]:
        return score_text(task["score"])
    if task["value"] is None:
        return IN_THE_PLACE_OF_A_NUMBER[task["outcome"]]
    return value_text(task["value"], task["unit"])


def test_the_page_prints_what_the_api_says(rows_of_all: None, visitor: Visitor) -> None:
    for phase, measure in BOARDS:
        for query in QUERIES:
            address = f"boards/{phase}/{measure}/?{urlencode(query)}"
            rows = visitor.api(address)["results"]
            page = visitor.open(f"/{address}")
            if rows:
                assert [vars(row) for row in page_rows(page)] == [expected(row) for row in rows], query
            else:
                assert "No entry matches" in page or "past the end" in page


def test_csv_and_json_are_the_same_rows_in_full_precision(rows_of_all: None, visitor: Visitor) -> None:
    for phase, measure in BOARDS:
        for query in QUERIES:
            whole = {name: value for name, value in query.items() if name not in {"page", "per_page"}}
            rows = visitor.api(f"boards/{phase}/{measure}/?{urlencode({**whole, 'per_page': '100'})}")["results"]
            address = f"/api/v1/boards/{phase}/{measure}/?{urlencode(whole)}"
            assert json.loads(visitor.open(f"{address}&format=json")) == rows, query
            lines = list(csv.DictReader(io.StringIO(visitor.open(f"{address}&format=csv"), newline="")))
            assert [dict(line) for line in lines] == [as_csv(row) for row in rows], query


def as_csv(row: Mapping[str, Any]) -> dict[str, str]:
    """A row of the API as the CSV writes it (INTERFACES section 2); a spreadsheet runs no cell of it."""
    values = {name: row[name] for name in BEFORE_THE_TASKS}
    for slug, task in row["tasks"].items():
        values |= {f"{slug}_{name}": task[name] for name in ("outcome", "value", "unit", "score")}
    return {name: cell(value) for name, value in {**values, "score": row["score"]}.items()}


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(("=", "+", "-", "@")) else text


def test_a_name_is_text_everywhere(rows_of_all: None, visitor: Visitor) -> None:
    for address in ("/boards/finetuning/time/", "/"):
        assert "<b>&amp;" not in visitor.open(address)
    assert '=1+1 <b>&amp;"Würm"' in visitor.board("finetuning", "time")


def test_what_was_not_reached_or_not_run_counts_nothing(rows_of_all: None, visitor: Visitor) -> None:
    (row,) = [row for name, row in visitor.board("finetuning", "time").items() if name.startswith("=")]
    assert [(task["outcome"], task["value"]) for task in row["tasks"].values()] == [
        ("reached", 60.75),
        ("not_reached", None),
        ("not_run", None),
    ]
    assert row["score"] == pytest.approx(90.26 / 60.75, abs=1e-12)


def test_ranks_are_those_of_the_scores(rows_of_all: None, visitor: Visitor) -> None:
    for phase, measure in BOARDS:
        rows = visitor.api(f"boards/{phase}/{measure}/?per_page=100")["results"]
        scores = [row["score"] for row in rows if row["score"] is not None]
        assert scores == sorted(scores, reverse=True)
        assert [row["rank"] for row in rows] == [1 + sum(other > score for other in scores) for score in scores] + [
            None
        ] * (len(rows) - len(scores))


def test_what_was_not_reached_stands_last_in_both_directions(rows_of_all: None, visitor: Visitor) -> None:
    for phase, measure in BOARDS:
        slugs = visitor.api(f"boards/{phase}/{measure}/")["results"][0]["tasks"]
        for slug, sign in product(slugs, ("", "-")):
            rows = visitor.api(f"boards/{phase}/{measure}/?per_page=100&sort={sign}{slug}")["results"]
            reached = [row["tasks"][slug]["outcome"] == "reached" for row in rows]
            assert reached == sorted(reached, reverse=True), (slug, sign)
