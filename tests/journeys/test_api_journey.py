"""From a script's bundle to a verified result, and what the API tells on the way. The worker's verb is called here."""

from typing import Any
from uuid import UUID

import pytest

from submissions.models import Status, Submission
from submissions.verification import verify
from tests.factories_submissions import LATENCIES, PREDICTIONS, Script, make_catalogue, make_manifest, make_user
from tests.submissions.test_api_uploads import PNG

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_bell(monkeypatch: Any) -> None:
    monkeypatch.setattr("submissions.intake.ring", lambda _: None)


def verified(script: Script, answer: Any) -> dict[str, Any]:
    """What the API says of a bundle once a worker has had it."""
    assert answer.status_code == 202, answer.content
    verify(UUID(answer.json()["id"]))
    shown: dict[str, Any] = script.get(answer.json()["verification_url"]).json()
    return shown


def codes(shown: dict[str, Any], severity: str = "error") -> list[str]:
    return [one["code"] for one in shown["findings"] if one["severity"] == severity]


def test_a_bundle_is_verified_and_waits_for_review() -> None:
    script = Script(make_user())
    tasks = {"sst": {"log": "sst/log.csv", "predictions": "sst/dev.tsv", "claimed_seconds": 20.5, "claimed_metric": 92}}
    shown = verified(script, script.bundle(make_manifest(make_catalogue(), tasks)))
    assert (shown["status"], shown["progress"]) == ("in_review", 1.0)
    assert codes(shown) == []
    measured = next(one for one in shown["measurements"] if one["task"] == "sst")
    assert (measured["outcome"], measured["value"], measured["unit"]) == ("reached", 20.5, "s")
    assert (measured["file"], measured["line"], measured["bracket"]) == ("sst/log.csv", 3, [10.0, 20.5])


def test_a_wrong_claim_is_mended_in_a_new_revision_and_costs_no_attempt() -> None:
    script = Script(make_user())
    tasks = {"sst": {"log": "sst/log.csv", "predictions": "sst/dev.tsv", "claimed_seconds": 10}}
    sent = script.bundle(make_manifest(make_catalogue(), tasks))
    assert "claim-time-mismatch" in codes(verified(script, sent))
    base = f"submissions/{sent.json()['id']}/"
    assert script.post(f"{base}revise/").json()["revision"] == 2
    assert script.patch(base, {"tasks": {"sst": {"claimed_seconds": 20.5}}}).status_code == 200
    again = script.post(f"{base}submit/")
    assert (again.status_code, again.json()["attempts_left"]) == (202, {"sst": 9})
    verify(UUID(sent.json()["id"]))
    assert script.get(base).json()["status"] == "in_review"
    history = script.get(f"{base}verifications/").json()
    assert [one["revision"] for one in history["results"]] == [2, 1]


def test_a_png_as_log_is_a_finding_with_its_file() -> None:
    script = Script(make_user())
    files = {"sst/log.csv": PNG, "sst/dev.tsv": PREDICTIONS}
    shown = verified(script, script.bundle(make_manifest(make_catalogue()), files))
    assert shown["status"] == "invalid"
    finding = next(one for one in shown["findings"] if one["code"] == "file-unreadable")
    assert (finding["file"], finding["task"]) == ("sst/log.csv", "sst")
    assert finding["remedy"]


def test_a_file_for_all_tasks_serves_each() -> None:
    script = Script(make_user())
    edition = make_catalogue()
    draft = script.post("submissions/", make_manifest(edition, {"sst": {}, "nli": {}})).json()
    base = f"submissions/{draft['id']}/"
    log = b"seconds,sst,nli\n10,84,80\n20,92,91\n"
    assert script.put(f"{base}evidence/all/log/", log).status_code == 201
    script.put(f"{base}evidence/sst/predictions/", PREDICTIONS)
    for part, rows in (("matched", 6), ("mismatched", 4)):
        script.put(f"{base}evidence/nli/predictions/?part={part}", b"yes\n" * rows)
    assert script.get(base).json()["missing"] == []
    shown = verified(script, script.post(f"{base}submit/"))
    assert "evidence-missing" not in codes(shown)
    assert {one["task"]: one["value"] for one in shown["measurements"]} == {"sst": 20.0, "nli": 20.0}


def test_inference_is_timed_from_samples() -> None:
    script = Script(make_user())
    manifest = make_manifest(
        make_catalogue(), {"sst": {"latencies": "s.txt", "predictions": "p.tsv"}}, phase="inference"
    )
    shown = verified(script, script.bundle(manifest, {"s.txt": LATENCIES, "p.tsv": PREDICTIONS}))
    measured = next(one for one in shown["measurements"] if one["task"] == "sst")
    assert measured["unit"] == "ms"


def test_a_dry_run_is_reported_and_its_files_are_dropped() -> None:
    script = Script(make_user())
    answer = script.bundle(make_manifest(make_catalogue()), query="?dry_run=true")
    assert codes(verified(script, answer)) == []
    row = Submission.objects.get()
    assert row.status in {Status.IN_REVIEW, Status.INVALID}
    assert not row.evidence.exists()
    assert script.get(answer.json()["url"]).json()["missing"] == []
