"""CodeCarbon's `emissions.csv`, by column name: versions differ in their columns (PROTOCOL section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.readers.amounts import amount, amount_or_none
from scoring.readers.cells import cells_of, delimiter_of, first_line, fit
from scoring.readers.text import Text, Unreadable
from scoring.readers.wording import clean, named, shown
from scoring.values import Energy, Tier

_ENERGY, _DURATION, _EMISSIONS = "energy_consumed", "duration", "emissions"
_IDS = ("task_name", "run_id", "experiment_id")
"""What tells runs apart, the narrowest first; before version 2 `experiment_id` was a run's own."""
_VERSION = "codecarbon_version"
_MOST_RUNS = 10_000


@dataclass(frozen=True, slots=True)
class _Run:
    """The last row of a run: CodeCarbon's rows of one run are totals, each with those before it in it."""

    line: int
    cells: Sequence[str]


class CodeCarbonFile:
    """One row a tracked run. Total energy holds a model of the memory's power, so the tier is an estimate."""

    def recognises(self, head: bytes) -> bool:
        titles = first_line(head) or []
        return _ENERGY in titles or {_DURATION, _EMISSIONS} <= set(titles)

    def read(self, text: Text, run_id: str | None) -> Energy:
        titles = first_line(text.head()) or []
        if _ENERGY not in titles:
            message = f"The file has no column `{_ENERGY}`; found: {named(titles)}."
            raise Unreadable(message, remedy="Send emissions.csv as a newer version of CodeCarbon writes it.")
        runs = _runs(text, titles)
        chosen = _chosen(runs, run_id)
        return _energy(titles, chosen, runs[chosen])


def _runs(text: Text, titles: Sequence[str]) -> dict[str, _Run]:
    """The last row of each run by its id, or by its line where it has none, in the order of the file."""
    id_columns = [titles.index(name) for name in _IDS if name in titles]
    runs: dict[str, _Run] = {}
    delimiter: bytes | None = None
    for number, line in text.lines(rows=text.limits.log_rows + 1):
        if delimiter is None:
            delimiter = delimiter_of(line)
            continue
        cells = fit(cells_of(line, delimiter), len(titles), number)
        runs[_id_of(cells, id_columns) or f"row {number}"] = _Run(number, cells)
        if len(runs) > _MOST_RUNS:
            raise Unreadable(f"The file has more than {_MOST_RUNS:,} runs.", remedy="Send the rows of your own run.")
    if not runs:
        raise Unreadable("The file has a header, but no run.")
    return runs


def _id_of(cells: Sequence[str], id_columns: Sequence[int]) -> str:
    """The narrowest id that the row fills in; empty where it has none."""
    return next((cells[column].strip() for column in id_columns if cells[column].strip()), "")


def _chosen(runs: dict[str, _Run], run_id: str | None) -> str:
    wanted = (run_id or "").strip()
    if wanted in runs:
        return wanted
    if not wanted and len(runs) == 1:
        return next(iter(runs))
    why = f"none is {shown(wanted)}" if wanted else "the manifest names none of them"
    raise Unreadable(
        f"The file has {len(runs):,} runs and {why}: {named(list(runs))}.",
        remedy="Name the run of this task in `energy_run_id` (in the form: 'Run in the energy file'), or send "
        "a file that has its row alone.",
    )


def _energy(titles: Sequence[str], run_id: str, run: _Run) -> Energy:
    row = dict(zip(titles, run.cells, strict=True))
    version = clean(row.get(_VERSION, "").strip())
    return Energy(
        kwh=amount(row[_ENERGY], "energy in kWh", run.line),
        co2e_kg=amount_or_none(row.get(_EMISSIONS), "emission in kg", run.line),
        seconds=amount_or_none(row.get(_DURATION), "duration in seconds", run.line),
        tier=Tier.ESTIMATE,
        tracker=f"CodeCarbon {version}".strip(),
        line=run.line,
        run_id=run_id[:200],
    )
