"""Energy that a submission brings goes with it to the boards and to its page, and never into a score."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from leaderboard.models import Edition
from tests.factories_submissions import Script
from tests.journeys.actors import Maintainer, Visitor, folder, verify

GOOD = Path(__file__).resolve().parents[1] / "bundles" / "good"
BOARD = "/boards/finetuning/time/?edition=demo"


@pytest.fixture
def researcher(benchmark: Edition, tmp_path: Path) -> Script:
    file = tmp_path / "demo.json"
    call_command("create_demo", "--file", str(file), stdout=StringIO())
    return Script(token=json.loads(file.read_text())["users"]["researcher"]["token"])


def published(researcher: Script, mia: Maintainer, sample: str) -> dict:
    """What the verification of an approved sample says."""
    text, files = folder(GOOD / sample)
    answer = researcher.bundle(text, files).json()
    verify(answer["id"])
    mia.approve(answer["id"])
    return researcher.get(answer["verification_url"]).json()


def test_codecarbons_runs_are_summed_and_shown_with_their_tier(
    researcher: Script, visitor: Visitor, mia: Maintainer
) -> None:
    assert "Energy kWh" not in visitor.words(BOARD), "nobody has brought any yet"
    measurements = published(researcher, mia, "finetuning-dawnbench")["measurements"]
    runs = {one["task"]: one["energy"]["run_id"] for one in measurements}
    assert runs == {task: f"run-{task}" for task in ("tiny-ner", "tiny-sentiment", "tiny-nli")}
    row = visitor.board("finetuning", "time", "demo")["Plover-Large"]
    assert row["energy_kwh"] == pytest.approx(sum(one["energy"]["kwh"] for one in measurements))
    assert row["energy_kwh"] == pytest.approx(240 * 2 * (66 + 80 + 230) / 3_600_000, rel=1e-6)
    assert row["co2e_kg"] == pytest.approx(row["energy_kwh"] * 0.38, rel=1e-6)
    board = visitor.words(BOARD)
    assert "Energy kWh" in board
    assert "CO2e kg" in board
    assert "0.0501" in board
    page = visitor.words(f"/entries/{row['entry']}/")
    assert "estimate by CodeCarbon 2.8.3" in page
    assert "0.0501 kWh" in page


def test_carbontrackers_last_actual_total_counts_and_never_a_prediction(
    researcher: Script, visitor: Visitor, mia: Maintainer
) -> None:
    measurements = published(researcher, mia, "finetuning-mllog")["measurements"]
    (sentiment,) = [one["energy"] for one in measurements if one["task"] == "tiny-sentiment"]
    assert (sentiment["tier"], sentiment["seconds"]) == ("counter", 38)
    assert sentiment["kwh"] == pytest.approx(240 * 38 / 3_600_000, abs=1e-9)
    row = visitor.board("finetuning", "time", "demo")["Swift-Small"]
    assert "counter by carbontracker" in visitor.words(f"/entries/{row['entry']}/")
