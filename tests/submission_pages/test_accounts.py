"""Signing in, tokens, password."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from hulk_site.accounts.models import Token
from tests.submission_pages.pages import text_of
from tests.submissions.working.cases import make_person

PASSWORD = "a long passphrase"
TOKEN = {"name": "laptop", "scopes": ["read", "submit"], "days": "30"}


@pytest.fixture(autouse=True)
def forget_failed_sign_ins(db):
    cache.clear()


@pytest.mark.django_db
class TestSigningIn:
    @pytest.mark.parametrize("name", ["ada", "ada@example.org"])
    def test_name_or_address_and_password_lead_to_where_one_wanted_to_go(self, client, ada, name):
        response = client.post("/account/login/?next=/submit/", {"login": name, "password": PASSWORD})
        assert response["Location"] == "/submit/"

    def test_without_a_wish_it_leads_to_ones_submissions(self, client, ada):
        response = client.post("/account/login/", {"login": "ada", "password": PASSWORD})
        assert response["Location"] == "/submissions/"

    @pytest.mark.parametrize("login", ["ada", "nobody", "ada@example.org", "no@example.org"])
    def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(self, client, ada, login):
        response = client.post("/account/login/", {"login": login, "password": "wrong"})
        assert response.status_code == 200
        assert "This name and password do not belong together." in text_of(response)

    def test_an_address_elsewhere_is_not_followed(self, client, ada):
        response = client.post(
            "/account/login/", {"login": "ada", "password": PASSWORD, "next": "https://evil.example/"}
        )
        assert response["Location"] == "/submissions/"

    def test_guessing_is_slowed_down_for_the_right_password_too(self, client, ada):
        for _ in range(5):
            client.post("/account/login/", {"login": "ada", "password": "wrong"})
        response = client.post("/account/login/", {"login": "ada", "password": PASSWORD})
        assert "Too many sign-ins have failed" in text_of(response)

    def test_signing_out_asks_and_ends_the_session(self, signed_in):
        assert "Sign out" in text_of(signed_in.get("/account/logout/"))
        assert signed_in.post("/account/logout/")["Location"] == "/"
        assert signed_in.get("/submissions/").status_code == 302

    def test_an_account_that_is_switched_off_is_told_so(self, client):
        assert "This account is switched off" in text_of(client.get("/account/inactive/"))

    def test_the_admin_has_no_door_of_its_own(self, client):
        assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/account/login/?next=")


class TestPassword:
    def test_it_is_changed_and_one_stays_signed_in(self, signed_in):
        values = {"oldpassword": PASSWORD, "password1": "an even longer one", "password2": "an even longer one"}
        assert signed_in.post("/account/password/change/", values)["Location"] == "/account/"
        assert signed_in.get("/account/").status_code == 200

    def test_a_short_one_is_refused_beside_its_field(self, signed_in):
        values = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
        assert "at least 10 characters" in text_of(signed_in.post("/account/password/change/", values))


class TestTokens:
    def test_a_token_is_shown_once_and_works(self, signed_in, ada, client):
        page = signed_in.post("/account/tokens/", TOKEN)
        text = page.context["text"]
        assert text.startswith("hulk_") and text in page.content.decode()
        assert text not in signed_in.get("/account/tokens/").content.decode()
        token = Token.objects.get()
        assert (token.user, token.name, token.scopes) == (ada, "laptop", ["read", "submit"])
        assert timedelta(days=29) < token.expiry - timezone.now() <= timedelta(days=30)
        client.logout()
        answer = client.get("/api/v1/submissions/", headers={"authorization": f"Bearer {text}"})
        assert answer.status_code == 200

    def test_it_is_never_kept_by_a_browser(self, signed_in):
        assert "no-store" in signed_in.post("/account/tokens/", TOKEN)["Cache-Control"]

    def test_the_form_sent_again_makes_no_second_one(self, signed_in):
        for _ in range(2):
            response = signed_in.post("/account/tokens/", TOKEN)
        assert response.status_code == 422
        assert "named laptop already" in text_of(response)
        assert Token.objects.count() == 1

    @pytest.mark.parametrize(
        "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["admin"]}, {"days": "9999"}, {"name": "x" * 81}]
    )
    def test_what_is_wrong_is_said(self, signed_in, wrong):
        response = signed_in.post("/account/tokens/", {**TOKEN, **wrong})
        assert response.status_code == 422
        assert not Token.objects.exists()

    def test_one_is_revoked_at_once(self, signed_in, client):
        text = signed_in.post("/account/tokens/", TOKEN).context["text"]
        key = Token.objects.get().token_key
        assert "is revoked" in text_of(signed_in.post(f"/account/tokens/{key}/revoke/", follow=True))
        client.logout()
        answer = client.get("/api/v1/submissions/", headers={"authorization": f"Bearer {text}"})
        assert answer.status_code == 401

    def test_somebody_elses_token_is_not_there(self, signed_in):
        eve = make_person("eve")
        token, _ = Token.objects.create(user=eve, name="hers")
        assert signed_in.post(f"/account/tokens/{token.token_key}/revoke/").status_code == 404
        assert Token.objects.exists()

    def test_the_list_says_when_it_was_used_and_when_it_ends(self, signed_in, ada):
        Token.objects.create(user=ada, name="old", expiry=timedelta(days=-1))
        text = text_of(signed_in.get("/account/tokens/"))
        assert "never" in text and "ended" in text
