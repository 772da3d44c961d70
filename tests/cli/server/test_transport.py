"""How requests are repeated, and what an answer becomes: against a server that answers as it is told."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from hulk_cli.calls import Calls
from hulk_cli.errors import HulkError, NotHulk, NotSignedIn, Refused, ServerAway
from hulk_cli.transport import LONGEST_WAIT, TRIES, Transport, server_url
from hulk_cli.version import VERSION

ONE = "7b1e2a34-0000-4000-8000-000000000001"
FINE = (200, {}, json.dumps({"id": ONE, "status": "draft", "username": "ada"}))
PROBLEM = {
    "type": "urn:hulk:problem:manifest-invalid",
    "title": "Bad Request",
    "status": 400,
    "detail": "The manifest has 2 mistakes.",
    "code": "manifest-invalid",
    "errors": [
        {"field": "phase", "file": "", "line": None, "code": "not-a-choice", "message": "No.", "remedy": "Known: x."},
        {"field": "model", "file": "", "line": None, "code": "required", "message": "Needed.", "remedy": "Known: x."},
    ],
}
Reply = tuple[int, dict[str, str], str]


@dataclass
class Scripted:
    """Answers requests with the replies given, one after the other, the last one for good."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    heard: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def calls(self, token: str = "hulk_secret") -> Calls:
        return Calls(Transport(self.url, token, sleep=self.pauses.append))


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            scripted.heard.append((self.command, self.path, dict(self.headers)))
            number = min(len(scripted.heard), len(scripted.replies)) - 1
            status, headers, body = scripted.replies[number]
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        scripted.url = f"http://127.0.0.1:{http.server_port}"
        yield scripted
        http.shutdown()


@pytest.mark.parametrize("passing", [(0, {}, ""), (502, {}, "<html>"), (503, {}, ""), (504, {}, "")])
def test_a_server_that_is_away_is_tried_again_under_the_same_key(server: Scripted, passing: Reply) -> None:
    server.replies = [passing, passing, FINE]
    assert server.calls().create({"edition": "demo"})["id"] == ONE
    keys = {headers["Idempotency-Key"] for _, _, headers in server.heard}
    assert (len(server.heard), len(keys)) == (3, 1)
    assert 0.3 < server.pauses[0] < server.pauses[1] < 2


def test_another_call_has_another_key_and_a_given_key_is_kept(server: Scripted) -> None:
    server.replies = [FINE]
    calls = server.calls()
    calls.create({})
    calls.create({})
    calls.submit(ONE, key="mine")
    first, second, third = (headers["Idempotency-Key"] for _, _, headers in server.heard)
    assert (first != second, third) == (True, "mine")


def test_it_gives_up_after_a_few_tries(server: Scripted) -> None:
    server.replies = [(503, {}, "")]
    with pytest.raises(Refused) as caught:
        server.calls().whoami()
    assert (caught.value.status, len(server.heard)) == (503, TRIES)
    server.replies = [(0, {}, "")]
    with pytest.raises(ServerAway, match="does not answer"):
        server.calls().whoami()


def test_it_waits_as_long_as_the_server_asks_but_not_for_tomorrow(server: Scripted) -> None:
    server.replies = [(429, {"Retry-After": "7"}, ""), FINE]
    server.calls().whoami()
    assert server.pauses == [7]
    server.heard.clear()
    server.replies = [(429, {"Retry-After": str(int(LONGEST_WAIT) + 1)}, "")]
    with pytest.raises(Refused) as caught:
        server.calls().whoami()
    assert (caught.value.retry_after, len(server.heard)) == (LONGEST_WAIT + 1, 1)


@pytest.mark.parametrize("status", [400, 409, 411, 413, 415, 422, 500])
def test_what_is_refused_is_not_tried_again(server: Scripted, status: int) -> None:
    server.replies = [(status, {}, json.dumps(PROBLEM | {"status": status}))]
    with pytest.raises(Refused) as caught:
        server.calls().create({})
    error = caught.value
    assert (error.status, error.code, len(server.heard)) == (status, "manifest-invalid", 1)
    assert [one["field"] for one in error.errors] == ["phase", "model"]
    assert error.remedies == ["Known: x."]


def test_a_token_goes_to_its_server_only(server: Scripted) -> None:
    page = {"count": 2, "next": "http://127.0.0.1:1/elsewhere/?page=2", "previous": None, "results": [{"id": 1}]}
    server.replies = [(200, {}, json.dumps(page)), (200, {}, json.dumps(page | {"next": None}))]
    assert len(list(server.calls().list())) == 2
    assert [path.partition("?")[0] for _, path, _ in server.heard] == ["/api/v1/submissions/"] * 2
    server.heard.clear()
    server.replies = [(302, {"Location": "http://127.0.0.1:1/"}, "")]
    with pytest.raises(NotHulk, match="has moved"):
        server.calls().whoami()
    assert len(server.heard) == 1


def test_every_request_says_which_client_it_is(server: Scripted) -> None:
    server.replies = [FINE]
    server.calls().whoami()
    assert server.heard[0][2]["X-Hulk-Client"].startswith(f"hulk/{VERSION} ")


def test_without_a_token_nothing_is_asked(server: Scripted) -> None:
    for call in (lambda calls: calls.whoami(), lambda calls: list(calls.list()), lambda calls: calls.create({})):
        with pytest.raises(NotSignedIn):
            call(server.calls(token=""))
    assert server.heard == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ((200, {}, "<html>Welcome to nginx"), NotHulk),
        ((401, {}, json.dumps({"code": "not-authenticated", "detail": "No.", "errors": []})), NotSignedIn),
        ((403, {}, json.dumps({"code": "scope-missing", "detail": "No.", "errors": []})), NotSignedIn),
        ((404, {}, "<html>"), Refused),
        ((400, {}, "[]"), Refused),
        ((400, {}, json.dumps({"errors": ["x", None]})), Refused),
    ],
)
def test_whatever_answers_becomes_an_error_of_ours(server: Scripted, reply: Reply, kind: type[HulkError]) -> None:
    server.replies = [reply]
    with pytest.raises(kind) as caught:
        server.calls().whoami()
    assert str(caught.value) and "hulk_secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("pasted", "server"),
    [
        ("https://hulk.example.org", "https://hulk.example.org"),
        (" https://hulk.example.org/api/v1/ ", "https://hulk.example.org"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("https://example.org/hulk/", "https://example.org/hulk"),
    ],
)
def test_an_address_is_read_as_people_paste_it(pasted: str, server: str) -> None:
    assert server_url(pasted) == server
