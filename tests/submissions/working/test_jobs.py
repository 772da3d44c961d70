"""Bells: what rings, how often, and what a broker that is away costs."""

import pytest
from django.db import OperationalError

from submissions import jobs
from submissions.models import Submission
from tests.submissions.working.cases import make_queued


@pytest.fixture
def rung(monkeypatch):
    heard = []
    monkeypatch.setattr(jobs.verify_submission, "delay", heard.append)
    return heard


@pytest.mark.parametrize("in_queue, expected", [(0, 3), (jobs.MOST_BELLS - 2, 2), (jobs.MOST_BELLS, 0), (10**6, 0)])
def test_the_sweeper_keeps_the_queue_short(edition, ada, rung, monkeypatch, in_queue, expected):
    for _ in range(3):
        make_queued(ada)
    monkeypatch.setattr(jobs, "_bells_in_queue", lambda: in_queue)
    jobs.sweep()
    assert len(rung) == expected


def test_the_sweeper_rings_for_the_oldest_first(edition, ada, rung, monkeypatch):
    first, second = make_queued(ada), make_queued(ada)
    Submission.objects.filter(pk=second.pk).update(first_queued_at="2020-01-01T00:00Z")
    monkeypatch.setattr(jobs, "_bells_in_queue", lambda: 0)
    jobs.sweep()
    assert rung == [str(second.pk), str(first.pk)]


def test_a_bell_for_something_that_is_not_there_does_nothing(db):
    jobs.verify_submission("00000000-0000-0000-0000-000000000000")


def test_a_database_that_stays_away_is_tried_again_later():
    assert OperationalError in jobs.verify_submission.autoretry_for
    assert jobs.verify_submission.max_retries == 5
