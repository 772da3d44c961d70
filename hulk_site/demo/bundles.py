"""The sample bundles: one for each phase and format, as a submitter would send them to the demo edition.

`scripts/make_samples.py` writes them to tests/bundles/good/, where /faq/ offers them.
"""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hulk_site.demo import labels
from hulk_site.demo.labels import EDITION, NER, NLI, PARTS, RELATIONS, SENTIMENT, SENTIMENTS, TASKS

EVALUATIONS = 40
CROSSING_AT = 20
"""The evaluation, counted from 1, that first reaches the cut-off."""
STEPS_BETWEEN = 50
GUESSING = {NER: 0.0, SENTIMENT: 50.0, NLI: 100 / 3}
"""What a model without training reaches, in percent."""
STILL_TO_COME = 6.0
"""Points between the metric at the crossing and where its curve levels off."""
SLOWNESS = 4.0
"""Evaluations in which what is still missing falls to a third, once most is learnt."""
WOBBLE = 0.15
"""Points by which an evaluation is off the smooth curve at most; less than the curve climbs around the crossing."""
SAMPLES = 1000
Files = dict[str, str]


@dataclass(frozen=True)
class Model:
    """A made-up model: how many labels it gets wrong, when it crosses the cut-off, how long one input takes."""

    name: str
    parameters_millions: int
    errors: Mapping[str, int]
    """A part of the data set where it has parts."""
    seconds: Mapping[str, float]
    milliseconds: Mapping[str, float]

    def halves(self) -> list[float]:
        """Accuracy in percent of each part of the task with parts; the second part has one error more."""
        return [100 * (1 - (self.errors[NLI] + more) / labels.SIZES[NLI]) for more in range(len(PARTS))]

    def metric(self, task: str) -> float:
        """What its predictions prove, in percent."""
        if task == NLI:
            halves = self.halves()
            return sum(halves) / len(halves)
        rows = labels.entities() if task == NER else labels.SIZES[SENTIMENT]
        return 100 * (1 - self.errors[task] / rows)

    def tags(self) -> list[labels.Sentence]:
        return labels.tagged(self.name, self.errors[NER])

    def sentiments(self) -> list[str]:
        return labels.guessed(labels.sentiments(), SENTIMENTS, self.errors[SENTIMENT], self.name, SENTIMENT)

    def relations(self, part: str) -> list[str]:
        errors = self.errors[NLI] + PARTS.index(part)
        return labels.guessed(labels.relations(part), RELATIONS, errors, self.name, NLI, part)


WREN = Model(
    "Wren-Base",
    48,
    {NER: 38, SENTIMENT: 27, NLI: 28},
    {NER: 24.0, SENTIMENT: 31.0, NLI: 96.0},
    {NER: 1.9, SENTIMENT: 1.8, NLI: 2.0},
)
FINCH = Model(
    "Finch-Small",
    21,
    {NER: 40, SENTIMENT: 28, NLI: 29},
    {NER: 15.0, SENTIMENT: 18.0, NLI: 61.0},
    {NER: 1.1, SENTIMENT: 1.2, NLI: 1.2},
)
HERON = Model(
    "Heron-Large",
    190,
    {NER: 38, SENTIMENT: 26, NLI: 28},
    {NER: 70.0, SENTIMENT: 84.0, NLI: 240.0},
    {NER: 6.1, SENTIMENT: 5.9, NLI: 6.4},
)
ROBIN = Model(
    "Robin-Base",
    52,
    {NER: 39, SENTIMENT: 27, NLI: 29},
    {NER: 29.0, SENTIMENT: 26.0, NLI: 88.0},
    {NER: 2.2, SENTIMENT: 2.1, NLI: 2.3},
)


def bundles() -> dict[str, Files]:
    """Every sample bundle by its folder's name: the files in it, `submission.json` among them."""
    return {
        "finetuning-csv": finetuning_csv(WREN),
        "finetuning-jsonl": finetuning_jsonl(FINCH),
        "finetuning-trainer-state": finetuning_trainer_state(HERON),
        "finetuning-result-csv": finetuning_result_csv(ROBIN),
        "pretraining-csv": pretraining_csv(WREN),
        "pretraining-result-csv": pretraining_result_csv(HERON),
        "inference-csv": inference_csv(WREN),
        "inference-result-csv": inference_result_csv(FINCH),
    }


# --- fine-tuning ---------------------------------------------------------------------------------------------------


def finetuning_csv(model: Model) -> Files:
    files = {f"{task}/log.csv": table(log_rows(model, task)) for task in TASKS}
    tasks = {
        task: {"log": f"{task}/log.csv", "claimed_seconds": model.seconds[task], "claimed_metric": claimed(model, task)}
        for task in TASKS
    }
    return with_predictions(model, files, tasks, "finetuning")


def finetuning_jsonl(model: Model) -> Files:
    """Logs and predictions as JSON Lines; tags alone, a sentence a line."""
    files = {f"{task}.jsonl": json_lines(log_rows(model, task)) for task in TASKS}
    files["tiny-ner-tags.txt"] = "".join(" ".join(tag for _, tag in sentence) + "\n" for sentence in model.tags())
    files["tiny-sentiment-dev.jsonl"] = json_lines(numbered(model.sentiments()))
    for part in PARTS:
        files[f"tiny-nli-{part}.jsonl"] = json_lines(numbered(model.relations(part)))
    tasks: dict[str, dict[str, Any]] = {
        NER: {"log": f"{NER}.jsonl", "predictions": "tiny-ner-tags.txt"},
        SENTIMENT: {"log": f"{SENTIMENT}.jsonl", "predictions": "tiny-sentiment-dev.jsonl"},
        NLI: {"log": f"{NLI}.jsonl", "predictions": {part: f"tiny-nli-{part}.jsonl" for part in PARTS}},
    }
    return {"submission.json": manifest(model, "finetuning", tasks), **files}


def finetuning_trainer_state(model: Model) -> Files:
    """Without a clock of its own: time is spread over the steps, and the result is marked as estimated."""
    files = {f"{task}/trainer_state.json": trainer_state(model, task) for task in TASKS}
    tasks = {task: {"log": f"{task}/trainer_state.json"} for task in TASKS}
    return with_predictions(model, files, tasks, "finetuning")


def finetuning_result_csv(model: Model) -> Files:
    """The original HULK file: a time and a result for each task, in the order of the edition's tasks."""
    columns = [[(row["seconds"], whole_metric(row)) for row in log_rows(model, task)] for task in TASKS]
    lines = [",".join(f"{time},{metric:.4f}" for time, metric in row) for row in zip(*columns, strict=True)]
    files = {"result.csv": "\n".join(lines) + "\n"}
    return with_predictions(model, files, {task: {"log": "result.csv"} for task in TASKS}, "finetuning")


def log_rows(model: Model, task: str) -> Iterator[dict[str, Any]]:
    """One row for each dev evaluation: the metric climbs, is what the predictions prove at the crossing, climbs on."""
    for number in range(1, EVALUATIONS + 1):
        row: dict[str, Any] = {
            "epoch": round(number * 2 / CROSSING_AT, 2),
            "step": number * STEPS_BETWEEN,
            "seconds": round(model.seconds[task] * number / CROSSING_AT, 2),
        }
        if task == NLI:
            row |= {f"{part}_accuracy": half for part, half in halves_at(model, number).items()}
        else:
            name = "f1" if task == NER else "accuracy"
            row[name] = climbing(model, task, model.metric(task), number)
        yield row


def climbing(model: Model, task: str, proven: float, number: int, part: str = "") -> float:
    """The metric at one evaluation, in percent: an S-curve up from guessing that goes through `proven` at the crossing
    and levels off some points above it, each evaluation but that one a little beside the curve."""
    guessing, top = GUESSING[task], proven + STILL_TO_COME
    missing = STILL_TO_COME / (proven - guessing) * math.exp((CROSSING_AT - number) / SLOWNESS)
    smooth = guessing + (top - guessing) / (1 + missing)
    beside = 0.0 if number == CROSSING_AT else WOBBLE * (labels.pick(2001, model.name, task, part, number) / 1000 - 1)
    return round(max(0.0, smooth + beside), 4)


def halves_at(model: Model, number: int) -> dict[str, float]:
    """The metric of each part of the task with parts, at one evaluation."""
    return {
        part: climbing(model, NLI, proven, number, part) for part, proven in zip(PARTS, model.halves(), strict=True)
    }


def whole_metric(row: Mapping[str, Any]) -> float:
    """The one number of a row: the metric, or the mean of its parts."""
    values = [value for name, value in row.items() if name not in {"epoch", "step", "seconds"}]
    return float(sum(values) / len(values))


def trainer_state(model: Model, task: str) -> str:
    history = [
        {
            f"eval_{name}" if name not in {"epoch", "step"} else name: value
            for name, value in row.items()
            if name != "seconds"
        }
        for row in log_rows(model, task)
    ]
    last = history[-1]
    total = model.seconds[task] * EVALUATIONS / CROSSING_AT
    history.append({"epoch": last["epoch"], "step": last["step"], "train_runtime": total})
    state = {"best_metric": None, "global_step": last["step"], "log_history": history, "max_steps": last["step"]}
    return json.dumps(state, indent=1) + "\n"


# --- pretraining ---------------------------------------------------------------------------------------------------


def pretraining_rows(model: Model) -> Iterator[dict[str, Any]]:
    """A checkpoint an hour; the cut-offs are reached one after another, the last at the twentieth."""
    for number in range(1, EVALUATIONS + 1):
        row: dict[str, Any] = {"step": number * 10_000, "hours": number}
        for ahead, task in zip((4, 2, 0), TASKS, strict=True):
            row[task] = climbing(model, task, model.metric(task), number + ahead)
        yield row


def pretraining_csv(model: Model) -> Files:
    """MNLI-like tasks bring a column for each part; here their mean stands in one, which a warning says."""
    tasks = {"all": {"log": "log.csv", "claimed_seconds": CROSSING_AT * 3600}}
    return {"submission.json": manifest(model, "pretraining", tasks), "log.csv": table(split(model))}


def split(model: Model) -> Iterator[dict[str, Any]]:
    """The rows of pretraining with a column for each part of the task that has parts."""
    for number, row in enumerate(pretraining_rows(model), start=1):
        del row[NLI]
        yield row | {f"{NLI}_{part}": half for part, half in halves_at(model, number).items()}


def pretraining_result_csv(model: Model) -> Files:
    """The original HULK file: hours, then a result for each task."""
    rows = [",".join(str(row[name]) for name in ("hours", *TASKS)) for row in pretraining_rows(model)]
    tasks = {"all": {"log": "result.csv"}}
    return {"submission.json": manifest(model, "pretraining", tasks), "result.csv": "\n".join(rows) + "\n"}


# --- inference -----------------------------------------------------------------------------------------------------


def latencies(model: Model, task: str) -> list[float]:
    """Milliseconds of each sample, a little above and below the model's usual."""
    usual = model.milliseconds[task]
    return [round(usual * (0.95 + labels.pick(1000, model.name, task, row) / 10_000), 3) for row in range(SAMPLES)]


def inference_csv(model: Model) -> Files:
    files = {}
    tasks = {}
    for task in TASKS:
        samples = latencies(model, task)
        files[f"{task}/latencies.csv"] = "ms\n" + "".join(f"{sample}\n" for sample in samples)
        mean = round(sum(samples) / len(samples), 4)
        tasks[task] = {"latencies": f"{task}/latencies.csv", "batch_size": 1, "claimed_ms": mean}
    return with_predictions(model, files, tasks, "inference")


def inference_result_csv(model: Model) -> Files:
    """The original HULK file: a latency for each task."""
    rows = zip(*(latencies(model, task) for task in TASKS), strict=True)
    files = {"result.csv": "".join(",".join(map(str, row)) + "\n" for row in rows)}
    return with_predictions(model, files, {task: {"latencies": "result.csv"} for task in TASKS}, "inference")


# --- parts of all --------------------------------------------------------------------------------------------------


def with_predictions(model: Model, files: Files, tasks: dict[str, dict[str, Any]], phase: str) -> Files:
    """A bundle whose predictions are CoNLL columns, a GLUE TSV, and a TSV for each part."""
    tasks[NER]["predictions"] = f"{NER}/dev.conll"
    tasks[SENTIMENT]["predictions"] = f"{SENTIMENT}/dev.tsv"
    tasks[NLI]["predictions"] = {part: f"{NLI}/{part}.tsv" for part in PARTS}
    predictions = {
        f"{NER}/dev.conll": "\n".join("".join(f"{word} {tag}\n" for word, tag in line) for line in model.tags()),
        f"{SENTIMENT}/dev.tsv": table(glue_rows(model.sentiments()), "\t"),
        **{f"{NLI}/{part}.tsv": table(glue_rows(model.relations(part)), "\t") for part in PARTS},
    }
    return {"submission.json": manifest(model, phase, tasks), **files, **predictions}


def manifest(model: Model, phase: str, tasks: Mapping[str, Any]) -> str:
    described = {
        "edition": EDITION,
        "phase": phase,
        "run_date": "2026-11-20",
        "notes": "A sample that comes with HULK; its numbers are made up.",
        "model": {
            "name": model.name,
            "parameters_millions": model.parameters_millions,
            "organisation": "HULK demo",
            "code_url": "https://example.org/code",
        },
        "hardware": {"accelerator": "v100-16gb", "count": 8 if phase == "pretraining" else 1},
        "software": {"framework": "PyTorch 2.4", "precision": "fp16"},
        "includes_evaluation": "no",
        "tasks": tasks,
    }
    return json.dumps(described, indent=2) + "\n"


def claimed(model: Model, task: str) -> float:
    return round(model.metric(task), 2)


def numbered(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"id": row, "prediction": name} for row, name in enumerate(names)]


def glue_rows(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"index": row, "prediction": name} for row, name in enumerate(names)]


def json_lines(rows: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def table(rows: Iterator[dict[str, Any]] | list[dict[str, Any]], delimiter: str = ",") -> str:
    listed = list(rows)
    file = io.StringIO()
    writer = csv.DictWriter(file, list(listed[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return file.getvalue()
