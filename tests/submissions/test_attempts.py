"""When an attempt is used, and that people are told so where they send (docs/decisions/attempts-count-when-sent.md)."""

from typing import Any

import pytest
from django.test import Client

from submissions.verification import verify
from tests.factories_submissions import Script, make_catalogue, make_manifest, make_user

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
