"""Many requests at once: one submission a key, and no attempt beyond the quota (R6, R16, R17)."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from submissions import broker, idempotency, jobs, quota
from submissions.models import Attempt, IdempotencyKey, Status, Submission
from tests.factories_submissions import (
    LOG,
    PREDICTIONS,
    Script,
    make_catalogue,
    make_manifest,
    make_submission,
    make_user,
)

THREADS = 10


@pytest.fixture(autouse=True)
def no_bell(monkeypatch: Any) -> list[str]:
    """Nobody listens: what is queued stays queued, and is noted here."""
    heard: list[str] = []
    monkeypatch.setattr(broker, "answers", lambda: True)
    monkeypatch.setattr(jobs.verify_submission, "apply_async", lambda args, **_: heard.extend(args))
    return heard


def at_once(times: int, work: Callable[[int], Any]) -> list[Any]:
    def run(number: int) -> Any:
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(times)))


@pytest.mark.django_db(transaction=True)
class TestOnce:
    def test_twenty_bundles_under_one_key_make_one_submission(self, no_bell: list[str]) -> None:
        edition, script = make_catalogue(), Script(make_user())
        answers = at_once(20, lambda _: script_of(script).bundle(make_manifest(edition), Idempotency_Key="k1"))
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len({answer["Location"] for answer in answers}) == 1
        assert Submission.objects.count() == 1
        assert Attempt.objects.count() == 1
        assert no_bell == [answers[0].json()["id"]]

    def test_twenty_drafts_under_one_key_are_one(self) -> None:
        edition, script = make_catalogue(), Script(make_user())
        answers = at_once(
            20, lambda _: script_of(script).post("submissions/", make_manifest(edition), Idempotency_Key="k1")
        )
        assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {
            (201, str(Submission.objects.get().pk))
        }

    def test_a_submit_sent_twice_is_answered_twice(self) -> None:
        draft = make_submission()
        script = Script(draft.owner)
        address = f"submissions/{draft.pk}/submit/"
        answers = at_once(10, lambda _: script_of(script).post(address, Idempotency_Key="k1"))
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.content for answer in answers}) == 1
        assert draft.revisions.count() == 1
        assert script.post(address).status_code == 409

    def test_submits_at_once_without_a_key_queue_it_once(self) -> None:
        draft = make_submission()
        script = Script(draft.owner)
        answers = at_once(10, lambda _: script_of(script).post(f"submissions/{draft.pk}/submit/"))
        assert Counter(answer.status_code for answer in answers) == {202: 1, 409: 9}
        assert Attempt.objects.count() == 1


def script_of(script: Script) -> Script:
    """The same token in a client of its own, as threads may not share one."""
    return Script(token=script.headers["Authorization"].removeprefix("Bearer "))


@pytest.mark.django_db
class TestKeys:
    def test_another_body_under_a_key_is_refused(self) -> None:
        edition, script = make_catalogue(), Script(make_user())
        first = script.post("submissions/", make_manifest(edition), Idempotency_Key="k")
        other = script.post("submissions/", make_manifest(edition, notes="other"), Idempotency_Key="k")
        broken = script.post("submissions/", {"nonsense": 1}, Idempotency_Key="k")
        for answer in (other, broken):
            assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
        again = script.post("submissions/", make_manifest(edition), Idempotency_Key="k")
        assert (again.status_code, again.json(), again["Location"]) == (201, first.json(), first["Location"])

    def test_so_is_another_bundle(self) -> None:
        edition, script = make_catalogue(), Script(make_user())
        first = script.bundle(make_manifest(edition), Idempotency_Key="k")
        files = {"sst/log.csv": LOG, "sst/dev.tsv": PREDICTIONS + b"\n"}
        assert script.bundle(make_manifest(edition), files, Idempotency_Key="k").status_code == 422
        assert script.bundle({"nonsense": 1}, Idempotency_Key="k").status_code == 422
        again = script.bundle(make_manifest(edition), Idempotency_Key="k")
        assert (again.status_code, again.json()) == (202, first.json())
        assert Submission.objects.count() == 1

    def test_a_key_belongs_to_an_account_and_an_address(self) -> None:
        edition = make_catalogue()
        ada, bob = Script(make_user()), Script(make_user())
        made = [
            ada.post("submissions/", make_manifest(edition), Idempotency_Key="k"),
            bob.post("submissions/", make_manifest(edition), Idempotency_Key="k"),
            ada.bundle(make_manifest(edition), Idempotency_Key="k"),
            ada.bundle(make_manifest(edition), query="?dry_run=true", Idempotency_Key="k"),
        ]
        assert len({answer.json()["id"] for answer in made}) == 4

    def test_a_refused_request_may_be_mended_under_its_key(self) -> None:
        edition, script = make_catalogue(), Script(make_user())
        assert script.bundle(make_manifest(edition), {"sst/log.csv": LOG}, Idempotency_Key="k").status_code == 422
        assert script.bundle(make_manifest(edition), Idempotency_Key="k").status_code == 202

    def test_after_a_day_a_key_is_new(self) -> None:
        edition, script = make_catalogue(), Script(make_user())
        first = script.post("submissions/", make_manifest(edition), Idempotency_Key="k").json()
        IdempotencyKey.objects.update(created_at=timezone.now() - idempotency.KEPT - timedelta(seconds=1))
        assert script.post("submissions/", make_manifest(edition), Idempotency_Key="k").json()["id"] != first["id"]

    @pytest.mark.parametrize("key", ["", "x" * 201, "ü", "a\tb"])
    def test_a_key_that_cannot_be_kept_is_refused(self, key: str) -> None:
        edition, script = make_catalogue(), Script(make_user())
        assert script.post("submissions/", make_manifest(edition), Idempotency_Key=key).status_code == 400


@pytest.mark.django_db(transaction=True)
class TestQuota:
    def test_of_fifty_at_once_with_three_left_three_pass(self, settings: Any) -> None:
        settings.DAILY_ATTEMPTS = 3
        edition, script = make_catalogue(), Script(make_user())
        answers = at_once(50, lambda _: script_of(script).bundle(make_manifest(edition)))
        assert Counter(answer.status_code for answer in answers) == {202: 3, 429: 47}
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert 0 < int(refused["Retry-After"]) <= 24 * 3600
        assert refused.json()["code"] == "quota-spent"
        assert Submission.objects.count() == 3
        for accepted in Submission.objects.all():
            address = f"submissions/{accepted.pk}/evidence/sst/log/"
            assert script.get(address).getvalue() == LOG

    def test_of_many_drafts_submitted_at_once_three_pass(self, settings: Any) -> None:
        settings.DAILY_ATTEMPTS = 3
        edition, owner = make_catalogue(), make_user()
        drafts = [make_submission(owner, edition) for _ in range(12)]
        script = Script(owner)
        answers = at_once(12, lambda number: script_of(script).post(f"submissions/{drafts[number].pk}/submit/"))
        assert Counter(answer.status_code for answer in answers) == {202: 3, 429: 9}
        assert Submission.objects.filter(status=Status.DRAFT).count() == 9


@pytest.mark.django_db
class TestAttempts:
    def test_the_edition_says_how_many_unless_the_server_does(self, settings: Any) -> None:
        edition, owner = make_catalogue(daily_attempts=7), make_user()
        now = timezone.now()
        assert quota.left(owner, edition, now) == {"sst": 7, "nli": 7}
        settings.DAILY_ATTEMPTS = 2
        assert quota.left(owner, edition, now) == {"sst": 2, "nli": 2}
        settings.DAILY_ATTEMPTS = 0
        assert quota.left(owner, edition, now) == {"sst": None, "nli": None}

    def test_a_day_is_one_of_utc_and_editions_count_apart(self) -> None:
        submission = make_submission()
        late = datetime(2026, 11, 20, 23, 59, 30, tzinfo=UTC)
        frozen = [{"task": "sst", "kind": "predictions", "run": 1, "part": "", "sha256": "a"}]
        quota.reserve(submission, frozen, late)
        assert quota.left(submission.owner, submission.edition, late)["sst"] == 9
        assert quota.left(submission.owner, submission.edition, late + timedelta(minutes=1))["sst"] == 10
        assert quota.left(submission.owner, make_catalogue(), late)["sst"] == 10

    def test_a_failure_of_ours_gives_the_attempt_back(self) -> None:
        script = Script(make_user())
        sent = script.bundle(make_manifest(make_catalogue())).json()
        quota.give_back(Submission.objects.get())
        assert script.get(sent["url"]).json()["attempts_left"] == {"sst": 10}

    def test_only_changed_predictions_count_again(self, settings: Any) -> None:
        settings.DAILY_ATTEMPTS = 1
        edition, script = make_catalogue(), Script(make_user())
        sent = script.bundle(make_manifest(edition)).json()
        base = f"submissions/{sent['id']}/"
        verified(sent["id"])
        script.post(f"{base}revise/")
        script.put(f"{base}evidence/sst/log/", LOG + b"40,94\n")
        assert script.post(f"{base}submit/").status_code == 202
        verified(sent["id"])
        script.post(f"{base}revise/")
        script.put(f"{base}evidence/sst/predictions/", PREDICTIONS + b"\n")
        assert script.post(f"{base}submit/").status_code == 429
        assert script.get(base).json()["status"] == "draft"
        assert Attempt.objects.count() == 1


def verified(pk: str) -> None:
    """As after a verification that found an error."""
    submission = Submission.objects.get(pk=pk)
    submission.verifications.create(
        number=submission.verifications.count() + 1,
        revision=submission.revision,
        content_hash=submission.content_hash,
        edition_revision=1,
        engine_version="1",
        started_at=timezone.now(),
        finished_at=timezone.now(),
        passed=False,
    )
    Submission.objects.filter(pk=pk).update(status=Status.INVALID)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_costs_nothing(monkeypatch: Any) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise BrokerError("connection refused")

    monkeypatch.setattr(jobs.verify_submission, "apply_async", refuse)
    sent = Script(make_user()).bundle(make_manifest(make_catalogue()))
    assert sent.status_code == 202
    row = Submission.objects.get()
    assert (row.status, row.attempts) == (Status.QUEUED, 0)
    assert row.not_before <= timezone.now()
    assert list(Submission.objects.claimable(timezone.now())) == [row]
    assert not connection.in_atomic_block
