"""Who sees what, and who may do what, in every state that a submission can be in."""

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta

import pytest

from leaderboard.models import Edition
from submissions import leases, organisations
from submissions.models import Membership, Status, Submission
from tests.factories_submissions import LOG, PREDICTIONS, Script, make_catalogue, make_manifest
from tests.journeys.actors import QUEUE, Maintainer, Researcher, Visitor, verify
from tests.made_once import once

FILES = {"sst/log.csv": LOG, "sst/dev.tsv": PREDICTIONS}
BROKEN = {**FILES, "sst/log.csv": b"\x89PNG\r\n\x1a\n"}
OPEN = {Status.APPROVED, Status.SUPERSEDED}
"""States in which an entry's log is public."""
PUBLISHED = OPEN | {Status.WITHDRAWN}


class Scene:
    """An edition, its people, and a way to bring a submission into any state by what they do."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.owner, self.other, self.maintainer, self.visitor = Researcher(), Researcher(), Maintainer(), Visitor()
        self.member = Researcher()
        self.lab = organisations.found("Lab", by=self.owner.user)
        Membership.objects.create(organisation=self.lab, user=self.member.user)

    def send(self, files: dict[str, bytes] = FILES) -> str:
        return self.owner.send_bundle(make_manifest(self.edition), files)

    def draft(self) -> str:
        pk = self.owner.script.post("submissions/", make_manifest(self.edition)).json()["id"]
        self.owner.put(pk, "sst/log/", LOG)
        self.owner.put(pk, "sst/predictions/", PREDICTIONS)
        return pk

    def queued(self) -> str:
        return self.owner.script.bundle(make_manifest(self.edition), FILES).json()["id"]

    def verifying(self) -> str:
        pk = self.queued()
        assert leases.claim(Submission.objects.get(pk=pk).pk, leases.now())
        return pk

    def quarantined(self) -> str:
        pk = self.queued()
        for attempt in range(3):
            leases.claim(Submission.objects.get(pk=pk).pk, leases.now() + timedelta(hours=attempt))
        leases.sweep(leases.now() + timedelta(hours=9), most=10)
        return pk

    def invalid(self) -> str:
        return self.send(BROKEN)

    def in_review(self) -> str:
        return self.send()

    def changes_requested(self) -> str:
        return self._decided("request_changes")

    def rejected(self) -> str:
        return self._decided("reject")

    def approved(self) -> str:
        return self._decided("approve")

    def withdrawn(self) -> str:
        pk = self.approved()
        self.owner.withdraw(pk, "a mistake")
        return pk

    def superseded(self) -> str:
        pk = self.approved()
        successor = self.owner.revise(pk)
        self.owner.submit(successor)
        self.maintainer.decide(successor, "approve", "because")
        return pk

    def _decided(self, decision: str) -> str:
        pk = self.send()
        self.maintainer.decide(pk, decision, "because")
        return pk

    def bring(self, status: Status) -> str:
        """The id of a submission in this state."""
        made: Callable[[], str] = getattr(self, status.value)
        pk = made()
        assert Submission.objects.get(pk=pk).status == status
        Submission.objects.filter(pk=pk).update(organisation=self.lab)
        return pk


Brought = tuple[Scene, str]


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene(make_catalogue())


def bring(status: Status) -> Brought:
    scene = Scene(make_catalogue())
    return scene, scene.bring(status)


@pytest.fixture
def brought(db: None, status: Status) -> Brought:
    """Everybody, with cookies of their own in each test, and a submission in this state."""
    return deepcopy(once(bring, status))


EVERY_STATE = pytest.mark.parametrize("status", list(Status), ids=lambda status: status.value)


@EVERY_STATE
def test_pages_are_for_owner_and_maintainers(brought: Brought, status: Status) -> None:
    scene, pk = brought
    file = Submission.objects.get(pk=pk).evidence.get(kind="predictions").pk
    review = 200
    expected = {
        # address: what a visitor, another person, the owner, a member of the organisation and a maintainer get
        f"/submissions/{pk}/": (302, 404, 200, 200, 200),
        f"/submissions/{pk}/evidence/{file}/": (302, 404, 200, 200, 200),
        f"{QUEUE}{pk}/change/": (302, 302, 302, 302, review),
        QUEUE: (302, 302, 302, 302, 200),
        f"/submissions/{pk}/edit/": (302, 404, 200 if status == Status.DRAFT else 302, 404, 404),
    }
    people = (scene.visitor, scene.other, scene.owner, scene.member, scene.maintainer)
    for address, statuses in expected.items():
        got = tuple(person.browser.get(address).status_code for person in people)
        assert tuple(403 if one == 403 else one for one in got) == statuses, address
    assert status.label in scene.owner.words(f"/submissions/{pk}/").lower()


@EVERY_STATE
def test_the_api_is_for_owner_and_maintainers(brought: Brought, status: Status) -> None:
    scene, pk = brought
    was_sent = 404 if status == Status.DRAFT else 200
    expected = {
        "": (401, 404, 200, 200, 200),
        "evidence/": (401, 404, 200, 200, 200),
        "evidence/sst/log/": (401, 404, 200, 200, 200),
        "evidence/sst/predictions/": (401, 404, 200, 200, 200),
        "verification/": (401, 404, was_sent, was_sent, was_sent),
        "verifications/": (401, 404, 200, 200, 200),
    }
    scripts = (scene.other.script, scene.owner.script, scene.member.script, scene.maintainer.script)
    people = (Script(), *scripts)
    for path, statuses in expected.items():
        got = tuple(person.get(f"submissions/{pk}/{path}").status_code for person in people)
        assert got == statuses, path
    assert scene.owner.submission(pk)["status"] == status.value


@EVERY_STATE
def test_the_public_sees_an_entry_from_approval_on_and_its_log_while_it_stands(
    brought: Brought, status: Status
) -> None:
    scene, pk = brought
    entry = scene.owner.submission(pk)["entry"]
    assert bool(entry) is (status in PUBLISHED)
    model = make_manifest(scene.edition)["model"]["name"]
    on_board = [row["entry"] for row in scene.visitor.board("finetuning", "time", scene.edition.slug).values()]
    assert (entry in on_board) is (status == Status.APPROVED)
    if not entry:
        assert model not in scene.visitor.open(f"/boards/finetuning/time/?edition={scene.edition.slug}")
        return
    scene.visitor.open(f"/entries/{entry}/")
    evidence = {file["kind"]: file["sha256"] for file in scene.visitor.api(f"entries/{entry}/")["evidence"]}
    address = f"entries/{entry}/evidence"
    assert len(scene.visitor.api(f"{address}/")) == (status in OPEN)
    log = scene.visitor.browser.get(f"/api/v1/{address}/{evidence['log']}/")
    assert log.status_code == (200 if status in OPEN else 404)
    scene.visitor.api(f"{address}/{evidence['predictions']}/", status=404)


VERBS: dict[str, set[Status]] = {
    "submit": {Status.DRAFT},
    "withdraw": {Status.QUEUED, Status.IN_REVIEW, Status.CHANGES_REQUESTED, Status.APPROVED},
    "revise": {Status.INVALID, Status.CHANGES_REQUESTED, Status.APPROVED},
}
"""From which states an owner may take a step (PROTOCOL section 9)."""


@EVERY_STATE
@pytest.mark.parametrize("verb", VERBS)
def test_an_owner_takes_only_the_steps_of_the_protocol(brought: Brought, status: Status, verb: str) -> None:
    scene, pk = brought
    answer = scene.owner.script.post(f"submissions/{pk}/{verb}/")
    if status in VERBS[verb]:
        assert answer.status_code in {200, 201, 202}, answer.content
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")
        assert scene.owner.submission(pk)["status"] == status.value


@EVERY_STATE
def test_a_member_of_the_organisation_changes_nothing(brought: Brought, status: Status) -> None:
    scene, pk = brought
    base, script, before = f"submissions/{pk}/", scene.member.script, scene.owner.submission(pk)
    answers = [
        script.patch(base, {"notes": "changed"}),
        script.put(f"{base}evidence/sst/log/", LOG),
        script.delete(f"{base}evidence/sst/log/"),
        script.delete(base),
        *(script.post(f"{base}{verb}/") for verb in VERBS),
    ]
    assert [answer.status_code for answer in answers] == [403] * 7
    assert scene.owner.submission(pk) == before


@EVERY_STATE
def test_only_drafts_change(brought: Brought, status: Status) -> None:
    scene, pk = brought
    base = f"submissions/{pk}/"
    script, before = scene.owner.script, scene.owner.submission(pk)
    answers = [
        script.patch(base, {"notes": "changed"}),
        script.put(f"{base}evidence/sst/log/", LOG + b"40,94\n"),
        script.delete(f"{base}evidence/sst/log/"),
        script.delete(base),
    ]
    if status == Status.DRAFT:
        assert [answer.status_code for answer in answers] == [200, 200, 204, 204]
    else:
        assert [answer.status_code for answer in answers] == [409] * 4
        assert scene.owner.submission(pk) == before


DECISIONS: dict[Status, set[str]] = {
    Status.IN_REVIEW: {"approve", "request_changes", "reject", "requeue"},
    Status.QUARANTINED: {"requeue", "reject"},
    Status.APPROVED: {"withdraw"},
}


@EVERY_STATE
def test_a_maintainer_has_the_buttons_of_the_state_and_no_others_work(brought: Brought, status: Status) -> None:
    scene, pk = brought
    buttons = set(re.findall(r'name="decision" value="(\w+)"', scene.maintainer.review_page(pk)))
    assert buttons == DECISIONS.get(status, set())
    seen = Submission.objects.get(pk=pk).content_hash
    for decision in {"approve", "request_changes", "reject", "requeue", "withdraw"} - buttons:
        data = {"decision": decision, "seen": seen, "verification": "1", "comment": "because"}
        answer = scene.maintainer.browser.post(f"{QUEUE}{pk}/decide/", data)
        assert answer.status_code == 409, decision
    assert Submission.objects.get(pk=pk).status == status


@EVERY_STATE
def test_nobody_but_a_maintainer_decides(brought: Brought, status: Status) -> None:
    scene, pk = brought
    data = {"decision": "approve", "seen": Submission.objects.get(pk=pk).content_hash, "comment": "because"}
    for person in (scene.visitor, scene.other, scene.owner, scene.member):
        assert person.browser.post(f"{QUEUE}{pk}/decide/", data).status_code in {302, 403}
    assert Submission.objects.get(pk=pk).status == status


def test_a_dry_run_is_its_owners_alone(scene: Scene) -> None:
    answer = scene.owner.script.bundle(make_manifest(scene.edition), FILES, query="?dry_run=true")
    pk = answer.json()["id"]
    verify(pk)
    assert scene.owner.script.get(f"dry-runs/{pk}/verification/").json()["measurements"]
    for person in (scene.other, scene.maintainer):
        for place in ("dry-runs", "submissions"):
            assert person.script.get(f"{place}/{pk}/").status_code == 404
    assert scene.maintainer.browser.get(f"{QUEUE}{pk}/change/").status_code == 302
    assert scene.owner.script.get("submissions/").json()["count"] == 0
