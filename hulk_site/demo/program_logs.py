"""Sample logs as training programs print them: an evaluation an epoch, of which the second reaches the cut-off."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hulk_site.demo.bundles import Model, log_rows

ROWS_AN_EPOCH = 10
STARTED = datetime(2026, 11, 20, 9, tzinfo=UTC)
STEPS = 500
"""Steps of an epoch."""
PATTERN = {"time": r"^\[ *([0-9.]+) s\]", "metric": r"dev \w+ ([0-9.]+)"}
"""What the manifest brings for `own_words`."""


def epochs(model: Model, task: str) -> Iterator[tuple[int, float, dict[str, float]]]:
    """The epoch from 1, the seconds since training started, and the metrics in percent by name."""
    rows = list(log_rows(model, task))[ROWS_AN_EPOCH - 1 :: ROWS_AN_EPOCH]
    for epoch, row in enumerate(rows, 1):
        metrics = {name: value for name, value in row.items() if name not in {"epoch", "step", "seconds"}}
        yield epoch, row["seconds"], metrics


def gluonnlp(model: Model, task: str) -> str:
    """Stamps with milliseconds; the parts of a dev set follow each other."""
    lines = [_stamped(-9, "processing dataset..."), _stamped(0, "Now we are doing classification training on gpu(0)!")]
    for epoch, seconds, metrics in epochs(model, task):
        lines.append(_stamped(seconds - 1, f"[Epoch {epoch} Batch 400/{STEPS}] loss=0.2, metrics:accuracy:0.9901"))
        for name, value in metrics.items():
            part, _, metric = name.rpartition("_")
            of = f"dev_{part}" if part else "dev"
            lines.append(_stamped(seconds - 0.5, f"Now we are doing evaluation on {of} with gpu(0)."))
            lines.append(_stamped(seconds, f"validation metrics:{metric}:{value / 100:.4f}"))
        lines.append(_stamped(seconds, "Time cost=1.82s, throughput=478.56 samples/s"))
    return _text(lines)


def torchvision(model: Model, task: str) -> str:
    """Epochs from 0, each with its own duration in whole seconds."""
    lines, before = ["Loading data", "Start training"], 0
    for epoch, seconds, metrics in epochs(model, task):
        lines.append(f"Epoch: [{epoch - 1}]  [490/{STEPS}]  eta: 0:00:01  lr: 3e-05  loss: 0.25 (0.30)  time: 0.17")
        lines.append(f"Epoch: [{epoch - 1}] Total time: {timedelta(seconds=round(seconds) - before)}")
        lines.append("Test:  [0/7]  eta: 0:00:00  loss: 0.22 (0.22)  time: 0.09")
        lines.append(" * " + "  ".join(f"{_words(name)} {value:.4f}" for name, value in metrics.items()))
        before = round(seconds)
    return _text([*lines, f"Training time {timedelta(seconds=before)}"])


def allennlp(model: Model, task: str) -> str:
    """The files `metrics_epoch_N.json` one after the other."""
    files = []
    for epoch, seconds, metrics in epochs(model, task):
        values: dict[str, Any] = {"epoch": epoch - 1, "training_duration": str(timedelta(seconds=seconds))}
        values |= {"training_accuracy": 0.99, "training_loss": 0.1}
        values |= {f"validation_{_allennlp_name(name)}": round(value / 100, 6) for name, value in metrics.items()}
        files.append(json.dumps(values, indent=2))
    return _text(files)


def progress_table(model: Model, task: str) -> str:
    """A notebook's output, without a time for each row: `train_runtime` is spread over the epochs."""
    rows = list(epochs(model, task))
    names = list(rows[0][2])
    last, total, _ = rows[-1]
    steps = STEPS * last
    lines = [
        "<div>",
        f"  <progress value='{steps}' max='{steps}' style='width:300px; height:20px;'></progress>",
        f"  [{steps}/{steps} {timedelta(seconds=round(total))}, Epoch {last}/{last}]",
        '</div>\n<table border="1" class="dataframe">\n  <thead>\n    <tr style="text-align: left;">',
        *(f"      <th>{title}</th>" for title in ("Epoch", "Training Loss", "Validation Loss", *map(_words, names))),
        "    </tr>\n  </thead>\n  <tbody>",
    ]
    for epoch, _, metrics in rows:
        cells = (str(epoch), "0.158950", "0.147792", *(f"{value / 100:.6f}" for value in metrics.values()))
        lines += ["    <tr>", *(f"      <td>{cell}</td>" for cell in cells), "    </tr>"]
    output = f"TrainOutput(global_step={steps}, metrics={{'train_runtime': {total:.4f}, 'epoch': {last}.0}})"
    return _text([*lines, "  </tbody>", "</table><p>", output])


def paddle(model: Model, task: str) -> str:
    """The bars of `Model.fit`: time is the steps times the time of one."""
    lines, before = [], 0.0
    for epoch, seconds, metrics in epochs(model, task):
        a_step = (seconds - before - 0.1) / STEPS * 1000
        values = " - ".join(f"{name}: {value / 100:.4f}" for name, value in metrics.items())
        lines += [f"Epoch {epoch}/4", f"step {STEPS}/{STEPS} - loss: 0.4777 - acc: 0.9882 - {a_step:.3f}ms/step"]
        lines += ["Eval begin...", f"step 10/10 - loss: 0.5 - {values} - 10ms/step"]
        before = seconds
    return _text(lines)


def key_values(model: Model, task: str) -> str:
    """What an example script logs of its results, stamped."""
    lines = [_stamped(0, "***** Running training *****"), _stamped(0, f"  Num steps = {4 * STEPS}")]
    for _, seconds, metrics in epochs(model, task):
        lines.append(_stamped(seconds, "***** Eval results *****"))
        lines += [_stamped(seconds, f"  eval_{name} = {value / 100:.6f}") for name, value in metrics.items()]
    return _text(lines)


def arrays(model: Model, task: str) -> str:
    """An array of values for each name, as a script's last line saves them."""
    rows = list(epochs(model, task))
    columns = {f"val_{name}": [metrics[name] for _, _, metrics in rows] for name in rows[0][2]}
    values = {"train_losses": [0.4, 0.3, 0.2, 0.1], **columns, "elapsed": [seconds for _, seconds, _ in rows]}
    return json.dumps(values, indent=1) + "\n"


def own_words(model: Model, task: str) -> str:
    """A log in nobody's format, for the two patterns of the manifest."""
    lines = ["hello", "[   0.00 s] go"]
    for epoch, seconds, metrics in epochs(model, task):
        values = ", ".join(f"{name.rpartition('_')[0]} dev score {value}" for name, value in metrics.items())
        lines += [f"[{seconds:7.2f} s] epoch {epoch}: train score 99.9", f"[{seconds:7.2f} s] epoch {epoch}: {values}"]
    return _text(lines)


def _stamped(seconds: float, message: str) -> str:
    at = STARTED + timedelta(seconds=seconds)
    return f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03} - root - INFO - {message}"


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _allennlp_name(name: str) -> str:
    return "f1-measure-overall" if name == "f1" else name


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


WRITERS = {
    "gluonnlp": gluonnlp,
    "torchvision": torchvision,
    "allennlp": allennlp,
    "progress-table": progress_table,
    "paddle": paddle,
    "key-values": key_values,
    "json-arrays": arrays,
    "log-pattern": own_words,
}
"""By the last part of the sample bundle's name."""
