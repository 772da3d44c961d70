"""What the code can say is written down where a stranger looks for it."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from leaderboard.templatetags.hulk import ticked
from scoring.findings import CODES
from tests import editions

BUNDLES = Path(__file__).resolve().parents[1] / "bundles"
FORMATS = ("CSV or TSV", "result.csv", "JSON Lines", "trainer_state.json", "TensorBoard", ":::MLLOG", "DAWNBench")
TRACKERS = ("CodeCarbon", "carbontracker", "energy_run_id", "metered", "counter", "estimate", "claimed")


@pytest.fixture
def checks_page(client: Client, db: None) -> str:
    return client.get(reverse("leaderboard:checks")).content.decode()


@pytest.mark.parametrize("code", CODES)
def test_every_finding_stands_on_the_page_of_checks_with_its_remedy(code: str, checks_page: str) -> None:
    entry = CODES[code]
    assert code in checks_page
    assert str(ticked(entry.meaning)) in checks_page
    assert str(ticked(entry.remedy)) in checks_page
    assert entry.severity.value in checks_page


@pytest.mark.parametrize("code", CODES)
def test_every_finding_has_a_bundle_that_provokes_it(code: str) -> None:
    assert (BUNDLES / "bad" / code / "submission.json").is_file()
    assert (BUNDLES / "bad" / code / "expected.json").is_file()


def test_every_format_stands_in_the_rules(client: Client, db: None) -> None:
    editions.paper()
    page = client.get(reverse("leaderboard:rules")).content.decode()
    assert [word for word in (*FORMATS, *TRACKERS) if word not in page] == []
