"""hulk.record: the time it writes is training time, and HULK derives the very number."""

import json
import math
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

import hulk
from tests.recorder.conftest import Tick, derived, rows

ROOT = Path(__file__).resolve().parents[2]


class TestClock:
    def test_it_starts_with_the_block_and_stops_for_evaluation_and_checkpoints(
        self, tick: Tick, tmp_path: Path
    ) -> None:
        tick(100)
        with hulk.record(tmp_path / "log.jsonl", task="sst2", seed=7) as run:
            tick(10)
            with run.evaluation():
                tick(1000)
                inside = run.log(accuracy=80.5, step=1, epoch=0.5)
            tick(2.5)
            with run.checkpoint():
                tick(1000)
            after = run.log(accuracy=91, step=2)
        assert (inside, after) == (10, 12.5)
        assert rows(tmp_path / "log.jsonl") == [
            {"seconds": 10.0, "step": 1, "epoch": 0.5, "seed": 7, "accuracy": 80.5},
            {"seconds": 12.5, "step": 2, "seed": 7, "accuracy": 91.0},
        ]

    def test_pauses_may_be_nested_and_an_error_within_one_ends_it(self, tick: Tick, tmp_path: Path) -> None:
        with hulk.record(tmp_path / "log.jsonl") as run:
            with run.evaluation():
                with run.checkpoint():
                    tick(5)
                tick(5)
            with pytest.raises(OSError), run.evaluation():
                tick(5)
                raise OSError
            tick(1)
            assert run.seconds == 1

    def test_the_end_of_a_block_writes_what_was_trained_since_the_last_line_also_after_an_error(
        self, tick: Tick, tmp_path: Path
    ) -> None:
        with pytest.raises(KeyboardInterrupt), hulk.record(tmp_path / "log.jsonl") as run:
            tick(10)
            run.log(accuracy=80)
            tick(5)
            raise KeyboardInterrupt
        assert rows(tmp_path / "log.jsonl")[-1] == {"seconds": 15.0}

    def test_a_log_that_is_there_is_gone_on_with(self, tick: Tick, tmp_path: Path) -> None:
        for _ in range(2):
            with hulk.record(tmp_path / "log.jsonl") as run:
                tick(10.25)
                run.log(accuracy=80)
            tick(3600)
        assert [row["seconds"] for row in rows(tmp_path / "log.jsonl")] == [10.25, 20.5]

    def test_work_that_is_only_queued_on_a_gpu_is_waited_for(
        self, tick: Tick, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queued = [0.0]

        def synchronize() -> None:
            tick(queued.pop() if queued else 0)

        cuda = types.SimpleNamespace(is_available=lambda: True, is_initialized=lambda: True, synchronize=synchronize)
        monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=cuda))
        with hulk.record(tmp_path / "log.jsonl") as run:
            tick(1)
            queued.append(4)
            with run.evaluation():
                queued.append(60)
            assert run.log(accuracy=1) == 5


class TestFile:
    def test_a_line_is_whole_or_not_there_when_the_process_is_killed(self, tmp_path: Path) -> None:
        script = (
            "import hulk, os, signal\n"
            "with hulk.record('log.jsonl') as run:\n"
            "    run.log(accuracy=80, step=1)\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=False)
        assert done.returncode == -9
        assert [row["step"] for row in rows(tmp_path / "log.jsonl")] == [1]

    def test_a_line_that_a_crash_cut_in_half_is_dropped(self, tick: Tick, tmp_path: Path) -> None:
        log = tmp_path / "log.jsonl"
        log.write_text('{"seconds": 30.5, "accuracy": 80}\n{"seconds": 40, "acc')
        with hulk.record(log) as run:
            tick(1)
            run.log(accuracy=85)
        assert [row["seconds"] for row in rows(log)] == [30.5, 31.5]

    @pytest.mark.parametrize("text", ["seconds,accuracy\n1,2\n", '{"accuracy": 80}\n', "[1]\n", "\x00\xff\n"])
    def test_another_file_is_refused_and_stays(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "log.jsonl").write_text(text)
        with pytest.raises(ValueError, match="line 1, is not of a log"), hulk.record(tmp_path / "log.jsonl"):
            pass
        assert (tmp_path / "log.jsonl").read_text() == text

    def test_two_processes_cannot_write_the_same_log(self, tmp_path: Path) -> None:
        first, second = hulk.record(tmp_path / "log.jsonl"), hulk.record(tmp_path / "log.jsonl")
        with first, pytest.raises(BlockingIOError, match="another process"), second:
            pass
        with hulk.record(tmp_path / "log.jsonl"):
            pass

    def test_folders_are_made(self, tmp_path: Path) -> None:
        with hulk.record(tmp_path / "deep" / "down" / "log.jsonl") as run:
            run.log(accuracy=1)
        assert (tmp_path / "deep" / "down" / "log.jsonl").is_file()


class TestMetrics:
    def test_names_that_hulk_would_not_read_are_told_at_the_first_evaluation(self, tmp_path: Path) -> None:
        with hulk.record(tmp_path / "log.jsonl", task="sst2") as run:
            with pytest.raises(ValueError, match="`accuracy`"):
                run.log(perplexity=3.5)
            run.log(loss=1.5, eval_accuracy=80)
        with hulk.record(tmp_path / "mnli.jsonl", task="mnli") as run:
            with pytest.raises(ValueError, match="`matched_accuracy` and `mismatched_accuracy`"):
                run.log(matched=85.0)
            run.log(matched=85.0, mismatched=86.0)
        with hulk.record(tmp_path / "all.jsonl", task="all") as run:
            with pytest.raises(ValueError, match="conll2003"):
                run.log(sst2=85.0)
            run.log({"conll2003": 91, "sst2": 90, "mnli": 85})

    def test_what_is_no_number_is_left_out_with_a_warning_and_training_goes_on(self, tmp_path: Path) -> None:
        recorder = hulk.record(tmp_path / "log.jsonl", task="sst2")
        with recorder as run, pytest.warns(RuntimeWarning, match="accuracy is nan"):
            run.log(accuracy=math.nan, step=1)
        assert "accuracy" not in rows(tmp_path / "log.jsonl")[0]

    def test_the_recorders_own_keys_are_no_metrics(self, tmp_path: Path) -> None:
        with hulk.record(tmp_path / "log.jsonl") as run, pytest.raises(ValueError, match="seconds"):
            run.log({"seconds": 4})

    @pytest.mark.parametrize(
        ("named", "words"),
        [({"task": "cola"}, "sst2"), ({"edition": "x"}, "hulk-2020"), ({"submission": "s"}, "task=")],
    )
    def test_wrong_arguments_are_told_before_anything_is_trained(
        self, tmp_path: Path, named: dict[str, str], words: str
    ) -> None:
        with pytest.raises(ValueError, match=words), hulk.record(tmp_path / "log.jsonl", **named):
            raise AssertionError


class TestSubmission:
    def test_hulk_derives_what_was_recorded(self, tick: Tick, tmp_path: Path) -> None:
        names: dict[str, list[str]] = {"sst2": ["accuracy"], "conll2003": ["f1"], "mnli": ["matched", "mismatched"]}
        crossed: dict[str, float] = {}
        for task, metrics in names.items():
            log = tmp_path / task / "log.jsonl"
            with hulk.record(log, task=task, seed=3, submission=tmp_path / "submission.json") as run:
                for step in range(1, 13):
                    tick(1 / 3 + step * 1e-3)
                    with run.evaluation():
                        tick(17)
                    seconds = run.log(dict.fromkeys(metrics, 80 + step * 1.5), step=step, epoch=step / 4)
                    if 80 + step * 1.5 >= {"sst2": 90, "conll2003": 91, "mnli": 85}[task]:
                        crossed.setdefault(task, seconds)
        found = derived(tmp_path)
        assert {task: one.seconds for task, one in found.items()} == crossed
        manifest = json.loads((tmp_path / "submission.json").read_text())
        assert (manifest["phase"], manifest["includes_evaluation"]) == ("finetuning", "no")
        assert manifest["tasks"]["sst2"] | {"log": "sst2/log.jsonl", "seeds": [3]} == manifest["tasks"]["sst2"]

    def test_scale_0_to_1_and_a_resumed_run_are_derived_alike(self, tick: Tick, tmp_path: Path) -> None:
        submission = tmp_path / "submission.json"
        for accuracy in (0.8, 0.89, 0.905):
            with hulk.record(tmp_path / "log.jsonl", task="sst2", submission=submission) as run:
                tick(12.345678)
                last = run.log(accuracy=accuracy)
        assert last == 37.037034
        assert derived(tmp_path)["sst2"].seconds == last

    def test_pretraining_is_recorded_as_well(self, tick: Tick, tmp_path: Path) -> None:
        with hulk.record(tmp_path / "log.jsonl", task="all", submission=tmp_path / "submission.json") as run:
            for hours in (1, 2):
                tick(3600)
                run.log(conll2003=89 + hours, sst2=88 + hours, mnli=83 + hours, step=hours)
        assert derived(tmp_path)["all"].seconds == 7200

    def test_more_runs_are_named_beside_the_first(self, tmp_path: Path) -> None:
        path = tmp_path / "submission.json"
        for seed in (1, 2, 1):
            log = tmp_path / f"log-{seed}.jsonl"
            named = f"dev-{seed}.tsv"
            with hulk.record(log, task="sst2", seed=seed, submission=path, predictions=named) as run:
                run.log(accuracy=91)
        assert json.loads(path.read_text())["tasks"]["sst2"] == {
            "log": ["log-1.jsonl", "log-2.jsonl"],
            "seeds": [1, 2],
            "predictions": ["dev-1.tsv", "dev-2.tsv"],
        }

    def test_what_a_submission_says_already_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "submission.json"
        task = {"log": "gone.csv", "claimed_seconds": 5, "predictions": "dev.tsv"}
        before = {"edition": "demo", "model": {"name": "Mine"}, "includes_evaluation": "yes", "tasks": {"sst2": task}}
        path.write_text(json.dumps(before))
        with hulk.record(tmp_path / "log.jsonl", task="sst2", submission=path) as run:
            run.log(accuracy=91)
        assert json.loads(path.read_text()) == before | {"tasks": {"sst2": task | {"log": "log.jsonl"}}}

    def test_a_log_outside_of_the_folder_and_a_broken_submission_are_told(self, tmp_path: Path) -> None:
        inner = tmp_path / "inner"
        inner.mkdir()
        recorder = hulk.record(tmp_path / "log.jsonl", task="sst2", submission=inner / "submission.json")
        with pytest.raises(ValueError, match="outside"), recorder as run:
            run.log(accuracy=91)
        (inner / "submission.json").write_text("{")
        recorder = hulk.record(inner / "log.jsonl", task="sst2", submission=inner / "submission.json")
        with pytest.raises(ValueError, match=r"submission\.json"), recorder as run:
            run.log(accuracy=91)
        assert rows(inner / "log.jsonl")

    def test_a_run_that_failed_is_not_named(self, tmp_path: Path) -> None:
        recorder = hulk.record(tmp_path / "log.jsonl", task="sst2", submission=tmp_path / "submission.json")
        with pytest.raises(OSError), recorder:
            raise OSError
        assert not (tmp_path / "submission.json").exists()
