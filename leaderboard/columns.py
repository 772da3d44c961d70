"""What each board shows: the one list of columns for page, API, CSV and the rules page (INTERFACES section 1)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from leaderboard.models import Edition, Task
from scoring.rules import ALL_TASKS, Measure, Phase

PHASE_TITLES = {
    Phase.PRETRAINING: "Pretraining",
    Phase.FINETUNING: "Fine-tuning",
    Phase.INFERENCE: "Inference",
}
MEASURE_TITLES = {Measure.TIME: "Time", Measure.COST: "Cost", Measure.EFFICIENCY: "Efficiency"}

TIME_UNITS = {Phase.PRETRAINING: "h", Phase.FINETUNING: "s", Phase.INFERENCE: "ms"}
COST_UNITS = {Phase.PRETRAINING: "USD", Phase.FINETUNING: "USD", Phase.INFERENCE: "USD/100k"}

VALUE_WORDS = {
    (Phase.PRETRAINING, Measure.TIME): "Elapsed pretraining time until every task had reached its cut-off.",
    (Phase.PRETRAINING, Measure.COST): "What that pretraining time costs on rented hardware.",
    (Phase.FINETUNING, Measure.TIME): "Elapsed training time until the dev metric of {task} reached its cut-off.",
    (Phase.FINETUNING, Measure.COST): "What training until the cut-off of {task} costs on rented hardware.",
    (Phase.INFERENCE, Measure.TIME): "Mean latency of one input of {task}.",
    (Phase.INFERENCE, Measure.COST): "What 100,000 inputs of {task} cost at the measured latency.",
}
TASK_SCORE_WORDS = {
    Measure.TIME: "Time of the reference entry divided by the time of this entry{on}; 0 where not reached.",
    Measure.COST: "Cost of the reference entry divided by the cost of this entry{on}; 0 where not reached.",
    Measure.EFFICIENCY: "Time score plus cost score{on}.",
}
NOT_A_NUMBER = " N/R: the cut-off was not reached inside the limit."


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a board. `key` is its sort key where `sortable`; `fold`: a phone shows it in the row's details."""

    key: str
    title: str
    unit: str = ""
    description: str = ""
    sortable: bool = True
    align: str = "left"
    fold: bool = True
    task: str = ""
    """The task (or `all`) that the column belongs to; empty for those every board has."""


RANK = Column(
    "rank",
    "Rank",
    description="Place by score; equal scores share a rank. It stays what it is when another column is sorted "
    "or a filter is set; the place within the filter then stands below the score.",
    align="right",
    fold=False,
)
MODEL = Column("model", "Model", description="The model, and the organisation that sent it.", fold=False)
PARAMETERS = Column(
    "parameters_millions", "Parameters", "M", "Number of parameters, in millions.", sortable=True, align="right"
)
HARDWARE = Column("hardware", "Hardware", description="What it ran on: how many of which accelerator.")
DATE = Column("date", "Submitted", description="The day of submission; for baselines, the paper's date.")
BADGE = Column(
    "badge",
    "Checked",
    description="`verified`: every reached task is proven by complete predictions against confirmed gold labels. "
    "`log checked`, `partly proven`, `unproven`: less than that. `baseline`: as the paper reports it.",
    sortable=False,
)
ENERGY = Column(
    "energy_kwh",
    "Energy",
    "kWh",
    "Energy of the runs that brought an energy file; never scored. The entry's page says how it was measured.",
    sortable=False,
    align="right",
)
CO2E = Column("co2e_kg", "CO2e", "kg", "Emissions as the energy tracker gives them.", sortable=False, align="right")
BROUGHT = (ENERGY, CO2E)
"""Columns that a board has only where an entry on it brought them, by the field of its rows."""
DETAILS = Column("details", "Details", description="How each number came about.", sortable=False)

TEXT_SORTS = ("model", "organisation", "hardware")
PLAIN_SORTS = ("rank", "model", "organisation", "parameters_millions", "hardware", "date", "score")


def value_unit(phase: Phase, measure: Measure) -> str | None:
    """The unit of a task's value on a board; None on efficiency boards, which show scores only."""
    if measure is Measure.EFFICIENCY:
        return None
    return TIME_UNITS[phase] if measure is Measure.TIME else COST_UNITS[phase]


def task_titles(tasks: Iterable[Task], phase: Phase) -> list[tuple[str, str]]:
    """The board's tasks in order as (slug, title): pretraining has the one task `all`."""
    if phase is Phase.PRETRAINING:
        return [(ALL_TASKS, "All tasks")]
    return [(task.slug, task.title) for task in tasks]


def columns_of(edition: Edition, phase: Phase, measure: Measure) -> tuple[Column, ...]:
    """The columns of one board, left to right. One query: the edition's tasks, unless they are prefetched."""
    return columns_for(edition.tasks.all(), phase, measure)


def columns_for(
    tasks: Iterable[Task], phase: Phase, measure: Measure, brought: Collection[str] = ()
) -> tuple[Column, ...]:
    """As `columns_of`, of tasks that are already at hand, in board order. `brought`: keys of `BROUGHT` to show."""
    beside = [column for column in BROUGHT if column.key in brought]
    middle: list[Column] = []
    for slug, title in task_titles(tasks, phase):
        middle += _task_columns(slug, title, phase, measure)
    return (RANK, MODEL, *middle, _score_column(phase, measure), PARAMETERS, HARDWARE, *beside, DATE, BADGE, DETAILS)


def sort_keys(tasks: Iterable[Task], phase: Phase) -> list[str]:
    """What `sort` may say, without the `-` for descending (INTERFACES section 2)."""
    keys = list(PLAIN_SORTS)
    for slug, _ in task_titles(tasks, phase):
        keys += [slug, f"{slug}_score"]
    return keys


def _task_columns(slug: str, title: str, phase: Phase, measure: Measure) -> list[Column]:
    columns = []
    unit = value_unit(phase, measure)
    if unit is not None:
        words = VALUE_WORDS[phase, measure].format(task=title) + NOT_A_NUMBER
        heading = MEASURE_TITLES[measure] if phase is Phase.PRETRAINING else title
        columns.append(Column(slug, heading, unit, words, align="right", task=slug))
    if phase is not Phase.PRETRAINING:
        words = TASK_SCORE_WORDS[measure].format(on=f" on {title}")
        columns.append(Column(f"{slug}_score", f"{title} score", "", words, align="right", task=slug))
    return columns


def _score_column(phase: Phase, measure: Measure) -> Column:
    if phase is Phase.PRETRAINING:
        title = "Score" if measure is Measure.EFFICIENCY else "Ratio"
        words = TASK_SCORE_WORDS[measure].format(on="")
    else:
        title = "Overall score"
        words = "Sum of the task scores, at full precision; more is better, and the reference entry has 1 a task."
        if measure is Measure.EFFICIENCY:
            words = "Overall time score plus overall cost score; more is better."
    return Column("score", title, "", words, align="right", fold=False)
