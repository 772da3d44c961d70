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
from tests.submissions.working.cases import CROSSES, make_small_edition, manifest_of, predictions

pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture
def site(web_site):
    make_small_edition()
    return web_site[0]


@pytest.fixture
def address(web_site):
    return web_site[1]


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


def is_verified(identifier):
    return Submission.objects.filter(pk=identifier, status="in_review").exists()


def test_a_broker_that_is_down_at_submit_time_costs_nothing(site, address, token):
    """R6 (a)."""
    site.kill_valkey()
    answer, seconds = timed(lambda: post(f"{address}/api/v1/bundles/", token, files=bundle()))
    assert (answer.status_code, seconds < 10) == (202, True), (answer.text, seconds)
    site.restart_valkey_empty()
    site.worker(), site.beat()
    wait_for(lambda: is_verified(answer.json()["id"]), what=answer.text)


def test_a_broker_that_hangs_at_submit_time_costs_nothing(site, address, token):
    """R6 (b); a call that is repeated meanwhile gets the same answer."""
    warm = post(f"{address}/api/v1/bundles/", token, files=bundle(1))
    once = {"Idempotency-Key": "once"}
    with site.paused_valkey():
        answer, seconds = timed(lambda: post(f"{address}/api/v1/bundles/", token, files=bundle(2), headers=once))
        again = post(f"{address}/api/v1/bundles/", token, files=bundle(2), headers=once)
        ready = httpx.get(f"{address}/readyz", timeout=30)
    assert (answer.status_code, seconds < 10) == (202, True), (answer.text, seconds)
    assert again.json() == answer.json()
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    site.worker(), site.beat()
    for one in (warm, answer):
        wait_for(lambda one=one: is_verified(one.json()["id"]), what=one.text)


def at_once(count, work):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


@pytest.mark.parametrize(
    ("path", "sent", "status"), [("submissions/", {"json": manifest_of()}, 201), ("bundles/", {"files": bundle()}, 202)]
)
def test_the_same_create_twenty_times_with_one_key_makes_one_submission(site, address, token, path, sent, status):
    """R16."""
    headers = {"Idempotency-Key": "once"}
    answers = at_once(20, lambda _: post(f"{address}/api/v1/{path}", token, headers=headers, **sent))
    assert {answer.status_code for answer in answers} == {status}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Submission.objects.count() == 1


def test_of_fifty_at_once_with_three_left_three_are_taken(site, address, token):
    """R17."""
    Edition.objects.filter(slug="small").update(daily_attempts=3)
    answers = at_once(50, lambda number: post(f"{address}/api/v1/bundles/", token, files=bundle(number)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(202), codes.count(429)) == (3, 47), [a.text for a in answers if a.status_code not in {202, 429}]
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers if answer.status_code == 429)
    assert (Submission.objects.count(), Attempt.objects.count()) == (3, 3)
