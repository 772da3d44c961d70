"""Two at the same draft: who says in If-Match what they saw overwrites nothing that they did not see."""

import json
from typing import Any

import pytest

from submissions.models import Evidence, Status, Submission
from tests.factories_submissions import LOG, PREDICTIONS, Script, make_maintainer, make_submission, make_user
from tests.submissions.tus import Tus

pytestmark = pytest.mark.django_db
OTHER = LOG.replace(b"92.0", b"91.0")


@pytest.fixture
def owner() -> Any:
    return make_user("ada")


@pytest.fixture
def draft(owner: Any) -> Submission:
    return make_submission(owner)


@pytest.fixture
def script(owner: Any) -> Script:
    return Script(owner)


def patch(script: Script, draft: Submission, tag: str, **changes: Any) -> Any:
    return script.call("PATCH", f"submissions/{draft.pk}/", json.dumps(changes), If_Match=tag)


def problem(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer["Content-Type"].partition(";")[0]


LATE = (412, "changed-meanwhile", "application/problem+json")


class TestSubmission:
    def test_a_change_of_what_was_seen_is_made_and_gives_the_tag_for_the_next(
        self, script: Script, draft: Submission
    ) -> None:
        seen = script.get(f"submissions/{draft.pk}/")["ETag"]
        first = patch(script, draft, seen, notes="one")
        second = patch(script, draft, first["ETag"], notes="two")
        assert (first.status_code, second.status_code) == (200, 200)
        assert second["ETag"] == script.get(f"submissions/{draft.pk}/")["ETag"]

    def test_who_is_late_is_told_and_gets_the_new_tag(self, script: Script, draft: Submission) -> None:
        seen = script.get(f"submissions/{draft.pk}/")["ETag"]
        patch(script, draft, seen, notes="the first")
        late = patch(script, draft, seen, notes="the second")
        assert problem(late) == LATE
        assert late["ETag"] == script.get(f"submissions/{draft.pk}/")["ETag"]
        draft.refresh_from_db()
        assert draft.manifest["notes"] == "the first"
        assert patch(script, draft, late["ETag"], notes="the second").status_code == 200

    def test_a_new_file_is_a_change_as_well(self, script: Script, draft: Submission) -> None:
        seen = script.get(f"submissions/{draft.pk}/")["ETag"]
        script.put(f"submissions/{draft.pk}/evidence/sst/energy/", b"energy")
        assert problem(patch(script, draft, seen, notes="late")) == LATE

    def test_what_nobody_changed_in_it_refuses_nothing(self, script: Script, draft: Submission, owner: Any) -> None:
        """Attempts that another submission used, and what was written about it."""
        seen = script.get(f"submissions/{draft.pk}/")["ETag"]
        other = make_submission(owner, draft.edition)
        script.post(f"submissions/{other.pk}/submit/")
        draft.messages.create(author=make_maintainer(), from_maintainer=True, body="Hello.", at=draft.created_at)
        assert script.get(f"submissions/{draft.pk}/")["ETag"] != seen
        assert patch(script, draft, seen, notes="in time").status_code == 200

    def test_a_submission_is_sent_or_deleted_as_it_was_seen(self, script: Script, draft: Submission) -> None:
        address = f"submissions/{draft.pk}/"
        seen = script.get(address)["ETag"]
        patch(script, draft, seen, notes="changed")
        assert problem(script.post(f"{address}submit/", If_Match=seen, Idempotency_Key="k1")) == LATE
        assert problem(script.call("DELETE", address, If_Match=seen)) == LATE
        draft.refresh_from_db()
        assert draft.status == Status.DRAFT
        seen = script.get(address)["ETag"]
        sent = script.post(f"{address}submit/", If_Match=seen, Idempotency_Key="k1")
        again = script.post(f"{address}submit/", If_Match=seen, Idempotency_Key="k1")
        assert (sent.status_code, again.status_code) == (202, 202)
        assert sent["ETag"] == again["ETag"]

    @pytest.mark.parametrize("tag", ["*", "W/{seen}", '"other", {seen}'])
    def test_any_a_weakened_tag_and_one_of_several_will_do(self, tag: str, script: Script, draft: Submission) -> None:
        seen = script.get(f"submissions/{draft.pk}/")["ETag"]
        assert patch(script, draft, tag.format(seen=seen), notes="x").status_code == 200

    def test_a_tag_that_is_none_is_refused_rather_than_ignored(self, script: Script, draft: Submission) -> None:
        answer = patch(script, draft, "abc", notes="x")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "If-Match")

    def test_another_persons_submission_is_as_missing_with_a_tag_as_without(self, draft: Submission) -> None:
        assert patch(Script(make_user()), draft, '"x"', notes="x").status_code == 404


class TestFile:
    def put(self, script: Script, draft: Submission, content: bytes, **headers: str) -> Any:
        return script.put(f"submissions/{draft.pk}/evidence/sst/log/", content, **headers)

    def test_a_file_is_replaced_by_who_has_seen_it(self, script: Script, draft: Submission) -> None:
        seen = script.get(f"submissions/{draft.pk}/evidence/sst/log/")["ETag"]
        assert seen == f'"{Evidence.objects.get(kind="log").sha256}"'
        answer = self.put(script, draft, OTHER, If_Match=seen)
        assert (answer.status_code, answer["ETag"]) == (200, f'"{answer.json()["sha256"]}"')
        late = self.put(script, draft, b"seconds,accuracy\n1,95\n", If_Match=seen)
        assert problem(late) == LATE
        assert late["ETag"] == answer["ETag"]
        assert Evidence.objects.get(kind="log").sha256 == answer.json()["sha256"]

    def test_a_place_that_was_empty_must_still_be(self, script: Script, draft: Submission) -> None:
        assert problem(self.put(script, draft, OTHER, If_None_Match="*")) == LATE
        script.delete(f"submissions/{draft.pk}/evidence/sst/log/")
        assert problem(self.put(script, draft, OTHER, If_Match="*")) == LATE
        assert self.put(script, draft, OTHER, If_None_Match="*").status_code == 201

    def test_a_file_is_removed_by_who_has_seen_it(self, script: Script, draft: Submission) -> None:
        address = f"submissions/{draft.pk}/evidence/sst/log/"
        seen = script.get(address)["ETag"]
        self.put(script, draft, OTHER)
        assert problem(script.call("DELETE", address, If_Match=seen)) == LATE
        assert script.call("DELETE", address, If_Match=script.get(address)["ETag"]).status_code == 204

    def test_a_download_that_is_known_is_not_sent_again(self, script: Script, draft: Submission) -> None:
        address = f"submissions/{draft.pk}/evidence/sst/predictions/"
        first = script.get(address)
        assert b"".join(first.streaming_content) == PREDICTIONS
        assert script.get(address, If_None_Match=first["ETag"]).status_code == 304


class TestUpload:
    def test_a_file_that_came_while_another_was_on_its_way_is_not_overwritten(
        self, script: Script, draft: Submission
    ) -> None:
        tus, seen = Tus(script), Evidence.objects.get(kind="log").sha256
        begun = tus.begin(draft, len(OTHER), If_Match=f'"{seen}"')
        assert begun.status_code == 201
        script.put(f"submissions/{draft.pk}/evidence/sst/log/", b"seconds,accuracy\n1,95\n")
        late = tus.piece(begun["Location"], 0, OTHER)
        assert problem(late) == LATE
        assert Evidence.objects.get(kind="log").size == 22
        assert tus.call("HEAD", begun["Location"]).status_code == 404, "it is given up, as its place is another's"

    def test_it_is_told_before_the_first_byte_where_it_shows(self, script: Script, draft: Submission) -> None:
        tus = Tus(script)
        assert problem(tus.begin(draft, len(OTHER), If_None_Match="*")) == LATE
        assert problem(tus.begin(draft, len(OTHER), If_Match='"0000"')) == LATE

    def test_without_a_condition_the_last_one_stands(self, script: Script, draft: Submission) -> None:
        assert Tus(script).send(draft, OTHER).status_code == 204
