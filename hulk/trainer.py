"""A callback for the Hugging Face Trainer that records as `hulk.record` does, without evaluation and saving.

It is not derived from `transformers.TrainerCallback`, so that importing `hulk` does not import transformers: the
Trainer calls the events of a callback by their names, and those that are not here do nothing.
"""

from collections.abc import Callable, Mapping
from numbers import Real
from pathlib import Path
from typing import Any

from hulk.logfile import LogFile
from hulk.recording import Run, tasks_of
from hulk.submission import Named, complete
from scoring import catalogue

EVALUATION = "eval_"
BESIDE = ("runtime", "samples_per_second", "steps_per_second", "jit_compilation_time", "model_preparation_time", "loss")
"""What the Trainer tells of an evaluation that is no metric of the task."""


def nothing(*arguments: Any, **named: Any) -> None:
    """An event that does not matter here."""


class TrainerCallback:
    """`Trainer(…, callbacks=[hulk.TrainerCallback("sst2/log.jsonl", task="sst2")])`; the arguments are `record`'s.

    The clock starts when training begins. It is stopped from the end of the step, or epoch, after which the Trainer
    evaluates or saves, until that is done. The seed is the Trainer's unless one is given. In distributed training only
    the first process writes.

    A training that is resumed from a checkpoint goes on with the log's time; one that starts at step 0 while the log
    has lines already is refused with FileExistsError.
    """

    def __init__(
        self,
        log: str | Path,
        *,
        task: str = "",
        seed: int | None = None,
        edition: str = "",
        submission: str | Path | None = None,
        predictions: Named = None,
    ) -> None:
        self._edition = edition or catalogue.editions()[0]
        self._tasks = tasks_of(task, self._edition)
        if submission is not None and not task:
            raise ValueError("To write a submission, say which task this is a run of: task='…'.")
        self._log = Path(log)
        self._task = task
        self._seed = seed
        self._submission = None if submission is None else Path(submission)
        self._predictions = predictions
        self._run: Run | None = None
        self._halted_at: float | None = None
        self._gathered: dict[str, float] = {}
        self._last_step = -1
        self._is_over = False

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Events of this and later versions of the Trainer that do not matter here."""
        if name.startswith("on_"):
            return nothing
        raise AttributeError(name)

    # --- the clock

    def on_train_begin(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        if not state.is_world_process_zero:
            return
        file = LogFile(self._log)
        if file.last is not None and state.global_step == 0:
            file.close()
            raise FileExistsError(
                f"{self._log} has lines of another training, and this one starts at step 0. Remove it, or name another."
            )
        if self._seed is None:
            self._seed = getattr(args, "seed", None)
        self._run, self._halted_at, self._is_over = Run(file, self._tasks, self._seed), None, False

    def on_step_begin(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        if self._run:
            self._tell_unread()
            self._halted_at = None
            self._run.clock.go_on()

    on_epoch_begin = on_step_begin

    def on_step_end(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        if control.should_evaluate or control.should_save:
            self._halt()

    on_epoch_end = on_step_end

    def on_prediction_step(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        """An evaluation that nothing announced."""
        self._halt()

    def on_save(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        """Saving is off the clock also where only the evaluation before it decided on it."""
        if self._run and self._halted_at is not None:
            self._run.clock.set_back(self._halted_at)

    def _halt(self) -> None:
        """Stops the clock, or takes it back to where it was stopped before: no step of training came between."""
        if not self._run:
            return
        if self._halted_at is not None:
            self._run.clock.set_back(self._halted_at)
        self._run.clock.stop()
        self._halted_at = self._run.seconds

    # --- the log

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: Mapping[str, Any] | None = None, **named: Any
    ) -> None:
        """Writes a line when all parts of the dev set were evaluated: the Trainer tells of each by itself.

        One after the training counts, at its end, where that step was not evaluated yet.
        """
        if not self._run or (self._is_over and state.global_step == self._last_step):
            return
        self._gathered |= {name: float(value) for name, value in (metrics or {}).items() if _is_metric(name, value)}
        if self._is_over:
            run = Run(LogFile(self._log), self._tasks, self._seed, runs=False)
            self._write(run, state)
            run.close()
            return
        self._halt()
        self._write(self._run, state)
        self._run.clock.go_on()

    def _write(self, run: Run, state: Any) -> None:
        if self._gathered and not run.lacking(self._gathered):
            run.log(self._gathered, step=state.global_step, epoch=state.epoch)
            self._gathered, self._last_step = {}, state.global_step

    def on_train_end(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        if not self._run or self._is_over:
            return
        self._tell_unread()
        self._run.close()
        self._is_over = True
        if self._submission:
            complete(
                self._submission,
                edition=self._edition,
                task=self._task,
                log=self._log,
                seed=self._seed,
                predictions=self._predictions,
            )

    def _tell_unread(self) -> None:
        """ValueError where an evaluation is over and brought nothing that HULK reads."""
        if self._run and self._gathered:
            gathered, self._gathered = self._gathered, {}
            self._run.log(gathered)


def _is_metric(name: str, value: Any) -> bool:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return is_number and name.startswith(EVALUATION) and not name.endswith(tuple(f"_{one}" for one in BESIDE))
