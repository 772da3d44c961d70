import pytest


@pytest.fixture
def signed_in(client, ada):
    """A browser in which ada is signed in."""
    client.force_login(ada)
    return client


@pytest.fixture(autouse=True)
def no_bell(monkeypatch):
    """Nobody rings a worker: tests verify by hand."""
    monkeypatch.setattr("submissions.jobs.verify_submission.apply_async", lambda *args, **options: None)
