"""Filling in a draft, step by step, without a script."""

import pytest

from submissions.models import Status, Submission
from tests.factories import make_accelerator, make_edition, make_offer
from tests.submission_pages.pages import (
    DESCRIPTION,
    add_evidence,
    begin,
    both_files,
    choose_hardware,
    file,
    filled,
    send,
    text_of,
)
from tests.submissions.working.cases import CROSSES, make_queued, manifest_of, predictions

pytestmark = pytest.mark.usefixtures("edition")


class TestBeginning:
    def test_a_stranger_is_sent_to_sign_in_and_back(self, client):
        response = client.get("/submit/?phase=inference")
        assert response.status_code == 302
        assert response["Location"] == "/account/login/?next=/submit/%3Fphase%3Dinference"

    def test_a_link_may_name_the_phase(self, signed_in):
        page = signed_in.get("/submit/?phase=inference")
        assert page.context["form"]["phase"].value() == "inference"

    def test_what_is_typed_is_saved_as_a_draft_and_leads_to_the_hardware(self, signed_in, ada):
        response = signed_in.post("/submit/", DESCRIPTION)
        draft = Submission.objects.get()
        assert response["Location"] == f"/submissions/{draft.pk}/edit/hardware/"
        assert (draft.status, draft.owner, draft.phase) == (Status.DRAFT, ada, "finetuning")
        assert draft.manifest["model"]["parameters_millions"] == 110.5
        assert draft.manifest["run_date"] == "2026-11-20"

    def test_all_mistakes_stand_beside_their_fields_at_once_and_nothing_typed_is_lost(self, signed_in):
        response = signed_in.post(
            "/submit/",
            {**DESCRIPTION, "name": "", "parameters": "many", "code_url": "javascript:alert(1)", "notes": "kept"},
        )
        form = response.context["form"]
        assert response.status_code == 422
        assert set(form.errors) == {"name", "parameters", "code_url"}
        assert form["parameters"].value() == "many"
        assert form["notes"].value() == "kept"
        assert 'aria-invalid="true"' in response.content.decode()
        assert not Submission.objects.exists()

    def test_an_empty_form_says_what_is_needed_beside_its_field(self, signed_in):
        response = signed_in.post("/submit/", {"phase": "finetuning", "edition": "small"})
        form = response.context["form"]
        assert (response.status_code, list(form.errors)) == (422, ["name"])
        assert form.errors["name"] == ["This is needed."]

    def test_a_double_click_makes_one_draft(self, signed_in):
        first, second = begin(signed_in), begin(signed_in)
        assert first == second
        assert Submission.objects.count() == 1

    def test_a_new_form_begins_another_draft(self, signed_in):
        forms = {signed_in.get("/submit/").context["nonce"] for _ in range(2)}
        assert len({begin(signed_in, form).pk for form in forms}) == 2

    def test_back_then_other_words_change_the_draft_that_was_begun(self, signed_in):
        begin(signed_in)
        begin(signed_in, name="OtherBERT")
        assert Submission.objects.get().model_name == "OtherBERT"

    def test_a_form_kept_open_after_its_draft_was_deleted_begins_another(self, signed_in):
        begin(signed_in).delete()
        begin(signed_in)
        assert Submission.objects.count() == 1

    def test_two_people_with_the_same_number_have_a_draft_each(self, client, ada, mia):
        for person in (ada, mia):
            client.force_login(person)
            begin(client)
        assert {draft.owner for draft in Submission.objects.all()} == {ada, mia}

    @pytest.mark.parametrize("name", ["a\x07b", "x" * 500, "\u202egnp.exe"])
    def test_odd_text_is_refused_beside_its_field(self, signed_in, name):
        response = signed_in.post("/submit/", {**DESCRIPTION, "name": name})
        assert response.status_code == 422
        assert response.context["form"].errors["name"]

    def test_markup_in_a_name_is_shown_as_text(self, signed_in):
        draft = begin(signed_in, name="<script>alert(1)</script>")
        for address in ("", "edit/", "edit/hardware/", "edit/evidence/", "edit/check/", "delete/"):
            page = signed_in.get(f"/submissions/{draft.pk}/{address}").content.decode()
            assert "<script>alert" not in page
            assert "&lt;script&gt;alert(1)" in page

    def test_a_changed_phase_drops_what_was_said_about_the_tasks(self, signed_in):
        draft = begin(signed_in)
        choose_hardware(signed_in, draft)
        add_evidence(signed_in, draft, **{"toy-claimed_seconds": "30.5"})
        response = signed_in.post(f"/submissions/{draft.pk}/edit/", {**DESCRIPTION, "phase": "pretraining"})
        draft.refresh_from_db()
        assert response.status_code == 302
        assert (draft.phase, draft.manifest["tasks"]) == ("pretraining", {})

    def test_phase_and_edition_stay_once_files_are_there(self, signed_in):
        draft = filled(signed_in)
        response = signed_in.post(
            f"/submissions/{draft.pk}/edit/", {**DESCRIPTION, "phase": "inference", "name": "Renamed"}
        )
        draft.refresh_from_db()
        assert response.status_code == 302
        assert (draft.phase, draft.model_name) == ("finetuning", "Renamed")
        assert draft.evidence.count() == 2


class TestHardware:
    def test_the_price_of_the_day_stands_beside_the_name(self, signed_in):
        card = make_accelerator("card")
        make_offer(card, usd="7.2", slug="dear-card")
        draft = begin(signed_in)
        page = text_of(signed_in.get(f"/submissions/{draft.pk}/edit/hardware/"))
        assert "Accelerator card · $3.60 an hour per GPU" in page
        assert "Cloud · $7.20 an hour per GPU (dear-card)" in page

    def test_an_accelerator_must_be_chosen_before_one_goes_on(self, signed_in):
        draft = begin(signed_in)
        response = choose_hardware(signed_in, draft, accelerator="", count="none", usd_per_hour="3")
        assert response.status_code == 422
        assert set(response.context["form"].errors) == {"accelerator", "count", "price_source"}

    def test_an_unknown_accelerator_is_refused(self, signed_in):
        draft = begin(signed_in)
        response = choose_hardware(signed_in, draft, accelerator="abacus")
        assert "abacus" in str(response.context["form"].errors["accelerator"])

    def test_an_own_price_is_kept_with_its_source(self, signed_in):
        draft = begin(signed_in)
        response = choose_hardware(signed_in, draft, usd_per_hour="2.5", price_source="invoice", details="")
        draft.refresh_from_db()
        assert response["Location"] == f"/submissions/{draft.pk}/edit/evidence/"
        assert draft.manifest["hardware"]["usd_per_hour"] == 2.5

    def test_the_price_of_the_day_that_was_filled_in_is_no_declaration(self, signed_in):
        draft = begin(signed_in)
        choose_hardware(signed_in, draft, usd_per_hour="3.60", price_of_the_day="3.60", price_source=" ")
        draft.refresh_from_db()
        assert draft.manifest["hardware"]["usd_per_hour"] is None

    @pytest.mark.parametrize("own", ["3.61", "3.6"])
    def test_another_price_than_was_filled_in_asks_for_its_source(self, own, signed_in):
        draft = begin(signed_in)
        response = choose_hardware(signed_in, draft, usd_per_hour=own, price_of_the_day="3.60")
        assert list(response.context["form"].errors) == ["price_source"]
        assert response.context["form"]["usd_per_hour"].value() == own

    def test_the_page_says_which_price_an_empty_field_means(self, signed_in):
        draft = begin(signed_in)
        choose_hardware(signed_in, draft)
        page = text_of(signed_in.get(f"/submissions/{draft.pk}/edit/hardware/"))
        assert "The price of 20 November 2026: $3.60 an hour per GPU, Cloud" in page
        assert "Empty: the price of the day." in page

    def test_save_and_leave_goes_to_the_draft(self, signed_in):
        draft = begin(signed_in)
        assert choose_hardware(signed_in, draft, leave="1")["Location"] == f"/submissions/{draft.pk}/"


class TestOtherPhases:
    def test_pretraining_asks_for_one_log(self, signed_in):
        draft = begin(signed_in, phase="pretraining")
        choose_hardware(signed_in, draft)
        response = add_evidence(signed_in, draft, **{"file-all-log-1-": file("hours,toy\n1,80\n2,92\n")})
        assert response.status_code == 302
        assert send(signed_in, draft)["Location"] == f"/submissions/{draft.pk}/"

    def test_inference_takes_a_mean_in_place_of_samples(self, signed_in):
        draft = begin(signed_in, phase="inference")
        choose_hardware(signed_in, draft)
        add_evidence(
            signed_in,
            draft,
            **{
                "toy-mean_ms": "2.5",
                "toy-samples": "2000",
                "file-toy-predictions-1-": file(predictions(), "dev.tsv"),
            },
        )
        assert send(signed_in, draft)["Location"] == f"/submissions/{draft.pk}/"

    def test_a_mean_without_its_count_is_said_at_the_task(self, signed_in):
        draft = begin(signed_in, phase="inference")
        response = add_evidence(signed_in, draft, **{"toy-mean_ms": "2.5"})
        assert response.status_code == 422
        assert "belong together" in text_of(response)


class TestSending:
    def test_the_check_names_what_is_missing_with_the_step_that_mends_it(self, signed_in):
        draft = begin(signed_in)
        page = signed_in.get(f"/submissions/{draft.pk}/edit/check/")
        steps = {step for step, _ in page.context["problems"]}
        assert steps == {"edit_hardware", "edit_evidence"}
        assert not page.context["is_ready"]
        add_evidence(signed_in, draft, **{"file-toy-log-1-": file(CROSSES)})
        choose_hardware(signed_in, draft)
        page = signed_in.get(f"/submissions/{draft.pk}/edit/check/")
        assert page.context["missing"] == ["TOY: predictions"]

    def test_a_link_to_the_code_may_wait_until_it_is_sent(self, signed_in):
        assert "Link to the source code needed before it is sent" in text_of(signed_in.get("/submit/"))
        draft = begin(signed_in, code_url="")
        choose_hardware(signed_in, draft)
        add_evidence(signed_in, draft, **both_files())
        for page in (signed_in.get(f"/submissions/{draft.pk}/edit/check/"), send(signed_in, draft)):
            assert "Before it can be sent There is no link to the source code." in text_of(page)
            assert not page.context["is_ready"]
        draft.refresh_from_db()
        assert (page.status_code, draft.status) == (422, Status.DRAFT)

    def test_it_shows_price_and_attempts_before_sending(self, signed_in, edition):
        edition.daily_attempts = 7
        edition.save()
        draft = filled(signed_in)
        text = text_of(signed_in.get(f"/submissions/{draft.pk}/edit/check/"))
        assert "$3.60 an hour" in text
        assert "toy 7" in text

    def test_without_consent_nothing_is_sent(self, signed_in):
        draft = filled(signed_in)
        response = signed_in.post(f"/submissions/{draft.pk}/edit/check/")
        draft.refresh_from_db()
        assert response.status_code == 422
        assert "Tick this first" in text_of(response)
        assert draft.status == Status.DRAFT

    def test_sent_is_queued_and_leads_to_its_page(self, signed_in):
        draft = filled(signed_in)
        response = send(signed_in, draft)
        draft.refresh_from_db()
        assert response["Location"] == f"/submissions/{draft.pk}/"
        assert draft.status == Status.QUEUED

    def test_a_double_click_on_send_sends_once(self, signed_in):
        draft = filled(signed_in)
        answers = [send(signed_in, draft)["Location"] for _ in range(2)]
        assert answers == [f"/submissions/{draft.pk}/"] * 2
        assert draft.revisions.count() == 1
        assert draft.steps.filter(to_status=Status.QUEUED).count() == 1

    def test_an_incomplete_draft_is_not_sent(self, signed_in):
        draft = begin(signed_in)
        response = send(signed_in, draft)
        assert response.status_code == 422
        assert draft.revisions.count() == 0

    def test_without_attempts_left_it_stays_a_draft(self, signed_in, edition):
        edition.daily_attempts = 1
        edition.save()
        send(signed_in, filled(signed_in))
        second = begin(signed_in, form="n2")
        choose_hardware(signed_in, second)
        add_evidence(signed_in, second, **both_files())
        response = send(signed_in, second)
        second.refresh_from_db()
        assert response.status_code == 429
        assert int(response["Retry-After"]) > 0
        assert second.status == Status.DRAFT

    def test_what_is_sent_cannot_be_edited(self, signed_in):
        draft = filled(signed_in)
        send(signed_in, draft)
        for step in ("", "hardware/", "evidence/", "check/"):
            address = f"/submissions/{draft.pk}/edit/{step}"
            assert signed_in.get(address)["Location"] == f"/submissions/{draft.pk}/"
            assert signed_in.post(address)["Location"] == f"/submissions/{draft.pk}/"


def test_somebody_elses_draft_is_not_there(client, ada, mia, edition):
    client.force_login(ada)
    draft = begin(client)
    client.force_login(mia)
    for step in ("edit/", "edit/hardware/", "edit/evidence/", "edit/check/", "withdraw/", "delete/"):
        assert client.get(f"/submissions/{draft.pk}/{step}").status_code == 404
        assert client.post(f"/submissions/{draft.pk}/{step}").status_code == 404


def test_a_form_without_its_token_is_refused(ada, edition, client):
    client.handler.enforce_csrf_checks = True
    client.force_login(ada)
    assert client.post("/submit/", DESCRIPTION).status_code == 403
    assert not Submission.objects.exists()


def test_a_demo_edition_says_what_it_is_and_does_not_come_first(signed_in):
    make_edition("demo", is_demo=True, title="Demo", published_on="2026-01-01")
    choices = signed_in.get("/submit/").context["form"].fields["edition"].widget.choices
    assert [slug for slug, _ in choices] == ["small", "demo"]
    assert choices[1][1] == "Demo (demo), for trying out"


class TestStartingFromAnEarlierOne:
    def test_what_stays_the_same_is_filled_in_and_results_are_not(self, signed_in, ada, edition):
        manifest = manifest_of(batch_size=32, claimed_seconds=30.5, seeds=[1])
        earlier = make_queued(ada, {**manifest, "notes": "the first one"})
        assert earlier.model_name in text_of(signed_in.get("/submit/"))
        answer = signed_in.post(f"/submissions/{earlier.pk}/copy/")
        draft = Submission.objects.exclude(pk=earlier.pk).get()
        assert answer["Location"] == f"/submissions/{draft.pk}/edit/"
        assert (draft.status, draft.supersedes, draft.evidence.count()) == ("draft", None, 0)
        assert draft.manifest["model"] == earlier.manifest["model"]
        assert draft.manifest["hardware"] == earlier.manifest["hardware"]
        task = draft.manifest["tasks"]["toy"]
        assert (task["batch_size"], task["claimed_seconds"], task["seeds"], task["log"]) == (32, None, None, None)
        assert (draft.manifest["run_date"], draft.manifest["notes"]) == (None, "")

    def test_only_ones_own_can_be_copied(self, signed_in, mia, edition):
        assert signed_in.post(f"/submissions/{make_queued(mia).pk}/copy/").status_code == 404
        assert Submission.objects.count() == 1
