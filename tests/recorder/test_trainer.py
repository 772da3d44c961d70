"""hulk.TrainerCallback, called as the Hugging Face Trainer calls its callbacks."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import hulk
from tests.recorder.conftest import Tick, derived, rows

STEP, EVALUATION, SAVE, PREDICTION = 2.0, 50.0, 300.0, 10.0


@dataclass
class Trainer:
    """The order in which transformers' Trainer calls events, with the flags that it sets between them.

    Steps, evaluations and saves take their seconds of the test's clock. `accuracies` are given out in turn.
    """

    callback: Any
    tick: Tick
    accuracies: list[float]
    eval_every: int = 2
    save_every: int = 0
    by_epoch: bool = False
    save_best: bool = False
    parts: tuple[str, ...] = ()
    zero: bool = True
    args: Any = field(default_factory=lambda: SimpleNamespace(seed=42))

    def train(self, *, steps: int, steps_an_epoch: int = 4, start: int = 0) -> None:
        self.state = SimpleNamespace(global_step=start, epoch=start / steps_an_epoch, is_world_process_zero=self.zero)
        self.control = SimpleNamespace(should_evaluate=False, should_save=False)
        self.call("on_train_begin")
        for step in range(start, steps):
            if step % steps_an_epoch == 0 or step == start:
                self.call("on_epoch_begin")
            self.call("on_step_begin")
            self.tick(STEP / 2)
            self.call("on_pre_optimizer_step")
            self.call("on_optimizer_step")
            self.tick(STEP / 2)
            self.state.global_step, self.state.epoch = step + 1, (step + 1) / steps_an_epoch
            self.flag(self.state.global_step, is_epoch=False)
            self.call("on_step_end")
            self.log_save_evaluate()
            if self.state.global_step % steps_an_epoch == 0:
                self.flag(self.state.global_step, is_epoch=True)
                self.call("on_epoch_end")
                self.log_save_evaluate()
        self.call("on_train_end")

    def call(self, event: str, **named: Any) -> None:
        getattr(self.callback, event)(self.args, self.state, self.control, model=None, **named)

    def flag(self, step: int, *, is_epoch: bool) -> None:
        """What DefaultFlowCallback, the first of all callbacks, decides."""
        if self.by_epoch == is_epoch:
            self.control.should_evaluate = is_epoch or step % self.eval_every == 0
        if not is_epoch and self.save_every:
            self.control.should_save = step % self.save_every == 0

    def log_save_evaluate(self) -> None:
        self.call("on_log", logs={"loss": 0.5})
        if self.control.should_evaluate:
            self.evaluate()
            self.control.should_save = self.control.should_save or self.save_best
        if self.control.should_save:
            self.tick(SAVE)
            self.control.should_save = False
            self.call("on_save")

    def evaluate(self, prefix: str = "eval") -> None:
        for part in self.parts or ("",):
            self.tick(EVALUATION)
            self.call("on_prediction_step")
            self.tick(PREDICTION)
            self.call("on_prediction_step")
            name = f"{prefix}_{part}_" if part else f"{prefix}_"
            metrics = {f"{name}loss": 0.4, f"{name}accuracy": self.accuracies.pop(0), f"{name}runtime": EVALUATION}
            self.call("on_log", logs=metrics)
            self.control.should_evaluate = False
            self.call("on_evaluate", metrics=metrics)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.jsonl"


def test_evaluation_and_saving_are_off_the_clock(tick: Tick, log: Path) -> None:
    callback = hulk.TrainerCallback(log, task="sst2")
    Trainer(callback, tick, [0.8, 0.85, 0.92], save_every=3).train(steps=6)
    assert rows(log) == [
        {"seconds": 4.0, "step": 2, "epoch": 0.5, "seed": 42, "eval_accuracy": 0.8},
        {"seconds": 8.0, "step": 4, "epoch": 1.0, "seed": 42, "eval_accuracy": 0.85},
        {"seconds": 12.0, "step": 6, "epoch": 1.5, "seed": 42, "eval_accuracy": 0.92},
    ]


@pytest.mark.parametrize("save_best", [False, True])
@pytest.mark.parametrize("by_epoch", [False, True])
def test_so_they_are_by_epochs_and_where_only_the_best_is_saved(
    tick: Tick, log: Path, by_epoch: bool, save_best: bool
) -> None:
    callback = hulk.TrainerCallback(log, task="sst2")
    Trainer(callback, tick, [0.8, 0.85, 0.92, 0.93], by_epoch=by_epoch, save_best=save_best).train(steps=8)
    expected = [8.0, 16.0] if by_epoch else [4.0, 8.0, 12.0, 16.0]
    assert [row["seconds"] for row in rows(log)] == expected


def test_an_evaluation_that_nothing_announced_stops_the_clock_when_it_shows(tick: Tick, log: Path) -> None:
    callback = hulk.TrainerCallback(log, task="sst2")
    trainer = Trainer(callback, tick, [0.8, 0.85, 0.9], eval_every=100)
    on_step_end = callback.on_step_end

    def step_end(args: Any, state: Any, control: Any, **named: Any) -> None:
        on_step_end(args, state, control, **named)
        if state.global_step == 1:
            trainer.evaluate()

    callback.on_step_end = step_end
    trainer.train(steps=3)
    assert [row["seconds"] for row in rows(log)] == [STEP + EVALUATION, 3 * STEP + EVALUATION]


def test_halves_of_a_dev_set_become_one_line(tick: Tick, log: Path) -> None:
    callback = hulk.TrainerCallback(log, task="mnli")
    trainer = Trainer(callback, tick, [0.8, 0.82, 0.86, 0.88], parts=("matched", "mismatched"))
    trainer.train(steps=4)
    assert [row["seconds"] for row in rows(log)] == [4.0, 8.0]
    assert rows(log)[1] | {"eval_matched_accuracy": 0.86, "eval_mismatched_accuracy": 0.88} == rows(log)[1]


def test_hulk_derives_the_exact_time_from_its_log(tick: Tick, tmp_path: Path) -> None:
    log = tmp_path / "sst2" / "log.jsonl"
    submission = tmp_path / "submission.json"
    callback = hulk.TrainerCallback(log, task="sst2", submission=submission, predictions="sst2/dev.tsv")
    Trainer(callback, tick, [0.8, 0.89, 0.91, 0.92], save_best=True).train(steps=8)
    assert json.loads(submission.read_text())["tasks"]["sst2"] == {
        "log": "sst2/log.jsonl",
        "seeds": [42],
        "predictions": "sst2/dev.tsv",
    }
    assert derived(tmp_path)["sst2"].seconds == 12.0


def test_a_training_resumed_from_a_checkpoint_goes_on_with_the_time(tick: Tick, log: Path) -> None:
    Trainer(hulk.TrainerCallback(log, task="sst2"), tick, [0.8]).train(steps=2)
    tick(10_000)
    Trainer(hulk.TrainerCallback(log, task="sst2"), tick, [0.9]).train(steps=4, start=2)
    assert [row["seconds"] for row in rows(log)] == [4.0, 8.0]


def test_a_new_training_does_not_go_on_with_an_old_log(tick: Tick, log: Path) -> None:
    Trainer(hulk.TrainerCallback(log, task="sst2"), tick, [0.8]).train(steps=2)
    before = log.read_text()
    with pytest.raises(FileExistsError, match="starts at step 0"):
        Trainer(hulk.TrainerCallback(log, task="sst2"), tick, [0.8]).train(steps=2)
    assert log.read_text() == before


def test_an_evaluation_after_the_training_counts_at_its_end_where_none_was_there(tick: Tick, log: Path) -> None:
    for file, every, expected in ((log, 2, 2), (log.with_name("other.jsonl"), 100, 1)):
        trainer = Trainer(hulk.TrainerCallback(file, task="sst2"), tick, [0.8, 0.85, 0.9], eval_every=every)
        trainer.train(steps=4)
        tick(100)
        trainer.evaluate()
        trainer.evaluate(prefix="test") if trainer.accuracies else None
        evaluated = [row for row in rows(file) if "eval_accuracy" in row]
        assert (len(evaluated), evaluated[-1]["seconds"]) == (expected, 8.0)


def test_an_evaluation_before_the_training_is_not_recorded(tick: Tick, log: Path) -> None:
    trainer = Trainer(hulk.TrainerCallback(log, task="sst2"), tick, [0.5, 0.8])
    trainer.state = SimpleNamespace(global_step=0, epoch=0, is_world_process_zero=True)
    trainer.control = SimpleNamespace(should_evaluate=False, should_save=False)
    trainer.evaluate()
    trainer.train(steps=2)
    assert [row["seconds"] for row in rows(log)] == [4.0]


def test_only_the_first_process_writes(tick: Tick, log: Path) -> None:
    Trainer(hulk.TrainerCallback(log, task="sst2"), tick, [0.8], zero=False).train(steps=2)
    assert not log.exists()


def test_a_metric_that_hulk_does_not_read_is_told_when_training_goes_on(tick: Tick, log: Path) -> None:
    trainer = Trainer(hulk.TrainerCallback(log, task="conll2003"), tick, [0.8, 0.9])
    with pytest.raises(ValueError, match="`f1`"):
        trainer.train(steps=4)


def test_events_of_later_versions_do_nothing(log: Path) -> None:
    callback = hulk.TrainerCallback(log)
    assert callback.on_something_new(None, None, None, model=None) is None
    with pytest.raises(AttributeError):
        _ = callback.state


def test_importing_hulk_does_not_import_a_framework() -> None:
    script = "import sys, hulk; print([name for name in ('torch', 'transformers', 'django') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
