"""Errors of the API are problem+json whatever happened, and everybody sees what is theirs and nothing else."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from hulk_site import health
from submissions import intake
from submissions.models import Submission
from tests.factories_submissions import (
    LOG,
    Script,
    make_catalogue,
    make_maintainer,
    make_manifest,
    make_submission,
    make_user,
)
from tests.made_once import once

pytestmark = pytest.mark.django_db
KEYS = {"type", "title", "status", "detail", "code", "errors"}


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == KEYS
    assert body["status"] == status
    assert all(set(one) == {"field", "file", "line", "code", "message", "remedy"} for one in body["errors"])
    return body


class TestProblems:
    def test_an_address_that_is_none(self) -> None:
        is_problem(Client().get("/api/v1/nothing/"), 404)
        is_problem(Client().get("/api/v1/submissions/not-a-uuid/"), 404)
        assert Client().get("/nothing/")["Content-Type"].startswith("text/html")

    def test_a_method_that_is_none(self) -> None:
        script = Script(make_user())
        for method in ("PUT", "DELETE", "PATCH", "TRACE"):
            is_problem(script.call(method, "submissions/"), 405)

    def test_whatever_else_is_wrong_with_a_request(self) -> None:
        script = Script(make_user())
        is_problem(Client().get("/api/v1/editions/", headers={"accept": "image/png"}), 406)
        is_problem(script.call("POST", "submissions/", b"x", "text/plain"), 415)
        is_problem(script.call("POST", "webhooks/", b'{"url": '), 400)
        is_problem(script.call("POST", "webhooks/", b"[" * 100_000), 400)
        half = b'{"url": "https://example.org", "events": ["\\ud800"]}'
        assert "?" in is_problem(script.call("POST", "webhooks/", half), 400)["errors"][0]["message"]
        is_problem(Client().get("/api/"), 404)

    def test_a_fault_of_ours_says_nothing_about_itself(self, monkeypatch: Any) -> None:
        def fail(**_: Any) -> None:
            raise RuntimeError("a secret")

        monkeypatch.setattr(intake, "create_draft", fail)
        script = Script(make_user())
        script.client.raise_request_exception = False
        body = is_problem(script.post("submissions/", make_manifest(make_catalogue())), 500)
        assert "secret" not in json.dumps(body)

    def test_a_database_that_is_away(self, monkeypatch: Any) -> None:
        def fail(**_: Any) -> None:
            raise OperationalError("connection refused")

        monkeypatch.setattr(intake, "create_draft", fail)
        answer = Script(make_user()).post("submissions/", make_manifest(make_catalogue()))
        assert is_problem(answer, 503)["code"] == "unavailable"
        assert int(answer["Retry-After"]) > 0

    def test_a_page_that_finds_the_database_away(self, monkeypatch: Any) -> None:
        def fail(self: Any, user: Any) -> None:
            raise OperationalError("connection refused")

        browser = Client()
        browser.force_login(make_user())
        monkeypatch.setattr("submissions.models.submissions.SubmissionQuerySet.of", fail)
        answer = browser.get("/submissions/")
        assert answer.status_code == 503
        assert answer["Retry-After"]
        assert "HULK" in answer.content.decode()

    def test_a_middleware_that_finds_the_database_away(self, monkeypatch: Any) -> None:
        def fail(*_: Any) -> None:
            raise OperationalError("connection refused")

        monkeypatch.setattr("django.contrib.sessions.middleware.SessionMiddleware.process_response", fail)
        browser = Client(raise_request_exception=False)
        is_problem(browser.get("/api/v1/submissions/"), 503)
        assert browser.get("/").status_code == 503

    def test_another_accept_header_still_gets_json(self) -> None:
        script = Script(make_user())
        assert script.get("submissions/", Accept="text/html").status_code == 200
        is_problem(script.get(f"submissions/{uuid4()}/", Accept="image/png"), 404)


class TestHealth:
    def test_a_process_that_is_up_says_so_without_a_database(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(health, "NEEDED", {})
        assert Client().get("/healthz").status_code == 200

    def test_ready_needs_database_and_storage_only(self, settings: Any) -> None:
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        answer = Client().get("/readyz")
        assert answer.status_code == 200
        assert answer.json()["status"] == "degraded"
        assert answer.json()["parts"]["broker"] == "away"
        assert answer.json()["parts"]["storage"] == "ok"

    def test_a_storage_that_is_away_is_named(self, tmp_path: Any) -> None:
        (tmp_path / "evidence").write_text("in the way")
        answer = Client().get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"] == {"database": "ok", "storage": "away"}

    def test_a_probe_leaves_nothing(self, tmp_path: Any) -> None:
        Client().get("/readyz")
        assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []


ROLES = ("anonymous", "other", "reader", "owner", "maintainer")
EVIDENCE = "submissions/{id}/evidence/sst/log/"
MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    # method and address: what anonymous, other, reader (the owner's token without `submit`), owner, maintainer get
    ("GET", "whoami/"): (401, 200, 200, 200, 200),
    ("GET", "submissions/"): (401, 200, 200, 200, 200),
    ("POST", "submissions/"): (401, 400, 403, 400, 400),
    ("GET", "submissions/{id}/"): (401, 404, 200, 200, 200),
    ("PATCH", "submissions/{id}/"): (401, 404, 403, 200, 403),
    ("DELETE", "submissions/{id}/"): (401, 404, 403, 204, 403),
    ("GET", "submissions/{id}/evidence/"): (401, 404, 200, 200, 200),
    ("GET", EVIDENCE): (401, 404, 200, 200, 200),
    ("PUT", EVIDENCE): (401, 404, 403, 200, 403),
    ("DELETE", EVIDENCE): (401, 404, 403, 204, 403),
    ("PUT", EVIDENCE + "log.csv"): (401, 404, 403, 200, 403),
    ("POST", "submissions/{id}/submit/"): (401, 404, 403, 202, 403),
    ("POST", "submissions/{id}/withdraw/"): (401, 404, 403, 409, 403),
    ("POST", "submissions/{id}/revise/"): (401, 404, 403, 409, 403),
    ("PUT", "submissions/{id}/blind/"): (401, 404, 403, 200, 403),
    ("DELETE", "submissions/{id}/blind/"): (401, 404, 403, 200, 403),
    ("GET", "submissions/{id}/verification/"): (401, 404, 404, 404, 404),
    ("GET", "submissions/{id}/verifications/"): (401, 404, 200, 200, 200),
    ("GET", "submissions/{id}/messages/"): (401, 404, 200, 200, 200),
    ("POST", "submissions/{id}/messages/"): (401, 404, 403, 400, 400),
    ("GET", "submissions/{id}/events/"): (401, 404, 200, 200, 200),
    ("GET", "submissions/{id}/revisions/"): (401, 404, 200, 200, 200),
    ("POST", "uploads/"): (401, 412, 403, 412, 412),
    ("GET", "uploads/{id}/"): (401, 404, 404, 404, 404),
    ("GET", "webhooks/"): (401, 200, 200, 200, 200),
    ("POST", "webhooks/"): (401, 400, 403, 400, 400),
    ("GET", "webhooks/{id}/"): (401, 404, 404, 404, 404),
    ("DELETE", "webhooks/{id}/"): (401, 404, 403, 404, 404),
    ("GET", "webhooks/{id}/deliveries/"): (401, 404, 404, 404, 404),
    ("POST", "webhooks/{id}/ping/"): (401, 404, 403, 404, 404),
    ("POST", "bundles/"): (401, 400, 403, 400, 400),
    ("GET", "dry-runs/{dry}/"): (401, 404, 200, 200, 404),
    ("GET", "dry-runs/{dry}/verification/"): (401, 404, 404, 404, 404),
}
PUBLIC = re.compile(r"^(boards|entries|editions|tasks|hardware)/")


def make_rows() -> dict[str, UUID]:
    """A draft and a dry run of one person."""
    owner, edition = make_user(), make_catalogue()
    dry = make_submission(owner, edition)
    Submission.objects.filter(pk=dry.pk).update(is_dry_run=True)
    return {"id": make_submission(owner, edition).pk, "dry": dry.pk}


class TestRoles:
    @pytest.fixture
    def rows(self) -> dict[str, Submission]:
        return {name: Submission.objects.get(pk=pk) for name, pk in once(make_rows).items()}

    @pytest.mark.parametrize(("method", "address"), MATRIX, ids=lambda value: value)
    @pytest.mark.parametrize("role", ROLES)
    def test_each_role_gets_what_is_written(
        self, rows: dict[str, Submission], method: str, address: str, role: str
    ) -> None:
        owner = rows["id"].owner
        script = {
            "anonymous": lambda: Script(),
            "other": lambda: Script(make_user()),
            "reader": lambda: Script(owner, "read"),
            "owner": lambda: Script(owner),
            "maintainer": lambda: Script(make_maintainer()),
        }[role]()
        body = LOG if method == "PUT" else b"" if method in {"GET", "DELETE"} else b"{}"
        answer = script.call(method, address.format(**{name: row.pk for name, row in rows.items()}), body)
        assert answer.status_code == MATRIX[method, address][ROLES.index(role)], answer.content
        if answer.status_code >= 400:
            is_problem(answer, answer.status_code)

    @pytest.mark.parametrize(
        ("method", "address"), [line for line in MATRIX if "{" in line[1]], ids=lambda value: value
    )
    def test_what_is_anothers_looks_like_what_is_not_there(
        self, rows: dict[str, Submission], method: str, address: str
    ) -> None:
        script = Script(make_user())
        body = LOG if method == "PUT" else b"" if method in {"GET", "DELETE"} else b"{}"
        theirs = script.call(method, address.format(**{name: row.pk for name, row in rows.items()}), body)
        missing = script.call(method, address.format(id=uuid4(), dry=uuid4()), body)
        assert (theirs.status_code, theirs.content) == (404, missing.content)

    def test_no_address_is_left_out(self) -> None:
        written = {_shape(address) for _, address in MATRIX}
        unwritten = {shape for shape in _api_addresses() if not PUBLIC.match(shape)} - written
        assert unwritten == set(), "add these addresses to MATRIX"


def _shape(address: str) -> str:
    return re.sub(r"\{\w+\}", "<>", address).replace("sst/log/log.csv", "<>/<>/<>").replace("sst/log", "<>/<>")


def _api_addresses() -> Iterator[str]:
    for path in _walk(get_resolver().url_patterns, ""):
        if path.startswith("api/v1/"):
            yield re.sub(r"<[^>]*>", "<>", path.removeprefix("api/v1/"))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        else:
            yield path


class TestDocumentation:
    def test_the_schema_names_every_address(self) -> None:
        schema = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
        named = {re.sub(r"\{\w+\}", "<>", path).removeprefix("/api/v1/") for path in schema["paths"]}
        only_for_curl = {_shape(EVIDENCE.format(id="{id}") + "log.csv")}
        assert {_shape(address) for _, address in MATRIX} - only_for_curl <= named
        operation = schema["paths"]["/api/v1/bundles/"]["post"]
        assert operation["responses"]["415"]["content"]["application/problem+json"]
        assert operation["security"] == [{"token": []}, {"cookieAuth": []}]

    def test_its_page_has_nothing_inline(self) -> None:
        page = Client().get("/api/docs/")
        text = page.content.decode()
        assert page.status_code == 200
        assert "<style" not in text
        assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
        script = re.search(r'src="([^"]*script=[^"]*)"', text)
        assert script is not None
        assert "SwaggerUIBundle" in Client().get(script.group(1)).content.decode()
