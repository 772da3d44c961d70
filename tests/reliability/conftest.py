"""Tests with real processes: none touches a server, a queue or a process that it has not started itself."""

import sys
from pathlib import Path

import pytest

from leaderboard.models import Edition
from tests.reliability.processes import Site
from tests.submissions.working.cases import make_small_edition


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            if item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group("reliability"))


@pytest.fixture
def site(transactional_db, tmp_path):
    """An edition with gold labels, and a Valkey; workers are the test's to start. All of it ends with the test."""
    make_small_edition()
    site = Site(tmp_path)
    yield site
    site.stop()
    sys.stdout.write(site.logs())


@pytest.fixture
def edition_limits(site):
    """Sets limits of the edition."""

    def change(**limits):
        Edition.objects.filter(slug="small").update(limits=limits)

    return change
