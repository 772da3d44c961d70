"""P6 to P8: training logs of any length against the usual loop that stops at the first crossing.

The loops of the yardstick do one thing: they look for the first metric at or above the cut-off, which lies at 70% of
the file, and stop. Our reader is the real one: it goes through the whole file, checks every byte of every row, and
finds crossing, bracket, stability and whatever is wrong. So each ratio is given against the loop that stops and, for
the same bytes read, against the same loop without stopping. Every measurement is a process of its own, imports
excluded; memory is what the peak has grown by since before reading.
"""

import csv
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measuring import table, verdict
from benchmarks.tasks import RULES, SST2
from scoring.curves import crossing
from scoring.readers import read_log
from scoring.rules import Phase
from scoring.values import Source

CUTOFF = 0.9
CROSSING = 0.7
SHAPES = {"every row": 1, "one row in 100": 100}
ENTRIES = 100_000
LENGTHS = {
    "JSON Lines": (1000, ENTRIES, 10_000_000),
    "CSV": (1000, ENTRIES, 10_000_000),
    "trainer_state.json": (ENTRIES,),
}
TARGETS = {"JSON Lines": (5.0, 16), "CSV": (1.5, 32), "trainer_state.json": (2.5, 16)}


def ours(path: Path) -> float | None:
    """Seconds of the first crossing as a verification derives them."""
    source = Source(path.name, path.stat().st_size, "", lambda: path.open("rb"))
    reading = read_log(source, tasks=[SST2], rules=RULES, phase=Phase.FINETUNING)
    found = crossing(reading.curves["sst2"], SST2.cutoff)
    return found.at.seconds if found else None


def json_lines(path: Path, *, stops: bool) -> float | None:
    found = None
    with path.open() as lines:
        for line in lines:
            row = json.loads(line)
            metric = row.get("accuracy")
            if metric is not None and metric >= CUTOFF and found is None:
                found = row["seconds"]
                if stops:
                    break
    return found


def csv_rows(path: Path, *, stops: bool) -> float | None:
    found = None
    with path.open(newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        for row in rows:
            if row[2] and float(row[2]) >= CUTOFF and found is None:
                found = float(row[1])
                if stops:
                    break
    return found


def state(path: Path, *, stops: bool) -> float | None:
    with path.open() as stream:
        entries = json.load(stream)["log_history"]
    seconds = entries[-1]["train_runtime"] / entries[-1]["step"]
    rows = (row for row in entries if row.get("eval_accuracy", 0) >= CUTOFF)
    return next((row["step"] * seconds for row in rows), None)


YARDSTICKS = {"JSON Lines": json_lines, "CSV": csv_rows, "trainer_state.json": state}


def metrics(rows: int, every: int) -> Iterator[float | None]:
    """A noisy metric that first reaches the cut-off at 70% of the file; None on training rows."""
    chance = random.Random(5)
    first = int(rows * CROSSING) // every * every + every - 1
    for row in range(rows):
        if (row + 1) % every:
            yield None
        elif row < first:
            yield round(0.5 + 0.39 * row / rows + 0.1 * chance.random(), 4)
        else:
            yield round(0.91 + 0.05 * chance.random(), 4)


def write(path: Path, kind: str, rows: int, every: int) -> None:
    """A log of so many rows of which one in `every` is an evaluation."""
    with path.open("w") as file:
        if kind == "CSV":
            file.write("step,seconds,accuracy\n")
            for row, metric in enumerate(metrics(rows, every)):
                file.write(f"{row},{row / 10:.1f},{'' if metric is None else metric}\n")
        elif kind == "JSON Lines":
            for row, metric in enumerate(metrics(rows, every)):
                rest = f'"loss": {1 / (row + 1) + 0.1:.4f}' if metric is None else f'"accuracy": {metric}'
                file.write(f'{{"step": {row}, "seconds": {row / 10:.1f}, {rest}}}\n')
        else:
            json.dump(
                {"best_metric": None, "log_history": list(_entries(rows, every)), "max_steps": rows}, file, indent=2
            )


def _entries(rows: int, every: int) -> Iterator[dict[str, float]]:
    """As the Trainer writes them: losses and learning rates between the evaluations, the run time at the end."""
    for row, metric in enumerate(metrics(rows, every)):
        common = {"epoch": round(5 * (row + 1) / rows, 4), "step": 10 * (row + 1)}
        if metric is None:
            rate = 5e-5 * (1 - row / rows)
            yield common | {"grad_norm": 1 + row / 7, "learning_rate": rate, "loss": round(2 / (row / 1000 + 1), 4)}
        else:
            yield common | {"eval_accuracy": metric, "eval_loss": round(1 / (row + 2), 8), "eval_runtime": 3.1416}
    yield {"epoch": 5.0, "step": 10 * rows, "train_loss": 0.2, "train_runtime": 3600.5}


def measure(way: str, kind: str, path: Path) -> None:
    """In a process of its own: prints CPU milliseconds and the megabytes by which the peak has grown."""
    ways: dict[str, Callable[[], float | None]] = {
        "ours": lambda: ours(path),
        "stops": lambda: YARDSTICKS[kind](path, stops=True),
        "whole": lambda: YARDSTICKS[kind](path, stops=False),
    }
    before = _memory("VmRSS")
    start = time.process_time()
    found = ways[way]()
    taken = time.process_time() - start
    print(1000 * taken, max(0.0, _memory("VmHWM") - before), found)


def _memory(field: str) -> float:
    """Megabytes, from Linux' own account of this process."""
    match = re.search(rf"{field}:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(match[1]) / 1024 if match else 0.0


def _in_processes(kind: str, path: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Median milliseconds and megabytes of each way, taken in turns. All must find the same crossing."""
    taken: dict[str, list[tuple[float, float]]] = {"ours": [], "stops": [], "whole": []}
    found = set()
    for _ in range(rounds):
        for way, results in taken.items():
            command = [sys.executable, "-m", "benchmarks.logs", way, kind, str(path)]
            milliseconds, megabytes, seconds = subprocess.run(command, check=True, capture_output=True).stdout.split()
            results.append((float(milliseconds), float(megabytes)))
            found.add(round(float(seconds), 6))
    if len(found) > 1:
        raise ValueError(f"the ways disagree: {found}")
    return {
        way: (statistics.median(ms for ms, _ in each), statistics.median(mb for _, mb in each))
        for way, each in taken.items()
    }


def main() -> None:
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, (target, most) in TARGETS.items():
            for rows in LENGTHS[kind]:
                for shape, every in SHAPES.items():
                    path = Path(folder) / "log"
                    write(path, kind, rows, every)
                    taken = _in_processes(kind, path, rounds=7 if rows <= ENTRIES else 3)
                    results.append(_row(kind, rows, shape, taken, target, most))
    table(
        "P6 to P8: the whole curve of a log with all checks, CPU ms (medians, in turns, a process each)",
        [
            "format",
            "rows",
            "an evaluation is",
            "ours",
            "loop that stops",
            "ratio",
            "loop over all",
            "ratio",
            "extra MB",
        ],
        results,
    )


def _row(
    kind: str, rows: int, shape: str, taken: dict[str, tuple[float, float]], target: float, most: int
) -> list[object]:
    ms, megabytes = taken["ours"]
    memory = f"{megabytes:.0f}, promised {most}: {'kept' if megabytes <= most else 'NOT KEPT'}"
    stops, whole = taken["stops"][0], taken["whole"][0]
    return [kind, f"{rows:,}", shape, ms, stops, verdict(stops / ms, target), whole, f"{whole / ms:.1f}x", memory]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        main()
