"""hulk status, list, download, withdraw, revise, board and auth, each against a real server."""

import json
import stat
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from hulk_cli import configuration
from hulk_cli.client import Client
from hulk_cli.downloading import named
from hulk_cli.errors import HulkError
from leaderboard.models import Edition
from scoring.rules import Measure, Phase
from submissions import organisations, review
from submissions.models import Evidence, Submission
from tests.cli.conftest import GOOD, hulk
from tests.cli.server.conftest import sent, spoken
from tests.factories_submissions import make_maintainer, make_token, make_user

VERBS = [("submit", str(GOOD / "finetuning-csv")), ("list",), ("auth", "whoami"), ("auth", "login", "--token-stdin")]
ONE = "00000000-0000-0000-0000-000000000000"
VERBS += [(verb, ONE) for verb in ("status", "download", "withdraw", "revise")]


@pytest.fixture
def told(signed_in: None, folder: Path) -> dict[str, Any]:
    """A submission that was sent and verified."""
    return sent(folder)


class TestStatus:
    def test_it_shows_state_findings_and_ranks(self, told: dict[str, Any]) -> None:
        result = hulk("status", told["id"])
        assert (result.exit_code, result.stderr) == (0, "")
        assert "in review" in result.stdout and "rank 1" in result.stdout
        assert hulk("status", told["id"], "-q").stdout == "in_review\n"
        found = spoken(hulk("status", told["id"], "--json"))
        assert {"id", "status", "missing", "manifest", "page", "verification"} <= set(found)
        assert found["verification"]["progress"] == 1.0

    def test_a_draft_has_no_verification_yet(self, client: Client, folder: Path) -> None:
        draft = client.create(json.loads((folder / "submission.json").read_text()))
        result = hulk("status", draft["id"])
        assert (result.exit_code, "tiny-ner/log" in result.stdout) == (0, True)
        assert spoken(hulk("status", draft["id"], "--json"))["verification"] is None

    def test_watch_waits_until_it_is_verified(self, folder: Path, client: Client, signed_in: None) -> None:
        told = client.send(folder).submission
        assert spoken(hulk("status", told["id"], "--watch", "--json"))["status"] == "in_review"

    def test_what_is_not_there_is_wrong_usage(self, signed_in: None) -> None:
        for verb, wrong in product(("status", "download", "withdraw", "revise"), ("7", ONE)):
            result = hulk(verb, wrong)
            assert (result.exit_code, result.stdout) == (2, "")
            assert result.stderr

    def test_withdrawing_twice_is_fine_and_a_draft_cannot_be(self, told: dict[str, Any], client: Client) -> None:
        for _ in range(2):
            assert spoken(hulk("withdraw", told["id"], "--comment", "Found a bug.", "--json"))["status"] == "withdrawn"
        draft = client.create(told["verification"] and Submission.objects.get().manifest)
        assert hulk("withdraw", draft["id"]).exit_code == 2

    def test_revising_gives_a_draft(self, told: dict[str, Any]) -> None:
        it = Submission.objects.get()
        who = make_maintainer()
        review.request_changes(it, by=who, at=it.changed_at, comment="More.", seen=it.content_hash)
        assert hulk("revise", told["id"], "-q").stdout.strip() == told["id"]
        assert spoken(hulk("status", told["id"], "--json"))["status"] == "draft"


class TestList:
    def test_it_shows_ones_own_newest_first(self, told: dict[str, Any], folder: Path) -> None:
        newer = sent(folder, "--again")
        assert hulk("list", "-q").stdout.split() == [newer["id"], told["id"]]
        found = spoken(hulk("list", "--json", "--limit", "1"))
        assert (found["count"], found["results"][0]["id"]) == (1, newer["id"])
        assert told["id"] in hulk("list").stdout
        assert hulk("list", "--status", "draft", "-q").stdout == ""

    def test_of_many_pages_all_are_listed(self, client: Client, folder: Path) -> None:
        draft = Submission.objects.get(pk=client.create(json.loads((folder / "submission.json").read_text()))["id"])
        same = {"owner": draft.owner, "edition": draft.edition, "manifest": draft.manifest}
        Submission.objects.bulk_create(Submission(**same) for _ in range(100))
        assert len(set(hulk("list", "-q", "--limit", "1000").stdout.split())) == 101

    def test_another_account_has_none(self, told: dict[str, Any]) -> None:
        assert hulk("list", "-q", "--token", make_token(make_user("bob"))).stdout == ""


class TestDownload:
    @pytest.mark.parametrize("sample", ["finetuning-csv", "pretraining-csv", "inference-csv", "finetuning-result-csv"])
    def test_the_folder_is_what_was_sent(self, signed_in: None, tmp_path: Path, sample: str) -> None:
        source = GOOD / sample
        told = sent(source)
        result = hulk("download", told["id"], "--to", tmp_path / "back", "--json")
        assert result.exit_code == 0, result.output
        names = spoken(result)["files"]
        assert names[0] == "submission.json" and len(names) == len(set(names))
        for name in names[1:]:
            assert (tmp_path / "back" / name).read_bytes() == (source / name).read_bytes()
        assert hulk("check", tmp_path / "back").exit_code == 0

    def test_files_that_the_manifest_does_not_name_get_names(
        self, client: Client, folder: Path, tmp_path: Path
    ) -> None:
        told = client.send(folder).submission
        described = Submission.objects.get()
        for task in described.manifest["tasks"].values():
            task |= {"log": None, "predictions": None}
        described.save()
        Evidence.objects.filter(task="tiny-ner", kind="log").update(name="../../outside.csv")
        client.download(told["id"], tmp_path / "back")
        assert not (tmp_path.parent / "outside.csv").exists()
        assert (tmp_path / "back" / "tiny-ner" / "log-1").is_file()
        assert hulk("check", tmp_path / "back").exit_code == 0

    def test_nothing_is_overwritten_and_what_is_there_is_not_fetched_again(
        self, told: dict[str, Any], tmp_path: Path
    ) -> None:
        for _ in range(2):
            assert hulk("download", told["id"], "--to", tmp_path / "back").exit_code == 0
        (tmp_path / "back" / "tiny-ner" / "log.csv").write_text("mine")
        (tmp_path / "back" / "submission.json").unlink()
        result = hulk("download", told["id"], "--to", tmp_path / "back")
        assert (result.exit_code, "log.csv" in result.stderr) == (2, True)
        assert (tmp_path / "back" / "tiny-ner" / "log.csv").read_text() == "mine"
        assert not (tmp_path / "back" / "submission.json").exists()

    def test_a_link_does_not_lead_out_of_the_folder(self, told: dict[str, Any], tmp_path: Path) -> None:
        (tmp_path / "back").mkdir()
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "back" / "tiny-ner").symlink_to(tmp_path / "elsewhere")
        assert hulk("download", told["id"], "--to", tmp_path / "back").exit_code == 2
        assert list((tmp_path / "elsewhere").iterdir()) == []

    def test_a_server_cannot_name_a_place_outside(self) -> None:
        evil: Any = {"task": "..", "kind": "..", "run": 1, "part": "/../x", "name": "/etc/passwd", "sha256": ""}
        with pytest.raises(HulkError, match="no folder can take"):
            named([evil])


class TestBoard:
    @pytest.fixture(autouse=True)
    def server(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HULK_URL", url)

    def test_people_read_it_without_a_token(self) -> None:
        result = hulk("board", "finetuning", "time")
        assert (result.exit_code, result.stderr) == (0, "")
        assert "RoBERTa-Large" in result.stdout and "N/R" in result.stdout and "25.1" in result.stdout

    def test_each_board_is_json_csv_and_ids(self) -> None:
        for phase, measure in product(Phase, Measure):
            found = spoken(hulk("board", phase, measure, "--json"))
            assert {"count", "next", "previous", "results"} <= set(found)
            assert hulk("board", phase, measure, "-q").stdout.split() == [row["entry"] for row in found["results"]]
            header, *rows = hulk("board", phase, measure, "--csv").stdout.splitlines()
            assert header.startswith("rank,entry,url,model,")
            assert len(rows) == found["count"]
            assert hulk("board", phase, measure).exit_code == 0

    def test_the_address_of_a_board_is_its_options(self) -> None:
        options = ["--sort=-date", "--search", "bert", "--filter", "kind=baseline", "--per-page", "10"]
        found = spoken(hulk("board", "finetuning", "time", "--json", *options))
        assert all("bert" in row["model"].lower() for row in found["results"])
        assert "Demo-Tiny" in hulk("board", "finetuning", "time", "--edition", "demo").stdout
        assert "No entry fits" in hulk("board", "finetuning", "time", "--search", "zzzz").stdout

    def test_a_wrong_value_is_told_with_the_right_ones(self) -> None:
        wrong = {("--sort", "nme"): "model", ("--filter", "colour=red"): "kind", ("--filter", "red"): "NAME=VALUE"}
        for options, words in wrong.items():
            result = hulk("board", "finetuning", "time", *options)
            assert (result.exit_code, result.stdout) == (2, "")
            assert words in result.stderr

    def test_an_unknown_board_is_wrong_usage(self) -> None:
        assert hulk("board", "finetuning", "beauty").exit_code == 2


class TestSigningIn:
    def test_a_token_is_checked_kept_for_its_server_and_forgotten(
        self, url: str, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert hulk("auth", "whoami", "--url", url).exit_code == 3
        result = hulk("auth", "login", "--url", f"{url}/", "--token-stdin", "--json", typed=f"{token}\n")
        assert (result.exit_code, spoken(result)["username"]) == (0, "ada")
        path = configuration.file()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        found = spoken(hulk("auth", "whoami", "--json"))
        assert (found["url"], found["token"]["scopes"]) == (url, ["read", "submit"])
        assert found["attempts_left"]["demo"]["tiny-ner"] == Edition.objects.get(slug="demo").daily_attempts
        assert token not in hulk("auth", "whoami").output
        assert hulk("auth", "whoami", "-q").stdout == "ada\n"
        assert configuration.chosen("http://127.0.0.1:1").token == ""
        assert hulk("auth", "logout").exit_code == 0
        assert hulk("auth", "whoami").exit_code == 3
        assert hulk("auth", "logout").exit_code == 3
        assert token not in path.read_text()

    def test_a_wrong_token_is_not_kept(self, url: str) -> None:
        for wrong in ("hulk_wrong\n", "\n", "", "two words\n"):
            result = hulk("auth", "login", "--url", url, "--token-stdin", typed=wrong)
            assert result.exit_code in {2, 3}
            assert not configuration.file().exists()

    @pytest.mark.parametrize("verb", VERBS)
    def test_without_a_server_each_verb_says_how_to_name_one(self, verb: tuple[str, ...]) -> None:
        result = hulk(*verb, typed="x\n")
        assert (result.exit_code, "HULK_URL" in result.stderr) == (2, True)

    @pytest.mark.parametrize("verb", VERBS)
    def test_where_nobody_answers_each_verb_ends_with_1(
        self, verb: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HULK_URL", "http://127.0.0.1:1")
        monkeypatch.setenv("HULK_TOKEN", "hulk_x")
        monkeypatch.setattr("hulk_cli.transport.TRIES", 1)
        result = hulk(*verb, typed="hulk_x\n")
        assert (result.exit_code, "does not answer" in result.stderr) == (1, True)
        assert "Traceback" not in result.output

    @pytest.mark.parametrize("address", ["nowhere", "ftp://x", "http://", "https://user:pw@host", "http://[::1"])
    def test_a_wrong_address_is_wrong_usage(self, address: str) -> None:
        assert hulk("board", "finetuning", "time", "--url", address).exit_code == 2


def test_a_submission_given_to_an_organisation_is_in_the_list_of_its_members(
    signed_in: None, owner: Any, folder: Path
) -> None:
    organisation = organisations.found("Quiet Lab", by=owner)
    told = sent(folder, "--organisation", organisation.slug)
    bob = make_user("bob")
    organisation.memberships.create(user=bob)
    listed = hulk("list", "-q", "--organisation", organisation.slug, "--token", make_token(bob))
    assert listed.stdout.split() == [told["id"]]
    wrong = hulk("submit", folder, "--again", "--organisation", "nobody")
    assert (wrong.exit_code, organisation.slug in wrong.stderr) == (4, True)
