"""From a stranger to a person with a confirmed address, and what a stranger does not learn on the way."""

import pytest
from django.contrib.auth import get_user_model
from django.core import management
from django.test import Client

from tests.accounts.conftest import PASSWORD, link_in
from tests.submission_pages.pages import text_of

EVE = {"username": "eve", "email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}


def sign_up(client, **values):
    return client.post("/account/signup/", {**EVE, **values}, follow=True)


def test_an_account_is_there_once_the_link_of_the_mail_is_followed(client, mailoutbox):
    page = text_of(sign_up(client))
    assert "Look into your mail" in page
    assert client.get("/submissions/").status_code == 302
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["eve@example.org"], "HULK: Confirm your address")
    assert "Hello eve," in mail.body
    asked = client.get(link_in(mail))
    assert "eve@example.org is the address of eve" in text_of(asked)
    assert client.get("/submissions/").status_code == 302, "a program that reads mails has confirmed it"
    confirmed = client.post(link_in(mail), follow=True)
    assert confirmed.redirect_chain[-1][0] == "/submissions/"
    assert "eve@example.org is confirmed." in text_of(confirmed)


def test_without_the_link_nobody_signs_in_and_it_is_sent_again_but_not_by_the_minute(client, mailoutbox, settings):
    sign_up(client)
    for _ in range(2):
        answer = Client().post("/account/login/", {"login": "eve", "password": PASSWORD}, follow=True)
        assert "Look into your mail" in text_of(answer)
    assert len(mailoutbox) == 1


def test_a_known_address_and_a_new_one_get_the_same_answer(client, ada, mailoutbox):
    new, known = sign_up(Client()), sign_up(Client(), username="other", email="Ada@Example.org")
    assert new.redirect_chain == known.redirect_chain
    assert text_of(new).replace("eve@example.org", "…") == text_of(known).replace("ada@example.org", "…")
    assert not get_user_model().objects.filter(username="other").exists()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["eve@example.org"], "HULK: Confirm your address"),
        (["ada@example.org"], "HULK: You have an account already"),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"username": "ada"}, "already exists"),
        ({"username": "ADA"}, "already exists"),
        ({"username": "аda"}, "Use letters a to z"),  # a Cyrillic а
        ({"username": "ada@example.org"}, "Use letters a to z"),
        ({"username": "deleted-7"}, "those of deleted accounts"),
        ({"username": "x" * 41}, "at most 40"),
        ({"username": "e\x00ve"}, "The field `username` holds a NUL character"),
        ({"email": "nowhere"}, "valid email address"),
        ({"password1": "short", "password2": "short"}, "at least 10 characters"),
        ({"password2": "another passphrase"}, "same password"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, ada, wrong, said, mailoutbox):
    response = sign_up(client, **wrong)
    assert said in text_of(response)
    assert get_user_model().objects.count() == 1
    assert not mailoutbox


def test_a_server_can_be_closed_for_sign_ups(client, settings):
    settings.SIGNUP_IS_OPEN = False
    assert "Accounts are made by the operator" in text_of(client.get("/account/signup/"))
    sign_up(client)
    assert not get_user_model().objects.exists()


def test_an_address_gets_five_mails_a_day_whatever_strangers_do(ada, mailoutbox):
    for number in range(8):
        page = sign_up(Client(REMOTE_ADDR=f"192.0.2.{number}"), username=f"eve{number}", email="ada@example.org")
        assert "Look into your mail" in text_of(page)
        Client(REMOTE_ADDR=f"192.0.2.{number}").post("/account/password/reset/", {"email": "ada@example.org"})
    assert len(mailoutbox) == 5


def test_a_mail_server_that_is_away_is_said_and_the_account_can_go_on_later(client, settings, mailoutbox):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    page = sign_up(client)
    assert page.status_code == 200
    assert "Our mail server is away just now." in text_of(page)
    assert get_user_model().objects.filter(username="eve").exists()


@pytest.mark.parametrize("email", ["root@example.org", ""])
def test_whom_an_operator_makes_signs_in_at_once(client, email, monkeypatch, mailoutbox):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    management.call_command("createsuperuser", "--noinput", username="root", email=email, stdout=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    assert client.post("/account/login/", {"login": "root", "password": PASSWORD})["Location"] == "/submissions/"
    assert not mailoutbox


def test_an_address_that_a_maintainer_writes_down_counts_as_confirmed(client, ada, admin_client):
    form = admin_client.get(f"/admin/accounts/user/{ada.pk}/change/").context["adminform"].form
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    values |= {"email": "new@example.org", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    answer = admin_client.post(f"/admin/accounts/user/{ada.pk}/change/", values)
    assert answer.status_code == 302, answer.context["errors"]
    assert client.post("/account/login/", {"login": "new@example.org", "password": PASSWORD})["Location"]
    assert client.get("/submissions/").status_code == 200
