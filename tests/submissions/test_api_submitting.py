"""Submitting through the API, as a script does it."""

import hashlib
import json
from typing import Any

import pytest

from submissions.models import Attempt, Evidence, Revision, Status, Step, Submission
from tests.factories import make_entry
from tests.factories_submissions import (
    LATENCIES,
    LOG,
    PREDICTIONS,
    Script,
    make_catalogue,
    make_maintainer,
    make_manifest,
    make_submission,
    make_user,
    multipart,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Any:
    return make_catalogue()


@pytest.fixture
def script(edition: Any) -> Script:
    return Script(make_user("ada"))


def stored_files(tmp_path: Any) -> list[str]:
    return sorted(path.name for path in (tmp_path / "evidence").rglob("*") if path.is_file())


class TestStepByStep:
    def test_a_draft_is_created_filled_and_queued(self, script: Script, edition: Any) -> None:
        created = script.post("submissions/", make_manifest(edition, {"sst": {}}))
        assert created.status_code == 201
        body = created.json()
        assert body["status"] == "draft"
        assert body["missing"] == ["sst/log", "sst/predictions"]
        assert body["attempts_left"] == {"sst": 10}
        assert (body["revision"], body["entry"], body["supersedes"]) == (1, None, None)
        assert created["Location"] == body["url"]

        base = f"submissions/{body['id']}/"
        log = script.put(f"{base}evidence/sst/log/", LOG)
        assert log.status_code == 201
        assert (log.json()["sha256"], log.json()["size"]) == (hashlib.sha256(LOG).hexdigest(), len(LOG))
        sent, kind = multipart({}, {"file": PREDICTIONS})
        assert script.put(f"{base}evidence/sst/predictions/", sent, kind).status_code == 201
        assert script.get(base).json()["missing"] == []

        queued = script.post(f"{base}submit/")
        assert queued.status_code == 202
        assert queued.json()["status"] == "queued"
        assert queued.json()["attempts_left"] == {"sst": 9}
        steps = Step.objects.filter(submission=body["id"]).values_list("from_status", "to_status")
        assert list(steps) == [("", "draft"), ("draft", "queued")]
        revision = Revision.objects.get(submission=body["id"])
        assert [file["sha256"] for file in revision.evidence] == [
            hashlib.sha256(content).hexdigest() for content in (LOG, PREDICTIONS)
        ]
        assert len(revision.content_hash) == 64

    def test_the_newest_verification_is_there_from_queued_on(self, script: Script, edition: Any) -> None:
        made = script.post("submissions/", make_manifest(edition)).json()
        assert script.get(made["verification_url"]).status_code == 404
        sent = script.bundle(make_manifest(edition)).json()
        shown = script.get(sent["verification_url"])
        assert shown.status_code == 200
        assert shown.json()["status"] == "queued"
        assert (shown.json()["findings"], shown.json()["measurements"]) == ([], [])
        assert (shown.json()["scores"], shown.json()["preview_rank"]) == (None, None)

    def test_a_submit_without_its_evidence_stays_a_draft(self, script: Script, edition: Any) -> None:
        made = script.post("submissions/", make_manifest(edition, {"sst": {}})).json()
        answer = script.post(f"submissions/{made['id']}/submit/")
        assert answer.status_code == 422
        assert answer.json()["code"] == "evidence-missing"
        assert [one["file"] for one in answer.json()["errors"]] == ["sst/log", "sst/predictions"]
        assert Submission.objects.get().status == Status.DRAFT
        assert not Attempt.objects.exists()

    def test_a_second_submit_is_a_conflict(self, script: Script, edition: Any) -> None:
        sent = script.bundle(make_manifest(edition)).json()
        again = script.post(f"submissions/{sent['id']}/submit/")
        assert (again.status_code, again.json()["code"]) == (409, "wrong-state")

    def test_only_drafts_change(self, script: Script, edition: Any) -> None:
        sent = script.bundle(make_manifest(edition)).json()
        base = f"submissions/{sent['id']}/"
        assert script.patch(base, {"notes": "late"}).status_code == 409
        assert script.put(f"{base}evidence/sst/log/", b"seconds,accuracy\n1,99\n").status_code == 409
        assert script.delete(f"{base}evidence/sst/log/").status_code == 409
        assert script.delete(base).status_code == 409
        assert Evidence.objects.get(kind="log").sha256 == hashlib.sha256(LOG).hexdigest()

    def test_a_patch_changes_single_keys_and_nothing_privileged(self, script: Script, edition: Any) -> None:
        made = script.post("submissions/", make_manifest(edition)).json()
        base = f"submissions/{made['id']}/"
        changed = script.patch(base, {"model": {"organisation": "Lab"}, "notes": "hello"})
        assert changed.status_code == 200
        assert changed.json()["manifest"]["model"]["organisation"] == "Lab"
        assert changed.json()["manifest"]["model"]["name"] == "MyBERT"
        for key in ("status", "owner", "entry", "id", "supersedes", "is_dry_run", "attempts"):
            assert script.patch(base, {key: "approved"}).status_code == 400
        assert Submission.objects.get().status == Status.DRAFT

    def test_a_read_manifest_can_be_sent_back(self, script: Script, edition: Any) -> None:
        made = script.post("submissions/", make_manifest(edition)).json()
        again = script.patch(f"submissions/{made['id']}/", {"manifest": made["manifest"]})
        assert again.status_code == 200
        assert again.json()["manifest"] == made["manifest"]
        assert script.post("submissions/", made["manifest"]).json()["manifest"] == made["manifest"]

    def test_a_draft_and_its_bytes_can_be_deleted(
        self, script: Script, edition: Any, tmp_path: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        made = script.post("submissions/", make_manifest(edition)).json()
        script.put(f"submissions/{made['id']}/evidence/sst/log/", LOG)
        assert len(stored_files(tmp_path)) == 1
        with django_capture_on_commit_callbacks(execute=True):
            assert script.delete(f"submissions/{made['id']}/").status_code == 204
            assert len(stored_files(tmp_path)) == 1, "before the commit, which may still fail"
        assert script.get(f"submissions/{made['id']}/").status_code == 404
        assert stored_files(tmp_path) == []

    def test_lists_are_paged_and_ask_as_often_for_ten_as_for_two(
        self, script: Script, edition: Any, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(10):
            script.post("submissions/", make_manifest(edition))
        with django_assert_max_num_queries(9):
            page = script.get("submissions/?per_page=4").json()
        assert (page["count"], len(page["results"]), page["previous"]) == (10, 4, None)
        assert len(script.get(page["next"]).json()["results"]) == 4
        assert script.get("submissions/?page=99999999999999999999").status_code == 400


class TestEvidence:
    def test_put_says_whether_it_is_new(
        self, script: Script, edition: Any, tmp_path: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        made = script.post("submissions/", make_manifest(edition)).json()
        address = f"submissions/{made['id']}/evidence/sst/log/"
        assert script.put(address, LOG).status_code == 201
        assert script.put(address, LOG).status_code == 200
        with django_capture_on_commit_callbacks(execute=True):
            other = script.put(address, b"seconds,accuracy\n5,95\n")
        assert other.status_code == 200
        assert script.get(address).getvalue() == b"seconds,accuracy\n5,95\n"
        assert stored_files(tmp_path) == [other.json()["sha256"]]

    def test_it_is_named_as_the_manifest_names_it(self, script: Script, edition: Any) -> None:
        made = script.post("submissions/", make_manifest(edition)).json()
        base = f"submissions/{made['id']}/evidence/"
        assert script.put(f"{base}sst/log/", LOG).json()["name"] == "sst/log.csv"
        assert script.put(f"{base}sst/log/?run=2", LOG + b"\n").json()["name"] == "sst/log?run=2"
        page = script.get(base).json()
        assert [one["run"] for one in page["results"]] == [1, 2]
        assert script.get(page["results"][1]["url"]).getvalue() == LOG + b"\n"

    def test_a_download_is_never_shown_by_a_browser(self, script: Script, edition: Any) -> None:
        made = script.post("submissions/", make_manifest(edition)).json()
        address = f"submissions/{made['id']}/evidence/sst/log/"
        script.put(address, b"<script>alert(1)</script>")
        got = script.get(address, Accept="text/html")
        assert got["Content-Disposition"] == 'attachment; filename="log.csv"'
        assert got["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in got["Content-Security-Policy"]
        assert got["Content-Type"] == "application/octet-stream"

    def test_a_removed_file_is_gone_and_missing_again(self, script: Script, edition: Any, tmp_path: Any) -> None:
        made = script.post("submissions/", make_manifest(edition)).json()
        address = f"submissions/{made['id']}/evidence/sst/log/"
        script.put(address, LOG)
        assert script.delete(address).status_code == 204
        assert script.delete(address).status_code == 404
        assert script.get(address).status_code == 404
        assert "sst/log.csv" not in stored_files(tmp_path)

    def test_bytes_stay_where_another_submission_names_them(self, script: Script, edition: Any, tmp_path: Any) -> None:
        first = script.post("submissions/", make_manifest(edition)).json()["id"]
        second = script.post("submissions/", make_manifest(edition)).json()["id"]
        for submission in (first, second):
            script.put(f"submissions/{submission}/evidence/sst/log/", LOG)
        script.delete(f"submissions/{first}/")
        assert stored_files(tmp_path) == [hashlib.sha256(LOG).hexdigest()]
        assert script.get(f"submissions/{second}/evidence/sst/log/").getvalue() == LOG

    def test_halves_of_a_gold_set_are_asked_for(self, script: Script, edition: Any) -> None:
        made = script.post("submissions/", make_manifest(edition, {"nli": {}})).json()
        base = f"submissions/{made['id']}/"
        assert made["missing"] == ["nli/log", "nli/predictions"]
        script.put(f"{base}evidence/nli/log/", LOG)
        assert script.put(f"{base}evidence/nli/predictions/?part=matched", PREDICTIONS).status_code == 201
        assert script.get(base).json()["missing"] == ["nli/predictions?part=mismatched"]
        script.put(f"{base}evidence/nli/predictions/?part=mismatched", PREDICTIONS)
        assert script.get(base).json()["missing"] == []

    def test_a_second_run_needs_both_of_its_files(self, script: Script, edition: Any) -> None:
        made = script.post("submissions/", make_manifest(edition, {"sst": {}})).json()
        base = f"submissions/{made['id']}/"
        for kind in ("log", "predictions"):
            script.put(f"{base}evidence/sst/{kind}/", LOG)
        script.put(f"{base}evidence/sst/log/?run=2", LOG)
        assert script.get(base).json()["missing"] == ["sst/predictions?run=2"]

    @pytest.mark.parametrize(
        ("address", "field"),
        [
            ("mnli/log/", "task"),
            ("sst/latencies/", "kind"),
            ("sst/nonsense/", "kind"),
            ("sst/log/?run=0", "run"),
            ("sst/log/?run=-1", "run"),
            ("sst/log/?run=9999999999", "run"),
            ("sst/log/?run=x", "run"),
            ("sst/log/?part=matched", "part"),
            ("sst/predictions/?part=matched", "part"),
        ],
    )
    def test_a_place_that_is_none_is_refused(self, script: Script, edition: Any, address: str, field: str) -> None:
        made = script.post("submissions/", make_manifest(edition)).json()
        answer = script.put(f"submissions/{made['id']}/evidence/{address}", LOG)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == field


class TestBundles:
    def test_one_call_creates_uploads_and_queues(self, script: Script, edition: Any) -> None:
        answer = script.bundle(make_manifest(edition))
        assert answer.status_code == 202
        body = answer.json()
        assert set(body) == {"id", "status", "url", "verification_url"}
        assert body["status"] == "queued"
        assert answer["Location"] == body["url"]
        assert script.get(body["url"]).json()["status"] == "queued"
        assert script.get(f"submissions/{body['id']}/evidence/sst/predictions/").getvalue() == PREDICTIONS

    def test_the_manifest_may_be_a_file_too(self, script: Script, edition: Any) -> None:
        files = {
            "manifest": json.dumps(make_manifest(edition)).encode(),
            "sst/log.csv": LOG,
            "sst/dev.tsv": PREDICTIONS,
        }
        body, kind = multipart({}, files)
        assert script.call("POST", "bundles/", body, kind).status_code == 202

    def test_inference_brings_latencies_or_a_mean(self, script: Script, edition: Any) -> None:
        tasks = {
            "sst": {"latencies": "sst.txt", "predictions": "sst.tsv", "claimed_ms": 2.03},
            "nli": {"mean_ms": 2.5, "samples": 1000, "predictions": {"matched": "m.tsv", "mismatched": "mm.tsv"}},
        }
        files = {"sst.txt": LATENCIES, "sst.tsv": PREDICTIONS, "m.tsv": PREDICTIONS, "mm.tsv": PREDICTIONS}
        assert script.bundle(make_manifest(edition, tasks, phase="inference"), files).status_code == 202
        assert Evidence.objects.count() == 4

    def test_pretraining_brings_one_log(self, script: Script, edition: Any) -> None:
        manifest = make_manifest(edition, {"all": {"log": "log.csv"}}, phase="pretraining")
        answer = script.bundle(manifest, {"log.csv": b"hours,sst,nli\n1,91,91\n"})
        assert answer.status_code == 202
        assert not Attempt.objects.exists()

    def test_one_file_may_stand_for_several_tasks(self, script: Script, edition: Any) -> None:
        tasks = {slug: {"log": "result.csv", "predictions": f"{slug}.tsv"} for slug in ("sst", "nli")}
        files = {"result.csv": LOG, "sst.tsv": PREDICTIONS, "nli.tsv": PREDICTIONS}
        assert script.bundle(make_manifest(edition, tasks), files).status_code == 202
        assert Evidence.objects.filter(name="result.csv").count() == 2

    def test_a_part_that_is_not_named_is_refused(self, script: Script, edition: Any, tmp_path: Any) -> None:
        files = {"sst/log.csv": LOG, "sst/dev.tsv": PREDICTIONS, "extra.txt": b"x"}
        answer = script.bundle(make_manifest(edition), files)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "extra.txt"
        assert nothing_stored(tmp_path)

    def test_a_named_file_that_is_not_sent_is_missing(self, script: Script, edition: Any, tmp_path: Any) -> None:
        answer = script.bundle(make_manifest(edition), {"sst/log.csv": LOG})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["file"] == "sst/dev.tsv"
        assert nothing_stored(tmp_path)

    def test_a_file_that_is_needed_must_be_named(self, script: Script, edition: Any, tmp_path: Any) -> None:
        answer = script.bundle(make_manifest(edition, {"sst": {"log": "log.csv"}}), {"log.csv": LOG})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["file"] == "sst/predictions"
        assert nothing_stored(tmp_path)

    def test_a_file_sent_as_a_field_says_how_to_send_it(self, script: Script, edition: Any) -> None:
        fields = {"manifest": json.dumps(make_manifest(edition)), "sst/log.csv": "seconds,accuracy"}
        body, kind = multipart(fields, {"sst/dev.tsv": PREDICTIONS})
        answer = script.call("POST", "bundles/", body, kind)
        assert answer.status_code == 400
        assert "-F 'name=@path'" in answer.json()["errors"][0]["remedy"]

    @pytest.mark.parametrize("body", ["", "{", "[]", '{"a": 1, "a": 2}', '"text"', "null"])
    def test_a_broken_manifest_is_malformed(self, script: Script, body: str, tmp_path: Any) -> None:
        assert script.bundle(body).status_code == 400
        assert script.call("POST", "submissions/", body or "{").status_code == 400
        assert nothing_stored(tmp_path)

    def test_a_body_of_another_kind_is_refused(self, script: Script, edition: Any) -> None:
        text = json.dumps(make_manifest(edition))
        assert script.call("POST", "bundles/", text).status_code == 400
        assert script.call("POST", "submissions/", text, "text/plain").status_code == 415
        assert script.call("POST", "submissions/", text, "application/x-www-form-urlencoded").status_code == 415

    def test_a_dry_run_stands_apart(self, script: Script, edition: Any) -> None:
        answer = script.bundle(make_manifest(edition), query="?dry_run=true")
        assert answer.status_code == 202
        body = answer.json()
        assert f"/dry-runs/{body['id']}/" in body["url"]
        assert script.get(body["url"]).json()["status"] == "queued"
        assert script.get(body["verification_url"]).json()["findings"] == []
        assert script.get("submissions/").json()["count"] == 0
        assert script.get(f"submissions/{body['id']}/").status_code == 404
        assert Script(make_user()).get(body["url"]).status_code == 404
        assert Attempt.objects.count() == 1

    @pytest.mark.parametrize("query", ["?dryrun=true", "?dry_run=maybe", "?dry_run="])
    def test_a_mistyped_dry_run_sends_nothing_for_good(self, script: Script, edition: Any, query: str) -> None:
        assert script.bundle(make_manifest(edition), query=query).status_code == 400
        assert not Submission.objects.exists()


def nothing_stored(tmp_path: Any) -> bool:
    return not Submission.objects.exists() and not Attempt.objects.exists() and stored_files(tmp_path) == []


class TestWithdrawAndRevise:
    def test_a_queued_one_can_be_withdrawn_with_a_reason(self, script: Script, edition: Any) -> None:
        sent = script.bundle(make_manifest(edition)).json()
        answer = script.post(f"submissions/{sent['id']}/withdraw/", {"comment": "wrong file"})
        assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
        assert Step.objects.filter(submission=sent["id"]).last().comment == "wrong file"
        assert script.post(f"submissions/{sent['id']}/withdraw/").status_code == 409

    def test_an_invalid_one_becomes_a_draft_again_and_keeps_its_history(self, script: Script, edition: Any) -> None:
        sent = script.bundle(make_manifest(edition)).json()
        assert script.post(f"submissions/{sent['id']}/revise/").status_code == 409
        Submission.objects.update(status=Status.INVALID)
        answer = script.post(f"submissions/{sent['id']}/revise/")
        assert (answer.status_code, answer.json()["status"], answer.json()["revision"]) == (200, "draft", 2)
        assert script.delete(f"submissions/{sent['id']}/").status_code == 409
        assert script.put(f"submissions/{sent['id']}/evidence/sst/log/", LOG + b"40,94\n").status_code == 200
        assert script.post(f"submissions/{sent['id']}/submit/").status_code == 202
        assert Revision.objects.filter(submission=sent["id"]).count() == 2
        old = Revision.objects.get(number=1).evidence[0]["sha256"]
        assert old == hashlib.sha256(LOG).hexdigest()

    def test_an_approved_one_is_revised_by_a_new_submission(self, script: Script, edition: Any) -> None:
        sent = script.bundle(make_manifest(edition)).json()
        Submission.objects.update(status=Status.APPROVED, entry=make_entry(edition))
        answer = script.post(f"submissions/{sent['id']}/revise/")
        assert answer.status_code == 201
        assert answer.json()["supersedes"] == sent["id"]
        assert answer["Location"] == answer.json()["url"]
        assert answer.json()["missing"] == []


def test_a_maintainer_sees_but_does_not_change(edition: Any) -> None:
    draft = make_submission(edition=edition)
    maintainer = Script(make_maintainer())
    assert maintainer.get(f"submissions/{draft.pk}/").status_code == 200
    assert maintainer.get(f"submissions/{draft.pk}/evidence/sst/predictions/").status_code == 200
    assert maintainer.get("submissions/").json()["count"] == 0
    refused = maintainer.patch(f"submissions/{draft.pk}/", {"notes": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-the-owner")
