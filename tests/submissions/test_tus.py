"""Resumable uploads (tus 1.0): announced, sent in pieces, continued, given up, and what is refused on the way."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from leaderboard import evidence as store
from submissions import intake, resumable, spool, tidying
from submissions.errors import OffsetDiffers, UploadBroken
from submissions.manifest import Place
from submissions.models import Evidence, Submission, Upload
from tests.factories_submissions import (
    LOG,
    PREDICTIONS,
    Script,
    add,
    make_catalogue,
    make_maintainer,
    make_submission,
    make_user,
)
from tests.submissions.test_api_uploads import ARCHIVES
from tests.submissions.tus import PIECE, Tus, metadata

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Any:
    return make_user("ada")


@pytest.fixture
def draft(owner: Any) -> Submission:
    edition = make_catalogue(limits={"file_bytes": 20_000, "submission_bytes": 50_000, "submission_files": 4})
    return make_submission(owner, edition, complete=False)


@pytest.fixture
def tus(owner: Any) -> Tus:
    return Tus(Script(owner))


def on_disk() -> list[Path]:
    return [path for path in store.incoming().parent.rglob("*") if path.is_file()]


class TestProtocol:
    def test_anybody_may_ask_what_the_server_can_do(self, draft: Submission) -> None:
        answer = Script().call("OPTIONS", "uploads/")
        assert answer.status_code == 204
        assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
        assert answer["Tus-Extension"] == "creation,creation-with-upload,expiration,termination,checksum"
        assert answer["Tus-Max-Size"] == "20000"

    def test_a_file_sent_in_pieces_becomes_evidence_with_its_last_byte(self, tus: Tus, draft: Submission) -> None:
        begun = tus.begin(draft, len(LOG), filename="my.csv")
        address = begun["Location"]
        assert begun.status_code == 201
        assert begun["Upload-Expires"].endswith("GMT")
        assert tus.offset(address) == 0
        first = tus.piece(address, 0, LOG[:10])
        assert (first.status_code, first["Upload-Offset"]) == (204, "10")
        assert tus.offset(address) == 10
        assert not Evidence.objects.exists()
        last = tus.piece(address, 10, LOG[10:])
        assert (last.status_code, last["Upload-Offset"]) == (204, str(len(LOG)))
        row = Evidence.objects.get()
        assert (row.sha256, row.size, row.name) == (hashlib.sha256(LOG).hexdigest(), len(LOG), "sst/log.csv")
        assert tus.offset(address) == len(LOG)
        state = tus.script.get(address).json()
        assert (state["finished"], state["offset"]) == (True, len(LOG))
        assert tus.script.get(state["evidence_url"]).getvalue() == LOG
        assert on_disk() == [store.incoming().parent / store.name_of(row.sha256)]

    def test_a_head_says_how_far_it_is_and_is_kept_by_no_cache(self, tus: Tus, draft: Submission) -> None:
        address = tus.begin(draft, 100, LOG[:7], run=2)["Location"]
        answer = tus.call("HEAD", address)
        assert (answer["Upload-Offset"], answer["Upload-Length"]) == ("7", "100")
        assert "no-store" in answer["Cache-Control"]
        assert metadata(draft, run=2) in answer["Upload-Metadata"]

    def test_the_first_piece_may_come_with_the_announcement(self, tus: Tus, draft: Submission) -> None:
        begun = tus.begin(draft, len(LOG), LOG)
        assert (begun.status_code, begun["Upload-Offset"]) == (201, str(len(LOG)))
        assert Evidence.objects.get().size == len(LOG)

    def test_another_version_is_told_the_right_one(self, tus: Tus, draft: Submission) -> None:
        for version in ({}, {"Tus_Resumable": "0.2.2"}):
            answer = tus.script.call("POST", "uploads/", **version)
            assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
            assert answer.json()["code"] == "tus-version"

    def test_a_piece_of_another_media_type_is_refused(self, tus: Tus, draft: Submission) -> None:
        address = tus.begin(draft, len(LOG))["Location"]
        answer = tus.call("PATCH", address, LOG, "text/plain", Upload_Offset="0")
        assert answer.status_code == 415
        assert PIECE in answer.json()["detail"]

    def test_a_piece_that_begins_elsewhere_is_told_where_to_go_on(self, tus: Tus, draft: Submission) -> None:
        address = tus.begin(draft, len(LOG), LOG[:10])["Location"]
        for offset in (0, 9, 11):
            answer = tus.piece(address, offset, LOG[10:])
            assert (answer.status_code, answer["Upload-Offset"]) == (409, "10")
        assert tus.offset(address) == 10
        assert tus.piece(address, 10, LOG[10:]).status_code == 204
        again = tus.piece(address, 10, LOG[10:])
        assert (again.status_code, again["Upload-Offset"]) == (409, str(len(LOG)))

    def test_an_upload_that_is_given_up_leaves_nothing(self, tus: Tus, draft: Submission) -> None:
        address = tus.begin(draft, 100, LOG[:10])["Location"]
        assert tus.call("DELETE", address).status_code == 204
        assert tus.call("HEAD", address).status_code == 404
        assert tus.piece(address, 10, LOG[10:]).status_code == 404
        assert on_disk() == []

    @pytest.mark.parametrize(
        ("headers", "field"),
        [
            ({"Upload_Length": ""}, "Upload-Length"),
            ({"Upload_Length": "-1"}, "Upload-Length"),
            ({"Upload_Length": "9" * 40}, "Upload-Length"),
            ({"Upload_Defer_Length": "1"}, "Upload-Defer-Length"),
            ({"Upload_Metadata": ""}, "Upload-Metadata.kind"),
            ({"Upload_Metadata": "submission bm8="}, "Upload-Metadata.submission"),
            ({"Upload_Metadata": "task !!!"}, "Upload-Metadata.task"),
            ({"Upload_Metadata": "task /w=="}, "Upload-Metadata.task"),
            ({"Upload_Metadata": "task AA=="}, "Upload-Metadata.task"),
            ({"Upload_Metadata": "colour cmVk"}, "Upload-Metadata.colour"),
            ({"Upload_Metadata": "run eA=="}, "Upload-Metadata.run"),
            ({"Upload_Metadata": "sha256 eA=="}, "Upload-Metadata.sha256"),
        ],
    )
    def test_what_is_wrong_with_an_announcement_is_named(
        self, tus: Tus, draft: Submission, headers: dict[str, str], field: str
    ) -> None:
        right = {"Upload_Length": "10", "Upload_Metadata": metadata(draft)}
        answer = tus.call("POST", "uploads/", **{**right, **headers})
        assert answer.status_code == 400
        assert field in [one["field"] for one in answer.json()["errors"]]
        assert not Upload.objects.exists()

    @pytest.mark.parametrize("offset", ["", "x", "-1", "1.5", "9" * 30])
    def test_an_offset_that_is_none_is_refused(self, tus: Tus, draft: Submission, offset: str) -> None:
        address = tus.begin(draft, 100)["Location"]
        assert tus.call("PATCH", address, LOG, PIECE, Upload_Offset=offset).status_code == 400


class TestRefusals:
    """What PUT refuses is refused here too, with the same code, and leaves nothing."""

    @pytest.mark.parametrize("content", ARCHIVES.values(), ids=ARCHIVES)
    def test_archives(self, tus: Tus, draft: Submission, content: bytes) -> None:
        answer = tus.send(draft, content)
        assert (answer.status_code, answer.json()["code"]) == (415, "archive-refused")
        assert (Upload.objects.count(), on_disk()) == (0, [])

    def test_an_archive_in_drops(self, tus: Tus, draft: Submission) -> None:
        content = ARCHIVES["tar"]
        address = tus.begin(draft, len(content), content[:5])["Location"]
        answer = tus.piece(address, 5, content[5:])
        assert (answer.status_code, answer.json()["code"]) == (415, "archive-refused")
        assert (Upload.objects.count(), on_disk()) == (0, [])

    def test_an_empty_file_and_one_over_the_limit(self, tus: Tus, draft: Submission) -> None:
        assert tus.begin(draft, 0).json()["code"] == "file-refused"
        answer = tus.begin(draft, 20_001)
        assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")
        assert tus.begin(draft, 20_000).status_code == 201

    def test_more_than_was_announced(self, tus: Tus, draft: Submission) -> None:
        address = tus.begin(draft, 10)["Location"]
        assert tus.piece(address, 0, LOG).status_code == 413
        assert tus.offset(address) == 0

    def test_more_than_a_submission_holds_counting_what_is_under_way(self, tus: Tus, draft: Submission) -> None:
        add(draft, Place("sst", "energy"), b"x" * 20_000, "energy.csv")
        assert tus.begin(draft, 20_000).status_code == 201
        answer = tus.begin(draft, 20_000, kind="predictions")
        assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")
        assert tus.begin(draft, 20_000, kind="energy").status_code == 201
        assert tus.begin(draft, 1, run=2).status_code == 201
        assert tus.begin(draft, 1, run=3).status_code == 201
        assert tus.begin(draft, 1, run=4).status_code == 413

    @pytest.mark.parametrize("said", [{"task": "cola"}, {"kind": "latencies"}, {"run": 999}, {"part": "matched"}])
    def test_a_place_that_the_submission_does_not_have(self, tus: Tus, draft: Submission, said: dict[str, Any]) -> None:
        answer = tus.begin(draft, 10, **said)
        assert (answer.status_code, answer.json()["code"]) == (400, "manifest-invalid")

    def test_a_file_that_arrives_damaged(self, tus: Tus, draft: Submission) -> None:
        right, wrong = (hashlib.sha256(content).hexdigest() for content in (LOG, b"else"))
        answer = tus.send(draft, LOG, sha256=wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "upload-incomplete")
        assert (Evidence.objects.count(), on_disk()) == (0, [])
        assert tus.send(draft, LOG, sha256=right).status_code == 204

    def test_a_submission_that_was_sent_meanwhile(self, tus: Tus, owner: Any, draft: Submission) -> None:
        address = tus.begin(draft, 10, b"seconds,a")["Location"]
        add(draft, Place("sst", "log"), LOG, "sst/log.csv")
        add(draft, Place("sst", "predictions"), PREDICTIONS, "sst/dev.tsv")
        intake.submit(draft, by=owner, at=timezone.now())
        answer = tus.piece(address, 9, b"b")
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")
        assert Evidence.objects.get(kind="log").size == len(LOG)
        assert tus.call("HEAD", address).status_code == 404
        assert tus.begin(draft, 10).status_code == 409

    def test_a_hostile_name_becomes_one_of_ours(self, tus: Tus, draft: Submission) -> None:
        for hostile in ("../../etc/passwd", "/etc/passwd", "C:\\x\\passwd", "a\nb/passwd"):
            assert tus.send(draft, LOG, kind="energy", filename=hostile).status_code == 204
            assert Evidence.objects.get().name == "sst/passwd"


class TestWho:
    def test_nobody_else_sees_or_touches_it(self, tus: Tus, draft: Submission) -> None:
        address = tus.begin(draft, 100, LOG[:10])["Location"]
        for other in (make_user(), make_maintainer()):
            stranger = Tus(Script(other))
            for method in ("GET", "HEAD", "DELETE"):
                assert stranger.call(method, address).status_code == 404
            assert stranger.piece(address, 10, LOG).status_code == 404
        assert Tus(Script(make_user())).begin(draft, 10).status_code == 404
        assert Tus(Script(make_maintainer())).begin(draft, 10).status_code == 403
        assert Tus(Script()).begin(draft, 10).status_code == 401
        assert tus.offset(address) == 10

    def test_a_token_needs_the_scope(self, owner: Any, tus: Tus, draft: Submission) -> None:
        reader = Tus(Script(owner, "read"))
        address = tus.begin(draft, 100)["Location"]
        assert reader.begin(draft, 10).status_code == 403
        assert reader.piece(address, 0, LOG).status_code == 403
        assert reader.offset(address) == 0

    def test_a_signed_in_browser_needs_the_csrf_token(self, owner: Any, draft: Submission) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(owner)
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "100", "Upload-Metadata": metadata(draft)}

        def begin(**more: str) -> int:
            sent = {**headers, **more}
            return browser.generic("POST", "/api/v1/uploads/", LOG, PIECE, headers=sent).status_code

        assert begin() == 403
        browser.get("/submit/")
        token = browser.cookies["csrftoken"].value
        assert begin(**{"X-CSRFToken": token}) == 201
        assert spool.held(Upload.objects.get()) == len(LOG)


class TestGoingOn:
    def test_what_came_before_the_connection_broke_is_kept(self, tus: Tus, draft: Submission) -> None:
        class Cut:
            rest = LOG[:25]

            def read(self, size: int = -1, /) -> bytes:
                piece, self.rest = self.rest[:10], self.rest[10:]
                if not piece:
                    raise ConnectionResetError
                return piece

        address = tus.begin(draft, len(LOG))["Location"]
        upload = Upload.objects.get()
        with pytest.raises(UploadBroken):
            resumable.append(upload, Cut(), offset=0, length=len(LOG), by=draft.owner, at=timezone.now())
        assert tus.offset(address) == 25
        assert tus.piece(address, 25, LOG[25:]).status_code == 204
        assert Evidence.objects.get().sha256 == hashlib.sha256(LOG).hexdigest()

    def test_a_storage_that_is_away_at_the_end_costs_one_byte(
        self, tus: Tus, draft: Submission, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: Any, **__: Any) -> None:
            raise OSError(28, "No space left on device")

        address = tus.begin(draft, len(LOG))["Location"]
        with monkeypatch.context() as patch:
            patch.setattr(store, "put", full)
            answer = tus.piece(address, 0, LOG)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer["Retry-After"]) > 0
        assert tus.offset(address) == len(LOG) - 1
        assert tus.piece(address, len(LOG) - 1, LOG[-1:]).status_code == 204
        assert Evidence.objects.get().sha256 == hashlib.sha256(LOG).hexdigest()

    def test_beginning_anew_for_a_place_gives_up_what_was_under_way(self, tus: Tus, draft: Submission) -> None:
        first = tus.begin(draft, 100, LOG[:10])["Location"]
        second = tus.begin(draft, len(LOG))["Location"]
        assert tus.call("HEAD", first).status_code == 404
        assert tus.piece(second, 0, LOG).status_code == 204
        assert Upload.objects.count() == 1

    def test_a_place_that_is_taken_gets_the_new_file(
        self, tus: Tus, draft: Submission, django_capture_on_commit_callbacks: Any
    ) -> None:
        add(draft, Place("sst", "log"), b"old", "sst/log.csv")
        with django_capture_on_commit_callbacks(execute=True):
            assert tus.send(draft, LOG).status_code == 204
        assert Evidence.objects.get().size == len(LOG)
        assert len(on_disk()) == 1

    def test_the_same_content_is_stored_once(self, tus: Tus, draft: Submission) -> None:
        for run in (1, 2):
            assert tus.send(draft, LOG, run=run).status_code == 204
        assert Evidence.objects.count() == 2
        assert len(on_disk()) == 1


class TestTidying:
    def test_what_is_waited_for_in_vain_is_given_up(self, tus: Tus, draft: Submission) -> None:
        address = tus.begin(draft, 100, LOG[:10])["Location"]
        tidying.tidy(timezone.now() + timedelta(hours=23))
        assert tus.offset(address) == 10
        Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert tus.call("HEAD", address).status_code == 404
        tidying.tidy(timezone.now())
        assert (Upload.objects.count(), on_disk()) == (0, [])

    def test_each_piece_is_waited_for_anew(self, tus: Tus, draft: Submission) -> None:
        address = tus.begin(draft, 100)["Location"]
        soon = timezone.now() + timedelta(minutes=1)
        Upload.objects.update(expires_at=soon)
        tus.piece(address, 0, LOG[:10])
        assert Upload.objects.get().expires_at > soon + timedelta(hours=20)

    def test_files_of_uploads_that_are_no_more_go_after_an_hour(self, tus: Tus, draft: Submission) -> None:
        tus.begin(draft, 100, LOG[:10])
        intake.delete_draft(draft, by=draft.owner)
        tidying.tidy(timezone.now())
        assert len(on_disk()) == 1
        tidying.tidy(timezone.now() + timedelta(minutes=61))
        assert on_disk() == []


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_pieces_sent_twice_at_once_never_mix(self, owner: Any) -> None:
        """Many senders of the same file: each byte is there once, in its place, whoever brought it."""
        draft = make_submission(owner, make_catalogue(), complete=False)
        content = b"".join(b"%07d\n" % line for line in range(40_000))
        upload = resumable.begin(draft, by=owner, place=Place("sst", "log"), size=len(content), at=timezone.now())

        def send() -> None:
            try:
                while (here := spool.held(upload)) < len(content) - 1 or here < len(content):
                    piece = content[here : here + 4000]
                    spool_end = spool.append(upload, here, piece)
                    if spool_end == len(content):
                        resumable._finish(upload, by=owner, at=timezone.now())
                        return
            except OffsetDiffers:
                if not Upload.objects.filter(pk=upload.pk, finished_at=None).exists():
                    return
                send()
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(send) for _ in range(4)]:
                done.result(60)
        assert Evidence.objects.get().sha256 == hashlib.sha256(content).hexdigest()
