"""When an attempt is used, and that people are told so where they send (docs/decisions/attempts-count-when-sent.md)."""

from typing import Any

import pytest
from django.test import Client

from hulk_site.accounts.models import User
from submissions.verification import verify
from tests.factories_submissions import Script, make_catalogue, make_manifest, make_submission, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Any:
    return make_catalogue(daily_attempts=5)


@pytest.fixture
def script(edition: Any) -> Script:
    return Script(make_user("ada"))


class TestWhenOneIsUsed:
    def test_a_new_submission_and_a_dry_run_use_one_though_the_files_are_the_same(
        self, script: Script, edition: Any
    ) -> None:
        left_after = []
        for query in ("", "", "?dry_run=true"):
            pk = script.bundle(make_manifest(edition), query=query).json()["id"]
            verify(pk)
            known = script.get("submissions/").json()["results"]
            left_after.append(known[0]["attempts_left"]["sst"])
        assert left_after == [4, 3, 2]

    def test_one_sent_again_uses_none_while_its_predictions_stay(self, script: Script, edition: Any) -> None:
        manifest = make_manifest(edition)
        manifest["model"]["code_url"] = ""
        pk = script.bundle(manifest).json()["id"]
        verify(pk)
        assert script.get(f"submissions/{pk}/").json()["status"] == "invalid"
        script.post(f"submissions/{pk}/revise/")
        script.post(f"submissions/{pk}/submit/")
        assert script.get(f"submissions/{pk}/").json()["attempts_left"]["sst"] == 4


class TestWhatIsSaid:
    def test_the_questions_and_the_rules(self, edition: Any) -> None:
        for address in ("/faq/", "/rules/"):
            text = " ".join(Client().get(address).content.decode().split())
            assert "those last verified of the same submission" in text, address
            assert "a dry run too, always uses one" in text, address
            assert "CC BY 4.0" in text, address
        assert "is your consent" in " ".join(Client().get("/faq/").content.decode().split())

    @pytest.mark.parametrize("address", ["bundles/", "submissions/{id}/submit/"])
    def test_the_api_s_own_pages(self, edition: Any, address: str) -> None:
        schema = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
        said = schema["paths"][f"/api/v1/{address}"]["post"]["description"]
        assert "consent to publish its logs, latencies and energy files under CC BY 4.0 once it is approved" in said
        assert "whatever is found" in said and "a dry run too, always uses one" in said


class TestWhatOneAccountMayHave:
    def test_so_many_wait_at_once_and_no_more(self, script: Script, edition: Any, settings: Any) -> None:
        settings.MOST_WAITING = 2
        first = script.bundle(make_manifest(edition)).json()["id"]
        assert script.bundle(make_manifest(edition), query="?dry_run=true").status_code == 202
        assert script.get("whoami/").json()["waiting_left"] == 0
        answer = script.bundle(make_manifest(edition))
        assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (429, "quota-spent", "60")
        assert script.get("submissions/").json()["count"] == 1
        assert Script(make_user("bob")).bundle(make_manifest(edition)).status_code == 202
        verify(first)
        assert script.get("whoami/").json()["waiting_left"] == 1
        assert script.bundle(make_manifest(edition)).status_code == 202

    def test_it_stays_a_draft_that_uses_no_attempt(self, script: Script, edition: Any, settings: Any) -> None:
        settings.MOST_WAITING = 1
        draft = make_submission(User.objects.get(username="ada"), edition)
        script.bundle(make_manifest(edition))
        assert script.post(f"submissions/{draft.pk}/submit/").status_code == 429
        told = script.get(f"submissions/{draft.pk}/").json()
        assert (told["status"], told["attempts_left"]["sst"]) == ("draft", 4)

    def test_so_many_drafts_and_no_more(self, script: Script, edition: Any, settings: Any) -> None:
        settings.MOST_DRAFTS = 1
        assert script.post("submissions/", make_manifest(edition)).status_code == 201
        answer = script.post("submissions/", make_manifest(edition))
        assert (answer.status_code, answer.json()["code"]) == (429, "quota-spent")
        assert "Delete one" in answer.json()["errors"][0]["remedy"]
        assert script.get("whoami/").json()["drafts_left"] == 0
        assert script.bundle(make_manifest(edition)).status_code == 202, "what is sent at once is no draft"

    def test_the_form_says_so_and_keeps_what_was_typed(self, script: Script, edition: Any, settings: Any) -> None:
        settings.MOST_DRAFTS = 1
        script.post("submissions/", make_manifest(edition))
        client = Client()
        client.force_login(User.objects.get(username="ada"))
        typed = {"phase": "finetuning", "edition": edition.slug, "name": "SecondBERT"}
        answer = client.post("/submit/?form=n1", typed)
        page = answer.content.decode()
        assert (answer.status_code, "SecondBERT" in page) == (422, True)
        assert "You have as many drafts as there may be, 1." in page

    def test_zero_is_any_number(self, script: Script, settings: Any) -> None:
        settings.MOST_WAITING = settings.MOST_DRAFTS = 0
        told = script.get("whoami/").json()
        assert (told["waiting_left"], told["drafts_left"]) == (None, None)
