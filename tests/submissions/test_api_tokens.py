"""Who a request speaks for: tokens, their scopes, and sessions of a browser."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories_submissions import (
    LOG,
    PREDICTIONS,
    Script,
    make_catalogue,
    make_manifest,
    make_token,
    make_user,
    multipart,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Any:
    return make_catalogue()


class TestTokens:
    def test_no_token_and_wrong_ones_get_401(self, edition: Any) -> None:
        user = make_user()
        expired = Script(user, token=_expired(user))
        gone = Script(user)
        user.auth_token_set.exclude(expiry__lt=timezone.now()).delete()
        strange = [Script(token=text) for text in ("hulk_wrong", "ü" * 4, "x" * 5000)]
        for caller in (Script(), expired, gone, *strange):
            answer = caller.get("submissions/")
            assert answer.status_code == 401
            assert answer["WWW-Authenticate"] == "Bearer"
            assert answer["Content-Type"] == "application/problem+json"
        assert Client().get("/api/v1/submissions/", headers={"Authorization": "Bearer"}).status_code == 401
        assert Client().get(f"/api/v1/submissions/?token={_expired(user)}").status_code == 401

    def test_an_inactive_account_has_no_access(self, edition: Any) -> None:
        user = make_user()
        script = Script(user)
        user.is_active = False
        user.save()
        assert script.get("submissions/").status_code == 401

    def test_a_token_needs_the_scope(self, edition: Any) -> None:
        user = make_user()
        reader, writer = Script(user, "read"), Script(user, "submit")
        refused = reader.post("submissions/", make_manifest(edition))
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
        assert reader.get("submissions/").status_code == 200
        assert writer.post("submissions/", make_manifest(edition)).status_code == 201
        assert writer.get("submissions/").status_code == 403

    def test_its_last_use_is_written_down_once_a_minute(self, edition: Any) -> None:
        user = make_user()
        script = Script(user)
        script.get("whoami/")
        first = user.auth_token_set.get().last_used
        assert first is not None
        script.get("whoami/")
        assert user.auth_token_set.get().last_used == first
        user.auth_token_set.update(last_used=first - timedelta(minutes=2))
        script.get("whoami/")
        assert user.auth_token_set.get().last_used > first

    def test_whoami_says_who_and_what_the_token_may(self, edition: Any) -> None:
        told = Script(make_user("ada"), "read").get("whoami/").json()
        assert (told["username"], told["is_maintainer"], told["token"]["scopes"]) == ("ada", False, ["read"])

    def test_a_browser_session_needs_the_csrf_token(self, edition: Any) -> None:
        user = make_user()
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(user)
        assert browser.get("/api/v1/submissions/").status_code == 200
        text = json.dumps(make_manifest(edition))
        for kind in ("application/json", "text/plain"):
            answer = browser.post("/api/v1/submissions/", text, content_type=kind)
            assert answer.status_code == 403
            assert answer["Content-Type"] == "application/problem+json"
        body, kind = multipart({"manifest": text}, {"sst/log.csv": LOG, "sst/dev.tsv": PREDICTIONS})
        assert browser.post("/api/v1/bundles/", body, content_type=kind).status_code == 403
        browser.cookies["csrftoken"] = "a" * 32
        sent = browser.post("/api/v1/bundles/", body, content_type=kind, headers={"X-CSRFToken": "a" * 32})
        assert sent.status_code == 202


def _expired(user: Any) -> str:
    return make_token(user, expiry=timedelta(seconds=-1))
