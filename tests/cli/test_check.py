"""hulk check: everything that is wrong in one pass, with place and remedy, for people and for scripts."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hulk_cli import check as verb
from hulk_site.demo import labels
from tests.cli.conftest import GOOD, SAMPLES, checked, codes, hulk

Change = Callable[[dict[str, Any]], Path]


class TestExitCodes:
    @pytest.mark.parametrize("sample", SAMPLES)
    def test_a_sample_without_an_error_ends_with_0(self, sample: str):
        assert hulk("check", GOOD / sample).exit_code == 0

    def test_an_error_ends_with_4(self, change: Change):
        assert hulk("check", change({"model.code_url": ""})).exit_code == 4

    def test_a_mistake_of_the_manifest_ends_with_4(self, change: Change):
        assert hulk("check", change({"phase": "training"})).exit_code == 4

    def test_no_folder_no_manifest_and_no_argument_are_wrong_usage(self, tmp_path: Path):
        for arguments in (("check",), ("check", tmp_path / "nowhere"), ("check", tmp_path), ("chek", tmp_path)):
            result = hulk(*arguments)
            assert (result.exit_code, result.stdout) == (2, "")
            assert result.stderr

    @pytest.mark.parametrize(
        ("option", "words"),
        [
            ("tiny-ner", "TASK=FILE"),
            ("tiny-ner=nowhere.txt", "no file"),
            ("cola={file}", "tiny-ner"),
            ("tiny-ner={file}", "line 1"),
            ("tiny-nli:left={file}", "tiny-nli:matched=FILE"),
        ],
    )
    def test_gold_that_cannot_be_used_is_wrong_usage(self, folder: Path, tmp_path: Path, option: str, words: str):
        (tmp_path / "gold.txt").write_text("not gold at all\n")
        result = hulk("check", folder, "--gold", option.format(file=tmp_path / "gold.txt"))
        assert (result.exit_code, result.stdout) == (2, "")
        assert words in result.stderr

    def test_an_interruption_ends_with_130(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        def interrupted(*arguments: object, **named: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(verb, "judge", interrupted)
        assert hulk("check", folder).exit_code == 130

    @pytest.mark.parametrize("arguments", [[], ["check"], ["init"]])
    def test_help_prints_them(self, arguments: list[str]):
        words = " ".join(hulk(*arguments, "--help").stdout.split())
        assert "0 fine" in words and "4 findings of severity error" in words and "130 interrupted" in words


class TestManifest:
    def test_all_its_mistakes_are_told_at_once_with_field_and_remedy(self, change: Change):
        folder = change({"model.nme": "x", "hardware.accelerator": "rtx2080", "tasks.tiny-ner.claimed_metric": 400})
        found = {one["field"]: one for one in checked(folder)["findings"] if "field" in one}
        assert set(found) == {"model.nme", "hardware.accelerator", "tasks.tiny-ner.claimed_metric"}
        assert "Did you mean `rtx-2080-ti`?" in found["hardware.accelerator"]["remedy"]
        assert found["tasks.tiny-ner.claimed_metric"]["task"] == "tiny-ner"
        assert {(one["severity"], one["file"]) for one in found.values()} == {("error", "submission.json")}

    def test_beside_its_mistakes_the_files_are_still_read(self, change: Change):
        folder = change({"model.nme": "x"})
        (folder / "tiny-ner" / "log.csv").write_text("seconds,f1\n20,80\n10,90\n")
        assert codes(folder) == ["unknown-key", "log-time-backwards"]

    def test_what_follows_from_a_mistake_is_not_told_again(self, change: Change):
        folder = change({"hardware.accelerator": "abacus", "model.code_url": "no link", "tasks.tiny-ner.log": "../log"})
        assert codes(folder) == ["invalid", "unknown-accelerator", "invalid"]

    @pytest.mark.parametrize(
        ("text", "line"), [("{\n'a': 1}", 2), ('{"a": 1, "a": 2}', 1), ("[]", None), ("", 1), ('{"x": NaN}', None)]
    )
    def test_one_that_is_no_json_object_says_where(self, folder: Path, text: str, line: int | None):
        (folder / "submission.json").write_text(text)
        (found,) = checked(folder)["findings"]
        assert (found["code"], found["line"]) == ("malformed", line)

    def test_an_unknown_edition_is_told_with_the_known_ones(self, change: Change):
        (found,) = checked(change({"edition": "hulk-2021"}))["findings"]
        assert found["field"] == "edition"
        assert "hulk-2020" in found["remedy"]

    def test_an_unreadable_one_never_ends_in_a_traceback(self, folder: Path):
        for raw in (b"\xff\xfe\x00", b"[" * 100_000, b"{" * 40, b" " * 300_000, b'{"tasks": 5, "edition": "demo"}'):
            (folder / "submission.json").write_bytes(raw)
            result = hulk("check", folder)
            assert result.exit_code == 4 and "Traceback" not in result.output

    def test_one_that_is_no_file_or_leads_out_of_the_folder_is_not_opened(self, folder: Path, tmp_path: Path):
        path = folder / "submission.json"
        (tmp_path / "secret").write_text(path.read_text())
        for make in (os.mkfifo, Path.mkdir, lambda link: link.symlink_to(tmp_path / "secret")):
            path.rmdir() if path.is_dir() else path.unlink()
            make(path)
            result = hulk("check", folder)
            assert (result.exit_code, result.stdout) == (2, "")
            assert "is not a file" in result.stderr or "leads out of the folder" in result.stderr

    @pytest.mark.parametrize("patterns", [{"time": "(a+)", "metric": "(?=x)(.)"}, {"time": "(a+)"}])
    def test_a_pattern_that_is_wrong_or_missing_is_a_mistake(self, change: Change, patterns: dict[str, str]):
        (found,) = [
            one
            for one in checked(change({"tasks.tiny-ner.log_pattern": patterns}))["findings"]
            if one["file"] == "submission.json"
        ]
        assert found["field"] == "tasks.tiny-ner.log_pattern.metric"

    def test_without_a_run_date_the_prices_of_today_are_taken(self, change: Change):
        assert checked(change({"run_date": None}))["price"]["usd_per_hour"] == 3.06


class TestFiles:
    def test_every_missing_file_is_named(self, folder: Path):
        for name in ("tiny-ner/log.csv", "tiny-nli/matched.tsv"):
            (folder / name).unlink()
        missing = [one for one in checked(folder)["findings"] if one["code"] == "evidence-missing"]
        assert [(one["task"], one["file"]) for one in missing] == [
            ("tiny-ner", "tiny-ner/log.csv"),
            ("tiny-nli", "tiny-nli/matched.tsv"),
        ]

    def test_a_file_that_is_needed_and_not_named_is_told_with_its_key(self, change: Change):
        folder = change({"tasks.tiny-ner.predictions": None, "tasks.tiny-sentiment.log": None})
        missing = [one for one in checked(folder)["findings"] if one["code"] == "evidence-missing"]
        assert [one["remedy"] for one in missing] == [
            "Name the file in `tasks.tiny-ner.predictions`.",
            "Name the file in `tasks.tiny-sentiment.log`.",
        ]

    def test_half_of_a_task_in_parts_is_not_enough(self, change: Change):
        folder = change({"tasks.tiny-nli.predictions": {"matched": "tiny-nli/matched.tsv"}})
        (found,) = [one for one in checked(folder)["findings"] if one["code"] == "evidence-missing"]
        assert "mismatched" in found["message"]

    def test_a_link_out_of_the_folder_is_not_followed(self, folder: Path, tmp_path: Path):
        (tmp_path / "secret").write_text("root:x:0:0\n")
        log = folder / "tiny-ner" / "log.csv"
        log.unlink()
        log.symlink_to(tmp_path / "secret")
        result = hulk("check", folder)
        assert "leads out of the folder" in result.stdout
        assert "root" not in result.output

    def test_a_folder_or_a_dangling_link_is_no_file(self, folder: Path):
        (folder / "tiny-ner" / "log.csv").unlink()
        (folder / "tiny-ner" / "log.csv").mkdir()
        (folder / "tiny-nli" / "log.csv").unlink()
        (folder / "tiny-nli" / "log.csv").symlink_to(folder / "gone")
        assert codes(folder) == ["evidence-missing", "evidence-missing"]

    def test_a_file_over_the_limit_is_told_without_reading_it(self, folder: Path):
        with (folder / "tiny-ner" / "log.csv").open("wb") as file:
            file.truncate(10**12)
        (found,) = [one for one in checked(folder)["findings"] if one["severity"] == "error"]
        assert (found["code"], found["file"]) == ("file-unreadable", "tiny-ner/log.csv")
        assert "1,000,000,000,000 bytes" in found["message"]

    def test_gzip_of_a_file_is_read_as_the_file(self, folder: Path):
        log = folder / "tiny-ner" / "log.csv"
        log.write_bytes(gzip.compress(log.read_bytes()))
        assert checked(folder)["measurements"][0]["line"] == 21

    @pytest.mark.parametrize("raw", [b"", b"\x89PNG\r\n\x1a\n\x00", b"PK\x03\x04" + b"\x00" * 50, b"\x80\x04\x95\x00"])
    def test_what_is_no_log_is_unreadable_with_a_remedy(self, folder: Path, raw: bytes):
        (folder / "tiny-ner" / "log.csv").write_bytes(raw)
        (found,) = [one for one in checked(folder)["findings"] if one["severity"] == "error"]
        assert (found["code"], found["file"]) == ("file-unreadable", "tiny-ner/log.csv")
        assert found["remedy"]

    def test_more_files_than_a_submission_may_have_are_told(self, change: Change):
        logs, predictions = ["tiny-ner/log.csv"] * 40, ["tiny-ner/dev.conll"] * 40
        folder = change({"tasks.tiny-ner.log": logs, "tasks.tiny-ner.predictions": predictions})
        assert "too-many" in codes(folder)


class TestGold:
    def test_predictions_are_scored_with_the_gold_that_is_given(self, folder: Path, gold: list[str]):
        verdict = checked(folder, *gold)
        assert verdict["findings"] == []
        assert all(one["reaches_cutoff"] for one in verdict["measurements"])
        assert verdict["badge"] == "verified"

    def test_without_it_they_are_checked_for_shape(self, folder: Path):
        predictions = folder / "tiny-sentiment" / "dev.tsv"
        predictions.write_text(predictions.read_text().replace("positive", "postive", 1))
        verdict = checked(folder)
        assert "predictions-unknown-label" in [one["code"] for one in verdict["findings"]]
        (warning,) = [one for one in verdict["findings"] if one["task"] == "tiny-ner"]
        assert "--gold tiny-ner=FILE" in warning["remedy"]

    def test_parts_may_be_named_in_any_order(self, folder: Path, tmp_path: Path):
        options = []
        for name, content in reversed(labels.gold_files()["tiny-nli"].items()):
            (tmp_path / name).write_text(content)
            options += ["--gold", f"tiny-nli:{name.removesuffix('.tsv')}={tmp_path / name}"]
        proven = checked(folder, *options)["measurements"][2]["proven_metric"]
        assert proven == pytest.approx(100 * (1 - 28.5 / 150))

    def test_labels_that_are_not_the_editions_are_told_on_standard_error(self, folder: Path, tmp_path: Path):
        (tmp_path / "dev.tsv").write_text("".join(f"{row}\tpositive\n" for row in range(240)))
        result = hulk("check", folder, "--json", "--gold", f"tiny-sentiment={tmp_path / 'dev.tsv'}")
        assert "not those that demo publishes" in result.stderr
        assert "predictions-below-cutoff" in [one["code"] for one in json.loads(result.stdout)["findings"]]


class TestReport:
    def test_it_has_findings_results_and_what_was_not_checked_in_this_order(self, folder: Path):
        (folder / "tiny-ner" / "log.csv").write_text("seconds,f1\n10,80\n20,90\n15,95\n")
        text = hulk("check", folder).stdout
        titles = [
            "Errors (",
            "tiny-ner/log.csv:4",
            "To mend it:",
            "Results",
            "Not checked here",
            "One error blocks review.",
        ]
        assert [text.index(title) for title in titles] == sorted(text.index(title) for title in titles)

    def test_it_says_how_each_number_came_about(self, gold: list[str], folder: Path):
        text = hulk("check", folder, *gold).stdout
        for words in (
            "tiny-ner: 24.00 s, $0.0204",
            "from tiny-ner/log.csv:21",
            "crossed between 22.80 and 24.00 s, 0.98 points above the cut-off of 85, never below it again",
            "predictions prove 85.9779 on 120 of 120 rows",
            "at or above the cut-off",
            "Price: $3.06 an hour. AWS",
            "It would be marked `verified`.",
        ):
            assert words in text

    @pytest.mark.parametrize(
        ("sample", "words"),
        [
            ("pretraining-csv", "all: 20.00 h, $489.60"),
            ("inference-csv", "for 100,000 inputs"),
            ("inference-csv", "1,000 samples, in ms: median"),
            ("finetuning-trainer-state", "(estimated)"),
        ],
    )
    def test_every_phase_has_its_own_words(self, sample: str, words: str):
        assert words in hulk("check", GOOD / sample).stdout

    def test_several_runs_are_told_one_by_one(self, change: Change):
        folder = change(
            {
                "tasks.tiny-ner.log": ["tiny-ner/log.csv", "late.csv", "tiny-ner/log.csv"],
                "tasks.tiny-ner.predictions": ["tiny-ner/dev.conll"] * 3,
            }
        )
        (folder / "late.csv").write_text("seconds,f1\n10,80\n20,84\n30,84\n")
        assert "median of 3 runs: 24.00 s, N/R, 24.00 s" in hulk("check", folder).stdout

    def test_it_says_what_a_log_pattern_catches(self, change: Change):
        folder = change({"tasks.tiny-ner.log_pattern": {"time": r"at (\d+) s", "metric": r"F1 = ([\d.]+)"}})
        (folder / "tiny-ner" / "log.csv").write_text("".join(f"at {row}0 s: F1 = 8{row}.5\n" for row in range(1, 8)))
        result = hulk("check", folder)
        if "file-unreadable" not in result.stdout:
            assert "log_pattern caught 7 evaluations: line 1: 10.00 s, 81.5; line 2: 20.00 s, 82.5" in result.stdout

    def test_it_is_plain_where_it_is_no_terminal(self, folder: Path):
        result = hulk("check", folder)
        assert "\x1b" not in result.output
        assert not any(line.endswith(" ") for line in result.stdout.splitlines())

    @pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
    def test_colours_are_for_terminals_that_want_them(
        self, folder: Path, environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.delenv("NO_COLOR", raising=False)
        text = hulk("check", folder, FORCE_COLOR="1", TERM="xterm-256color", **environment).stdout
        assert ("\x1b[1;32m" in text) is coloured

    def test_nothing_in_a_file_or_a_name_reaches_the_terminal_as_a_command(self, change: Change):
        folder = change({"tasks.tiny-ner.log": "[bold]x.csv", "phase": "finetuning"})
        (folder / "[bold]x.csv").write_bytes(b"se\x1b[31mconds,f1\n1,\x1b]0;gone\x07\n")
        text = hulk("check", folder).output
        assert "\x1b" not in text and "\x07" not in text
        assert "[bold]x.csv" in text


class TestScripts:
    def test_json_is_one_object_in_the_shape_of_the_api(self, folder: Path):
        result = hulk("check", folder, "--json")
        verdict = json.loads(result.stdout)
        assert result.stderr == ""
        assert (verdict["status"], verdict["progress"], verdict["scores"], verdict["preview_rank"]) == (
            "in_review",
            1.0,
            None,
            None,
        )
        keys = {"task", "outcome", "value", "unit", "seconds", "metric", "proven_metric", "reaches_cutoff", "cost_usd"}
        keys |= {"file", "line", "bracket", "margin", "stability"}
        assert all(keys <= set(one) for one in verdict["measurements"])
        (warning, *_) = verdict["findings"]
        assert set(warning) == {"code", "severity", "task", "file", "line", "message", "remedy", "excerpt"}

    def test_an_error_makes_it_invalid(self, change: Change):
        verdict = checked(change({"model.code_url": ""}))
        assert (verdict["status"], verdict["passed"]) == ("invalid", False)

    def test_quiet_prints_code_and_place_of_each_error_and_nothing_else(self, folder: Path):
        assert hulk("check", folder, "-q").output == ""
        (folder / "tiny-ner" / "log.csv").write_text("seconds,f1\n10,80\n20,90\n15,95\n")
        assert hulk("check", folder, "-q").output == "log-time-backwards tiny-ner/log.csv:4\n"
