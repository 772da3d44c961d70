"""Bundles with one mistake each: for every code of `scoring.findings` one that provokes it, and nothing else that is
an error or a warning. They show a submitter what a finding means, and hold the checks.

`scripts/make_bad_samples.py` writes them to tests/bundles/bad/.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from hulk_site.demo import labels
from hulk_site.demo.bundles import (
    CROSSING_AT,
    SAMPLES,
    WREN,
    Model,
    latencies,
    log_rows,
    manifest,
    table,
    trainer_state,
)
from hulk_site.demo.labels import NER, NLI, PARTS, SENTIMENT
from scoring.findings import CODES

Row = dict[str, Any]
LOG, PREDICTIONS = f"{SENTIMENT}/log.csv", f"{SENTIMENT}/dev.tsv"
FAST_SECONDS = 400.0
"""What the best approved entry on like hardware needed, where a bundle is to be too fast to be true."""


@dataclass
class Mistake:
    """One bundle, and what is expected of it. `about` says in words what was done wrong."""

    about: str
    tasks: dict[str, Row]
    files: dict[str, str]
    phase: str = "finetuning"
    changes: Row = field(default_factory=dict)
    """Keys of the manifest that differ, one level deep."""
    also: tuple[str, ...] = ()
    """Notes that necessarily come along."""
    gold: bool = True
    default_offers: bool = True
    peers: Row = field(default_factory=dict)
    """`best_seconds`, and `shares_predictions` where somebody else has sent the same."""

    def written(self, code: str) -> dict[str, str]:
        """The files of the folder."""
        described = json.loads(manifest(WREN, self.phase, self.tasks))
        described["notes"] = f"Sent wrongly on purpose: {self.about}"
        for key, value in self.changes.items():
            described[key] = described[key] | value if isinstance(value, dict) else value
        expected = {
            "code": code,
            "about": self.about,
            "also": list(self.also),
            "gold": self.gold,
            "default_offers": self.default_offers,
            "peers": self.peers,
        }
        return {
            "submission.json": json.dumps(described, indent=2) + "\n",
            "expected.json": json.dumps(expected, indent=2) + "\n",
            **self.files,
        }


def mistakes() -> dict[str, dict[str, str]]:
    """The files of each bundle by its code. KeyError where a code has none."""
    return {code: MISTAKES[code]().written(code) for code in CODES}


# --- a bundle without a mistake, to make one in ---------------------------------------------------------------------


def rows() -> list[Row]:
    return list(log_rows(WREN, SENTIMENT))


def predicted(errors: int = WREN.errors[SENTIMENT]) -> list[Row]:
    """A row a review: `errors` of them are wrong."""
    model = replace(WREN, errors={**WREN.errors, SENTIMENT: errors})
    return [{"index": row, "prediction": label} for row, label in enumerate(model.sentiments())]


def sentiment(
    about: str,
    *,
    log: Iterable[Row] | str | None = None,
    predictions: Iterable[Row] | str | None = None,
    claims: Row | None = None,
    **more: Any,
) -> Mistake:
    """One task: its log and predictions, unless a mistake says otherwise."""
    files = {
        LOG: _text(rows() if log is None else log, ","),
        PREDICTIONS: _text(predicted() if predictions is None else predictions, "\t"),
    }
    return Mistake(about, {SENTIMENT: {"log": LOG, "predictions": PREDICTIONS} | (claims or {})}, files, **more)


def with_ner(mistake: Mistake) -> Mistake:
    """A second task that is as it should be, so that the submission reaches something."""
    tags = "".join(" ".join(tag for _, tag in sentence) + "\n" for sentence in WREN.tags())
    mistake.files |= {f"{NER}/log.csv": table(log_rows(WREN, NER)), f"{NER}/tags.txt": tags}
    mistake.tasks[NER] = {"log": f"{NER}/log.csv", "predictions": f"{NER}/tags.txt"}
    return mistake


def inference(about: str, samples: Iterable[float]) -> Mistake:
    name = f"{SENTIMENT}/latencies.csv"
    files = {name: "ms\n" + "".join(f"{sample}\n" for sample in samples), PREDICTIONS: _text(predicted(), "\t")}
    return Mistake(about, {SENTIMENT: {"latencies": name, "predictions": PREDICTIONS}}, files, phase="inference")


def nli(about: str, log: Iterable[Row], labelled: Callable[[str], list[str]]) -> Mistake:
    files = {f"{NLI}/log.csv": table(list(log))}
    for part in PARTS:
        files[f"{NLI}/{part}.txt"] = "".join(f"{label}\n" for label in labelled(part))
    predictions = {part: f"{NLI}/{part}.txt" for part in PARTS}
    return Mistake(about, {NLI: {"log": f"{NLI}/log.csv", "predictions": predictions}}, files)


def tracked(about: str, energy: Row) -> Mistake:
    made = sentiment(about, claims={"energy": f"{SENTIMENT}/emissions.csv"})
    made.files[f"{SENTIMENT}/emissions.csv"] = table([energy])
    return made


def changed(by: Callable[[int, Row], Row]) -> list[Row]:
    """The log's rows, each changed by its number from 1."""
    return [by(number, dict(row)) for number, row in enumerate(rows(), start=1)]


def mllog(status: str) -> str:
    lines = [":::MLLOG " + json.dumps({"key": "run_start", "time_ms": 1_795_165_200_000, "value": None})]
    for row in rows():
        at = 1_795_165_200_000 + round(row["seconds"] * 1000)
        lines.append(":::MLLOG " + json.dumps({"key": "eval_accuracy", "time_ms": at, "value": row["accuracy"]}))
    stop = {"key": "run_stop", "time_ms": 1_795_165_300_000, "value": None, "metadata": {"status": status}}
    return "\n".join([*lines, ":::MLLOG " + json.dumps(stop)]) + "\n"


def _text(content: Iterable[Row] | str, delimiter: str) -> str:
    return content if isinstance(content, str) else table(list(content), delimiter)


# --- the mistakes: logs ---------------------------------------------------------------------------------------------


def _evidence_missing() -> Mistake:
    made = sentiment("The manifest names predictions that are not in the folder.")
    del made.files[PREDICTIONS]
    return made


def _clock_restarts() -> Mistake:
    def restart(number: int, row: Row) -> Row:
        return row | ({"seconds": round(row["seconds"] - 40, 2)} if number > 30 else {})

    return sentiment("A run was resumed and its clock started anew.", log=changed(restart))


def _backwards() -> Mistake:
    def swap(number: int, row: Row) -> Row:
        return row | ({"seconds": 1.0, "step": 1, "epoch": 0.01} if number == 30 else {})

    return sentiment("A row of the beginning stands near the end.", log=changed(swap))


def _value_invalid() -> Mistake:
    def broken(number: int, row: Row) -> Row:
        return row | ({"accuracy": "nan"} if number == 5 else {})

    return sentiment("A metric is not a number.", log=changed(broken))


def _estimated() -> Mistake:
    return sentiment("A trainer_state.json without elapsed times.", log=trainer_state(WREN, SENTIMENT))


def _single_value() -> Mistake:
    def one(row: Row) -> Row:
        halves = [row.pop(f"{part}_accuracy") for part in PARTS]
        return row | {"accuracy": round(sum(halves) / len(halves), 4)}

    return nli("One accuracy a point, and nothing says of which half.", map(one, log_rows(WREN, NLI)), WREN.relations)


def _not_reached() -> Mistake:
    low = changed(lambda number, row: row | {"accuracy": min(row["accuracy"], 87.5)})
    return with_ner(sentiment("The log never reaches the cut-off.", log=low))


def _late() -> Mistake:
    late = changed(lambda number, row: row | {"epoch": round(row["epoch"] * 3, 2)})
    return with_ner(sentiment("The cut-off is reached after epoch 5.", log=late, also=("cutoff-not-reached",)))


def _aborted() -> Mistake:
    about = "A run that says of itself that it was aborted."
    return with_ner(sentiment(about, log=mllog("aborted"), also=("cutoff-not-reached",)))


def _at_zero() -> Mistake:
    seconds = changed(lambda number, row: row | {"seconds": 0 if number <= 20 else row["seconds"]})
    return sentiment("Nothing was timed before the crossing.", log=seconds)


def _lost() -> Mistake:
    falling = changed(lambda number, row: row | {"accuracy": 80.0 if number > 35 else row["accuracy"]})
    return sentiment("The metric falls below the cut-off at the end.", log=falling)


def _thin() -> Mistake:
    thin = changed(lambda number, row: row | {"accuracy": 88.05 if number == CROSSING_AT else row["accuracy"]})
    return sentiment("The metric at the crossing is barely above the cut-off.", log=thin, predictions=predicted(28))


def _wide() -> Mistake:
    return sentiment("Only every tenth evaluation was logged.", log=rows()[9::10])


def _fractions() -> Mistake:
    small = changed(lambda number, row: row | {"accuracy": round(row["accuracy"] / 100, 6)})
    return sentiment("The log holds fractions; they are read as percent.", log=small)


# --- the mistakes: predictions --------------------------------------------------------------------------------------


def _row_changed(**cells: Any) -> list[Row]:
    return [*predicted()[:-1], predicted()[-1] | cells]


def _most_rows() -> list[Row]:
    """As many right and wrong ones as keep the metric what it is: 18 of 160 are wrong where 27 of 240 were."""
    gold = labels.sentiments()
    right = [row for row in predicted() if row["prediction"] == gold[row["index"]]]
    wrong = [row for row in predicted() if row["prediction"] != gold[row["index"]]]
    return sorted([*right[:142], *wrong[:18]], key=lambda row: int(row["index"]))


def _perfect() -> Mistake:
    high = changed(lambda number, row: row | {"accuracy": 99.8 if number >= 20 else row["accuracy"]})
    gold = [{"index": row, "prediction": label} for row, label in enumerate(labels.sentiments())]
    return sentiment("The gold labels were sent as predictions.", log=high, predictions=gold)


def _label_order() -> Mistake:
    older = dict(labels.RULES[NLI].label_orders)["older"]
    return nli(
        "Integers, and nothing says in which order.",
        log_rows(WREN, NLI),
        lambda part: [str(older.index(label)) for label in WREN.relations(part)],
    )


def _same_seed() -> Mistake:
    made = sentiment("The same log was sent for two runs.")
    other = [{"index": row, "prediction": label} for row, label in enumerate(_second_run().sentiments())]
    made.files |= {
        f"{SENTIMENT}/log2.csv": made.files[LOG],
        f"{SENTIMENT}/dev2.tsv": table(other, "\t"),
    }
    made.tasks[SENTIMENT] = {
        "log": [LOG, f"{SENTIMENT}/log2.csv"],
        "predictions": [PREDICTIONS, f"{SENTIMENT}/dev2.tsv"],
        "seeds": [1, 2],
    }
    return made


def _second_run() -> Model:
    return replace(WREN, name=f"{WREN.name}, second run")


# --- the mistakes: latencies, hardware, energy ----------------------------------------------------------------------


def _suspicious() -> Mistake:
    return inference("The mean was written a thousand times.", [1.8] * SAMPLES)


def _price_missing() -> Mistake:
    about = "Hardware that the catalogue has no price for, and none is declared."
    return sentiment(about, changes={"hardware": {"accelerator": "rtx-2080-ti"}}, default_offers=False)


def _price_differs() -> Mistake:
    declared = {"usd_per_hour": 1.5, "price_source": "An invoice."}
    return sentiment("A declared price far from the offer's.", changes={"hardware": declared})


def _power() -> Mistake:
    energy = {"run_id": "a", "duration": 62.0, "emissions": 3.8, "energy_consumed": 10}
    return tracked("Watt hours in the column of kilowatt hours.", energy)


def _duration() -> Mistake:
    energy = {"run_id": "a", "duration": 900.0, "emissions": 0.0152, "energy_consumed": 0.04}
    return tracked("The energy file is that of another run.", energy)


MISTAKES: dict[str, Callable[[], Mistake]] = {
    "evidence-missing": _evidence_missing,
    "file-unreadable": lambda: sentiment("Prose was sent as the log.", log="It went rather well.\n"),
    "log-no-time": lambda: sentiment(
        "No column of the log is a time.", log=[{"epoch": row["epoch"], "accuracy": row["accuracy"]} for row in rows()]
    ),
    "log-no-metric": lambda: sentiment(
        "The log has the loss alone.", log=[{"seconds": row["seconds"], "loss": 0.5} for row in rows()]
    ),
    "log-time-backwards": _backwards,
    "log-clock-restarts": _clock_restarts,
    "log-value-invalid": _value_invalid,
    "run-aborted": _aborted,
    "time-estimated": _estimated,
    "mnli-single-value": _single_value,
    "clock-differs": lambda: sentiment("Evaluation is on the clock.", changes={"includes_evaluation": "yes"}),
    "cutoff-not-reached": _not_reached,
    "epoch-limit": _late,
    "crossing-at-zero": _at_zero,
    "crossing-lost": _lost,
    "crossing-thin": _thin,
    "bracket-wide": _wide,
    "claim-time-mismatch": lambda: sentiment("The claimed time is another.", claims={"claimed_seconds": 20}),
    "claim-cost-mismatch": lambda: sentiment("The claimed cost is another.", claims={"claimed_usd": 1}),
    "claim-metric-mismatch": lambda: sentiment("The claimed metric is another.", claims={"claimed_metric": 96}),
    "predictions-unknown-id": lambda: sentiment(
        "A row has an id beyond the last.", predictions=_row_changed(index=999)
    ),
    "predictions-duplicate-id": lambda: sentiment("Two rows have one id.", predictions=_row_changed(index=0)),
    "predictions-unknown-label": lambda: sentiment(
        "A label is none of the task's.", predictions=_row_changed(prediction="undecided")
    ),
    "predictions-length": lambda: sentiment(
        "Rows without ids, and one of them is missing.",
        predictions=[{"prediction": row["prediction"]} for row in predicted()[1:]],
    ),
    "predictions-partial": lambda: sentiment("Two thirds of the rows.", predictions=_most_rows()),
    "predictions-coverage": lambda: sentiment("Fewer than half of the rows.", predictions=predicted()[:100]),
    "predictions-below-cutoff": lambda: sentiment(
        "The predictions are below the cut-off, the log is not.", predictions=predicted(40)
    ),
    "predictions-disagree": lambda: sentiment("The predictions are another model's.", predictions=predicted(20)),
    "predictions-perfect": _perfect,
    "predictions-shared": lambda: sentiment(
        "Somebody else has sent these predictions before.", peers={"shares_predictions": True}
    ),
    "predictions-label-order": _label_order,
    "gold-not-imported": lambda: sentiment("Nothing is wrong, but the server has no gold labels.", gold=False),
    "runs-same-seed": _same_seed,
    "samples-too-few": lambda: inference("Half as many samples as are asked for.", latencies(WREN, SENTIMENT)[:500]),
    "latency-suspicious": _suspicious,
    "time-implausible": lambda: sentiment(
        "More than ten times as fast as the best.", peers={"best_seconds": {SENTIMENT: FAST_SECONDS}}
    ),
    "price-missing": _price_missing,
    "price-differs": _price_differs,
    "power-impossible": _power,
    "duration-disagrees": _duration,
    "code-missing": lambda: sentiment("No link to the source code.", changes={"model": {"code_url": ""}}),
    "scale-converted": _fractions,
    "price-before-first-offer": lambda: sentiment(
        "A run before the catalogue's first price.", changes={"run_date": "2018-06-01"}
    ),
}
