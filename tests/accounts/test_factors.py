"""A second factor, recovery codes and passkeys."""

import json
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from tests.accounts.conftest import PASSWORD, link_in
from tests.submission_pages.pages import text_of


def digits(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def prove(client: Client) -> None:
    """Types the password once more."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})


def switch_on(client: Client) -> str:
    """Sets the app up; its secret."""
    prove(client)
    secret: str = client.get("/account/2fa/totp/activate/").context["form"].secret
    answer = client.post("/account/2fa/totp/activate/", {"code": digits(secret)})
    assert answer.status_code == 302, text_of(answer)
    return secret


def second_step(person: Any) -> Client:
    client = Client()
    answer = client.post("/account/login/?next=/account/tokens/", {"login": person.username, "password": PASSWORD})
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert client.get("/account/").status_code == 302
    return client


@pytest.mark.django_db(transaction=True)
def test_after_the_password_the_app_is_asked_and_one_comes_where_one_wanted(ada, browser_of, monkeypatch, mailoutbox):
    secret = switch_on(browser_of(ada))
    assert mailoutbox[-1].subject == "HULK: Authenticator app switched on"
    client = second_step(ada)
    assert "Incorrect code" in text_of(client.post("/account/2fa/authenticate/", {"code": "000000"}))
    later = time.time() + 31  # a code works once
    monkeypatch.setattr("time.time", lambda: later)
    answer = client.post("/account/2fa/authenticate/", {"code": digits(secret)})
    assert answer["Location"] == "/account/tokens/"
    assert client.get("/account/tokens/").status_code == 200


def test_a_recovery_code_works_once(browser_of, ada):
    owner = browser_of(ada)
    switch_on(owner)
    codes = owner.get("/account/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    assert second_step(ada).post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    assert second_step(ada).post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == 200


def test_guessing_six_digits_is_stopped(browser_of, ada):
    switch_on(browser_of(ada))
    client = second_step(ada)
    pages = [text_of(client.post("/account/2fa/authenticate/", {"code": f"{number:06}"})) for number in range(12)]
    assert "Incorrect code" in pages[0]
    assert "Incorrect code" not in pages[-1]


def test_a_reset_by_mail_does_not_get_past_the_second_factor(browser_of, ada, mailoutbox):
    switch_on(browser_of(ada))
    client = Client()
    client.post("/account/password/reset/", {"email": "ada@example.org"})
    address = client.get(link_in(mailoutbox[-1]), follow=True).redirect_chain[-1][0]
    new = "another long passphrase"
    assert client.post(address, {"password1": new, "password2": new})["Location"] == "/account/2fa/authenticate/"
    assert client.get("/account/").status_code == 302


def test_switching_it_off_asks_for_the_password(browser_of, ada):
    switch_on(browser_of(ada))
    client = Client()
    client.force_login(ada)
    client.post("/account/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").exists()
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.post("/account/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("address", ["/account/2fa/", "/account/2fa/webauthn/", "/account/2fa/webauthn/add/"])
def test_the_pages_open(browser_of, ada, address):
    client = browser_of(ada)
    prove(client)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "nonsense",
        "[]",
        "7",
        "null",
        json.dumps({"id": 1}),
        json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {}}),
    ],
)
def test_a_made_up_key_is_refused_and_breaks_nothing(browser_of, ada, credential):
    owner = browser_of(ada)
    prove(owner)
    owner.get("/account/2fa/webauthn/add/")
    sent = {"name": "key", "credential": credential, "passwordless": "on"}
    assert owner.post("/account/2fa/webauthn/add/", sent).status_code == 200
    stranger = Client()
    stranger.get("/account/2fa/webauthn/login/", headers={"accept": "application/json"})
    answer = stranger.post("/account/2fa/webauthn/login/", {"credential": credential})
    assert answer.status_code in {200, 302}
    assert stranger.get("/account/").status_code == 302
