"""The demo edition and the sample bundles: made by a script, the same everywhere, and verified without an error."""

import json
import stat
import tempfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from hulk_site.accounts.models import Token, User
from hulk_site.demo import labels
from hulk_site.demo.samples import samples
from leaderboard import loading
from leaderboard.models import Edition, Entry, Event
from submissions import verification
from submissions.models import Status, Submission
from tests.made_once import once

GOOD = Path(__file__).resolve().parents[1] / "bundles" / "good"
SAMPLES = sorted(path.name for path in GOOD.iterdir())
BY_NATURE = {
    "finetuning-trainer-state": {"time-estimated"},
    "finetuning-result-csv": {"mnli-single-value"},
    "pretraining-result-csv": {"mnli-single-value"},
    "finetuning-tensorboard": {"scale-converted"},
    "finetuning-mllog": {"scale-converted"},
    "finetuning-gluonnlp": {"scale-converted", "bracket-wide"},
    "finetuning-torchvision": {"bracket-wide"},
    "finetuning-allennlp": {"scale-converted", "bracket-wide"},
    "finetuning-progress-table": {"scale-converted", "bracket-wide", "time-estimated"},
    "finetuning-paddle": {"scale-converted", "bracket-wide", "time-estimated"},
    "finetuning-key-values": {"scale-converted", "bracket-wide"},
    "finetuning-json-arrays": {"bracket-wide"},
    "finetuning-log-pattern": {"bracket-wide"},
}
"""What a format cannot say, and what a warning therefore says."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "demo.json"


@pytest.fixture
def demo(db: None, file: Path) -> dict:
    """The demo, as `make run` makes it; what it wrote."""
    file.write_text(once(make_demo))
    return json.loads(file.read_text())


def make_demo() -> str:
    """What the file says."""
    loading.load(timezone.now())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "demo.json"
        call_command("create_demo", "--file", str(file), verbosity=0)
        return file.read_text()


def send(client: Client, demo: dict, sample: str) -> dict:
    """Sends a sample bundle as the printed curl command does; the answer."""
    folder = GOOD / sample
    paths = [path for path in folder.rglob("*") if path.is_file()]
    parts = {path.relative_to(folder).as_posix(): path.open("rb") for path in paths}
    parts["manifest"] = parts.pop("submission.json")
    token = demo["users"]["researcher"]["token"]
    answer = client.post("/api/v1/bundles/", parts, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 202, answer.content
    return answer.json()


def test_the_committed_samples_are_what_the_script_makes() -> None:
    committed = {
        sample: {
            path.relative_to(GOOD / sample).as_posix(): path.read_bytes()
            for path in (GOOD / sample).rglob("*")
            if path.is_file()
        }
        for sample in SAMPLES
    }
    assert committed == samples()
    assert sum(len(data) for files in committed.values() for data in files.values()) < 600_000


def test_no_sample_gives_the_gold_labels_away() -> None:
    gold = [content.encode() for files in labels.gold_files().values() for content in files.values()]
    tags = [tag for sentence in labels.sentences() for _, tag in sentence]
    for files in samples().values():
        assert not set(files.values()) & set(gold)
        for name, content in files.items():
            if name.endswith("dev.conll"):
                assert [line.split()[-1] for line in content.decode().splitlines() if line] != tags


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_verified_without_an_error_and_waits_for_review(
    sample: str, client: Client, demo: dict, django_capture_on_commit_callbacks: object
) -> None:
    submission = Submission.objects.get(pk=send(client, demo, sample)["id"])
    verification.verify(submission.pk)
    submission.refresh_from_db()
    checked = submission.verifications.get()
    assert submission.status == Status.IN_REVIEW
    assert {found["code"] for found in checked.findings} == BY_NATURE.get(sample, set())
    assert checked.badge == ("log checked" if sample.startswith("pretraining") else "verified")
    assert all(score > 0 for score in checked.scores.values())


def test_the_file_of_sign_ins_is_for_its_owner_alone(demo: dict, file: Path) -> None:
    file.unlink()
    call_command("create_demo", "--file", str(file), verbosity=0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_file_of_sign_ins_is_as_scripts_expect_it(demo: dict) -> None:
    assert set(demo) == {"url", "users"}
    assert set(demo["users"]) == {"researcher", "colleague", "maintainer"}
    assert all(set(user) == {"password", "token"} for user in demo["users"].values())


def test_demo_users_sign_in_and_only_the_maintainer_reviews(demo: dict, client: Client, settings: Settings) -> None:
    for name, user in demo["users"].items():
        assert client.login(username=name, password=user["password"])
        assert client.get("/admin/submissions/submission/").status_code == (200 if name == "maintainer" else 302)


def test_a_second_start_keeps_passwords_tokens_and_what_is_there(demo: dict, file: Path) -> None:
    counted = [Entry.objects.count(), Submission.objects.count(), Event.objects.count(), Token.objects.count()]
    call_command("create_demo", "--file", str(file), verbosity=0)
    assert json.loads(file.read_text()) == demo
    assert [Entry.objects.count(), Submission.objects.count(), Event.objects.count(), Token.objects.count()] == counted


def test_where_the_file_was_lost_there_are_new_passwords_and_no_old_tokens(demo: dict, file: Path) -> None:
    file.unlink()
    call_command("create_demo", "--file", str(file), verbosity=0)
    again = json.loads(file.read_text())
    assert again["users"]["researcher"] != demo["users"]["researcher"]
    assert User.objects.get(username="researcher").check_password(again["users"]["researcher"]["password"])
    assert Token.objects.count() == 3


def test_gold_that_was_deleted_is_made_again(demo: dict, file: Path, settings: Settings, client: Client) -> None:
    for path in sorted(settings.GOLD_DIR.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    call_command("create_demo", "--file", str(file), verbosity=0)
    submission = Submission.objects.get(pk=send(client, demo, "inference-csv")["id"])
    verification.verify(submission.pk)
    assert submission.verifications.get().badge == "verified"


def test_one_sample_has_been_sent_already(demo: dict) -> None:
    sent = Submission.objects.get()
    assert (sent.owner.username, sent.status) == ("colleague", Status.QUEUED)


def test_the_demo_is_never_the_edition_that_boards_show_by_default(demo: dict) -> None:
    assert Edition.objects.get(slug="demo").is_demo
    assert Edition.objects.current().slug == "hulk-2020"


@pytest.mark.parametrize("phase", ["pretraining", "finetuning", "inference"])
def test_the_reference_of_each_demo_board_scores_one_a_task(demo: dict, client: Client, phase: str) -> None:
    rows = client.get(f"/api/v1/boards/{phase}/time/?edition=demo").json()["results"]
    (reference,) = [row for row in rows if row["is_reference"]]
    assert len(rows) == 3
    assert [task["score"] for task in reference["tasks"].values()] == [1.0] * len(reference["tasks"])


def test_a_public_server_gets_no_demo_users(db: None, settings: Settings, file: Path) -> None:
    settings.HTTPS = True
    with pytest.raises(CommandError, match="public"):
        call_command("create_demo", "--file", str(file))
    assert not User.objects.exists()


def test_without_a_catalogue_the_command_says_what_to_run_first(db: None, file: Path) -> None:
    with pytest.raises(CommandError, match="load_baselines"):
        call_command("create_demo", "--file", str(file))
