"""Getting in, being kept out, and getting back in."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from hulk_site.accounts.models import Token
from tests.accounts.conftest import PASSWORD, link_in
from tests.submission_pages.pages import text_of
from tests.submissions.working.cases import make_person

NEW = "another long passphrase"


def sign_in(client: Client, login: str, password: str = PASSWORD, **values):
    return client.post("/account/login/", {"login": login, "password": password, **values})


@pytest.mark.parametrize(
    "wish",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        r"\\evil.example",
        "/\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://127.0.0.1:8000@evil.example/",
        "\thttps://evil.example",
        "/%0d%0aLocation: https://evil.example",
        " ",
    ],
)
def test_nobody_is_sent_elsewhere(client, ada, wish):
    location = sign_in(client, "ada", next=wish)["Location"]
    assert location.startswith("/") and not location.startswith(("//", "/\\"))


def test_a_wish_on_the_site_is_followed(client, ada):
    assert sign_in(client, "ada", next="/account/tokens/?a=b")["Location"] == "/account/tokens/?a=b"


def test_a_session_gets_a_new_id_at_sign_in_and_its_old_one_is_worth_nothing(client, ada):
    session = client.session
    session["known"] = "to an attacker"
    session.save()
    before = session.session_key
    sign_in(client, "ada")
    assert client.session.session_key != before
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert stolen.get("/account/").status_code == 302


def test_signing_out_and_being_switched_off_end_a_session_at_once(browser_of, ada):
    client = browser_of(ada)
    kept = client.cookies["sessionid"].value
    client.post("/account/logout/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/account/").status_code == 302
    other = browser_of(ada)
    ada.is_active = False
    ada.save()
    assert other.get("/account/").status_code == 302


def test_a_maintainer_signs_in_anew_each_working_day_and_others_are_remembered(browser_of, ada, mia):
    assert browser_of(mia).session.get_expiry_age() <= 8 * 60 * 60
    assert browser_of(ada).session.get_expiry_age() > 7 * 24 * 60 * 60


class TestGuessing:
    @pytest.mark.parametrize("login", ["ada", "ada@example.org", "nobody", "nobody@example.org"])
    def test_an_account_and_an_unknown_name_are_shut_alike(self, client, ada, login):
        pages = [text_of(sign_in(client, login, "wrong", next="/")) for _ in range(6)]
        assert "do not belong together" in pages[0]
        assert "Too many sign-ins have failed." in pages[-1]

    def test_from_many_addresses_ten_tries_an_account_are_too_many(self, ada):
        names = ["ada", "ada@example.org", "ADA", "Ada@Example.org", " ada "] * 2
        for number, name in enumerate(names):
            sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), name, f"wrong {number}")
        last = sign_in(Client(REMOTE_ADDR="192.0.2.99"), "ada")
        assert "Too many sign-ins have failed." in text_of(last)

    def test_one_password_for_many_accounts_is_stopped_by_where_it_comes_from(self, ada):
        for number in range(9):
            sign_in(Client(), f"person{number}", "password123")
        assert "Too many sign-ins have failed." in text_of(sign_in(Client(), "ada"))
        assert sign_in(Client(REMOTE_ADDR="192.0.2.1"), "ada").status_code == 302

    @pytest.mark.django_db(transaction=True)
    def test_forty_tries_at_once_are_counted_as_forty(self):
        make_person("ada")

        def guess(number: int) -> bool:
            try:
                page = sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), "ada", "wrong")
                return "do not belong together" in text_of(page)
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            tried = sum(pool.map(guess, range(40)))
        assert tried <= 4

    def test_the_owner_gets_back_in_by_mail_while_others_go_on_guessing(self, ada, mailoutbox):
        for _ in range(5):
            sign_in(Client(REMOTE_ADDR="192.0.2.1"), "ada", "wrong")
        owner = Client()
        assert "or reset the password" in text_of(sign_in(owner, "ada"))
        owner.post("/account/password/reset/", {"email": "ada@example.org"})
        form = owner.get(link_in(mailoutbox[-1]), follow=True)
        address = form.redirect_chain[-1][0]
        owner.post(address, {"password1": NEW, "password2": NEW})
        assert owner.get("/account/").status_code == 200


class TestReset:
    def test_known_and_unknown_addresses_get_the_same_page_and_a_mail_each(self, ada, mailoutbox):
        pages = [
            Client().post("/account/password/reset/", {"email": email}, follow=True)
            for email in ("ada@example.org", "nobody@example.org")
        ]
        assert pages[0].redirect_chain == pages[1].redirect_chain
        assert text_of(pages[0]) == text_of(pages[1])
        assert [mail.subject for mail in mailoutbox] == [
            "HULK: Set a new password",
            "HULK: There is no account of this address",
        ]

    def test_a_link_works_once_and_ends_sessions_and_tokens(self, browser_of, ada, mailoutbox):
        thief = browser_of(ada)
        Token.objects.create(user=ada, name="theirs")
        owner = Client()
        owner.post("/account/password/reset/", {"email": "ada@example.org"})
        link = link_in(mailoutbox[-1])
        address = owner.get(link, follow=True).redirect_chain[-1][0]
        owner.post(address, {"password1": NEW, "password2": NEW})
        assert thief.get("/account/").status_code == 302
        assert not Token.objects.exists()
        assert "Your password is reset" in mailoutbox[-1].subject
        again = Client().get(link, follow=True)
        assert "was used already" in text_of(again)
        assert sign_in(Client(), "ada").status_code == 200
        assert sign_in(Client(), "ada", NEW).status_code == 302

    def test_the_link_does_not_stay_in_the_address_bar(self, ada, mailoutbox):
        owner = Client()
        owner.post("/account/password/reset/", {"email": "ada@example.org"})
        link = link_in(mailoutbox[-1])
        assert re.fullmatch(r"/account/password/reset/key/\w+-set-password/", owner.get(link)["Location"])


class TestAddress:
    """Whoever sits at an open browser cannot take the account over: it is asked for the password once more."""

    def change(self, client: Client, email: str):
        asked = client.post("/account/email/", {"action_add": "", "email": email})
        assert asked["Location"].startswith("/account/reauthenticate/?next=")
        return client.post(asked["Location"], {"password": PASSWORD}, follow=True)

    def test_a_new_one_counts_once_its_link_is_followed_and_the_old_one_is_told(self, browser_of, ada, mailoutbox):
        client = browser_of(ada)
        assert "It becomes new@example.org when you follow the link" in text_of(self.change(client, "new@example.org"))
        assert sign_in(Client(), "new@example.org")["Location"] == "/account/confirm-email/"
        client.post(link_in(mailoutbox[0]))
        ada.refresh_from_db()
        assert ada.email == "new@example.org"
        assert mailoutbox[-1].to == ["ada@example.org"]
        assert sign_in(Client(), "new@example.org").status_code == 302
        assert sign_in(Client(), "ada@example.org").status_code == 200

    def test_nothing_changes_without_the_password(self, browser_of, ada):
        client = browser_of(ada)
        client.post("/account/email/", {"action_add": "", "email": "new@example.org"})
        client.post("/account/reauthenticate/", {"password": "wrong"})
        assert not ada.emailaddress_set.filter(email="new@example.org").exists()

    def test_one_that_somebody_else_has_is_not_given_away(self, browser_of, ada, bob, mailoutbox):
        taken, free = (self.change(browser_of(ada), f"{name}@example.org") for name in ("bob", "free"))
        assert text_of(taken).replace("bob@", "…@") == text_of(free).replace("free@", "…@")

    def test_the_last_one_stays(self, browser_of, ada):
        client = browser_of(ada)
        client.post("/account/reauthenticate/", {"password": PASSWORD})
        client.post("/account/email/", {"action_remove": "", "email": "ada@example.org"})
        assert ada.emailaddress_set.filter(verified=True).exists()


class TestSessions:
    def test_the_list_names_browsers_and_the_others_are_ended(self, ada):
        here, there = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"), Client()
        for client in (here, there):
            sign_in(client, "ada")
        page = text_of(here.get("/account/sessions/"))
        assert "Firefox on Linux" in page and "this one" in page
        assert "You are signed out everywhere else." in text_of(here.post("/account/sessions/", follow=True))
        assert there.get("/account/").status_code == 302
        assert here.get("/account/").status_code == 200
