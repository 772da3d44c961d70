"""Files as people send them, whole and broken: what is taken, what is refused, and that a refusal leaves nothing."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import tarfile
import zipfile
from typing import Any

import pytest

from leaderboard import evidence as store
from submissions import evidence, uploads
from submissions.errors import ArchiveRefused, FileRefused, FileTooLarge, UploadBroken
from submissions.models import Evidence, Submission
from tests.factories_submissions import (
    LOG,
    PREDICTIONS,
    Script,
    make_catalogue,
    make_manifest,
    make_submission,
    make_user,
    multipart,
)
from tests.submissions.test_api_submitting import nothing_stored, stored_files
from tests.submissions.tus import Tus

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01"


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("log.csv", LOG)
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("log.csv"), io.BytesIO())
    return file.getvalue()


ARCHIVES = {
    "zip": zipped(),
    "empty zip": b"PK\x05\x06" + b"\0" * 18,
    "tar": tarred(),
    "tar.gz": gzip.compress(tarred()),
    "zip.gz": gzip.compress(zipped()),
    "gz.gz": gzip.compress(gzip.compress(LOG)),
    "7z": b"7z\xbc\xaf\x27\x1c\0\4",
    "rar": b"Rar!\x1a\x07\x01\x00",
    "xz": lzma.compress(LOG),
    "bz2": bz2.compress(LOG),
    "zstd": b"\x28\xb5\x2f\xfd\x04\x00",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0",
    **{f"pickle {protocol}": pickle.dumps({"a": [1, 2]}, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)},
    "pickle.gz": gzip.compress(pickle.dumps([1])),
}
NO_ARCHIVES = {
    "csv": LOG,
    "csv.gz": gzip.compress(LOG),
    "png": PNG,
    "binary": bytes(range(256)),
    "nul": b"\0" * 2000,
    "labels": b"contradiction\nneutral\nentailment\n",
    "utf-16": LOG.decode().encode("utf-16"),
    "damaged gzip": gzip.compress(LOG)[:12],
    "tags": b"O\nO\nB-PER\n",
    "json": b'{"log_history": []}',
}


@pytest.mark.django_db
class TestRoom:
    def test_the_room_left_is_told_and_counts_what_is_there_and_what_is_on_its_way(self) -> None:
        edition = make_catalogue(limits={"submission_bytes": 50_000, "submission_files": 4, "file_bytes": 20_000})
        draft = make_submission(edition=edition)
        script = Script(draft.owner)
        here = len(LOG) + len(PREDICTIONS)

        def room() -> tuple[int, int]:
            shown = script.get(f"submissions/{draft.pk}/").json()
            return shown["bytes_left"], shown["files_left"]

        assert room() == (50_000 - here, 2)
        Tus(script).begin(draft, 10_000, kind="energy")
        assert room() == (40_000 - here, 1)
        Tus(script).begin(draft, 10_000)
        assert room() == (30_000 - len(PREDICTIONS), 1), "the log that is on its way takes the place of the one there"
        limits = script.get("whoami/").json()["limits"][edition.slug]
        assert limits == {"submission_bytes": 50_000, "submission_files": 4, "file_bytes": 20_000}


class TestFirstBytes:
    @pytest.mark.parametrize("content", ARCHIVES.values(), ids=ARCHIVES)
    def test_archives_pickles_and_spreadsheets_are_told(self, content: bytes) -> None:
        assert uploads.archive_in(content[: uploads.HEAD])

    @pytest.mark.parametrize("content", NO_ARCHIVES.values(), ids=NO_ARCHIVES)
    def test_everything_else_is_left_to_the_readers(self, content: bytes) -> None:
        assert uploads.archive_in(content[: uploads.HEAD]) == ""

    def test_a_bomb_is_not_unpacked(self) -> None:
        assert len(uploads._unpacked_head(gzip.compress(b"a" * 50_000_000)[: uploads.HEAD])) <= uploads.HEAD

    def test_a_stream_in_drops_is_judged_by_its_head(self) -> None:
        class Drops:
            def __init__(self, content: bytes) -> None:
                self.rest = content

            def read(self, size: int = -1, /) -> bytes:
                drop, self.rest = self.rest[:7], self.rest[7:]
                return drop

        with pytest.raises(ArchiveRefused):
            uploads.Checked(Drops(tarred()), name="x", limit=10**6).read()
        checked = uploads.Checked(Drops(LOG), name="x", limit=10**6, expected=len(LOG))
        assert b"".join(iter(checked.read, b"")) == LOG

    def test_lengths_are_held(self) -> None:
        def read(content: bytes, **limits: Any) -> bytes:
            checked = uploads.Checked(io.BytesIO(content), name="x", **limits)
            return b"".join(iter(checked.read, b""))

        assert read(b"a" * 10, limit=10) == b"a" * 10
        with pytest.raises(FileTooLarge):
            read(b"a" * 11, limit=10)
        with pytest.raises(FileTooLarge):
            read(b"", limit=10, expected=11)
        with pytest.raises(UploadBroken):
            read(b"a" * 9, limit=10, expected=10)
        with pytest.raises(FileRefused):
            read(b"", limit=10)


@pytest.mark.django_db
class TestRefusals:
    @pytest.fixture
    def edition(self) -> Any:
        return make_catalogue(limits={"file_bytes": 20_000, "submission_bytes": 50_000})

    @pytest.fixture
    def script(self, edition: Any) -> Script:
        return Script(make_user())

    @pytest.fixture
    def draft(self, script: Script, edition: Any) -> str:
        return f"submissions/{script.post('submissions/', make_manifest(edition)).json()['id']}/evidence/sst/log/"

    def test_curl_may_put_the_files_name_behind_the_slash(self, script: Script, edition: Any) -> None:
        """As `curl -T mine.csv …/evidence/sst/log/` does by itself."""
        manifest = make_manifest(edition)
        manifest["tasks"] = {"sst": {}}
        where = f"submissions/{script.post('submissions/', manifest).json()['id']}/evidence/sst/log/"
        answer = script.put(f"{where}mine.csv", LOG)
        assert (answer.status_code, answer.json()["name"]) == (201, "mine.csv")
        assert b"".join(script.get(where)) == LOG

    @pytest.mark.parametrize("name", ["a%0Ab.csv", "%E2%80%AEvsc.log", "%2e%2e", "C:log.csv", "manifest", "x" * 256])
    def test_a_name_in_the_address_is_held_to_the_rule_for_names_in_a_manifest(
        self, script: Script, edition: Any, tmp_path: Any, name: str
    ) -> None:
        manifest = make_manifest(edition)
        manifest["tasks"] = {"sst": {}}
        where = f"submissions/{script.post('submissions/', manifest).json()['id']}/evidence/sst/log/"
        answer = script.put(f"{where}{name}", LOG)
        assert (answer.status_code, answer.json()["code"]) == (400, "file-refused")
        assert "file name" in answer.json()["errors"][0]["message"] or name == "manifest"
        assert stored_files(tmp_path) == []

    @pytest.mark.parametrize("name", ["C:log.csv", "manifest", "a" + "\u0301" * 6 + ".csv"])
    def test_the_file_name_of_a_part_is_held_to_the_same_rule(
        self, script: Script, edition: Any, tmp_path: Any, name: str
    ) -> None:
        manifest = make_manifest(edition)
        manifest["tasks"] = {"sst": {}}
        where = f"submissions/{script.post('submissions/', manifest).json()['id']}/evidence/sst/log/"
        body, kind = multipart({}, {"file": LOG})
        answer = script.put(where, body.replace(b'filename="file"', f'filename="{name}"'.encode()), kind)
        assert (answer.status_code, answer.json()["code"]) == (400, "file-refused")
        assert stored_files(tmp_path) == []

    @pytest.mark.parametrize("name", ["a\0b.csv", "\u202eb.csv", "../../b.csv", "..\\b.csv"])
    def test_nothing_invisible_and_no_folder_of_a_parts_file_name_is_kept(
        self, script: Script, edition: Any, name: str
    ) -> None:
        manifest = make_manifest(edition)
        manifest["tasks"] = {"sst": {}}
        where = f"submissions/{script.post('submissions/', manifest).json()['id']}/evidence/sst/log/"
        body, kind = multipart({}, {"file": LOG})
        answer = script.put(where, body.replace(b'filename="file"', f'filename="{name}"'.encode()), kind)
        assert answer.status_code == 400 or answer.json()["name"] in {"ab.csv", "b.csv"}

    @pytest.mark.parametrize("content", ARCHIVES.values(), ids=ARCHIVES)
    def test_an_archive_is_refused_by_every_way(
        self, script: Script, edition: Any, draft: str, content: bytes, tmp_path: Any
    ) -> None:
        raw = script.put(draft, content)
        part = script.put(draft, *multipart({}, {"file": content}))
        bundle = script.bundle(make_manifest(edition), {"sst/log.csv": content, "sst/dev.tsv": PREDICTIONS})
        for answer in (raw, part, bundle):
            assert (answer.status_code, answer.json()["code"]) == (415, "archive-refused")
            assert "gzip" in answer.json()["errors"][0]["remedy"]
        assert bundle.json()["errors"][0]["file"] == "sst/log.csv"
        assert Submission.objects.count() == 1
        assert stored_files(tmp_path) == []

    def test_an_empty_file_is_refused(self, script: Script, edition: Any, draft: str, tmp_path: Any) -> None:
        raw = script.put(draft, b"")
        part = script.put(draft, *multipart({}, {"file": b""}))
        bundle = script.bundle(make_manifest(edition), {"sst/log.csv": b"", "sst/dev.tsv": PREDICTIONS})
        for answer in (raw, part, bundle):
            assert (answer.status_code, answer.json()["code"]) == (400, "file-refused")
        assert Submission.objects.count() == 1
        assert stored_files(tmp_path) == []

    def test_a_file_over_the_limit_is_refused(self, script: Script, edition: Any, draft: str, tmp_path: Any) -> None:
        large = b"x" * 20_001
        raw = script.put(draft, large)
        part = script.put(draft, *multipart({}, {"file": large}))
        bundle = script.bundle(make_manifest(edition), {"sst/log.csv": large, "sst/dev.tsv": PREDICTIONS})
        for answer in (raw, part, bundle):
            assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")
        assert script.put(draft, large[1:]).status_code == 201
        assert Submission.objects.count() == 1

    def test_a_submission_over_its_limit_is_refused(self, script: Script, edition: Any, draft: str) -> None:
        base = draft.removesuffix("log/")
        assert script.put(f"{base}log/", b"x" * 19_000).status_code == 201
        assert script.put(f"{base}attachment/", b"y" * 19_000).status_code == 201
        over = script.put(f"{base}predictions/", b"z" * 19_000)
        assert over.status_code == 413
        assert Evidence.objects.count() == 2
        names = [f"{number}.csv" for number in range(3)]
        manifest = make_manifest(edition, {"sst": {"log": names, "predictions": [f"{name}.tsv" for name in names]}})
        files = {name: name.encode() * 2500 for name in (*names, *(f"{name}.tsv" for name in names))}
        assert script.bundle(manifest, files).status_code == 413

    def test_more_than_64_files_are_refused_not_a_crash(self, script: Script, edition: Any, tmp_path: Any) -> None:
        for runs in (33, 40, 300):
            logs, predictions = [f"l{run}" for run in range(runs)], [f"p{run}" for run in range(runs)]
            manifest = make_manifest(edition, {"sst": {"log": logs, "predictions": predictions}})
            answer = script.bundle(manifest, {name: name.encode() for name in logs + predictions})
            assert answer.status_code in {400, 413}
        assert nothing_stored(tmp_path)

    def test_a_png_as_log_is_stored(self, script: Script, edition: Any) -> None:
        answer = script.bundle(make_manifest(edition), {"sst/log.csv": PNG, "sst/dev.tsv": PREDICTIONS})
        assert answer.status_code == 202

    def test_a_body_that_breaks_off_leaves_nothing(self, script: Script, edition: Any, tmp_path: Any) -> None:
        files = {"sst/log.csv": LOG, "sst/dev.tsv": PREDICTIONS}
        body, kind = multipart({"manifest": json.dumps(make_manifest(edition))}, files)
        for cut in (6, 20, len(body) // 2):
            answer = script.call("POST", "bundles/", body[:-cut], kind)
            assert answer.status_code == 400, cut
        assert nothing_stored(tmp_path)

    def test_a_part_twice_is_refused(self, script: Script, edition: Any, tmp_path: Any) -> None:
        text = json.dumps(make_manifest(edition))
        body, kind = multipart({"manifest": text}, {"sst/log.csv": LOG, "sst/dev.tsv": PREDICTIONS})
        again, _ = multipart({"manifest": text}, {"sst/log.csv": LOG})
        mark = kind.split("boundary=")[1].encode()
        doubled = body.replace(b"--" + mark + b"--\r\n", again.replace(again[2 : again.index(b"\r")], mark))
        assert script.call("POST", "bundles/", doubled, kind).status_code == 400
        assert nothing_stored(tmp_path)

    def test_chunks_without_a_length_are_told_apart_from_an_empty_body(self, script: Script, draft: str) -> None:
        answer = script.call("PUT", draft, b"", "text/plain", Transfer_Encoding="chunked")
        assert (answer.status_code, answer.json()["code"]) == (411, "length-required")

    @pytest.mark.parametrize(
        "kind",
        ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=é", "a/b; x=\0"],
    )
    def test_a_broken_content_type_is_no_crash(self, script: Script, edition: Any, kind: str) -> None:
        assert script.call("POST", "bundles/", b"xx", kind).status_code in {400, 415}
        assert script.call("POST", "submissions/", b"xx", kind).status_code in {400, 415}

    def test_a_large_json_body_is_not_read(self, script: Script, edition: Any) -> None:
        assert script.call("POST", "submissions/", b'{"a": "' + b"x" * 3_000_000 + b'"}').status_code == 413
        body, kind = multipart({"manifest": "x" * 300_000}, {})
        assert script.call("POST", "bundles/", body, kind).status_code == 413
        body, kind = multipart({"manifest": "x" * 3_000_000}, {})
        assert script.call("POST", "bundles/", body, kind).status_code == 413

    def test_quota_spent_leaves_no_bytes(self, script: Script, edition: Any, tmp_path: Any, settings: Any) -> None:
        settings.DAILY_ATTEMPTS = 1
        assert script.bundle(make_manifest(edition)).status_code == 202
        files = {"sst/log.csv": LOG + b"1,1\n", "sst/dev.tsv": PREDICTIONS + b"x\n"}
        assert script.bundle(make_manifest(edition), files).status_code == 429
        assert len(stored_files(tmp_path)) == 2


@pytest.mark.django_db
class TestStore:
    def test_a_storage_that_is_away_is_503_and_nothing_is_stored(self, settings: Any, tmp_path: Any) -> None:
        edition = make_catalogue()
        script = Script(make_user())
        (tmp_path / "evidence").write_text("a file where the folder should be")
        answer = script.bundle(make_manifest(edition))
        assert answer.status_code == 503
        assert answer["Retry-After"]
        assert answer["Content-Type"] == "application/problem+json"
        assert not Submission.objects.exists()
        (tmp_path / "evidence").unlink()
        assert script.bundle(make_manifest(edition)).status_code == 202

    def test_bytes_that_vanished_while_a_row_was_made_are_put_again(self, tmp_path: Any) -> None:
        blob = evidence.put(io.BytesIO(LOG), limit=1000)
        store.discard(blob.sha256)
        evidence.hold(blob, io.BytesIO(LOG))
        assert evidence.exists(blob.sha256)

    def test_the_sweep_takes_old_orphans_only(self, tmp_path: Any) -> None:
        draft = make_submission()
        named = set(draft.evidence.values_list("sha256", flat=True))
        orphan = evidence.put(io.BytesIO(b"nobody names me"), limit=1000)
        later = max(blob.modified_at for blob in store.stored()) + 2 * evidence.GRACE
        assert evidence.sweep_orphans(later - 2 * evidence.GRACE) == 0
        assert evidence.exists(orphan.sha256)
        assert evidence.sweep_orphans(later) == 1
        assert set(stored_files(tmp_path)) == named
