"""Organisations: who is in, who reads what, and what members cannot do."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from submissions import organisations, review
from submissions.errors import OwnEntry
from submissions.models import Invitation, Membership, Organisation, Role, Submission
from tests.factories_submissions import Script, make_catalogue, make_manifest, make_submission
from tests.submission_pages.pages import text_of
from tests.submissions.working.cases import make_person, make_queued, make_small_edition


@pytest.fixture
def lab(ada) -> Organisation:
    return organisations.found("The Lab", by=ada)


def join(lab, person, role=Role.MEMBER):
    return Membership.objects.create(organisation=lab, user=person, role=role)


class TestJoining:
    def test_one_founds_it_invites_by_name_and_the_invited_accepts(self, browser_of, ada, bob, mailoutbox):
        ours, theirs = browser_of(ada), browser_of(bob)
        assert (
            ours.post("/account/organisations/", {"name": "The Lab"})["Location"] == "/account/organisations/the-lab/"
        )
        ours.post("/account/organisations/the-lab/invite/", {"whom": "BOB"})
        assert mailoutbox[-1].to == ["bob@example.org"] and "ada invites you" in mailoutbox[-1].body
        assert "ada invites you to The Lab" in text_of(theirs.get("/account/organisations/"))
        assert theirs.get("/account/organisations/the-lab/").status_code == 404
        pk = Invitation.objects.get().pk
        theirs.post(f"/account/invitations/{pk}/", {"accept": "yes"})
        assert "You are a member" in text_of(theirs.get("/account/organisations/the-lab/"))
        assert not Invitation.objects.exists()

    def test_an_address_gets_the_same_answer_whether_it_has_an_account_or_not(
        self, browser_of, ada, lab, bob, mailoutbox
    ):
        client = browser_of(ada)
        pages = [
            client.post("/account/organisations/the-lab/invite/", {"whom": f"{name}@example.org"}, follow=True)
            for name in ("bob", "nobody")
        ]
        assert "The invitation is made." in text_of(pages[0]) and "The invitation is made." in text_of(pages[1])
        assert [mail.to for mail in mailoutbox] == [["bob@example.org"], ["nobody@example.org"]]
        assert "invites you" in text_of(browser_of(bob).get("/account/organisations/"))

    def test_one_meant_for_another_cannot_be_accepted(self, browser_of, ada, bob, lab):
        invitation = organisations.invite(lab, "bob", by=ada)
        eve = browser_of(make_person("eve"))
        assert eve.post(f"/account/invitations/{invitation.pk}/", {"accept": "yes"}).status_code == 404

    def test_declining_and_taking_back_end_it(self, browser_of, ada, bob, lab):
        first = organisations.invite(lab, "bob", by=ada)
        browser_of(bob).post(f"/account/invitations/{first.pk}/", {})
        second = organisations.invite(lab, "bob", by=ada)
        browser_of(ada).post(f"/account/organisations/the-lab/invitations/{second.pk}/")
        assert not Invitation.objects.exists() and lab.memberships.count() == 1

    @pytest.mark.parametrize(
        ("whom", "said"),
        [
            ("nobody", "nobody of that name"),
            ("no@where", "no e-mail address"),
            ("ada", "in it already"),
            ("", "required"),
        ],
    )
    def test_what_is_wrong_is_said(self, browser_of, ada, lab, whom, said):
        answer = browser_of(ada).post("/account/organisations/the-lab/invite/", {"whom": whom})
        assert answer.status_code == 422 and said in text_of(answer)

    def test_nobody_has_mails_sent_by_the_hundred(self, browser_of, ada, lab, mailoutbox):
        client, base = browser_of(ada), "/account/organisations/the-lab/"
        for number in range(20):
            client.post(f"{base}invite/", {"whom": f"eve{number}@example.org"})
            lab.invitations.all().delete()
        answer = client.post(f"{base}invite/", {"whom": "eve@example.org"})
        assert answer.status_code == 429
        assert "as many as one may on a day" in text_of(answer) and "eve@example.org" in answer.content.decode()
        assert len(mailoutbox) == 20 and not lab.invitations.exists()
        assert "The Lab" not in mailoutbox[0].subject and "The Lab" in mailoutbox[0].body

    def test_a_name_stands_for_one(self, browser_of, bob, lab):
        answer = browser_of(bob).post("/account/organisations/", {"name": "the lab"})
        assert answer.status_code == 422 and "There is an organisation of this name." in text_of(answer)

    def test_a_member_decides_nothing(self, browser_of, ada, bob, lab):
        join(lab, bob)
        founder, client = lab.memberships.get(user=ada), browser_of(bob)
        base = "/account/organisations/the-lab/"
        assert client.post(f"{base}invite/", {"whom": "mia"}).status_code == 422
        client.post(f"{base}members/{founder.pk}/", {"do": "remove"})
        client.post(f"{base}members/{lab.memberships.get(user=bob).pk}/", {"do": "owner"})
        client.post(f"{base}delete/")
        roles = lab.memberships.values_list("user__username", "role")
        assert list(roles) == [("ada", "owner"), ("bob", "member")] and not Invitation.objects.exists()

    def test_there_is_always_an_owner(self, browser_of, ada, bob, lab):
        member, client = join(lab, bob), browser_of(ada)
        founder = lab.memberships.get(user=ada)
        base = "/account/organisations/the-lab/members/"
        page = text_of(client.post(f"{base}{founder.pk}/", {"do": "remove"}, follow=True))
        assert "It would be left without an owner." in page
        client.post(f"{base}{member.pk}/", {"do": "owner"})
        assert client.post(f"{base}{founder.pk}/", {"do": "remove"})["Location"] == "/account/organisations/"
        assert list(lab.memberships.values_list("user__username", "role")) == [("bob", "owner")]

    def test_only_an_empty_one_is_deleted(self, browser_of, ada, lab):
        client, draft = browser_of(ada), make_submission(ada)
        Submission.objects.filter(pk=draft.pk).update(organisation=lab)
        page = text_of(client.post("/account/organisations/the-lab/delete/", follow=True))
        assert "It still has other members or submissions." in page
        draft.delete()
        client.post("/account/organisations/the-lab/delete/")
        assert not Organisation.objects.exists()


class TestReading:
    def test_members_read_drafts_and_change_nothing(self, ada, bob, lab, browser_of):
        join(lab, bob)
        pk = Script(ada).post("submissions/?organisation=the-lab", make_manifest(make_catalogue())).json()["id"]
        member, stranger = Script(bob), Script(make_person("eve"))
        assert member.get(f"submissions/{pk}/").json()["organisation"] == "the-lab"
        assert browser_of(bob).get(f"/submissions/{pk}/").status_code == 200
        assert stranger.get(f"submissions/{pk}/").status_code == 404
        refused = [
            member.patch(f"submissions/{pk}/", {"notes": "x"}),
            member.call("PATCH", f"submissions/{pk}/?organisation=", b"{}"),
            member.delete(f"submissions/{pk}/"),
            member.post(f"submissions/{pk}/submit/"),
            member.post(f"submissions/{pk}/withdraw/"),
            member.post(f"submissions/{pk}/revise/"),
            member.put(f"submissions/{pk}/evidence/sst/log/", b"x"),
        ]
        assert [(one.status_code, one.json()["code"]) for one in refused] == [(403, "not-the-owner")] * 7
        assert browser_of(bob).post(f"/submissions/{pk}/organisation/", {"organisation": ""}).status_code == 404

    def test_the_list_of_ones_own_stays_ones_own_and_an_organisations_can_be_asked(self, ada, bob, lab):
        join(lab, bob)
        Script(ada).post("submissions/?organisation=the-lab", make_manifest(make_catalogue()))
        assert Script(bob).get("submissions/").json()["count"] == 0
        assert Script(bob).get("submissions/?organisation=the-lab").json()["count"] == 1
        assert Script(make_person("eve")).get("submissions/?organisation=the-lab").json()["count"] == 0

    def test_one_is_in_no_organisation_that_one_is_not_in(self, bob, lab):
        manifest = make_manifest(make_catalogue())
        answers = [
            Script(bob).post("submissions/?organisation=the-lab", manifest),
            Script(bob).post("submissions/?organisation=no-such", manifest),
            Script(bob).bundle(manifest, query="?organisation=the-lab"),
        ]
        for answer in answers:
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["field"] == "organisation"
        assert not Submission.objects.exists()

    def test_a_bundle_belongs_to_it_and_a_draft_can_be_given_and_taken(self, ada, bob, lab):
        join(lab, bob)
        edition = make_catalogue()
        sent = Script(ada).bundle(make_manifest(edition), query="?organisation=the-lab").json()["id"]
        assert Script(bob).get(f"submissions/{sent}/").status_code == 200
        draft = make_submission(ada, edition)
        given = Script(ada).call("PATCH", f"submissions/{draft.pk}/?organisation=the-lab", b"{}").json()
        assert given["organisation"] == "the-lab"
        taken = Script(ada).call("PATCH", f"submissions/{draft.pk}/?organisation=", b"{}").json()
        assert taken["organisation"] is None
        assert Script(ada).call("PATCH", f"submissions/{sent}/?organisation=", b"{}").status_code == 409

    def test_the_page_of_a_draft_gives_it(self, browser_of, ada, lab):
        draft, client = make_submission(ada), browser_of(ada)
        assert "Who else may read it" in text_of(client.get(f"/submissions/{draft.pk}/"))
        page = client.post(f"/submissions/{draft.pk}/organisation/", {"organisation": "the-lab"}, follow=True)
        assert "read by the members of The Lab" in text_of(page)

    def test_a_dry_run_stays_its_owners(self, ada, bob, lab):
        join(lab, bob)
        answer = Script(ada).bundle(make_manifest(make_catalogue()), query="?dry_run=true&organisation=the-lab")
        assert answer.status_code == 202
        assert Script(bob).get(f"dry-runs/{answer.json()['id']}/").status_code == 404

    def test_who_leaves_takes_drafts_along_and_reads_no_more(self, ada, bob, lab):
        member, edition = join(lab, bob), make_catalogue()
        draft = Script(bob).post("submissions/?organisation=the-lab", make_manifest(edition)).json()["id"]
        sent = Script(bob).bundle(make_manifest(edition), query="?organisation=the-lab").json()["id"]
        hers = Script(ada).post("submissions/?organisation=the-lab", make_manifest(edition)).json()["id"]
        organisations.part(member, by=bob)
        assert [Script(ada).get(f"submissions/{pk}/").status_code for pk in (draft, sent)] == [404, 200]
        assert Script(bob).get(f"submissions/{hers}/").status_code == 404
        assert Script(bob).get(f"submissions/{sent}/").status_code == 200

    def test_the_page_asks_the_database_as_often_for_ten_as_for_one(self, browser_of, ada, lab):
        client, edition = browser_of(ada), make_catalogue()

        def asked() -> int:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get("/account/organisations/the-lab/").status_code == 200
            return len(queries)

        make_submission(ada, edition, complete=False)
        Submission.objects.update(organisation=lab)
        few = asked()
        for number in range(9):
            make_submission(ada, edition, complete=False)
            join(lab, make_person(f"member{number}"))
        Submission.objects.update(organisation=lab)
        assert asked() == few


def test_a_maintainer_decides_on_nothing_of_the_own_organisation(ada, mia, lab, browser_of, monkeypatch):
    monkeypatch.setattr("submissions.jobs.verify_submission.apply_async", lambda *args, **options: None)
    make_small_edition()
    join(lab, mia)
    submission = make_queued(ada)
    Submission.objects.filter(pk=submission.pk).update(organisation=lab, status="in_review")
    with pytest.raises(OwnEntry, match="of your organisation"):
        review.reject(submission, by=mia, at=submission.created_at, seen=submission.content_hash, comment="no")
    page = browser_of(mia).get(f"/admin/submissions/submission/{submission.pk}/change/").content.decode()
    assert 'name="decision"' not in page


def test_pages_are_for_people(lab):
    for address in ("/account/organisations/", "/account/organisations/the-lab/"):
        assert Client().get(address)["Location"].startswith("/account/login/?next=")
