"""Real gunicorn: a broker that is away at submit time, and many requests at once (RELIABILITY section 4, A and B)."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from hulk_site.accounts.models import Token
from leaderboard.models import Edition
from submissions.models import Attempt, Submission
from tests.reliability.processes import post, wait_for
from tests.submissions.work.cases import CROSSES, manifest_of, predictions


@pytest.fixture
def token(ada):
    _, text = Token.objects.create(user=ada, name="script")
    return text


def bundle(number=0):
    """A submission in one call; each number has predictions of its own."""
    return {
        "manifest": (None, json.dumps(manifest_of()), "application/json"),
        "toy/log.csv": ("log.csv", CROSSES.encode(), "text/csv"),
        "toy/dev.tsv": ("dev.tsv", predictions(number % 10).encode(), "text/tab-separated-values"),
    }


def timed(work):
    started = time.monotonic()
    answer = work()
    return answer, time.monotonic() - started


def warmed(address):
    """The address, once each of gunicorn's workers has loaded what it needs: that is not part of an answer's time."""
    for _ in range(20):
        httpx.get(f"{address}/api/v1/tasks/", timeout=60)
    return address


def is_verified(identifier):
    return Submission.objects.filter(pk=identifier, status="in_review").exists()


def test_a_broker_that_is_down_at_submit_time_costs_nothing(site, token):
    """R6 (a)."""
    address = warmed(site.web())
    site.kill_valkey()
    answer, seconds = timed(lambda: post(f"{address}/api/v1/bundles/", token, files=bundle()))
    assert (answer.status_code, seconds < 10) == (202, True), (answer.text, seconds)
    site.restart_valkey_empty()
    site.worker(), site.beat()
    wait_for(lambda: is_verified(answer.json()["id"]), what=answer.text)


def test_a_broker_that_hangs_at_submit_time_costs_nothing(site, token):
    """R6 (b)."""
    address = warmed(site.web())
    warm = post(f"{address}/api/v1/bundles/", token, files=bundle(1))
    with site.paused_valkey():
        answer, seconds = timed(lambda: post(f"{address}/api/v1/bundles/", token, files=bundle(2)))
    assert (answer.status_code, seconds < 10) == (202, True), (answer.text, seconds)
    site.worker(), site.beat()
    for one in (warm, answer):
        wait_for(lambda one=one: is_verified(one.json()["id"]), what=one.text)


def at_once(count, work):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def test_the_same_create_twenty_times_with_one_key_makes_one_submission(site, token):
    """R16."""
    address = f"{site.web()}/api/v1/submissions/"
    headers = {"Idempotency-Key": "once"}
    answers = at_once(20, lambda _: post(address, token, json=manifest_of(), headers=headers))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Submission.objects.count() == 1


def test_of_fifty_at_once_with_three_left_three_are_taken(site, token):
    """R17."""
    Edition.objects.filter(slug="small").update(daily_attempts=3)
    address = f"{site.web()}/api/v1/bundles/"
    answers = at_once(50, lambda number: post(address, token, files=bundle(number)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(202), codes.count(429)) == (3, 47), [a.text for a in answers if a.status_code not in {202, 429}]
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers if answer.status_code == 429)
    assert (Submission.objects.count(), Attempt.objects.count()) == (3, 3)
