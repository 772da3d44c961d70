"""Adding files to a draft: each stands or falls by itself, and nothing else on the page is lost."""

import pytest

from tests.factories import make_task
from tests.submission_pages.pages import add_evidence, begin, both_files, choose_hardware, file, text_of
from tests.submissions.working.cases import CROSSES

pytestmark = pytest.mark.usefixtures("edition")


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

    @pytest.mark.parametrize("number", ["9" * 5000, "9" * 18, "²", "-1"])
    def test_odd_numbers_of_files_and_runs_do_no_harm(self, signed_in, draft, number):
        assert add_evidence(signed_in, draft, **{"remove": number, "toy-runs": number}).status_code == 302
        assert signed_in.get(f"/submissions/{draft.pk}/edit/evidence/?toy-runs={number}").status_code == 200
        answer = signed_in.post(f"/submissions/{draft.pk}/revise/", {"mend": number})
        assert answer["Location"] == f"/submissions/{draft.pk}/edit/"

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
