"""Who may fetch a file that somebody sent: role by address by state, and how it is then given."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from hulk_site.accounts.models import User
from submissions import intake, review
from submissions.evidence import put
from submissions.models import Submission
from submissions.verification import verify
from tests.submissions.working.cases import lately, make_draft, make_maintainer, make_person, make_small_edition

pytestmark = pytest.mark.django_db

STATES = ("draft", "in review", "approved", "withdrawn")
KINDS = ("log", "predictions", "attachment")
PAGE, API, PUBLIC = "page", "API", "public API"
ROLES = ("owner", "maintainer", "other", "anonymous")


@pytest.fixture
def people() -> dict[str, Client]:
    make_small_edition()
    clients = {role: Client() for role in ROLES}
    clients["owner"].force_login(make_person("ada"))
    clients["maintainer"].force_login(make_maintainer("mia"))
    clients["other"].force_login(make_person("eve"))
    return clients


def submission_in(state: str) -> Submission:
    owner, mia = (User.objects.get(username=name) for name in ("ada", "mia"))
    submission = make_draft(owner)
    blob = put(io.BytesIO(b"a config"), limit=100)
    submission.evidence.create(task="toy", kind="attachment", name="toy/config.txt", sha256=blob.sha256, size=8)
    if state == "draft":
        return submission
    intake.submit(submission, by=owner, at=lately())
    verify(submission.pk)
    submission.refresh_from_db()
    if state == "in review":
        return submission
    submission = review.approve(submission, by=mia, at=datetime.now(UTC), seen=submission.content_hash)
    if state == "withdrawn":
        review.withdraw(submission, by=owner, at=datetime.now(UTC), comment="")
        submission.refresh_from_db()
    return submission


def expected(role: str, address: str, state: str, kind: str) -> int:
    """The table, in words: private addresses are for the owner and for maintainers in every state; the public one is
    for everybody while the entry stands, and never has predictions or attachments."""
    if address == PUBLIC:
        return 200 if state == "approved" and kind == "log" else 404
    if role in {"owner", "maintainer"}:
        return 200
    if role == "other":
        return 404
    return 302 if address == PAGE else 401


def addresses(submission: Submission, kind: str) -> Iterator[tuple[str, str]]:
    file = submission.evidence.get(kind=kind)
    yield PAGE, f"/submissions/{submission.pk}/evidence/{file.pk}/"
    yield API, f"/api/v1/submissions/{submission.pk}/evidence/toy/{kind}/"
    yield PUBLIC, f"/api/v1/entries/{submission.entry_id or submission.pk}/evidence/{file.sha256}/"


@pytest.mark.parametrize("state", STATES)
def test_the_table(people: dict[str, Client], state: str) -> None:
    submission = submission_in(state)
    for kind in KINDS:
        for address, path in addresses(submission, kind):
            for role, client in people.items():
                answer = client.get(path)
                assert answer.status_code == expected(role, address, state, kind), (role, address, state, kind)
                if answer.status_code == 200:
                    _is_a_download(answer)


def _is_a_download(answer: Any) -> None:
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("role", ["maintainer", "other", "anonymous"])
def test_nobody_but_the_owner_changes_a_file(people: dict[str, Client], role: str) -> None:
    submission = submission_in("draft")
    path = f"/api/v1/submissions/{submission.pk}/evidence/toy/log/"
    status = {"maintainer": 403, "other": 404, "anonymous": 401}[role]
    assert people[role].put(path, b"1,2\n", "text/plain").status_code == status
    assert people[role].delete(path).status_code == status
    assert submission.evidence.count() == 3


@pytest.mark.parametrize("state", ["in review", "approved", "withdrawn"])
def test_what_was_sent_is_changed_by_nobody(people: dict[str, Client], state: str) -> None:
    submission = submission_in(state)
    path = f"/api/v1/submissions/{submission.pk}/evidence/toy/log/"
    assert people["owner"].put(path, b"1,2\n", "text/plain").status_code == 409
    assert people["owner"].delete(path).status_code == 409


def test_a_file_whose_bytes_are_away_is_no_fault_of_who_asks(people: dict[str, Client]) -> None:
    submission = submission_in("draft")
    submission.evidence.update(sha256="0" * 64)
    for address, path in addresses(submission, "log"):
        if address != PUBLIC:
            answer = people["owner"].get(path)
            assert (answer.status_code, answer["Retry-After"]) == (503, "10"), address
