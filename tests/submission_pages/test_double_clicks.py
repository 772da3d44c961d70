"""Forms that arrive several times at once (R16): one draft, one submission, one token."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from hulk_site.accounts.models import Token
from submissions.models import Status, Submission
from tests.submission_pages.pages import DESCRIPTION
from tests.submissions.working.cases import make_draft, make_person, make_small_edition

pytestmark = pytest.mark.django_db(transaction=True)
CLICKS = 8


@pytest.fixture
def ada():
    make_small_edition()
    return make_person("ada")


def clicks(person: Any, address: str, values: dict[str, Any]) -> list[Any]:
    """The answers to the same form, sent by several threads at once."""

    def click(_: int) -> Any:
        client = Client()
        client.force_login(person)
        try:
            return client.post(address, values)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLICKS) as pool:
        return list(pool.map(click, range(CLICKS)))


def test_a_form_begun_once_is_one_draft(ada):
    answers = clicks(ada, "/submit/?form=once", DESCRIPTION)
    draft = Submission.objects.get()
    assert {answer["Location"] for answer in answers} == {f"/submissions/{draft.pk}/edit/hardware/"}


def test_a_draft_is_sent_once(ada):
    draft = make_draft(ada)
    answers = clicks(ada, f"/submissions/{draft.pk}/edit/check/", {"consent": "yes"})
    assert {answer["Location"] for answer in answers} == {f"/submissions/{draft.pk}/"}
    assert draft.steps.filter(to_status=Status.QUEUED).count() == 1
    assert draft.revisions.count() == 1


def test_a_token_is_made_once(ada):
    answers = clicks(ada, "/account/tokens/", {"name": "laptop", "scopes": ["read"], "days": "30"})
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * (CLICKS - 1)
    assert Token.objects.count() == 1
