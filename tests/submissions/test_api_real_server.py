"""Uploads over real sockets to a real gunicorn: lengths, chunks, broken connections, a broker that is away."""

import hashlib
import io
import json
import socket
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tusclient.client import TusClient

from submissions.models import Evidence, Submission
from tests.factories_submissions import (
    LOG,
    PREDICTIONS,
    make_catalogue,
    make_manifest,
    make_submission,
    make_token,
    make_user,
    multipart,
)
from tests.reliability.processes import Site, wait_for
from tests.submissions.tus import metadata

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("web")]
MEGABYTE = 1_000_000


@pytest.fixture
def site(web_site: tuple[Site, str]) -> Site:
    return web_site[0]


class Server:
    def __init__(self, url: str, user: Any) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {make_token(user)}"}

    def call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        headers = {**self.headers, **arguments.pop("headers", {})}
        return httpx.request(method, f"{self.url}/api/v1/{path}", headers=headers, timeout=60, **arguments)

    def raw(self, method: str, path: str, headers: dict[str, str], body: bytes, *, close: bool = False) -> bytes:
        """What a socket gets back; `close` ends our side right after the body."""
        address = urlsplit(self.url)
        lines = [f"{method} /api/v1/{path} HTTP/1.1", f"Host: {address.netloc}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in {**self.headers, **headers}.items()]
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            if close:
                return b""
            got = b""
            while chunk := connection.recv(65536):
                got += chunk
            return got


@pytest.fixture
def owner(transactional_db: None) -> Any:
    return make_user("ada")


@pytest.fixture
def server(web_site: tuple[Site, str], owner: Any) -> Server:
    return Server(web_site[1], owner)


def unfinished(site: Site) -> list[Path]:
    return list((site.folder / "evidence").rglob("put-*"))


def test_a_large_file_streams_through_and_one_over_the_limit_does_not(server: Server, owner: Any, site: Site) -> None:
    edition = make_catalogue(limits={"file_bytes": 60 * MEGABYTE})
    draft = make_submission(owner, edition, complete=False)
    base = f"submissions/{draft.pk}/evidence/sst"
    largest = b"1\n" * (30 * MEGABYTE)
    before = site.memory()
    assert server.call("PUT", f"{base}/log/", content=largest).status_code == 201
    files = {"file": ("log.csv", largest)}
    assert server.call("PUT", f"{base}/attachment/", files=files).status_code == 201
    for sent in ({"content": largest + b"1"}, {"files": {"file": ("log.csv", largest + b"1")}}):
        answer = server.call("PUT", f"{base}/energy/", **sent)
        assert answer.status_code == 413
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert site.memory() - before < 100 * MEGABYTE
    assert Evidence.objects.count() == 2
    assert unfinished(site) == []


def test_a_gigabyte_is_refused_before_it_is_sent(server: Server, owner: Any) -> None:
    draft = make_submission(owner, complete=False)
    headers = {"Content-Length": str(1_100 * MEGABYTE), "Content-Type": "text/plain"}
    answer = server.raw("PUT", f"submissions/{draft.pk}/evidence/sst/log/", headers, b"x" * 1000)
    assert b" 413 " in answer.split(b"\r\n")[0]
    headers["Content-Type"] = "multipart/form-data; boundary=b"
    answer = server.raw("POST", "bundles/", headers, b"--b\r\n")
    assert b" 413 " in answer.split(b"\r\n")[0]


def test_chunks_are_told_to_come_with_a_length(server: Server, owner: Any) -> None:
    draft = make_submission(owner, complete=False)
    answer = server.call("PUT", f"submissions/{draft.pk}/evidence/sst/log/", content=iter([LOG, LOG]))
    assert (answer.status_code, answer.json()["code"]) == (411, "length-required")
    assert server.call("POST", "bundles/", content=iter([LOG])).status_code == 411


def test_a_connection_that_closes_half_way_leaves_nothing(server: Server, owner: Any, site: Site) -> None:
    draft = make_submission(owner, complete=False)
    edition = draft.edition
    headers = {"Content-Length": "100000", "Content-Type": "text/plain"}
    server.raw("PUT", f"submissions/{draft.pk}/evidence/sst/log/", headers, LOG, close=True)
    files = {"sst/log.csv": LOG, "sst/dev.tsv": PREDICTIONS}
    body, kind = multipart({"manifest": json.dumps(make_manifest(edition))}, files)
    for cut in (10, len(body) // 2):
        headers = {"Content-Length": str(len(body)), "Content-Type": kind}
        server.raw("POST", "bundles/", headers, body[:-cut], close=True)
    wait_for(lambda: unfinished(site) == [], 10)
    time.sleep(1)
    assert not Evidence.objects.exists()
    assert Submission.objects.get().pk == draft.pk
    assert [path for path in (site.folder / "evidence").rglob("*") if path.is_file()] == []


def test_slow_senders_do_not_keep_others_from_reading(server: Server, owner: Any) -> None:
    draft = make_submission(owner, complete=False)
    stop = threading.Event()

    def drip() -> None:
        address = urlsplit(server.url)
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
            head = f"PUT /api/v1/submissions/{draft.pk}/evidence/sst/log/ HTTP/1.1\r\nHost: {address.netloc}\r\n"
            head += f"Authorization: {server.headers['Authorization']}\r\nContent-Length: 100000\r\n\r\n"
            connection.sendall(head.encode())
            while not stop.wait(0.5):
                connection.sendall(b"1")

    drips = [threading.Thread(target=drip) for _ in range(5)]
    for thread in drips:
        thread.start()
    try:
        assert httpx.get(f"{server.url}/healthz", timeout=20).status_code == 200
    finally:
        stop.set()
        for thread in drips:
            thread.join()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_large_upload_goes_on_where_the_connection_was_cut(
    server: Server, owner: Any, site: Site, share: float
) -> None:
    """Up to the largest file there may be: 200 MB, of which nothing is sent twice."""
    draft = make_submission(owner, complete=False)
    content = (b"%09d\n" % 7) * (20 * MEGABYTE)
    cut = int(len(content) * share)
    before = site.memory()
    said = metadata(draft)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content)), "Upload-Metadata": said}
    path = server.call("POST", "uploads/", headers=headers).headers["Location"].partition("/api/v1/")[2]
    piece = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
    lengths = {"Upload-Offset": "0", "Content-Length": str(len(content))}
    server.raw("PATCH", path, {**piece, **lengths}, content[:cut], close=True)

    def here() -> int:
        return int(server.call("HEAD", path, headers=piece).headers["Upload-Offset"])

    wait_for(lambda: here() == cut, 30, f"{here()} of {cut}")
    assert not Evidence.objects.exists()
    answer = server.call("PATCH", path, headers={**piece, "Upload-Offset": str(cut)}, content=content[cut:])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(content)))
    assert Evidence.objects.get().sha256 == hashlib.sha256(content).hexdigest()
    assert site.memory() - before < 100 * MEGABYTE
    assert [path.name for path in (site.folder / "evidence" / "incoming").iterdir()] == []


def test_a_client_that_others_wrote_sends_half_and_goes_on_in_another_process(server: Server, owner: Any) -> None:
    """tuspy is the reference client of the protocol in Python."""
    draft = make_submission(owner, complete=False)
    content = b"1.25\n" * 100_000
    client = TusClient(f"{server.url}/api/v1/uploads/", headers=server.headers)
    where = {"submission": str(draft.pk), "task": "sst", "kind": "log", "filename": "log.csv"}
    first = client.uploader(file_stream=io.BytesIO(content), chunk_size=100_000, metadata=where, upload_checksum=True)
    first.upload(stop_at=200_000)
    again = client.uploader(file_stream=io.BytesIO(content), chunk_size=100_000, url=first.url)
    assert again.offset == 200_000
    again.upload()
    assert Evidence.objects.get().sha256 == hashlib.sha256(content).hexdigest()
