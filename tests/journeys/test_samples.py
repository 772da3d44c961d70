"""Every sample bundle that the site offers is verified in the demo edition, and goes on to the boards."""

import json
import tempfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tests.factories_submissions import Script
from tests.journeys.actors import Maintainer, Visitor, codes, folder, verify
from tests.journeys.conftest import load_baselines
from tests.made_once import once

GOOD = Path(__file__).resolve().parents[1] / "bundles" / "good"
SAMPLES = sorted(path.name for path in GOOD.iterdir() if path.is_dir())


@pytest.fixture
def demo(db: None) -> dict:
    """The demo's users, as `make run` writes them down."""
    return once(make_demo)


def make_demo() -> dict:
    load_baselines()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "demo.json"
        call_command("create_demo", "--file", str(file), stdout=StringIO())
        return json.loads(file.read_text())["users"]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_goes_all_the_way(demo: dict, visitor: Visitor, mia: Maintainer, sample: str) -> None:
    text, files = folder(GOOD / sample)
    script = Script(token=demo["researcher"]["token"])
    answer = script.bundle(text, files)
    assert answer.status_code == 202, answer.content
    verify(answer.json()["id"])
    shown = script.get(answer.json()["verification_url"]).json()
    assert (shown["status"], codes(shown, "error")) == ("in_review", set())
    mia.approve(answer.json()["id"])
    manifest = json.loads(text)
    for measure in ("time", "cost", "efficiency"):
        row = visitor.board(manifest["phase"], measure, "demo")[manifest["model"]["name"]]
        assert row["score"] == pytest.approx(shown["scores"][measure], rel=1e-12)
        assert row["rank"] == shown["preview_rank"][measure]
        assert row["badge"] == ("log checked" if manifest["phase"] == "pretraining" else "verified")
    assert manifest["model"]["name"] not in visitor.board(manifest["phase"], "time"), "only on the demo's boards"


def test_the_maintainer_of_the_demo_approves_what_the_colleague_sent(demo: dict, visitor: Visitor) -> None:
    colleague = Script(token=demo["colleague"]["token"])
    (sent,) = colleague.get("submissions/").json()["results"]
    verify(sent["id"])
    reviewer = Client()
    assert reviewer.login(username="maintainer", password=demo["maintainer"]["password"])
    person = Maintainer("other")
    person.browser = reviewer
    person.approve(sent["id"])
    name = sent["manifest"]["model"]["name"]
    assert name in visitor.board("finetuning", "time", "demo")
    assert name in visitor.open("/boards/finetuning/time/?edition=demo")


def test_the_site_offers_every_sample(demo: dict, visitor: Visitor) -> None:
    page = visitor.open("/faq/")
    for sample in SAMPLES:
        assert sample in page, sample
