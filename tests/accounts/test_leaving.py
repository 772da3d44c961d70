"""Deleting an account, and taking along what it holds."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from hulk_site.accounts.closing import close
from hulk_site.accounts.models import AccountEvent, Token
from leaderboard.evidence import discard
from submissions import leases, organisations, verification
from submissions.evidence import exists
from submissions.models import Attempt, Membership, Organisation, Status, Step, Submission
from tests.accounts.conftest import PASSWORD
from tests.factories_submissions import LOG, PREDICTIONS, Script, make_catalogue, make_manifest, make_submission
from tests.journeys.actors import Maintainer, Researcher, Visitor
from tests.submission_pages.pages import text_of
from tests.submissions.working.cases import make_edition_like_small, make_queued, make_small_edition


@pytest.fixture
def no_bell(monkeypatch):
    monkeypatch.setattr("submissions.jobs.verify_submission.apply_async", lambda *args, **options: None)


class TestPage:
    def test_it_asks_for_the_password_and_then_the_account_is_gone(self, browser_of, ada, mailoutbox):
        client, other = browser_of(ada), browser_of(ada)
        text = Script(ada)
        assert "What stays" in text_of(client.get("/account/delete/"))
        refused = client.post("/account/delete/", {"password": "wrong"})
        assert refused.status_code == 422 and "not your password" in text_of(refused)
        done = client.post("/account/delete/", {"password": PASSWORD}, follow=True)
        assert "Your account is deleted." in text_of(done)
        assert [one.get("/account/").status_code for one in (client, other)] == [302, 302]
        assert text.get("whoami/").status_code == 401
        assert Client().post("/account/login/", {"login": "ada", "password": PASSWORD}).status_code == 200
        assert mailoutbox[-1].to == ["ada@example.org"]

    def test_the_password_is_not_guessed_here_either(self, browser_of, ada):
        client = browser_of(ada)
        for _ in range(6):
            client.post("/account/delete/", {"password": "wrong"})
        assert client.post("/account/delete/", {"password": PASSWORD}).status_code == 422
        assert get_user_model().objects.filter(username="ada").exists()

    def test_who_has_no_password_types_the_name(self, client, ada):
        ada.set_unusable_password()
        ada.save()
        client.force_login(ada)
        assert client.post("/account/delete/", {"username": "bob"}).status_code == 422
        assert client.post("/account/delete/", {"username": "ada"}).status_code == 302

    def test_the_only_maintainer_stays(self, browser_of, mia):
        page = browser_of(mia).post("/account/delete/", {"password": PASSWORD})
        assert "You are the only maintainer." in text_of(page)

    def test_members_are_not_left_without_an_owner(self, browser_of, ada, bob):
        lab = organisations.found("Lab", by=ada)
        Membership.objects.create(organisation=lab, user=bob)
        page = browser_of(ada).post("/account/delete/", {"password": PASSWORD})
        assert "without an owner" in text_of(page) and Membership.objects.count() == 2


class TestWhatGoes:
    def test_nothing_names_the_person_any_more(self, browser_of, ada, mia):
        client = browser_of(ada)
        Script(ada).post("submissions/", make_manifest(make_catalogue()), Idempotency_Key="1")
        organisations.found("Ada's own", by=ada)
        browser_of(mia)
        close(ada)
        for table in connection.introspection.table_names():
            with connection.cursor() as cursor:
                if table in {"django_migrations", "django_session", "cache"}:
                    continue
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
                rows = [row for (row,) in cursor.fetchall() if "ada" in row.lower() and "adapter" not in row]
                assert rows == [], table
        tombstone = get_user_model().objects.get(pk=ada.pk)
        assert (tombstone.username, tombstone.is_active) == (f"deleted-{ada.pk}", False)
        assert not Token.objects.exists() and not Organisation.objects.exists()
        assert client.get("/account/").status_code == 302
        told = AccountEvent.objects.filter(user=tombstone).order_by("pk").values_list("what", flat=True)
        assert list(told) == ["signed_in", "deleted"]

    def test_every_private_state_goes_with_its_files_and_attempts(
        self, ada, no_bell, django_capture_on_commit_callbacks
    ):
        make_edition_like_small(daily_attempts=10)
        sent = make_queued(ada)
        hashes = list(sent.evidence.values_list("sha256", flat=True))
        with django_capture_on_commit_callbacks(execute=True):
            close(ada)
        assert not Submission.objects.exists() and not Attempt.objects.exists() and not Step.objects.exists()
        assert [exists(one) for one in hashes] == [False, False]

    def test_bytes_that_somebody_else_sent_too_stay(self, ada, bob, django_capture_on_commit_callbacks):
        edition = make_catalogue()
        make_submission(ada, edition)
        kept = make_submission(bob, edition)
        with django_capture_on_commit_callbacks(execute=True):
            close(ada)
        assert all(exists(one) for one in kept.evidence.values_list("sha256", flat=True))


class TestWhatStays:
    def test_an_entry_keeps_rank_log_and_history_and_loses_the_person(self, db, django_capture_on_commit_callbacks):
        edition = make_catalogue()
        owner, maintainer, visitor = Researcher("lovelace"), Maintainer(), Visitor()
        pk = owner.send_bundle(
            make_manifest(edition, notes="call me at home"), {"sst/log.csv": LOG, "sst/dev.tsv": PREDICTIONS}
        )
        entry = maintainer.approve(pk)
        before = visitor.board("finetuning", "time", edition.slug)
        with django_capture_on_commit_callbacks(execute=True):
            close(owner.user)
        assert visitor.board("finetuning", "time", edition.slug) == before
        files = {file["kind"]: file["sha256"] for file in visitor.api(f"entries/{entry}/")["evidence"]}
        visitor.open(f"/api/v1/entries/{entry}/evidence/{files['log']}/")
        assert not exists(files["predictions"])
        page = maintainer.words(f"/submissions/{pk}/")
        assert f"deleted-{owner.user.pk}" in page and "lovelace" not in page
        assert "call me at home" not in json.dumps(list(Submission.objects.values_list("manifest", flat=True)))
        assert Submission.objects.get(pk=pk).steps.count() >= 4
        assert "lovelace" not in maintainer.review_page(pk)


class TestWhileVerifying:
    """A worker has the submission when its owner goes (R22)."""

    @pytest.mark.parametrize("when", ["reading", "scoring", "writing"])
    def test_nothing_crashes_and_nothing_comes_back(self, ada, no_bell, monkeypatch, when):
        make_small_edition()
        submission = make_queued(ada)
        places = {"reading": "case_of", "scoring": "check", "writing": "_keep"}
        work = getattr(verification, places[when])

        def after_the_owner_is_gone(*args, **options):
            close(ada)
            for file in files:
                discard(file)
            return work(*args, **options)

        files = list(submission.evidence.values_list("sha256", flat=True))
        monkeypatch.setattr(verification, places[when], after_the_owner_is_gone)
        verification.verify(submission.pk)
        verification.verify(submission.pk)
        assert not Submission.objects.exists()
        assert leases.sweep(leases.now(), most=10) == []


class TestData:
    def test_all_of_it_comes_in_one_file_without_secrets(self, browser_of, ada, bob):
        client, edition = browser_of(ada), make_catalogue()
        script = Script(ada)
        organisations.found("Lab", by=ada)
        sent = script.post("submissions/?organisation=lab", make_manifest(edition, notes="mine")).json()["id"]
        make_submission(bob, edition)
        token = Token.objects.get()
        answer = client.post("/account/data/")
        assert answer.streaming and answer["Content-Disposition"].startswith("attachment")
        assert "no-store" in answer["Cache-Control"]
        text = b"".join(answer.streaming_content).decode()
        told = json.loads(text)
        assert told["account"]["email"] == "ada@example.org"
        assert [one["token_key"] for one in told["tokens"]] == [token.token_key]
        assert token.digest not in text and ada.password not in text
        assert told["organisations"][0]["organisation__name"] == "Lab"
        (one,) = told["submissions"]
        assert (one["id"], one["manifest"]["notes"], one["status"]) == (sent, "mine", Status.DRAFT)
        assert [step["to"] for step in one["steps"]] == ["draft"]
        assert "data_taken" in {event["what"] for event in told["events"]}

    def test_links_lead_to_the_evidence(self, browser_of, ada):
        client = browser_of(ada)
        make_submission(ada)
        told = json.loads(b"".join(client.post("/account/data/").streaming_content))
        url = told["submissions"][0]["evidence"][0]["url"]
        assert client.get(url.removeprefix("http://testserver")).status_code == 200

    def test_it_is_asked_for_by_a_form_only(self, browser_of, ada):
        assert browser_of(ada).get("/account/data/").status_code == 405
