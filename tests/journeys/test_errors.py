"""What can be wrong with a request, sent as a script would: a clear answer, and nothing half stored."""

import gc
import gzip
import io
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from pytest_django import Settings

from leaderboard.models import Edition
from tests.factories_submissions import Script, make_token
from tests.journeys.actors import Maintainer, Researcher
from tests.journeys.evidence import finetuning, log, manifest

DEV = b"index\tprediction\n" + b"".join(b"%d\t%d\n" % (row, row % 2) for row in range(872))
KEYS = {"type", "title", "status", "detail", "code", "errors"}
MISTAKE = {"field", "file", "line", "code", "message", "remedy"}
NESTED = "[" * 100_000 + "]" * 100_000


def bundle(**values: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    return finetuning({"sst2": DEV}, **values)


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("log.csv", log("sst2"))
    return file.getvalue()


def problem(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """The body of an error, in the one shape that all have."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == KEYS and body["status"] == status and body["detail"]
    assert all(set(one) == MISTAKE and one["message"] for one in body["errors"])
    assert not code or body["code"] == code, body
    return body


@pytest.fixture
def stored(benchmark: Edition, settings: Settings, tmp_path: Path) -> Callable[[], Any]:
    """Counts what is there: rows of submissions, and every file of the store and of uploads under way."""
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(uploads)

    def count() -> Any:
        gc.collect()
        rows = {model.__name__: model.objects.count() for model in apps.get_app_config("submissions").get_models()}
        files = [path for folder in ("evidence", "uploads") for path in (tmp_path / folder).rglob("*")]
        return rows, sorted(path.name for path in files if path.is_file())

    return count


@pytest.fixture
def nothing_stored(stored: Callable[[], Any], ada: Researcher, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """After the test, there is exactly what there was before it."""
    before = stored()
    yield
    # A file that was refused while it arrived goes with its request, which pytest's log records would keep.
    caplog.get_records("call").clear()
    assert stored() == before


def without(key: str) -> str:
    whole, _ = bundle()
    del whole[key]
    return json.dumps(whole)


def changed(**values: Any) -> str:
    return json.dumps({**bundle()[0], **values})


TEXT = changed()
MANIFESTS: dict[str, tuple[str, str]] = {
    # what is wrong: the manifest as sent, and a part of the answer that names it
    "cut off": (TEXT[:-2], "malformed"),
    "no JSON": ("model=MyBERT", "malformed"),
    "a list": ("[]", "object"),
    "empty": ("", ""),
    "a key twice": (TEXT.replace('"edition"', '"edition": "hulk-2020", "edition"', 1), "edition"),
    "brackets in brackets": (NESTED, "malformed"),
    "brackets inside a manifest": (TEXT[:-1] + f', "notes": {NESTED}}}', "malformed"),
    "NaN": (TEXT.replace("110", "NaN"), "malformed"),
    "an infinite number": (TEXT.replace("110", "1e999"), "1e999"),
    "true as a number": (TEXT.replace("110", "true"), "parameters_millions"),
    "a huge number": (TEXT.replace("110", "9" * 5000), ""),
    "a NUL character": (TEXT.replace("Journey-Base", "a\\u0000b"), "model.name"),
    "half a character": (TEXT.replace("Journey-Base", "\\ud800"), "model.name"),
    "an invisible character": (TEXT.replace("Journey-Base", "a\\u202eb"), "model.name"),
    "an unknown key": (changed(colour="green"), "colour"),
    "an unknown edition": (changed(edition="hulk-1999"), "hulk-2020"),
    "an unknown phase": (changed(phase="thinking"), "finetuning"),
    "an unknown accelerator": (changed(hardware={"accelerator": "rtx-2080-tii"}), "rtx-2080-ti"),
    "an unknown offer": (changed(hardware={"accelerator": "rtx-2080-ti", "offer": "free"}), "hardware.offer"),
    "a price without its source": (
        changed(hardware={"accelerator": "rtx-2080-ti", "usd_per_hour": 1}), "hardware.price_source"
    ),
    "no accelerator": (changed(hardware={}), "hardware.accelerator"),
    "an unknown task": (TEXT.replace('"tasks": {"sst2"', '"tasks": {"sst3"'), "sst2"),
    "no task": (changed(tasks={}), "tasks"),
    "no phase": (without("phase"), "phase"),
    "a run date that is none": (changed(run_date="2020-02-31"), "run_date"),
    "a path that leads elsewhere": (TEXT.replace("sst2/log.csv", "../../etc/passwd"), "tasks.sst2.log"),
}  # fmt: skip


@pytest.mark.usefixtures("nothing_stored")
class TestManifests:
    @pytest.mark.parametrize("wrong", MANIFESTS)
    def test_in_a_bundle(self, ada: Researcher, wrong: str) -> None:
        text, named = MANIFESTS[wrong]
        _, files = bundle()
        body = problem(ada.script.bundle(text, files), 400)
        assert named in json.dumps(body)

    @pytest.mark.parametrize("wrong", [name for name in MANIFESTS if name != "a path that leads elsewhere"])
    def test_in_a_draft(self, ada: Researcher, wrong: str) -> None:
        text, named = MANIFESTS[wrong]
        answer = ada.script.call("POST", "submissions/", text.encode())
        assert named in json.dumps(problem(answer, 400))

    def test_a_quarter_of_a_megabyte(self, ada: Researcher) -> None:
        text = changed(notes="x" * 262_144)
        for answer in (ada.script.bundle(text, bundle()[1]), ada.script.call("POST", "submissions/", text.encode())):
            assert "262,144" in problem(answer, 413)["detail"]

    def test_all_mistakes_are_told_at_once_each_with_its_place(self, ada: Researcher) -> None:
        whole, files = bundle(run_date="tomorrow", hardware={"accelerator": "abacus", "count": 0})
        body = problem(ada.script.bundle(whole, files), 400, "manifest-invalid")
        assert {one["field"] for one in body["errors"]} >= {"run_date", "hardware.accelerator", "hardware.count"}


FILES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 400),
    "a ZIP": (zipped(), 415),
    "a ZIP inside gzip": (gzip.compress(zipped()), 415),
    "a pickle": (pickle.dumps({"seconds": [1.0]}), 415),
    "a gzip inside gzip": (gzip.compress(gzip.compress(b"a")), 415),
    "over the limit": (b"seconds,accuracy\n" + b"1,91\n" * 5000, 413),
}


@pytest.mark.usefixtures("nothing_stored")
class TestFiles:
    @pytest.fixture(autouse=True)
    def small_limits(self, benchmark: Edition) -> None:
        Edition.objects.filter(pk=benchmark.pk).update(limits={"file_bytes": 20_000, "submission_bytes": 40_000})

    @pytest.mark.parametrize("wrong", FILES)
    def test_in_a_bundle(self, ada: Researcher, wrong: str) -> None:
        content, status = FILES[wrong]
        whole, files = bundle()
        body = problem(ada.script.bundle(whole, {**files, "sst2/log.csv": content}), status)
        assert "sst2/log.csv" in json.dumps(body["errors"])
        assert all(one["remedy"] for one in body["errors"])

    @pytest.mark.parametrize("wrong", FILES)
    def test_put_by_itself(self, ada: Researcher, wrong: str) -> None:
        content, status = FILES[wrong]
        draft = ada.script.post("submissions/", bundle()[0]).json()["id"]
        for address in (f"submissions/{draft}/evidence/sst2/log/", f"submissions/{draft}/evidence/sst2/predictions/"):
            problem(ada.script.put(address, content), status)
        assert ada.submission(draft)["missing"] == ["sst2/log", "sst2/predictions"]
        assert ada.script.delete(f"submissions/{draft}/").status_code == 204

    def test_together_over_the_limit(self, ada: Researcher) -> None:
        whole, files = bundle()
        whole["tasks"]["sst2"]["energy"] = "energy.csv"
        sizes = {"sst2/log.csv": b"a" * 19_000, "energy.csv": b"b" * 19_000}
        problem(ada.script.bundle(whole, {**files, **sizes}), 413)

    def test_a_part_that_the_manifest_does_not_name(self, ada: Researcher) -> None:
        whole, files = bundle()
        body = problem(ada.script.bundle(whole, {**files, "notes.txt": b"hello"}), 400)
        assert "notes.txt" in json.dumps(body)

    def test_a_part_that_is_named_and_not_there(self, ada: Researcher) -> None:
        whole, files = bundle()
        del files["sst2/dev.txt"]
        assert "sst2/dev.txt" in json.dumps(problem(ada.script.bundle(whole, files), 422, "evidence-missing"))

    def test_a_bundle_that_is_none(self, ada: Researcher) -> None:
        for kind in ("application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"):
            answer = ada.script.call("POST", "bundles/", TEXT.encode(), kind)
            assert problem(answer, answer.status_code) and answer.status_code in {400, 415}, kind

    def test_a_submit_before_the_evidence_is_there(self, ada: Researcher) -> None:
        draft = ada.script.post("submissions/", bundle()[0]).json()["id"]
        problem(ada.script.post(f"submissions/{draft}/submit/"), 422, "evidence-missing")
        assert (ada.submission(draft)["status"], ada.submission(draft)["attempts_left"]) == ("draft", {"sst2": 10})
        ada.script.delete(f"submissions/{draft}/")


@pytest.mark.usefixtures("nothing_stored")
class TestPeople:
    @pytest.mark.parametrize("token", ["", "hulk_wrong", "Ünicode", "x" * 5000])
    def test_a_wrong_token(self, ada: Researcher, token: str) -> None:
        whole, files = bundle()
        answer = Script(token=token).bundle(whole, files)
        problem(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")

    def test_a_token_in_the_address_is_none(self, ada: Researcher) -> None:
        token = make_token(ada.user)
        assert Client().get(f"/api/v1/submissions/?token={token}&access_token={token}").status_code == 401

    def test_a_token_that_may_only_read(self, ada: Researcher) -> None:
        whole, files = bundle()
        assert "submit" in problem(Script(ada.user, "read").bundle(whole, files), 403, "scope-missing")["detail"]


def test_somebody_elses_submission_is_as_if_it_were_not_there(
    stored: Callable[[], Any], ada: Researcher, bob: Researcher
) -> None:
    pk = ada.send_bundle(*bundle())
    before = stored()
    base = f"submissions/{pk}/"
    calls = [
        ("GET", base, b""), ("PATCH", base, b"{}"), ("DELETE", base, b""), ("GET", f"{base}evidence/", b""),
        ("GET", f"{base}evidence/sst2/log/", b""), ("PUT", f"{base}evidence/sst2/log/", log("sst2")),
        ("DELETE", f"{base}evidence/sst2/log/", b""), ("POST", f"{base}submit/", b""), ("POST", f"{base}revise/", b""),
        ("POST", f"{base}withdraw/", b""), ("GET", f"{base}verification/", b""), ("GET", f"{base}verifications/", b""),
    ]  # fmt: skip
    for method, path, content in calls:
        theirs = bob.script.call(method, path, content)
        problem(theirs, 404)
        nobodys = bob.script.call(method, path.replace(pk, "00000000-0000-4000-8000-000000000000"), content)
        assert theirs.content == nobodys.content, path
    assert stored() == before
    assert ada.submission(pk)["status"] == "in_review"


def test_beyond_the_daily_limit_nothing_is_taken(
    stored: Callable[[], Any], ada: Researcher, bob: Researcher, settings: Settings
) -> None:
    settings.DAILY_ATTEMPTS = 1
    ada.send_bundle(*bundle())
    before = stored()
    whole, files = bundle()
    answer = ada.script.bundle(whole, {**files, "sst2/dev.txt": DEV.replace(b"5\t1", b"5\t0")})
    problem(answer, 429, "quota-spent")
    assert 0 < int(answer["Retry-After"]) <= 86_400
    assert stored() == before
    bob.send_bundle(whole, files)


def test_a_maintainer_may_look_and_not_change(stored: Callable[[], Any], ada: Researcher, mia: Maintainer) -> None:
    pk = ada.send_bundle(*bundle())
    before = stored()
    for verb in ("withdraw", "revise", "submit"):
        problem(mia.script.post(f"submissions/{pk}/{verb}/"), 403)
    assert stored() == before


def test_a_key_used_twice_makes_one_submission(stored: Callable[[], Any], ada: Researcher) -> None:
    whole, files = bundle()
    first = ada.script.bundle(whole, files, Idempotency_Key="once")
    before = stored()
    again = ada.script.bundle(whole, files, Idempotency_Key="once")
    assert (again.status_code, again.json(), again["Location"]) == (202, first.json(), first["Location"])
    problem(ada.script.bundle({**whole, "notes": "other"}, files, Idempotency_Key="once"), 422)
    assert stored() == before


def test_the_manifest_of_the_documents_is_taken_as_it_stands(benchmark: Edition, ada: Researcher) -> None:
    task = {
        "log": "sst2/log.csv", "predictions": "sst2/dev.tsv", "claimed_seconds": 28.75, "claimed_metric": 90.1,
        "claimed_usd": None, "log_pattern": None, "label_order": None, "seeds": [1], "batch_size": 32,
        "sequence_length": 128, "energy": None, "energy_run_id": None,
    }  # fmt: skip
    whole = manifest("finetuning", {"sst2": task}, clock=None, started_at=None, notes="")
    whole["hardware"] |= {"count": 1, "details": "…", "offer": None, "usd_per_hour": None, "price_source": ""}
    whole["model"] |= {"paper_url": "", "base": "bert-base", "trained_on_top_of": ""}
    whole["software"] = {"framework": "PyTorch 2.4", "precision": "fp16"}
    pk = ada.send_bundle(whole, {"sst2/log.csv": log("sst2"), "sst2/dev.tsv": DEV})
    assert ada.submission(pk)["status"] == "in_review"
