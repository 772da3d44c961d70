"""Calls of the API are counted, told, and refused beyond the limit (RELIABILITY R70), with Redis and without."""

import time

import pytest
from django.test import Client

from hulk_site import rates
from tests.factories_submissions import Script, make_catalogue, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limits(settings, monkeypatch):
    """Three calls, counted under names of this test's own, in a window that does not end meanwhile."""
    settings.RATE_ANONYMOUS = settings.RATE_USER = settings.RATE_TOKEN = 3
    settings.QUEUE_PREFIX = f"hulk-test:{time.monotonic_ns()}:"
    monkeypatch.setattr(rates, "_alone", rates.Alone())
    monkeypatch.setattr(rates, "time", lambda: 1_000_000_000.0)


@pytest.fixture
def edition():
    return make_catalogue()


def told(answer):
    return {name: answer[name] for name in ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")}


def asked(script, times):
    return [script.get("editions/").status_code for _ in range(times)]


def test_where_a_caller_stands_is_told_with_each_answer(edition):
    answer = Script().get("editions/")
    assert told(answer) == {"RateLimit-Limit": "3", "RateLimit-Remaining": "2", "RateLimit-Reset": "20"}
    assert told(Script().get("entries/00000000-0000-0000-0000-000000000000/"))["RateLimit-Remaining"] == "1"


def test_beyond_the_limit_there_is_429_that_says_when_to_come_back(edition):
    script = Script()
    assert asked(script, 4) == [200, 200, 200, 429]
    answer = script.get("editions/")
    assert answer["Retry-After"] == "20"
    assert told(answer)["RateLimit-Remaining"] == "0"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "throttled"


def test_each_token_person_and_address_is_counted_by_itself(edition):
    ada = make_user("ada")
    one, other, browser = Script(ada), Script(ada), Client()
    browser.force_login(ada)
    assert [one.get("submissions/").status_code for _ in range(4)][-1] == 429
    assert other.get("submissions/").status_code == 200
    assert browser.get("/api/v1/submissions/").status_code == 200
    assert asked(Script(), 1) == [200]


def test_behind_a_proxy_people_are_told_apart_by_the_address_that_it_reports(edition, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    reported = [{"X-Forwarded-For": f"forged, 192.0.2.{number}"} for number in (1, 1, 1, 1, 2)]
    client = Client()
    statuses = [client.get("/api/v1/editions/", headers=headers).status_code for headers in reported]
    assert statuses == [200, 200, 200, 429, 200]


def test_a_limit_of_zero_is_none(edition, settings):
    settings.RATE_ANONYMOUS = 0
    assert asked(Script(), 5) == [200] * 5
    assert "RateLimit-Limit" not in Script().get("editions/")


def test_in_the_next_window_all_calls_are_there_again(edition, monkeypatch):
    assert asked(Script(), 4)[-1] == 429
    monkeypatch.setattr(rates, "time", lambda: 1_000_000_020.0)
    assert asked(Script(), 1) == [200]


def test_without_redis_calls_are_counted_here_and_none_fails_or_waits(edition, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    begun = time.monotonic()
    assert asked(Script(), 4) == [200, 200, 200, 429]
    assert time.monotonic() - begun < 5


def test_pages_are_not_counted(edition):
    assert all("RateLimit-Limit" not in Client().get("/faq/") for _ in range(5))
