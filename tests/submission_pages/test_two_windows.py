"""Two windows, or a window and a script, at the same draft: nothing is lost silently, and who is late is told."""

from typing import Any

import pytest
from django.utils import timezone

from submissions import intake
from submissions.models import Status, Submission
from tests.submission_pages.pages import DESCRIPTION, HARDWARE, add_evidence, begin, file, filled, send, text_of
from tests.submissions.working.cases import CROSSES, NEVER

pytestmark = pytest.mark.usefixtures("edition")


def window(client: Any, address: str) -> dict[str, Any]:
    """What a browser sends back of a page on which nothing was typed."""
    page = client.get(address)
    context = page.context
    forms = [part.form for part in context["parts"]] if "parts" in context else [context["form"]]
    values: dict[str, Any] = {}
    for form in forms:
        values |= {form.add_prefix(name): form[name].value() or "" for name in form.fields}
        values[form.seen_name] = form.seen
        assert f'name="{form.seen_name}"' in page.content.decode()
    for slot in (slot for part in context.get("parts", ()) for slot in part.slots):
        values[slot.seen_field] = slot.evidence.sha256 if slot.evidence else ""
    return values


def by_script(draft: Submission, **manifest: Any) -> None:
    intake.change_draft(draft, by=draft.owner, manifest=manifest, at=timezone.now(), complete=False)


class TestTyped:
    def test_two_windows_change_different_fields_of_one_step_and_both_changes_stay(self, signed_in):
        draft = begin(signed_in)
        address = f"/submissions/{draft.pk}/edit/"
        one, other = window(signed_in, address), window(signed_in, address)
        assert signed_in.post(address, {**one, "organisation": "First"}).status_code == 302
        assert signed_in.post(address, {**other, "framework": "PyTorch"}).status_code == 302
        draft.refresh_from_db()
        assert draft.manifest["model"]["organisation"] == "First"
        assert draft.manifest["software"]["framework"] == "PyTorch"

    def test_two_windows_change_the_same_field_and_the_later_one_is_told_and_may_insist(self, signed_in):
        draft = begin(signed_in)
        address = f"/submissions/{draft.pk}/edit/"
        other = window(signed_in, address)
        signed_in.post(address, {**window(signed_in, address), "notes": "The first.\r\nOf two lines."})
        late = signed_in.post(address, {**other, "notes": "The second."})
        form = late.context["form"]
        assert (late.status_code, list(form.errors)) == (422, ["notes"])
        assert "changed meanwhile" in form.errors["notes"][0]
        assert "The first." in form.errors["notes"][0]
        assert form["notes"].value() == "The second."
        again = {**other, "notes": "The second.", form.seen_name: form.seen}
        assert signed_in.post(address, again).status_code == 302
        draft.refresh_from_db()
        assert draft.manifest["notes"] == "The second."

    def test_who_insists_on_one_field_undoes_nothing_in_the_others(self, signed_in):
        draft = begin(signed_in)
        address = f"/submissions/{draft.pk}/edit/"
        shown = window(signed_in, address)
        by_script(draft, notes="By a script.", model={"base": "bert-base"})
        mine = {**shown, "notes": "Mine."}
        late = signed_in.post(address, mine)
        assert signed_in.post(address, {**mine, "seen": late.context["form"].seen}).status_code == 302
        draft.refresh_from_db()
        assert (draft.manifest["notes"], draft.manifest["model"]["base"]) == ("Mine.", "bert-base")

    def test_both_typing_the_same_is_no_conflict(self, signed_in):
        draft = begin(signed_in)
        address = f"/submissions/{draft.pk}/edit/"
        sent = {**window(signed_in, address), "notes": "Same."}
        assert [signed_in.post(address, sent).status_code for _ in range(2)] == [302, 302]

    def test_a_script_changes_the_hardware_while_a_window_has_it_open(self, signed_in):
        draft = begin(signed_in)
        address = f"/submissions/{draft.pk}/edit/hardware/"
        shown = window(signed_in, address)
        by_script(draft, hardware={"accelerator": "card", "count": 4})
        late = signed_in.post(address, {**shown, **HARDWARE, "count": "2"})
        assert (late.status_code, list(late.context["form"].errors)) == (422, ["count"])
        draft.refresh_from_db()
        assert draft.manifest["hardware"]["count"] == 4

    def test_a_claim_that_a_script_made_meanwhile_is_kept_where_the_window_did_not_touch_it(self, signed_in):
        draft = filled(signed_in)
        address = f"/submissions/{draft.pk}/edit/evidence/"
        shown = window(signed_in, address)
        by_script(draft, tasks={"toy": {"claimed_seconds": 30.5}})
        assert signed_in.post(address, {**shown, "toy-batch_size": "32"}).status_code == 302
        draft.refresh_from_db()
        assert draft.manifest["tasks"]["toy"]["claimed_seconds"] == 30.5
        assert draft.manifest["tasks"]["toy"]["batch_size"] == 32
        late = signed_in.post(address, {**shown, "toy-claimed_seconds": "31"})
        assert late.status_code == 422
        assert "changed meanwhile" in text_of(late)

    def test_back_to_the_first_step_keeps_what_the_second_has_added(self, signed_in):
        draft = begin(signed_in)
        by_script(draft, hardware={"accelerator": "card", "count": 2})
        assert signed_in.post("/submit/?form=n1", {**DESCRIPTION, "name": "Renamed"}).status_code == 302
        draft.refresh_from_db()
        assert draft.model_name == "Renamed"
        assert draft.manifest["hardware"]["accelerator"] == "card"

    def test_what_was_shown_may_be_made_up_and_then_counts_for_nothing(self, signed_in):
        draft = begin(signed_in)
        deep, half = "[" * 100_000, '{"name": "\\ud800"}'
        for made_up in ("[]", "{", "null", '{"name": {"a": 1}}', deep, half):
            for address in (f"/submissions/{draft.pk}/edit/", "/submit/?form=n2"):
                for name in ("ToyBERT", ""):
                    answer = signed_in.post(address, {**DESCRIPTION, "name": name, "seen": made_up})
                    assert answer.status_code in {302, 422}


class TestFiles:
    def test_a_file_that_came_meanwhile_is_not_overwritten_but_shown(self, signed_in):
        draft = filled(signed_in)
        address = f"/submissions/{draft.pk}/edit/evidence/"
        shown = window(signed_in, address)
        field = "file-toy-log-1-"
        add_evidence(signed_in, draft, **{field: file(NEVER, "other.csv")})
        late = signed_in.post(address, {**shown, field: file(CROSSES + "50,94\n", "mine.csv")})
        assert late.status_code == 422
        assert "Another file was put here meanwhile" in text_of(late)
        assert draft.evidence.get(kind="log").size == len(NEVER)
        seen = {"seen-" + field: draft.evidence.get(kind="log").sha256}
        assert seen["seen-" + field] in late.content.decode()
        assert signed_in.post(address, {**shown, **seen, field: file(CROSSES, "mine.csv")}).status_code == 302
        assert draft.evidence.get(kind="log").size == len(CROSSES)

    def test_a_file_that_was_replaced_meanwhile_is_not_removed(self, signed_in):
        draft = filled(signed_in)
        address = f"/submissions/{draft.pk}/edit/evidence/"
        shown = window(signed_in, address)
        add_evidence(signed_in, draft, **{"file-toy-log-1-": file(NEVER, "other.csv")})
        late = signed_in.post(address, {**shown, "remove": str(draft.evidence.get(kind="log").pk)})
        assert late.status_code == 422
        assert draft.evidence.filter(kind="log").exists()


class TestSending:
    def test_what_was_changed_since_it_was_looked_at_is_not_sent_but_shown(self, signed_in):
        draft = filled(signed_in)
        address = f"/submissions/{draft.pk}/edit/check/"
        seen = signed_in.get(address).context["seen"]
        by_script(draft, notes="changed by a script")
        late = signed_in.post(address, {"consent": "yes", "seen": seen})
        assert late.status_code == 409
        assert "The draft was changed since you looked at it" in text_of(late)
        draft.refresh_from_db()
        assert draft.status == Status.DRAFT
        again = signed_in.post(address, {"consent": "yes", "seen": late.context["seen"]})
        assert again.status_code == 302
        draft.refresh_from_db()
        assert draft.status == Status.QUEUED

    def test_who_saves_a_step_after_it_was_sent_is_told_that_nothing_was_saved(self, signed_in):
        draft = filled(signed_in)
        shown = window(signed_in, f"/submissions/{draft.pk}/edit/")
        send(signed_in, draft)
        late = signed_in.post(f"/submissions/{draft.pk}/edit/", {**shown, "notes": "late"}, follow=True)
        assert "was not saved: meanwhile the submission is queued" in text_of(late)
        second_click = signed_in.post(f"/submissions/{draft.pk}/edit/check/", {"consent": "yes"}, follow=True)
        assert "was not saved" not in text_of(second_click)
