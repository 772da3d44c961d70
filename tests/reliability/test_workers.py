"""Workers that are killed, paused and rung too often: nothing is lost or doubled (RELIABILITY section 4, group A)."""

import os
import signal
import time

import pytest
from django.db import connection, transaction
from kombu import Connection

from hulk_site.celery import app
from submissions.jobs import verify_submission
from submissions.models import Submission, Verification
from tests.reliability.processes import LEASE_SECONDS, PATIENCE, wait_for
from tests.submissions.working.cases import make_queued

FINAL = {"in_review", "invalid", "quarantined"}
LONG_ROWS = 100_000


@pytest.fixture(scope="module")
def long_log():
    """A log that takes a worker some seconds to read, as times with colons are read row by row; reaches 90 in its last
    row."""
    rows = "".join(f"{_clock(number)},{50 + number % 30}\n" for number in range(LONG_ROWS))
    return f"time,accuracy\n{rows}{_clock(LONG_ROWS)},92\n"


def _clock(seconds):
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def ring(site, *submissions, times=1):
    """Puts messages into the test's own queue."""
    options = app.conf.broker_transport_options
    with Connection(site.valkey.url, transport_options=options) as broker:
        for _ in range(times):
            for submission in submissions:
                verify_submission.apply_async((str(submission.pk),), connection=broker)


def status_of(submission):
    return Submission.objects.values_list("status", flat=True).get(pk=submission.pk)


def wait_until_verifying(submission, attempt=1):
    wait_for(
        lambda: Submission.objects.filter(pk=submission.pk, status="verifying", attempts=attempt).exists(),
        what=f"attempt {attempt} of {submission.pk}",
    )


def wait_until_final(*submissions, seconds=PATIENCE):
    keys = [submission.pk for submission in submissions]
    wait_for(
        lambda: Submission.objects.filter(pk__in=keys, status__in=FINAL).count() == len(keys),
        seconds,
        what=f"{list(Submission.objects.filter(pk__in=keys).values_list('status', 'attempts'))}",
    )


def is_whole(submission, attempts):
    """Exactly one result, one line of history a step, and the row says the same."""
    submission.refresh_from_db()
    found = submission.verifications.get()
    steps = [(step.from_status, step.to_status) for step in submission.steps.all()]
    assert (submission.status, submission.attempts) == ("in_review", attempts)
    assert steps == [("", "draft"), ("draft", "queued"), ("queued", "verifying"), ("verifying", "in_review")]
    return found


def result_of(found):
    return (found.findings, found.measurements, found.scores, found.digests, found.content_hash, found.passed)


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def commit_is_waiting():
    """A worker stands before its commit: its UPDATE waits for a lock that the test holds."""
    with connection.cursor() as cursor:
        # Within a transaction, what others do would be shown as it was at the first look.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
            "AND query LIKE 'UPDATE%in_review%'"
        )
        return cursor.fetchone()[0]


def test_a_child_killed_in_any_phase_leaves_the_result_of_an_unkilled_run(site, ada, long_log):
    """R1: claimed, file being read, scored but not committed, committed."""
    worker = site.worker()
    site.beat()

    def sent():
        submission = make_queued(ada, log=long_log)
        ring(site, submission)
        return submission

    def kill_the_child():
        kill(worker.children()[0])

    unkilled = sent()
    wait_until_final(unkilled)

    claimed = sent()
    wait_until_verifying(claimed)
    kill_the_child()
    wait_until_final(claimed)

    reading = sent()
    wait_for(lambda: "eading toy" in Submission.objects.get(pk=reading.pk).activity, what="reading")
    kill_the_child()
    wait_until_final(reading)

    scored = sent()
    wait_until_verifying(scored)
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=scored.pk)
        wait_for(commit_is_waiting, what="a worker before its commit")
        kill_the_child()
    wait_until_final(scored)

    committed = sent()
    wait_for(lambda: Verification.objects.filter(submission=committed).exists(), what="a commit")
    kill_the_child()
    ring(site, committed)
    wait_until_final(committed)

    expected = result_of(is_whole(unkilled, attempts=1))
    for submission, attempts in ((claimed, 2), (reading, 2), (scored, 2), (committed, 1)):
        assert result_of(is_whole(submission, attempts)) == (*expected[:4], submission.content_hash, True)


def test_a_killed_worker_s_work_is_taken_over_by_a_new_one(site, ada, long_log):
    """R2: `kill -9` of parent and children at once."""
    submission = make_queued(ada, log=long_log)
    worker = site.worker(processes=2)
    site.beat()
    ring(site, submission)
    wait_until_verifying(submission)
    worker.kill_group()
    site.worker(processes=2)
    wait_until_final(submission)
    is_whole(submission, attempts=2)


def test_an_emptied_queue_loses_nothing(site, ada):
    """R5: twenty queued, the broker killed and started empty while workers and beat run."""
    submissions = [make_queued(ada) for _ in range(20)]
    ring(site, *submissions)
    worker, _ = site.worker(processes=2), site.beat()
    site.kill_valkey()
    time.sleep(1)
    site.restart_valkey_empty()
    more = [make_queued(ada) for _ in range(5)]
    ring(site, *more)
    site.flush()
    wait_until_final(*submissions, *more)
    for submission in (*submissions, *more):
        is_whole(submission, Submission.objects.get(pk=submission.pk).attempts)
    assert worker.children()


def test_a_lost_message_is_rung_again(site, ada):
    """R12: nobody ever rang."""
    submission = make_queued(ada)
    site.worker(), site.beat()
    wait_until_final(submission)
    is_whole(submission, attempts=1)


def test_ten_deliveries_at_once_make_one_result(site, ada, long_log):
    """R9."""
    submission = make_queued(ada, log=long_log)
    ring(site, submission, times=10)
    site.worker(processes=4), site.beat()
    wait_until_final(submission)
    ring(site, submission, times=10)
    time.sleep(LEASE_SECONDS)
    is_whole(submission, attempts=1)


def test_what_kills_its_worker_each_time_is_quarantined_and_others_are_verified(site, ada, long_log):
    """R10."""
    poison = make_queued(ada, log=long_log)
    worker, beat = site.worker(), site.beat()
    ring(site, poison)
    others = [make_queued(ada) for _ in range(3)]
    for attempt in (1, 2, 3):
        wait_until_verifying(poison, attempt)
        kill(worker.children()[0])
        ring(site, *others)
    wait_until_final(poison, *others)
    assert status_of(poison) == "quarantined"
    assert not poison.verifications.exists()
    assert "3 times" in poison.steps.last().comment
    assert f"ERROR submissions.leases Submission {poison.pk} is quarantined" in worker.said()
    for submission in others:
        is_whole(submission, Submission.objects.get(pk=submission.pk).attempts)

    worker.kill_group(), beat.kill_group()
    site.worker(), site.beat()
    ring(site, poison)
    time.sleep(2 * LEASE_SECONDS)
    poison.refresh_from_db()
    assert (poison.status, poison.attempts) == ("quarantined", 3)


def test_a_worker_paused_past_its_lease_changes_nothing_when_it_wakes(site, ada, long_log):
    """R13: the fencing token."""
    submission = make_queued(ada, log=long_log)
    paused = site.worker()
    ring(site, submission)
    wait_until_verifying(submission)
    (child,) = paused.children()
    os.kill(child, signal.SIGSTOP)
    site.beat()
    site.worker()
    wait_until_final(submission)
    before = result_of(is_whole(submission, attempts=2))
    os.kill(child, signal.SIGCONT)
    wait_for(lambda: "what was found is dropped" in paused.said(), what="the late worker")
    assert result_of(is_whole(submission, attempts=2)) == before


def test_over_the_edition_s_memory_or_time_is_quarantined_and_the_next_one_is_verified(
    site, ada, long_log, edition_limits
):
    """R11: what is over time or memory is answered, and the worker goes on."""
    site.worker(), site.beat()
    for limits, log, word in (
        ({"verification_bytes": 8_000_000}, long_log, "memory"),
        ({"verification_seconds": 1}, long_log * 3, "longer"),
    ):
        edition_limits(**limits)
        greedy, small = make_queued(ada, log=log), make_queued(ada)
        ring(site, greedy, small)
        wait_until_final(greedy, small)
        greedy.refresh_from_db()
        assert (greedy.status, status_of(small)) == ("quarantined", "in_review")
        assert word in greedy.steps.last().comment


def test_a_database_that_drops_every_connection_costs_no_attempt(site, ada, long_log):
    """R7, as far as one test may go that shares its server with others: all connections of the workers are ended."""
    submission = make_queued(ada, log=long_log)
    site.worker(processes=2), site.beat()
    ring(site, submission)
    wait_until_verifying(submission)
    for _ in range(5):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        time.sleep(0.3)
    after = make_queued(ada)
    wait_until_final(submission, after)
    is_whole(submission, attempts=1)
    is_whole(after, attempts=1)
