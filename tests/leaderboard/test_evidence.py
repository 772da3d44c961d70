"""The content-addressed store: hashed while copied, never half there, bounded, and safe against odd names."""

import hashlib
import io
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard import evidence
from leaderboard.evidence import BlobTooLarge


def put(data: bytes, limit: int = 10_000_000) -> evidence.Blob:
    return evidence.put(io.BytesIO(data), limit=limit)


def files() -> list[Path]:
    root = Path(default_storage.path(""))
    return sorted(path for path in root.rglob("*") if path.is_file())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=3000))
def test_what_is_put_comes_back_under_its_hash(data: bytes):
    blob = put(data)
    assert (blob.sha256, blob.size) == (hashlib.sha256(data).hexdigest(), len(data))
    with evidence.open_blob(blob.sha256) as file:
        assert file.read() == data


def test_the_same_content_is_kept_once():
    assert put(b"twice") == put(b"twice")
    assert len(files()) == 1


def test_a_stream_over_the_limit_is_refused_and_leaves_nothing():
    with pytest.raises(BlobTooLarge) as caught:
        put(b"x" * 101, limit=100)
    assert caught.value.limit == 100
    assert files() == []
    assert put(b"x" * 100, limit=100).size == 100


def test_reading_stops_soon_after_the_limit():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(BlobTooLarge):
        evidence.put(endless, limit=1000)
    assert endless.given <= 2 * evidence.CHUNK


def test_a_stream_that_breaks_leaves_nothing():
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("the line went dead")

    with pytest.raises(OSError, match="line went dead"):
        evidence.put(Broken(), limit=1000)
    assert files() == []


def test_files_are_for_the_service_alone():
    put(b"private")
    assert [oct(path.stat().st_mode & 0o777) for path in files()] == ["0o600"]
    assert oct(files()[0].parent.stat().st_mode & 0o777) == "0o700"


def test_putting_again_repairs_a_damaged_copy_and_renews_its_age():
    blob = put(b"whole")
    (path,) = files()
    path.write_bytes(b"hole")
    os.utime(path, (0, 0))
    put(b"whole")
    with evidence.open_blob(blob.sha256) as file:
        assert file.read() == b"whole"
    (stored,) = evidence.stored()
    assert time.time() - stored.modified_at.timestamp() < 60


def test_discard_removes_it_once_and_for_all():
    blob = put(b"gone")
    evidence.discard(blob.sha256)
    evidence.discard(blob.sha256)
    assert not evidence.exists(blob.sha256)
    with pytest.raises(FileNotFoundError):
        evidence.open_blob(blob.sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 65, "é" * 64])
def test_only_a_hash_is_a_name(name: str):
    for verb in (evidence.open_blob, evidence.exists, evidence.discard):
        with pytest.raises(ValueError, match="SHA-256"):
            verb(name)


def test_what_is_stored_can_be_listed_for_the_sweep():
    blobs = {put(bytes([number])).sha256 for number in range(5)}
    assert {one.sha256 for one in evidence.stored()} == blobs


def test_an_empty_store_lists_nothing():
    assert list(evidence.stored()) == []


def test_what_a_killed_upload_left_is_removed_when_it_is_old():
    put(b"blob")
    left = Path(default_storage.path(evidence.INCOMING)) / "put-half"
    left.write_bytes(b"hal")
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert evidence.discard_unfinished(before=hour_ago) == 0
    os.utime(left, (0, 0))
    assert evidence.discard_unfinished(before=hour_ago) == 1
    assert len(files()) == 1


def test_what_a_killed_request_left_where_uploads_wait_is_removed_and_nothing_else(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    names = ["tmp1.upload", "tmp2.upload.csv", "somebody-elses.txt"]
    for name in names:
        (tmp_path / name).write_bytes(b"half")
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert evidence.discard_unfinished(before=hour_ago) == 0
    for name in names:
        os.utime(tmp_path / name, (0, 0))
    assert evidence.discard_unfinished(before=hour_ago) == 2
    assert (tmp_path / "somebody-elses.txt").exists()


def test_the_same_content_from_many_at_once_is_whole():
    data = os.urandom(300_000)
    threads = [threading.Thread(target=put, args=(data,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (path,) = files()
    assert path.read_bytes() == data
