"""What a token promises: which calls it may make, for how long, and that nobody reads it afterwards."""

import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from knox.crypto import hash_token

from hulk_site.accounts.models import AccountEvent, Token
from tests.accounts.conftest import PASSWORD
from tests.factories_submissions import LOG, Script, make_catalogue, make_manifest, make_submission, make_token

READ, SUBMIT, BOTH = ("read",), ("submit",), ("read", "submit")
ALLOWED, REFUSED = "allowed", "scope-missing"

CALLS = {
    # call: what a token that may only read gets, and one that may only submit
    ("GET", "whoami/"): (ALLOWED, ALLOWED),
    ("GET", "submissions/"): (ALLOWED, REFUSED),
    ("POST", "submissions/"): (REFUSED, ALLOWED),
    ("GET", "submissions/{pk}/"): (ALLOWED, REFUSED),
    ("PATCH", "submissions/{pk}/"): (REFUSED, ALLOWED),
    ("DELETE", "submissions/{pk}/"): (REFUSED, ALLOWED),
    ("GET", "submissions/{pk}/evidence/"): (ALLOWED, REFUSED),
    ("GET", "submissions/{pk}/evidence/sst/log/"): (ALLOWED, REFUSED),
    ("PUT", "submissions/{pk}/evidence/sst/log/"): (REFUSED, ALLOWED),
    ("PUT", "submissions/{pk}/evidence/sst/log/log.csv"): (REFUSED, ALLOWED),
    ("DELETE", "submissions/{pk}/evidence/sst/log/"): (REFUSED, ALLOWED),
    ("POST", "submissions/{pk}/submit/"): (REFUSED, ALLOWED),
    ("POST", "submissions/{pk}/withdraw/"): (REFUSED, ALLOWED),
    ("POST", "submissions/{pk}/revise/"): (REFUSED, ALLOWED),
    ("PUT", "submissions/{pk}/blind/"): (REFUSED, ALLOWED),
    ("DELETE", "submissions/{pk}/blind/"): (REFUSED, ALLOWED),
    ("GET", "submissions/{pk}/verification/"): (ALLOWED, REFUSED),
    ("GET", "submissions/{pk}/verifications/"): (ALLOWED, REFUSED),
    ("POST", "bundles/"): (REFUSED, ALLOWED),
    ("GET", "dry-runs/{pk}/"): (ALLOWED, REFUSED),
    ("GET", "dry-runs/{pk}/verification/"): (ALLOWED, REFUSED),
}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call))
def test_a_scope_allows_its_calls_and_no_others(ada, call):
    method, path = call
    draft = make_submission(ada, make_catalogue())
    for scopes, expected in zip((READ, SUBMIT), CALLS[call], strict=True):
        script = Script(ada, *scopes)
        with transaction.atomic():
            body = LOG if method == "PUT" else b"{}"
            answer = script.call(method, path.format(pk=draft.pk), body)
            transaction.set_rollback(True)
        refused = answer.status_code == 403 and answer.json()["code"] == REFUSED
        assert refused is (expected == REFUSED), (scopes, answer.status_code, answer.content)
        assert answer.status_code != 401


def test_a_token_of_both_scopes_makes_a_submission(ada):
    script = Script(ada, *BOTH)
    answer = script.post("submissions/", make_manifest(make_catalogue()))
    assert script.get(f"submissions/{answer.json()['id']}/").status_code == 200


def test_without_a_word_a_token_ends_after_ninety_days(ada):
    token, _ = Token.objects.create(user=ada, name="default")
    assert timedelta(days=89) < token.expiry - timezone.now() <= timedelta(days=90)


@pytest.mark.parametrize("expiry", [timedelta(days=91), None])
def test_the_database_takes_none_that_lives_longer(ada, expiry):
    with pytest.raises(IntegrityError), transaction.atomic():
        Token.objects.create(user=ada, name="long", expiry=expiry)


def test_only_its_hash_is_kept(ada):
    text = make_token(ada)
    row = Token.objects.values().get()
    assert row["digest"] == hash_token(text)
    assert not [value for value in row.values() if isinstance(value, str) and text[8:] in value]
    assert len(row["token_key"]) < 16


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "authorization", "Authorization", "key"])
def test_an_address_is_no_place_for_one(ada, name):
    text = make_token(ada)
    assert Client().get(f"/api/v1/whoami/?{name}={text}").status_code == 401
    assert Client().get(f"/api/v1/whoami/?{name}=Bearer%20{text}").status_code == 401


def test_a_token_is_no_way_into_the_pages(ada, mia):
    for person in (ada, mia):
        bearer = {"authorization": f"Bearer {make_token(person)}"}
        for address in ("/account/tokens/", "/submissions/", "/admin/"):
            assert Client().get(address, headers=bearer).status_code == 302


def test_no_log_has_one(ada, caplog):
    caplog.set_level(logging.DEBUG)
    text = make_token(ada)
    Script(token=text).get("whoami/")
    Script(token=text + "x").get("whoami/")
    assert text not in caplog.text


def test_changing_the_password_leaves_tokens_and_says_so(browser_of, ada):
    client = browser_of(ada)
    text = make_token(ada)
    assert b"stay valid" in client.get("/account/password/change/").content
    new = "another long passphrase"
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert Script(token=text).get("whoami/").status_code == 200


def test_making_and_revoking_is_written_down_without_its_text_or_name(browser_of, ada, mia):
    client = browser_of(ada)
    page = client.post("/account/tokens/", {"name": "my cluster", "scopes": ["read"], "days": "7"})
    key = Token.objects.get().token_key
    client.post(f"/account/tokens/{key}/revoke/")
    events = AccountEvent.objects.filter(what__startswith="token_").order_by("pk")
    assert [(event.user, event.by, event.what) for event in events] == [
        (ada, ada, "token_made"),
        (ada, ada, "token_revoked"),
    ]
    told = str([event.details for event in events])
    assert key in told and "my cluster" not in told and page.context["text"] not in told
    shown = browser_of(mia).get("/admin/accounts/accountevent/")
    assert shown.status_code == 200 and "token made" in shown.content.decode()
