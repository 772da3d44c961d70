"""The public API: shapes that scripts rely on, open to any origin, and evidence as downloads only."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from leaderboard import evidence, publishing
from leaderboard.models import Edition, Entry
from leaderboard.publishing import CurveSnapshot
from tests.factories import NOW, make_accelerator, make_edition, make_entry
from tests.leaderboard.conftest import BOARDS, Api
from tests.made_once import once

FIXED = ("rank", "entry", "url", "model", "organisation", "parameters_millions", "hardware", "date", "kind", "verified")
LOG = b"seconds,accuracy\n10,91\n"


@pytest.fixture
def entry(db: None) -> Entry:
    """An entry with a public log, private predictions and a curve."""
    return once(make_the_entry)


def make_the_entry() -> Entry:
    log = evidence.put(io.BytesIO(LOG), limit=1000)
    predictions = evidence.put(io.BytesIO(b"private"), limit=1000)
    files: list[dict[str, Any]] = [
        {"task": "task1", "kind": "log", "run": 1, "part": "", "name": 'a/b "ü"\r\n.csv', "public": True}
        | {"sha256": log.sha256, "size": log.size},
        {"task": "task1", "kind": "predictions", "run": 1, "part": "", "name": "p.tsv", "public": False}
        | {"sha256": predictions.sha256, "size": predictions.size},
    ]
    curve = CurveSnapshot(task="task1", points=[[10.0, 91.0, 2, None, None]], steps=[[10.0, 91.0]])
    edition = make_edition("ed", tasks=1)
    return make_entry(edition, 10.0, is_reference=True, evidence=files, curves=(curve,), code_url="https://example.org")


class TestShapes:
    def test_a_board_row_is_as_documented(self, baselines: Edition, api: Api):
        row = api.rows("finetuning", "time")[0]
        assert row.pop("entry") in row.pop("url")
        tasks = row.pop("tasks")
        assert tasks["conll2003"] == {
            "outcome": "reached",
            "value": 155.43,
            "unit": "s",
            "score": pytest.approx(0.5807, abs=1e-4),
        }
        assert list(tasks) == ["conll2003", "sst2", "mnli"]
        assert row == {
            "rank": 1,
            "model": "RoBERTa-Large",
            "organisation": "Facebook AI",
            "parameters_millions": 356,
            "hardware": "1 × RTX 2080 Ti",
            "accelerator": "rtx-2080-ti",
            "framework": "",
            "date": "2019-11-01",
            "kind": "baseline",
            "badge": "baseline",
            "verified": False,
            "is_reference": False,
            "runs": 1,
            "spread": None,
            "energy_kwh": None,
            "co2e_kg": None,
            "score": pytest.approx(25.1163, abs=1e-4),
        }

    def test_units_by_board(self, baselines: Edition, api: Api):
        units = {}
        for phase, measure in BOARDS:
            cells = [task for row in api.rows(phase, measure) for task in row["tasks"].values()]
            (units[phase, measure],) = {task["unit"] for task in cells}
            assert all((task["value"] is None) == (task["outcome"] != "reached" or not task["unit"]) for task in cells)
        assert units == {
            ("pretraining", "time"): "h",
            ("pretraining", "cost"): "USD",
            ("pretraining", "efficiency"): None,
            ("finetuning", "time"): "s",
            ("finetuning", "cost"): "USD",
            ("finetuning", "efficiency"): None,
            ("inference", "time"): "ms",
            ("inference", "cost"): "USD/100k",
            ("inference", "efficiency"): None,
        }

    def test_the_nine_boards_are_listed_with_their_counts(self, baselines: Edition, api: Api):
        listed = api.get("boards/")
        assert listed["count"] == 9
        assert {(one["phase"], one["measure"], one["count"]) for one in listed["results"]} == {
            (phase, measure, 11 if phase == "pretraining" else 8) for phase, measure in BOARDS
        }

    def test_the_catalogue_is_listed(self, baselines: Edition, api: Api):
        (edition,) = api.get("editions/")["results"]
        assert (edition["slug"], edition["tasks"]) == ("hulk-2020", ["conll2003", "sst2", "mnli"])
        tasks = api.get("tasks/")["results"]
        assert [(task["slug"], task["cutoff"], task["gold"]["size"]) for task in tasks] == [
            ("conll2003", 91, 3250),
            ("sst2", 90, 872),
            ("mnli", 85, 19647),
        ]
        assert not any(task["gold"]["is_imported"] for task in tasks)
        hardware = {one["slug"]: one for one in api.get("hardware/")["results"]}
        v100 = hardware["v100-16gb"]
        assert v100["default_offer"] in {offer["slug"] for offer in v100["offers"]}
        assert v100["offers"][0]["usd_per_unit_hour"] == 3.06
        assert hardware["rtx-2080-ti"]["default_offer"] == v100["default_offer"]

    @pytest.mark.parametrize("path", ["tasks/?edition=nope", "hardware/?edition=nope", "boards/?edition=a%20"])
    def test_an_unknown_edition_gets_400_with_the_known_ones(self, baselines: Edition, api: Api, path: str):
        assert "hulk-2020" in api.get(path, status=400)["errors"][0]["remedy"]


class TestEntry:
    def test_it_shows_how_each_number_came_about(self, entry: Entry, api: Api):
        found = api.get(f"entries/{entry.pk}/")
        assert (found["status"], found["edition"], found["code_url"]) == ("published", "ed", "https://example.org")
        assert found["outcomes"][0]["task"] == "task1"
        assert {one["measure"]: one["rank"] for one in found["standings"]} == {"time": 1, "cost": 1, "efficiency": 1}
        assert {one["measure"]: one["score"] for one in found["scores"]} == {"time": 1, "cost": 1, "efficiency": 2}
        assert [one["public"] for one in found["evidence"]] == [True, False]
        assert found["evidence"][1]["url"] is None

    def test_curves(self, entry: Entry, api: Api):
        (curve,) = api.get(f"entries/{entry.pk}/curves/")
        assert curve == {
            "task": "task1",
            "run": 1,
            "cutoff": 90.0,
            "points": [[10.0, 91.0, 2, None, None]],
            "steps": [[10.0, 91.0]],
        }

    def test_a_fixed_number_of_queries(self, entry: Entry, client: Client, django_assert_max_num_queries):
        for number in range(5):
            make_entry(entry.edition, 20.0 + number)
        with django_assert_max_num_queries(9):
            client.get(f"/api/v1/entries/{entry.pk}/")

    @pytest.mark.parametrize("below", ["", "curves/", "evidence/", f"evidence/{'a' * 64}/"])
    def test_what_is_not_there_is_404(self, entry: Entry, api: Api, below: str):
        api.get(f"entries/00000000-0000-0000-0000-000000000000/{below}", status=404)


class TestEvidence:
    def test_only_public_files_are_listed(self, entry: Entry, api: Api):
        (file,) = api.get(f"entries/{entry.pk}/evidence/")
        assert (file["kind"], file["size"]) == ("log", len(LOG))

    def test_a_public_file_is_a_download_that_no_browser_runs(self, entry: Entry, api: Api, client: Client):
        (file,) = api.get(f"entries/{entry.pk}/evidence/")
        response = client.get(file["url"])
        assert response.getvalue() == LOG
        assert response["Content-Type"] == "application/octet-stream"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Content-Disposition"].startswith("attachment; filename")
        assert "%C3%BC" in response["Content-Disposition"] and "a/b" not in response["Content-Disposition"]

    def test_a_private_file_is_404_like_one_that_is_not_there(self, entry: Entry, api: Api):
        private = entry.evidence[1]["sha256"]
        answer = api.get(f"entries/{entry.pk}/evidence/{private}/", status=404)
        assert answer == api.get(f"entries/{entry.pk}/evidence/{'0' * 64}/", status=404)

    def test_a_public_file_is_served_under_its_own_entry_only(self, entry: Entry, api: Api):
        other = make_entry(entry.edition, 20.0)
        api.get(f"entries/{other.pk}/evidence/{entry.evidence[0]['sha256']}/", status=404)

    def test_a_withdrawn_entrys_files_are_no_longer_served(self, entry: Entry, api: Api):
        other = make_entry(entry.edition, 20.0, evidence=entry.evidence)
        publishing.withdraw(other, by=None, at=NOW + timedelta(days=1), reason="a key in the log")
        assert api.get(f"entries/{other.pk}/evidence/") == []
        api.get(f"entries/{other.pk}/evidence/{entry.evidence[0]['sha256']}/", status=404)


class TestOpenness:
    @pytest.mark.parametrize(
        "path", ["boards/", "boards/finetuning/time/", "boards/finetuning/time/?format=csv", "tasks/", "editions/"]
    )
    def test_any_origin_may_read_without_credentials(self, baselines: Edition, client: Client, path: str):
        response = client.get(f"/api/v1/{path}", headers={"origin": "https://elsewhere.example"})
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response
        assert "sessionid" not in response.cookies

    def test_errors_too(self, baselines: Edition, client: Client):
        assert client.get("/api/v1/boards/finetuning/time/?sort=x")["Access-Control-Allow-Origin"] == "*"

    def test_a_wrong_token_does_not_close_what_is_open(self, baselines: Edition, client: Client):
        assert client.get("/api/v1/boards/", headers={"authorization": "Bearer nonsense"}).status_code == 200

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_nothing_can_be_changed(self, baselines: Edition, client: Client, method: str):
        assert getattr(client, method)("/api/v1/boards/finetuning/time/").status_code == 405


class TestExports:
    @pytest.mark.parametrize(("phase", "measure"), BOARDS)
    def test_csv_json_and_page_hold_the_same_rows(self, baselines: Edition, api: Api, phase: str, measure: str):
        rows = api.rows(phase, measure)
        assert api.get(f"boards/{phase}/{measure}/?format=json") == rows
        lines = api.csv(phase, measure)
        slugs = list(rows[0]["tasks"])
        assert list(lines[0]) == [
            *FIXED,
            *(f"{slug}_{name}" for slug in slugs for name in ("outcome", "value", "unit", "score")),
            "score",
        ]
        for row, line in zip(rows, lines, strict=True):
            assert (line["model"], line["entry"], line["verified"]) == (row["model"], row["entry"], "false")
            assert line["rank"] == ("" if row["rank"] is None else str(row["rank"]))
            assert line["score"] == ("" if row["score"] is None else repr(row["score"]))
            for slug, task in row["tasks"].items():
                assert line[f"{slug}_value"] == ("" if task["value"] is None else repr(task["value"]))
                assert line[f"{slug}_outcome"] == task["outcome"]

    def test_an_export_is_the_whole_filtered_board_in_its_order(self, db: None, api: Api):
        edition = make_edition(tasks=1)
        for number in range(12):
            make_entry(edition, 10.0 + number, model=f"M{number:02}", organisation="odd" if number % 2 else "even")
        lines = api.csv("finetuning", "time", "organisation=odd&sort=-model&per_page=10&page=2")
        assert [line["model"] for line in lines] == ["M11", "M09", "M07", "M05", "M03", "M01"]

    def test_no_cell_starts_a_formula(self, db: None, api: Api, client: Client):
        edition = make_edition(tasks=1)
        for start in "=+-@\t\r":
            make_entry(edition, model=f"{start}1+1", organisation=f"{start}cmd", hardware_text=f"{start}x")
        for line in api.csv("finetuning", "time"):
            for text in line.values():
                assert text[:1] not in ("=", "+", "-", "@", "\t", "\r")

    def test_content_type_and_name(self, baselines: Edition, client: Client):
        response = client.get("/api/v1/boards/pretraining/cost/?format=csv")
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"] == 'attachment; filename="hulk-2020-pretraining-cost.csv"'
        assert response.getvalue().startswith(b"rank,entry,url,model")

    def test_an_empty_board_is_an_empty_array_and_a_header(self, db: None, api: Api, client: Client):
        make_edition(tasks=1)
        assert api.get("boards/finetuning/time/?format=json") == []
        assert client.get("/api/v1/boards/finetuning/time/?format=csv").getvalue().count(b"\r\n") == 1

    def test_it_takes_one_query_however_long_it_is(self, db: None, client: Client, django_assert_max_num_queries):
        edition = make_edition(tasks=1)
        accelerator = make_accelerator()
        for _ in range(12):
            make_entry(edition, accelerator=accelerator)
        with django_assert_max_num_queries(4):
            client.get("/api/v1/boards/finetuning/time/?format=csv").getvalue()


def test_every_public_operation_has_a_summary_and_stands_under_a_name() -> None:
    paths = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()["paths"]
    operations = [one for methods in paths.values() for one in methods.values() if isinstance(one, dict)]
    assert [one["operationId"] for one in operations if not one.get("summary") or one["tags"] == ["api"]] == []
