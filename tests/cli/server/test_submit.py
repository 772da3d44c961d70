"""hulk submit: what is sent, what is not sent twice, and what is told of what the server found."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hulk_cli import submit as verb
from hulk_cli.client import Client
from hulk_cli.sending import replacement
from submissions import review
from submissions.models import Attempt, Evidence, Status, Submission
from tests.cli.conftest import GOOD, hulk
from tests.cli.server.conftest import sent, spoken
from tests.factories_submissions import make_maintainer, make_token

KEYS = {"id", "status", "page", "url", "dry_run", "resumed", "already_sent", "verification"}
pytestmark = pytest.mark.usefixtures("signed_in")


def change(folder: Path, **values: Any) -> Path:
    path = folder / "submission.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    return folder


@pytest.mark.parametrize("sample", ["pretraining-csv", "finetuning-csv", "inference-csv"])
def test_each_phase_is_sent_verified_and_ranked(sample: str) -> None:
    told = sent(GOOD / sample)
    assert set(told) == KEYS
    assert told["status"] == "in_review"
    assert set(told["verification"]["scores"]) == {"time", "cost", "efficiency"}
    assert told["verification"]["preview_rank"]["time"] >= 1
    assert Submission.objects.get().status == Status.IN_REVIEW


def test_people_read_findings_scores_and_the_rank_on_standard_output(folder: Path) -> None:
    result = hulk("submit", folder, "--wait")
    assert (result.exit_code, result.stderr) == (0, "")
    for words in ("in review", "tiny-ner: 24.00 s", "from tiny-ner/log.csv:21", "time", "rank 1", "/submissions/"):
        assert words in result.stdout


def test_without_wait_it_ends_when_it_is_queued(folder: Path) -> None:
    told = spoken(hulk("submit", folder, "--json"))
    assert (told["status"], told["verification"]) == ("queued", None)
    assert hulk("submit", folder, "--again", "-q").stdout.strip() == str(
        Submission.objects.order_by("created_at").last().pk
    )


def test_what_hulk_check_finds_is_told_and_nothing_is_sent(folder: Path) -> None:
    (folder / "tiny-ner" / "log.csv").write_text("seconds,f1\n20,80\n10,90\n")
    result = hulk("submit", folder, "--json")
    assert result.exit_code == 4
    assert spoken(result)["status"] == "not_sent"
    assert spoken(result)["verification"]["findings"][0]["code"] == "log-time-backwards"
    assert "Nothing was sent" in result.stderr
    assert not Submission.objects.exists()


def test_no_check_has_the_server_find_it(folder: Path) -> None:
    (folder / "tiny-ner" / "log.csv").write_text("seconds,f1\n20,80\n10,90\n")
    result = hulk("submit", folder, "--no-check", "--wait", "--json")
    assert result.exit_code == 4
    assert spoken(result)["status"] == "invalid"
    assert spoken(result)["verification"]["findings"][0]["code"] == "log-time-backwards"


def test_a_dry_run_tells_the_same_and_leaves_no_submission(folder: Path) -> None:
    result = hulk("submit", folder, "--dry-run", "--json")
    assert result.exit_code == 0
    told = spoken(result)
    assert (set(told), told["dry_run"], told["page"]) == (KEYS, True, None)
    assert told["verification"]["preview_rank"]["time"] == 1
    assert not Submission.objects.filter(is_dry_run=False).exists()
    assert "nothing of it stays" in hulk("submit", folder, "--dry-run").stdout
    assert hulk("submit", folder, "--dry-run", "--again").exit_code == 2


class TestOnceOnly:
    def test_the_same_content_is_not_sent_twice(self, folder: Path) -> None:
        first, second = sent(folder), sent(folder)
        assert (second["id"], second["already_sent"]) == (first["id"], True)
        assert Submission.objects.count() == 1

    def test_again_sends_a_new_one(self, folder: Path) -> None:
        assert sent(folder)["id"] != sent(folder, "--again")["id"]

    def test_after_a_withdrawal_it_is_a_new_one(self, folder: Path) -> None:
        first = sent(folder)
        hulk("withdraw", first["id"])
        assert sent(folder)["id"] != first["id"]

    def test_one_that_was_opened_to_be_mended_is_verified_again_unchanged(self, folder: Path, client: Client) -> None:
        (folder / "tiny-ner" / "log.csv").write_text("seconds,f1\n20,80\n10,90\n")
        first = spoken(hulk("submit", folder, "--no-check", "--json"))
        client.revise(first["id"])
        told = spoken(hulk("submit", folder, "--no-check", "--wait", "--json"))
        assert (told["id"], told["status"], told["resumed"]) == (first["id"], "invalid", True)
        assert Submission.objects.get().revision == 2

    def test_another_server_or_account_knows_nothing_of_it(self, folder: Path, owner: Any) -> None:
        first = sent(folder)
        Submission.objects.filter(pk=first["id"]).update(owner=make_maintainer("bob"))
        assert sent(folder)["id"] != first["id"]

    def test_a_draft_that_was_begun_is_gone_on_with(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        upload, sizes = Client.upload, []

        def cut(self: Client, submission: str, place: Any, source: Any, *more: Any) -> Any:
            if len(sizes) == 2:
                raise KeyboardInterrupt
            sizes.append(source.size)
            return upload(self, submission, place, source, *more)

        monkeypatch.setattr(Client, "upload", cut)
        assert hulk("submit", folder).exit_code == 130
        begun = Submission.objects.get()
        kept = dict(Evidence.objects.values_list("name", "uploaded_at"))
        assert (begun.status, len(kept)) == (Status.DRAFT, 2)
        monkeypatch.setattr(Client, "upload", upload)
        told = sent(folder)
        assert (told["id"], told["resumed"]) == (str(begun.pk), True)
        after = dict(Evidence.objects.values_list("name", "uploaded_at"))
        assert {name: after[name] for name in kept} == kept


class TestRevising:
    def test_only_what_changed_is_sent_into_an_invalid_one(self, folder: Path) -> None:
        good = (folder / "tiny-ner" / "log.csv").read_bytes()
        (folder / "tiny-ner" / "log.csv").write_text("seconds,f1\n20,80\n10,90\n")
        first = spoken(hulk("submit", folder, "--no-check", "--wait", "--json"))
        before = dict(Evidence.objects.values_list("name", "uploaded_at"))
        (folder / "tiny-ner" / "log.csv").write_bytes(good)
        told = sent(change(folder, notes="mended"), "--revise", first["id"])
        assert (told["id"], told["status"]) == (first["id"], "in_review")
        after = dict(Evidence.objects.values_list("name", "uploaded_at"))
        assert {name for name in after if after[name] != before[name]} == {"tiny-ner/log.csv"}
        submission = Submission.objects.get()
        assert (submission.revision, submission.manifest["notes"]) == (2, "mended")

    def test_a_file_that_is_no_longer_named_is_taken_out(self, folder: Path, client: Client) -> None:
        manifest = json.loads((folder / "submission.json").read_text())
        draft = client.create(manifest)
        for place, source in client_files(folder):
            client.upload(draft["id"], place, source)
        tasks = {slug: task for slug, task in manifest["tasks"].items() if slug != "tiny-nli"}
        assert sent(change(folder, tasks=tasks), "--revise", draft["id"])["id"] == draft["id"]
        assert set(Evidence.objects.values_list("task", flat=True)) == {"tiny-ner", "tiny-sentiment"}
        assert set(Submission.objects.get().manifest["tasks"]) == {"tiny-ner", "tiny-sentiment"}

    def test_one_that_waits_for_review_is_not_changed(self, folder: Path) -> None:
        first = sent(folder)
        result = hulk("submit", change(folder, notes="other"), "--revise", first["id"])
        assert result.exit_code == 2
        assert Submission.objects.count() == 1

    @pytest.mark.parametrize(
        ("old", "new", "patch"),
        [
            ({"a": 1}, {"a": 1}, {}),
            ({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"c": 1, "d": 3}}, {"a": None, "b": {"d": 3}}),
            ({"a": None}, {}, {}),
            ({"a": {"b": 1}}, {"a": "x", "n": []}, {"a": "x", "n": []}),
        ],
    )
    def test_the_patch_makes_the_new_manifest_of_the_old(self, old: Any, new: Any, patch: Any) -> None:
        assert replacement(old, new) == patch


def client_files(folder: Path) -> Any:
    return verb.sending.pack(folder).placed


class TestRefusals:
    def test_a_rejected_submission_ends_with_5(self, folder: Path) -> None:
        told = sent(folder)
        it = Submission.objects.get()
        review.reject(it, by=make_maintainer(), at=it.changed_at, comment="No.", seen=it.content_hash)
        assert hulk("status", told["id"]).exit_code == 5

    def test_without_a_token_or_with_a_wrong_one_it_ends_with_3(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for wrong in ("", "hulk_nonsense"):
            monkeypatch.setenv("HULK_TOKEN", wrong)
            result = hulk("submit", folder, "--json")
            assert result.exit_code == 3
            assert "hulk auth login" in result.stderr and "nonsense" not in result.output
            assert set(spoken(result)["error"]) == {"code", "status", "detail", "errors"}

    def test_a_token_that_may_only_read_ends_with_3(self, folder: Path, owner: Any) -> None:
        assert hulk("submit", folder, "--token", make_token(owner, "read")).exit_code == 3

    def test_a_wrong_manifest_is_told_by_the_server_with_remedies(self, folder: Path) -> None:
        result = hulk("submit", change(folder, phase="training"), "--no-check")
        assert result.exit_code == 4
        assert "finetuning" in result.stderr

    def test_an_archive_is_refused_and_its_draft_is_gone(self, folder: Path) -> None:
        (folder / "tiny-ner" / "log.csv").write_bytes(b"PK\x03\x04" + bytes(200))
        result = hulk("submit", folder, "--no-check", "--json")
        assert (result.exit_code, spoken(result)["error"]["status"]) == (4, 415)
        assert not Submission.objects.exists()

    def test_a_file_over_the_limit_is_refused_and_its_draft_is_gone(self, folder: Path) -> None:
        edition = Submission._meta.get_field("edition").related_model.objects.get(slug="demo")
        edition.limits = {**edition.limits, "file_bytes": 500}
        edition.save()
        result = hulk("submit", folder, "--json")
        assert (result.exit_code, spoken(result)["error"]["status"]) == (4, 413)
        assert not Submission.objects.exists()

    def test_missing_evidence_is_told_before_anything_is_sent(self, folder: Path) -> None:
        shutil.rmtree(folder / "tiny-ner")
        assert hulk("submit", folder, "--no-check").exit_code == 2
        assert hulk("submit", folder).exit_code == 4
        assert not Submission.objects.exists()

    def test_evidence_that_the_manifest_does_not_name_is_asked_for_by_the_server(self, folder: Path) -> None:
        manifest = json.loads((folder / "submission.json").read_text())
        del manifest["tasks"]["tiny-ner"]["predictions"]
        result = hulk("submit", change(folder, tasks=manifest["tasks"]), "--no-check", "--json")
        assert (result.exit_code, spoken(result)["error"]["status"]) == (4, 422)
        assert not Submission.objects.exists()

    def test_without_attempts_nothing_is_uploaded(self, folder: Path, settings: Any) -> None:
        settings.DAILY_ATTEMPTS = 1
        sent(folder)
        result = hulk("submit", folder, "--again", "--json")
        assert (result.exit_code, spoken(result)["error"]["code"]) == (1, "quota-spent")
        assert "00:00 UTC" in result.stderr
        assert Attempt.objects.count() == 3
        assert Evidence.objects.exclude(submission__status=Status.IN_REVIEW).count() == 0

    def test_a_dry_run_without_attempts_says_when_to_come_back(self, folder: Path, settings: Any) -> None:
        settings.DAILY_ATTEMPTS = 1
        sent(folder)
        result = hulk("submit", folder, "--dry-run", "--json")
        assert (result.exit_code, spoken(result)["error"]["status"]) == (1, 429)
        assert "Try again in" in result.stderr
