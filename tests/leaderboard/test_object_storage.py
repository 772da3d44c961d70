"""Evidence in a bucket, against an S3 server that runs here: the same store, the same answers, the same failures."""

import hashlib
import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from leaderboard import evidence as store
from submissions import inspection, intake
from submissions.evidence import sweep_orphans
from submissions.models import Evidence, Status
from submissions.recognition import look_at
from submissions.verification import verify
from tests.factories_submissions import LOG, Script, make_submission, make_user
from tests.submissions.tus import Tus
from tests.submissions.working.cases import make_draft, make_small_edition

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("bucket")]
SHA256 = hashlib.sha256(LOG).hexdigest()
BUCKET = "hulk-evidence"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def bucket(endpoint: str, settings: Any) -> Iterator[Any]:
    """An empty bucket, configured as HULK_S3_… would."""
    facts = {"endpoint_url": endpoint, "region_name": "us-east-1"}
    resource = boto3.resource("s3", aws_access_key_id="key", aws_secret_access_key="secret", **facts)
    found = resource.create_bucket(Bucket=BUCKET)
    options = {**facts, "bucket_name": BUCKET, "access_key": "key", "secret_key": "secret", "location": "evidence"}
    configured = {**settings.EVIDENCE_BUCKET, "OPTIONS": {**settings.EVIDENCE_BUCKET["OPTIONS"], **options}}
    settings.STORAGES = {**settings.STORAGES, "default": configured}
    yield found
    found.objects.all().delete()
    found.delete()


@pytest.fixture
def nowhere(settings: Any) -> None:
    """The bucket's server is gone."""
    gone = {**settings.STORAGES["default"]["OPTIONS"], "endpoint_url": "http://127.0.0.1:1"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": gone}}


def keys(bucket: Any) -> list[str]:
    return sorted(one.key for one in bucket.objects.all())


def put(content: bytes = LOG) -> store.Blob:
    return store.put(io.BytesIO(content), limit=10**9)


class TestStore:
    def test_a_file_is_stored_once_under_its_hash_and_read_as_it_was_sent(self, bucket: Any) -> None:
        assert put() == put() == store.Blob(SHA256, len(LOG))
        assert keys(bucket) == [f"evidence/{SHA256[:2]}/{SHA256}"]
        with store.open_blob(SHA256) as file:
            assert (file.read(7), file.seek(0), file.read()) == (LOG[:7], 0, LOG)

    def test_what_is_not_there_is_said_to_be(self) -> None:
        assert not store.exists(SHA256)
        with pytest.raises(FileNotFoundError):
            store.open_blob(SHA256)
        store.discard(SHA256)

    def test_a_file_over_the_limit_leaves_nothing(self, bucket: Any) -> None:
        with pytest.raises(store.BlobTooLarge):
            store.put(io.BytesIO(LOG), limit=5)
        assert keys(bucket) == []
        assert list(store.incoming().iterdir()) == []

    def test_a_large_one_goes_in_parts_and_comes_back_whole(self) -> None:
        content = b"%09d\n" % 7 * 2_000_000
        with store.open_blob(put(content).sha256) as file:
            assert hashlib.file_digest(file, "sha256").hexdigest() == hashlib.sha256(content).hexdigest()

    def test_orphans_are_swept_once_they_are_old(self, bucket: Any) -> None:
        put()
        assert sweep_orphans(datetime.now(UTC)) == 0
        assert sweep_orphans(datetime.now(UTC) + timedelta(hours=2)) == 1
        assert keys(bucket) == []


class TestPaths:
    def test_sent_looked_at_verified_and_downloaded(self, bucket: Any) -> None:
        make_small_edition()
        draft = make_draft(make_user("ada"))
        look_at(draft, at=datetime.now(UTC))
        inspection.inspect(draft.pk)
        assert "30.50 s" in look_at(draft, at=datetime.now(UTC)).facts("toy/log.csv")
        intake.submit(draft, by=draft.owner, at=datetime.now(UTC) - timedelta(seconds=10))
        verify(draft.pk)
        draft.refresh_from_db()
        assert draft.status == Status.IN_REVIEW
        answer = Script(draft.owner).get(f"submissions/{draft.pk}/evidence/toy/log/")
        assert hashlib.sha256(answer.getvalue()).hexdigest() == draft.evidence.get(kind="log").sha256
        assert "attachment" in answer["Content-Disposition"]

    def test_a_resumable_upload_ends_in_the_bucket(self, bucket: Any) -> None:
        draft = make_submission(make_user("ada"), complete=False)
        assert Tus(Script(draft.owner)).send(draft, LOG).status_code == 204
        assert keys(bucket) == [f"evidence/{SHA256[:2]}/{SHA256}"]
        assert list(store.incoming().iterdir()) == []


class TestAway:
    """503 with Retry-After, nothing half stored, and all is well again when the bucket is back."""

    def test_putting_and_reading(self, settings: Any) -> None:
        owner = make_user("ada")
        draft = make_submission(owner, complete=False)
        script, address = Script(owner), f"submissions/{draft.pk}/evidence/sst/log/"
        assert script.put(address, LOG).status_code == 201
        there = settings.STORAGES
        gone = {**there["default"]["OPTIONS"], "endpoint_url": "http://127.0.0.1:1"}
        settings.STORAGES = {**there, "default": {**there["default"], "OPTIONS": gone}}
        for answer in (script.put(address, b"other"), script.get(address)):
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert int(answer["Retry-After"]) > 0
        assert Evidence.objects.get().sha256 == SHA256
        assert list(store.incoming().iterdir()) == []
        settings.STORAGES = there
        assert script.get(address).getvalue() == LOG

    @pytest.mark.usefixtures("nowhere")
    def test_the_last_byte_of_a_resumable_upload_is_sent_again(self, endpoint: str, settings: Any) -> None:
        draft = make_submission(make_user("ada"), complete=False)
        tus = Tus(Script(draft.owner))
        address = tus.begin(draft, len(LOG))["Location"]
        assert tus.piece(address, 0, LOG).status_code == 503
        back = {**settings.STORAGES["default"]["OPTIONS"], "endpoint_url": endpoint}
        settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": back}}
        assert tus.piece(address, tus.offset(address), LOG[-1:]).status_code == 204
        assert Evidence.objects.get().sha256 == SHA256

    def test_what_was_done_is_done_though_the_bytes_stay_for_the_sweep(
        self, settings: Any, bucket: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        owner = make_user("ada")
        draft = make_submission(owner, complete=False)
        script, address = Script(owner), f"submissions/{draft.pk}/evidence/sst/log/"
        assert script.put(address, LOG).status_code == 201
        there = settings.STORAGES
        gone = {**there["default"]["OPTIONS"], "endpoint_url": "http://127.0.0.1:1"}
        settings.STORAGES = {**there, "default": {**there["default"], "OPTIONS": gone}}
        with django_capture_on_commit_callbacks(execute=True):
            assert script.delete(address).status_code == 204
        settings.STORAGES = there
        assert len(keys(bucket)) == 1
        assert sweep_orphans(datetime.now(UTC) + timedelta(hours=2)) == 1

    def test_a_verification_waits_until_it_is_back(self, settings: Any) -> None:
        make_small_edition()
        draft = make_draft(make_user("ada"))
        intake.submit(draft, by=draft.owner, at=datetime.now(UTC) - timedelta(seconds=10))
        there = settings.STORAGES
        gone = {**there["default"]["OPTIONS"], "endpoint_url": "http://127.0.0.1:1"}
        settings.STORAGES = {**there, "default": {**there["default"], "OPTIONS": gone}}
        with pytest.raises(store.StorageAway):
            verify(draft.pk)
        draft.refresh_from_db()
        assert (draft.status, draft.attempts) == (Status.QUEUED, 0)
        assert "storage" in draft.steps.latest("pk").comment

    @pytest.mark.usefixtures("nowhere")
    def test_readiness_says_so(self, client: Any) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["parts"]["storage"]) == (503, "away")
