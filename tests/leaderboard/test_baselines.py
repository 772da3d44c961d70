"""The baseline boards equal the paper's tables, on the page, in the API and in the CSV."""

import csv
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from leaderboard.loading import FOLDER, snapshots
from leaderboard.models import Accelerator, DefaultOffer, Edition, Offer
from scoring import catalogue
from scoring.catalogue import DATA, offer_slug
from scoring.gold import digest, read_gold
from scoring.values import Source
from tests.leaderboard.conftest import Api
from tests.scoring.tasks import CONLL2003, SST2
from tests.shared_data import shared_file

TASKS = ("conll2003", "sst2", "mnli")
MEASURED = {"finetuning": "table3_as_printed.csv", "inference": "table4_as_printed.csv"}


def printed(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(re.sub(r"[$,M]", "", text))


class TestTables3And4:
    @pytest.mark.parametrize("phase", MEASURED)
    def test_every_overall_score_is_the_printed_one_to_within_a_hundredth_a_task(
        self, baselines: Edition, api: Api, phase: str
    ):
        rows = {row["model"]: row for row in api.rows(phase, "time")}
        table = printed(MEASURED[phase])
        assert set(rows) == {line["model"] for line in table}
        for line in table:
            assert rows[line["model"]]["score"] == pytest.approx(number(line["overall_score"]), abs=0.03)

    @pytest.mark.parametrize("phase", MEASURED)
    def test_every_task_score_is_the_printed_one(self, baselines: Edition, api: Api, phase: str):
        rows = {row["model"]: row for row in api.rows(phase, "time")}
        for line in printed(MEASURED[phase]):
            for task in TASKS:
                score = rows[line["model"]]["tasks"][task]["score"]
                assert score == pytest.approx(number(line[f"{task}_score"]), abs=0.0101), (line["model"], task)

    @pytest.mark.parametrize("phase", MEASURED)
    def test_every_time_is_the_printed_one_and_na_is_not_reached(self, baselines: Edition, api: Api, phase: str):
        rows = {row["model"]: row for row in api.rows(phase, "time")}
        for line in printed(MEASURED[phase]):
            for task in TASKS:
                cell = rows[line["model"]]["tasks"][task]
                text = line[f"{task}_time"]
                if text == "N/A":
                    assert cell == {"outcome": "not_reached", "value": None, "unit": cell["unit"], "score": 0.0}
                elif (phase, line["model"], task) == ("finetuning", "RoBERTa-Base", "mnli"):
                    assert (text, cell["value"]) == ("274.87", 1274.87)
                else:
                    assert cell["value"] == number(text)

    def test_what_is_not_used_as_printed_says_so_on_the_board_and_on_the_entry(self, baselines: Edition, api: Api):
        page = api.get("boards/finetuning/time/")
        assert any("274.87" in note["text"] and note["models"] == ["RoBERTa-Base"] for note in page["footnotes"])
        entry = next(row["entry"] for row in page["results"] if row["model"] == "RoBERTa-Base")
        mnli = next(one for one in api.get(f"entries/{entry}/")["outcomes"] if one["task"] == "mnli")
        assert mnli["details"]["printed"] == "274.87"
        assert "1,274.87" in mnli["details"]["note"]

    def test_the_reference_scores_exactly_one_a_task_on_all_nine_boards(self, baselines: Edition, api: Api):
        for phase in ("pretraining", "finetuning", "inference"):
            for measure, one in (("time", 1.0), ("cost", 1.0), ("efficiency", 2.0)):
                (reference,) = [row for row in api.rows(phase, measure) if row["is_reference"]]
                assert reference["model"] == "BERT-Large"
                assert [task["score"] for task in reference["tasks"].values()] == [one] * len(reference["tasks"])
                assert reference["score"] == one * len(reference["tasks"])


class TestTable1:
    def test_every_cost_is_the_printed_one(self, baselines: Edition, api: Api):
        rows = {row["model"]: row for row in api.rows("pretraining", "cost")}
        for line in printed("table1_as_printed.csv"):
            cell = rows[line["model"]]["tasks"]["all"]
            if line["cost"] == "–":
                assert (cell["outcome"], cell["value"], cell["score"]) == ("unknown", None, None)
            else:
                assert round(cell["value"]) == number(line["cost"])

    def test_hours_parameters_and_hardware_are_the_printed_ones(self, baselines: Edition, api: Api):
        hours = {"4 days": 96, "2.5 days": 60, "1 day": 24, "32 hours": 32, "90 hours": 90, "96 hours": 96, "–": None}
        rows = {row["model"]: row for row in api.rows("pretraining", "time")}
        for line in printed("table1_as_printed.csv"):
            row = rows[line["model"]]
            assert row["tasks"]["all"]["value"] == hours[line["time"]]
            assert row["parameters_millions"] == number(line["params"])
            assert row["hardware"] == ("" if line["hardware"] == "–" else line["hardware"])

    def test_a_dash_is_unknown_and_has_no_rank(self, baselines: Edition, api: Api):
        last = api.rows("pretraining", "cost")[-2:]
        assert [(row["model"], row["rank"], row["score"]) for row in last] == [
            ("ALBERT-Base", None, None),
            ("XLNet-Base", None, None),
        ]


class TestCosts:
    @pytest.mark.parametrize(
        ("phase", "model", "task", "usd"),
        [
            ("pretraining", "RoBERTa-Large", "all", "75,203"),
            ("pretraining", "XLNet-Large", "all", "61,440"),
            ("pretraining", "BERT-Base", "all", "1,728"),
            ("pretraining", "ELECTRA-Small", "all", "294"),
            ("finetuning", "BERT-Large", "mnli", "7.74"),
            ("inference", "BERT-Base", "conll2003", "0.23"),
        ],
    )
    def test_page_api_and_csv_show_the_same_cost(
        self, baselines: Edition, api: Api, client: Client, phase: str, model: str, task: str, usd: str
    ):
        decimals = len(usd.partition(".")[2])
        row = next(row for row in api.rows(phase, "cost") if row["model"] == model)
        line = next(line for line in api.csv(phase, "cost") if line["model"] == model)
        assert f"{row['tasks'][task]['value']:,.{decimals}f}" == usd
        assert float(line[f"{task}_value"]) == row["tasks"][task]["value"]
        assert usd in client.get(f"/boards/{phase}/cost/").content.decode()

    def test_inference_costs_are_those_of_a_hundred_thousand_inputs(self, baselines: Edition, api: Api):
        cell = api.rows("inference", "cost", "q=bert-base")[0]["tasks"]["conll2003"]
        assert cell["unit"] == "USD/100k"


class TestIds:
    def test_a_baselines_id_is_the_same_on_every_server(self, baselines: Edition, api: Api):
        ids = {row["model"]: row["entry"] for row in api.rows("finetuning", "time")}
        assert ids["BERT-Large"] == "0fdd6ecc-8564-5e01-b1a1-588871025dba"
        assert ids["RoBERTa-Large"] == "45c61777-976e-58e0-ad6c-7490c9e40d37"


class TestCatalogueFiles:
    def test_the_offers_are_those_of_the_shared_catalogue_as_they_are(self):
        assert (DATA / "offers.csv").read_bytes() == shared_file("data/catalogue/offers.csv").read_bytes()

    def test_every_offer_is_loaded_once_in_its_series(self, baselines: Edition):
        rows = [*catalogue.rows("offers.csv"), *catalogue.rows("paper_offers.csv")]
        assert Offer.objects.count() == len(rows)
        assert {(offer.slug, str(offer.valid_from)) for offer in Offer.objects.all()} == {
            (offer_slug(row), row["valid_from"]) for row in rows
        }

    def test_the_papers_prices_are_earlier_rows_of_series_that_go_on(self, baselines: Edition):
        for row in catalogue.rows("paper_offers.csv"):
            later = Offer.objects.filter(slug=offer_slug(row), valid_from__gt=row["valid_from"])
            assert later.exists()

    def test_every_accelerator_has_a_default_offer_that_exists_and_is_on_demand(self, baselines: Edition):
        defaults = DefaultOffer.objects.filter(edition=baselines).select_related("accelerator")
        assert {one.accelerator for one in defaults} == set(Accelerator.objects.all())
        for one in defaults:
            series = Offer.objects.filter(slug=one.offer_slug)
            assert {offer.pricing for offer in series} == {"on_demand"}
            if one.accelerator.slug != "rtx-2080-ti":
                assert {offer.accelerator_id for offer in series} == {one.accelerator_id}

    def test_names_and_watts_of_accelerators_agree_with_the_offers(self):
        names = {row["slug"]: row for row in catalogue.rows("accelerators.csv")}
        for row in catalogue.rows("offers.csv"):
            assert names[row["accelerator_slug"]]["rated_watts"] == row["rated_watts"]

    def test_values_name_their_source_and_are_as_printed_unless_they_say_why_not(self, baselines: Edition):
        for snapshot in snapshots(baselines):
            for outcome in snapshot.outcomes:
                assert outcome.details["source"].startswith(f"Table {table_of(snapshot.phase)}, row {snapshot.model}")
        for row in printed("values.csv"):
            if row["outcome"] == "reached" and row["phase"] != "pretraining" and not row["remark"]:
                assert number(row["printed"]) == float(row["value"])

    def test_table_2_is_what_the_edition_has(self):
        facts = {row["fact"]: row for row in printed("table2_as_printed.csv")}
        for task in catalogue.edition_facts("hulk-2020")["tasks"]:
            assert number(facts["Train Size"][task["title"]]) == task["train_size"]
            assert number(facts["Dev Size"][task["title"]]) == sum(part["size"] for part in task["parts"])
            assert number(facts["Cut-off"][task["title"]]) == float(task["cutoff"])
            assert number(facts["SOTA"][task["title"]]) == float(task["sota"])


def table_of(phase: str) -> int:
    return {"pretraining": 1, "finetuning": 3, "inference": 4}[phase]


class TestPublishedGoldHashes:
    @pytest.mark.parametrize(
        ("task", "name"),
        [(CONLL2003, "data/gold/conll2003_testa_iob1.txt"), (SST2, "data/gold/sst2_dev.tsv")],
        ids=["conll2003", "sst2"],
    )
    def test_they_are_those_of_the_usual_files(self, baselines: Edition, task, name: str):
        path = shared_file(name)
        source = Source(path.name, path.stat().st_size, "", lambda: path.open("rb"))
        published = baselines.tasks.get(slug=task.slug).gold_set.published_sha256
        assert digest(read_gold(task, [source])) == published

    def test_none_is_published_for_mnli(self, baselines: Edition):
        assert baselines.tasks.get(slug="mnli").gold_set.published_sha256 == ""


def test_tasks_stand_in_board_order(baselines: Edition):
    assert [task.slug for task in baselines.tasks.all()] == list(TASKS)


def paper_rows() -> Iterator[dict[str, str]]:
    for name in MEASURED.values():
        yield from printed(name)


def test_every_model_of_the_tables_has_an_organisation():
    models = {row["model"]: row for row in printed("models.csv")}
    for row in (*paper_rows(), *printed("table1_as_printed.csv")):
        assert models[row["model"]]["organisation"]
