"""Reads of the API carry an ETag; addresses without their last slash keep method and body."""

import pytest
from django.test import Client

from leaderboard.models import Entry
from tests.factories_submissions import Script, make_catalogue, make_manifest, make_submission
from tests.submissions.working.cases import make_small_edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return make_catalogue()


@pytest.mark.parametrize("path", ["editions/", "tasks/?edition=small", "hardware/?edition=small", "entries/{entry}/"])
def test_what_a_caller_has_already_is_not_sent_again(path):
    make_small_edition()
    path = path.format(entry=Entry.objects.first().pk)
    first = Script().get(path)
    assert first.status_code == 200 and first["ETag"]
    again = Script().get(path, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert Script().get(path, If_None_Match='"other"').status_code == 200


def test_a_submission_has_another_tag_when_it_has_changed(edition):
    draft = make_submission(edition=edition)
    script = Script(draft.owner)
    path = f"submissions/{draft.pk}/"
    first = script.get(path)
    assert first["Cache-Control"] == "private, no-cache"
    assert script.get(path, If_None_Match=first["ETag"]).status_code == 304
    script.patch(path, {"notes": "changed"})
    assert script.get(path, If_None_Match=first["ETag"]).status_code == 200


def test_errors_and_pages_carry_none(edition):
    assert "ETag" not in Client().get("/faq/")
    assert Script().get("entries/00000000-0000-0000-0000-000000000000/", If_None_Match="*").status_code == 404


def test_a_post_without_the_last_slash_is_sent_on_as_a_post(edition):
    draft = make_submission(edition=edition)
    answer = Script(draft.owner).post("submissions", make_manifest(edition))
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/submissions/")
