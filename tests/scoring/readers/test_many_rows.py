"""Rows read many at a time come to the same, findings included, as the same rows read one by one."""

import json
import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.readers import evaluations, line_blocks, templates
from scoring.readers import text as text_file
from scoring.readers.words import Block, numbers
from scoring.rules import Phase
from tests.scoring.readers.files import log
from tests.scoring.tasks import MNLI, RULES, SST2

JSON_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
CELLS = st.one_of(
    st.integers(0, 10**20).map(str),
    st.floats(0, 1e12).map(repr),
    st.decimals(0, 1000, places=3, allow_nan=False).map(str),
    st.text("0123456789.-+eE", max_size=9),
)


@given(st.lists(CELLS, min_size=1, max_size=30), st.sampled_from(",}\n ]x"))
def test_numbers_are_found_and_are_exact(cells, end):
    data = "".join(cell + end for cell in cells).encode()
    places = np.cumsum([0, *(len(cell) + 1 for cell in cells[:-1])])
    found = numbers(Block(data), places)
    for i, (cell, at) in enumerate(zip(cells, places, strict=True)):
        stop = at + len(cell)
        whole = JSON_NUMBER.fullmatch(data, at, stop)
        if len(cell) < 20:
            assert (bool(found.valid[i]) and found.end[i] == stop) == bool(whole)
        if found.valid[i] and found.end[i] == stop:
            assert whole
        if found.plain[i]:
            text = data[at : found.end[i]].decode()
            assert Decimal(int(found.mantissa[i])).scaleb(-int(found.decimals[i])) == Decimal(text)


def both_ways(text, *tasks, phase=Phase.FINETUNING, **more):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_blocks, "_BYTES", 300)
        patch.setattr(text_file, "BLOCK_BYTES", 1000)
        together = log(text, *tasks, phase=phase, **more)
        patch.setattr(templates, "MOST_TEMPLATES", 0)
        singly = log(text, *tasks, phase=phase, **more)
    return together, singly


NUMBERS = st.one_of(
    st.decimals(0, 101, places=4, allow_nan=False).map(str),
    st.floats(0, 1).map(repr),
    st.sampled_from(["", "null", "NaN", "-1", "1e-5", "0.90", "90", '"91"', "7.", ".5", "007", "1_0", " 12 ", "9e400"]),
)


@st.composite
def times(draw, count):
    steps = draw(st.lists(st.sampled_from([0, 0, 1, 1, 2.5, 0.1, -3]), min_size=count, max_size=count))
    falls = draw(st.booleans())
    total, found = 0.0, []
    for step in steps:
        total = max(0.0, total + (step if falls else abs(step)))
        found.append(repr(round(total, draw(st.integers(0, 3)))))
    return found


@st.composite
def rows_of(draw, columns):
    """Rows of a few shapes, now and then with something odd in a cell."""
    count = draw(st.integers(16, 60))
    odd = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, columns), NUMBERS), max_size=3))
    rows = [[t, str(i), f"{i / 7:.3f}", f"{0.4 + (i * 7 % 11) / 20:.4f}"] for i, t in enumerate(draw(times(count)))]
    blank = draw(st.integers(1, 5))
    for i, row in enumerate(rows):
        if i % blank:
            row[3] = ""
    for i, column, cell in odd:
        rows[i][column] = cell
    return rows


NAMES = ["time", "step", "epoch", "accuracy"]


@settings(max_examples=300)
@given(rows_of(3), st.sampled_from(["\n", "\r\n", "\n\n"]), st.sampled_from([",", "\t"]))
def test_csv(rows, end, delimiter):
    text = end.join(delimiter.join(row) for row in [NAMES, *rows])
    together, singly = both_ways(text)
    assert together == singly


@settings(max_examples=300)
@given(rows_of(3), st.sampled_from([", ", ","]), st.sampled_from(["", '"note": "a: 5, b", ', '"loss": 1.5e-05, ']))
def test_json_lines(rows, between, more):
    def line(row):
        pairs = between.join(f'"{name}": {cell}' for name, cell in zip(NAMES, row, strict=True) if cell)
        return f"{{{more}{pairs}}}"

    together, singly = both_ways("\n".join(line(row) for row in rows))
    assert together == singly


@settings(max_examples=200)
@given(rows_of(3), st.sampled_from([None, 2]), st.sampled_from([NAMES, ["loss", "step", "epoch", "eval_accuracy"]]))
def test_trainer_state(rows, indent, names):
    """Numbers are put in as they stand in the rows, odd ones included; the file may break there."""
    entries = [{name: f"<{cell}>" for name, cell in zip(names, row, strict=True) if cell} for row in rows]
    entries.append({"train_runtime": "<90.5>", "step": "<60>"})
    text = json.dumps({"best_metric": None, "log_history": entries, "max_steps": 60}, indent=indent)
    together, singly = both_ways(re.sub('"<(.*?)>"', lambda found: found[1].replace('\\"', '"'), text))
    assert together == singly


@settings(max_examples=100)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 100), st.floats(0, 1.2)), min_size=20, max_size=60))
def test_several_tasks_and_scales(rows):
    text = "time,conll2003,sst2,mnli\n" + "".join(f"{i},{a},{b!r},{c:.17f}\n" for i, (a, b, c) in enumerate(rows))
    together, singly = both_ways(text, *RULES.tasks, phase=Phase.PRETRAINING)
    assert together == singly


@settings(max_examples=100)
@given(st.lists(st.tuples(*[st.one_of(st.none(), st.integers(0, 100))] * 2), min_size=20, max_size=60))
def test_halves(rows):
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    text = "minutes,matched,mismatched\n" + "".join(f"{i / 3},{a},{b}\n" for i, (a, b) in enumerate(cells))
    together, singly = both_ways(text, MNLI)
    assert together == singly


@pytest.mark.parametrize(
    "spoiler", ["", "x", '{"time": 90, "accuracy": 5', '{"time": 90, "acc": 91}', "[1]", '{"a": {}}']
)
def test_a_spoilt_line_among_thousands_is_found(spoiler):
    lines = [json.dumps({"time": i, "loss": 0.5} if i % 3 else {"time": i, "accuracy": i / 100}) for i in range(5000)]
    lines[4321] = spoiler
    together, singly = both_ways("\n".join(lines), SST2)
    assert together == singly


def test_keys_that_come_late_change_the_choice_of_columns():
    lines = [json.dumps({"time": i, "accuracy": 0.99}) for i in range(3000)]
    lines += [json.dumps({"time": i, "eval_accuracy": 0.5}) for i in range(3000, 3010)]
    reading = log("\n".join(lines))
    assert {str(point.metric) for point in reading.curves["sst2"]} == {"50.0"}


@pytest.mark.parametrize("kind", ["csv", "json lines", "trainer state"])
def test_rows_of_a_real_log_do_go_together(kind, monkeypatch):
    """The comparisons above would hold as well if nothing ever did."""
    alone = []
    add = evaluations.Evaluations.add
    monkeypatch.setattr(
        evaluations.Evaluations, "add", lambda self, line, cells: (alone.append(line), add(self, line, cells))
    )
    rows = [
        {"step": i, "loss": 1 / (i + 3), "lr": 5e-5 * i} | ({"eval_accuracy": 0.5 + i / 9e4} if i % 9 == 0 else {})
        for i in range(9000)
    ]
    if kind == "csv":
        text = "step,time,loss,eval_accuracy\n"
        text += "".join(f"{i},{i / 8},{row['loss']!r},{row.get('eval_accuracy', '')}\n" for i, row in enumerate(rows))
    elif kind == "json lines":
        text = "".join(json.dumps({"time": i / 8, **row}) + "\n" for i, row in enumerate(rows))
    else:
        text = json.dumps({"log_history": [*rows, {"step": 9000, "train_runtime": 90.5}]}, indent=2)
    assert len(log(text).curves["sst2"]) == 1000
    assert len(alone) < 40
