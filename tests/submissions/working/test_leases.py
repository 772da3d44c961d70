"""The row is the job: claim, renew, release, sweep."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from submissions import leases
from submissions.leases import LeaseLost
from submissions.models import Attempt, Status, Step, Submission
from tests.submissions.working.cases import make_person, make_queued, make_small_edition


@pytest.fixture
def queued(edition, ada):
    return make_queued(ada)


def lapse(submission):
    """The worker has been silent for longer than its lease."""
    Submission.objects.filter(pk=submission.pk).update(lease_until=leases.now() - timedelta(seconds=1))


def claim(submission):
    return leases.claim(submission.pk, leases.now())


def steps(submission):
    return [(step.from_status, step.to_status) for step in submission.steps.all()]


def test_a_queued_submission_is_claimed_once(queued):
    assert claim(queued) is not None
    assert claim(queued) is None
    queued.refresh_from_db()
    assert (queued.status, queued.attempts) == ("verifying", 1)


def test_a_submission_that_is_not_due_yet_is_left_alone(queued):
    Submission.objects.filter(pk=queued.pk).update(not_before=leases.now() + timedelta(minutes=1))
    assert claim(queued) is None


@pytest.mark.parametrize("status", ["draft", "in_review", "invalid", "rejected", "withdrawn", "quarantined"])
def test_nothing_but_what_waits_is_claimed(queued, status):
    Submission.objects.filter(pk=queued.pk).update(status=status)
    assert claim(queued) is None


def test_a_lapsed_lease_is_taken_over_and_the_history_has_one_line_for_it(queued):
    first = claim(queued)
    lapse(queued)
    second = claim(queued)
    assert second.token != first.token
    assert second.submission.attempts == 2
    assert steps(queued) == [("", "draft"), ("draft", "queued"), ("queued", "verifying")]


def test_a_renewed_lease_holds(queued):
    lease = claim(queued)
    lapse(queued)
    assert leases.renew(lease, progress=0.5, activity="scoring 1 of 2")
    assert claim(queued) is None
    queued.refresh_from_db()
    assert (queued.progress, queued.activity) == (0.5, "scoring 1 of 2")


def test_a_worker_that_lost_its_lease_can_neither_renew_nor_release(queued):
    late = claim(queued)
    lapse(queued)
    claim(queued)
    assert not leases.renew(late, progress=1.0, activity="too late")
    with pytest.raises(LeaseLost), transaction.atomic():
        leases.release(late, Status.IN_REVIEW, at=leases.now())
    queued.refresh_from_db()
    assert (queued.status, queued.activity) == ("verifying", "reading what was sent")


def test_a_failure_of_ours_is_tried_again_a_little_later(queued):
    lease = claim(queued)
    leases.hand_back(lease, why="The platform failed.", again=True)
    queued.refresh_from_db()
    assert queued.status == "queued"
    assert queued.not_before > leases.now() + timedelta(seconds=2)
    assert queued.steps.last().comment == "The platform failed. It will be tried again."


def test_after_three_failures_it_is_quarantined_and_the_attempt_is_given_back(queued, caplog):
    for _ in range(3):
        Submission.objects.filter(pk=queued.pk).update(not_before=leases.now())
        leases.hand_back(claim(queued), why="The platform failed.", again=True)
    queued.refresh_from_db()
    assert queued.status == "quarantined"
    assert not Attempt.objects.filter(submission=queued, given_back_at=None).exists()
    assert Attempt.objects.filter(submission=queued).exists()
    assert [record.levelname for record in caplog.records if str(queued.pk) in record.message] == ["ERROR"]


def test_a_storage_that_is_away_costs_no_try_for_a_day(queued):
    for _ in range(5):
        Submission.objects.filter(pk=queued.pk).update(not_before=leases.now())
        leases.hand_back(claim(queued), why="The storage is away.", again=True, away=True)
        queued.refresh_from_db()
        assert (queued.status, queued.attempts) == ("queued", 0)
        assert queued.not_before > leases.now() + timedelta(seconds=20)
    Step.objects.filter(submission=queued, from_status="draft").update(at=leases.now() - timedelta(days=2))
    for _ in range(3):
        Submission.objects.filter(pk=queued.pk).update(not_before=leases.now())
        leases.hand_back(claim(queued), why="The storage is away.", again=True, away=True)
    queued.refresh_from_db()
    assert queued.status == "quarantined"


def test_the_sweeper_names_what_waits_too_long_and_leaves_the_young_alone(edition, ada):
    old, young, future = (make_queued(ada) for _ in range(3))
    Submission.objects.filter(pk=young.pk).update(not_before=leases.now())
    Submission.objects.filter(pk=future.pk).update(not_before=leases.now() + timedelta(minutes=1))
    assert leases.sweep(leases.now(), most=10) == [old.pk]


def test_the_sweeper_names_lapsed_leases_and_not_those_that_hold(edition, ada):
    lapsed, held = make_queued(ada), make_queued(ada)
    claim(lapsed), claim(held)
    lapse(lapsed)
    assert leases.sweep(leases.now(), most=10) == [lapsed.pk]


def test_the_sweeper_rings_for_no_more_than_there_is_room(edition, ada):
    for _ in range(3):
        make_queued(ada)
    assert len(leases.sweep(leases.now(), most=2)) == 2
    assert leases.sweep(leases.now(), most=0) == []


def test_what_killed_three_workers_is_quarantined_and_never_claimed_again(queued, caplog):
    for _ in range(3):
        claim(queued)
        lapse(queued)
    assert claim(queued) is None
    assert leases.sweep(leases.now(), most=10) == []
    queued.refresh_from_db()
    assert (queued.status, queued.steps.last().to_status) == ("quarantined", "quarantined")
    assert "3 times" in queued.steps.last().comment
    assert not Attempt.objects.filter(submission=queued, given_back_at=None).exists()
    assert any(record.levelname == "ERROR" for record in caplog.records)


def at_once(count, work):
    """Runs the work in threads that start together, each with a database connection of its own; their answers."""
    answers, barrier = [], Barrier(count)

    def run():
        try:
            barrier.wait()
            answers.append(work())
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_of_ten_workers_at_once_one_has_the_submission():
    make_small_edition()
    queued = make_queued(make_person())
    answers = at_once(10, lambda: claim(queued))
    assert len([lease for lease in answers if lease]) == 1
    queued.refresh_from_db()
    assert queued.attempts == 1
    assert steps(queued)[-1] == ("queued", "verifying")


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_quarantine_once():
    make_small_edition()
    queued = make_queued(make_person())
    for _ in range(3):
        claim(queued)
        lapse(queued)
    at_once(5, lambda: leases.sweep(leases.now(), most=10))
    assert queued.steps.filter(to_status="quarantined").count() == 1
