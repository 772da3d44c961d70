"""Filling in a draft, step by step, without a script."""

import pytest

from submissions.models import Status, Submission
from tests.factories import make_accelerator, make_edition, make_offer, make_task
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
from tests.submissions.work.cases import CROSSES, predictions

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

    @pytest.mark.parametrize("name", ["a\x00b", "x" * 500, "\u202egnp.exe"])
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
        assert "Accelerator card · $3.60 an hour per gpu" in page
        assert "Cloud · $7.20 an hour per gpu (dear-card)" in page

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

    def test_save_and_leave_goes_to_the_draft(self, signed_in):
        draft = begin(signed_in)
        assert choose_hardware(signed_in, draft, leave="1")["Location"] == f"/submissions/{draft.pk}/"


class TestEvidence:
    @pytest.fixture
    def draft(self, signed_in):
        draft = begin(signed_in)
        choose_hardware(signed_in, draft)
        return draft

    def test_files_are_stored_under_their_task_with_their_hash(self, signed_in, draft):
        response = add_evidence(signed_in, draft, **both_files(), **{"continue": "1"})
        assert response["Location"] == f"/submissions/{draft.pk}/edit/check/"
        assert sorted(draft.evidence.values_list("task", "kind", "name")) == [
            ("toy", "log", "toy/log.csv"),
            ("toy", "predictions", "toy/dev.tsv"),
        ]
        page = text_of(signed_in.get(f"/submissions/{draft.pk}/edit/evidence/"))
        assert f"sha256 {draft.evidence.first().sha256[:12]}" in page

    def test_a_refused_file_stands_beside_its_field_and_the_other_is_kept(self, signed_in, draft):
        response = add_evidence(
            signed_in,
            draft,
            **{
                "file-toy-log-1-": file(CROSSES),
                "file-toy-predictions-1-": file(b"PK\x03\x04rest", "dev.zip"),
                "toy-claimed_seconds": "30.5",
            },
        )
        log, dev = response.context["parts"][0].runs[0].slots
        draft.refresh_from_db()
        assert response.status_code == 422
        assert log.evidence.name == "toy/log.csv"
        assert "ZIP" in dev.error
        assert draft.manifest["tasks"]["toy"]["claimed_seconds"] == 30.5
        assert [one.kind for one in draft.evidence.all()] == ["log"]

    def test_an_empty_file_is_refused_in_words(self, signed_in, draft):
        response = add_evidence(signed_in, draft, **{"file-toy-log-1-": file("")})
        assert "is empty" in text_of(response)
        assert not draft.evidence.exists()

    def test_a_file_over_the_limit_is_refused_in_words(self, signed_in, draft):
        draft.edition.limits = {"file_bytes": 10}
        draft.edition.save()
        response = add_evidence(signed_in, draft, **{"file-toy-log-1-": file(CROSSES)})
        assert "larger than 10 bytes" in text_of(response)

    def test_wrong_numbers_stand_beside_their_fields_and_files_are_kept(self, signed_in, draft):
        response = add_evidence(
            signed_in, draft, **both_files(), **{"toy-claimed_seconds": "soon", "toy-batch_size": "1.5"}
        )
        form = response.context["parts"][0].form
        assert response.status_code == 422
        assert set(form.errors) == {"claimed_seconds", "batch_size"}
        assert form["claimed_seconds"].value() == "soon"
        assert draft.evidence.count() == 2

    def test_another_file_at_a_place_replaces_the_first(self, signed_in, draft):
        for text in (CROSSES, "seconds,accuracy\n1,95\n"):
            add_evidence(signed_in, draft, **{"file-toy-log-1-": file(text)})
        assert draft.evidence.get().size == len("seconds,accuracy\n1,95\n")

    def test_a_file_can_be_removed_and_what_was_typed_stays(self, signed_in, draft):
        add_evidence(signed_in, draft, **both_files())
        log = draft.evidence.get(kind="log")
        response = add_evidence(signed_in, draft, remove=str(log.pk), **{"toy-claimed_seconds": "12"})
        draft.refresh_from_db()
        assert response.status_code == 302
        assert [one.kind for one in draft.evidence.all()] == ["predictions"]
        assert draft.manifest["tasks"]["toy"]["claimed_seconds"] == 12

    def test_somebody_elses_file_is_not_removed(self, signed_in, draft, client, mia):
        add_evidence(signed_in, draft, **both_files())
        theirs = draft.evidence.first()
        client.force_login(mia)
        other = begin(client)
        add_evidence(client, other, remove=str(theirs.pk))
        assert draft.evidence.count() == 2

    def test_a_task_whose_last_file_goes_is_not_sent_any_more(self, signed_in, draft):
        add_evidence(signed_in, draft, **{"file-toy-log-1-": file(CROSSES)})
        add_evidence(signed_in, draft, remove=str(draft.evidence.get().pk))
        draft.refresh_from_db()
        assert draft.manifest["tasks"] == {}

    def test_a_run_can_be_added_and_its_files_pair_by_position(self, signed_in, draft):
        response = add_evidence(signed_in, draft, add_run="toy", **both_files())
        assert response["Location"].endswith("/edit/evidence/?toy-runs=2#task-toy")
        page = signed_in.get(response["Location"])
        assert len(page.context["parts"][0].runs) == 2
        again = {name.replace("-1-", "-2-"): upload for name, upload in both_files().items()}
        add_evidence(signed_in, draft, **again, **{"toy-runs": "2", "toy-seeds": "1, 2"})
        draft.refresh_from_db()
        assert draft.manifest["tasks"]["toy"]["seeds"] == [1, 2]
        assert [one.name for one in draft.evidence.filter(run=2)] == ["toy/run2/log.csv", "toy/run2/dev.tsv"]

    def test_what_a_script_put_into_the_manifest_stays(self, signed_in, draft):
        add_evidence(signed_in, draft, **{"toy-pattern_time": r"t=(\d+)", "toy-pattern_metric": r"acc=(\d+)"})
        add_evidence(signed_in, draft, **{"toy-pattern_time": r"t=(\d+)", "toy-pattern_metric": r"f=(\d+)"})
        draft.refresh_from_db()
        assert draft.manifest["tasks"]["toy"]["log_pattern"] == {"time": r"t=(\d+)", "metric": r"f=(\d+)"}
        add_evidence(signed_in, draft)
        draft.refresh_from_db()
        assert draft.manifest["tasks"] == {}

    @pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.csv", "é" * 300, "\u202egnp.csv", ""])
    def test_odd_file_names_do_no_harm(self, signed_in, draft, name):
        upload = file(CROSSES)
        upload._name = name  # The setter would already have tidied it.
        add_evidence(signed_in, draft, **{"file-toy-log-1-": upload})
        for one in draft.evidence.all():
            assert one.name.startswith("toy/")
            assert ".." not in one.name and one.name.isprintable() and len(one.name) < 200


class TestTasksInParts:
    @pytest.fixture
    def draft(self, signed_in, edition):
        make_task(edition, "halves", parts=[{"name": "matched", "size": 5}, {"name": "mismatched", "size": 5}])
        draft = begin(signed_in)
        choose_hardware(signed_in, draft)
        return draft

    def test_two_files_or_one_can_be_sent(self, signed_in, draft):
        labels = [
            slot.label for slot in signed_in.get(f"/submissions/{draft.pk}/edit/evidence/").context["parts"][1].slots
        ]
        assert labels[1:4] == ["Predictions, matched", "Predictions, mismatched", "Predictions, all parts in one file"]

    def test_one_half_alone_is_missing_the_other(self, signed_in, draft):
        add_evidence(
            signed_in,
            draft,
            **{"file-halves-log-1-": file(CROSSES), "file-halves-predictions-1-matched": file("yes\n" * 5)},
        )
        check = signed_in.get(f"/submissions/{draft.pk}/edit/check/")
        assert check.context["missing"] == ["HALVES: predictions (mismatched)"]


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
