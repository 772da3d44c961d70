"""People, a submission in review, and a courier that sends what waits."""

import pytest

from tests.submissions.work.cases import make_maintainer, make_person, make_small_edition


@pytest.fixture
def edition(db):
    return make_small_edition()


@pytest.fixture
def ada(db):
    return make_person("ada")


@pytest.fixture
def mia(db):
    return make_maintainer("mia")


@pytest.fixture(autouse=True)
def no_bell(monkeypatch):
    """Nobody rings a worker: tests verify by hand."""
    monkeypatch.setattr("submissions.jobs.verify_submission.apply_async", lambda *args, **options: None)
