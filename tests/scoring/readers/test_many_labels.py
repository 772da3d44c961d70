"""Tags and labels read many at a time prove the same, findings included, as the same read line by line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.readers import answers, sentences
from tests.scoring.readers.files import codes, predictions
from tests.scoring.readers.small import (
    MOOD_LABELS,
    MOODS,
    NAME_TAGS,
    NAMES,
    PAIRS,
    moods_gold,
    names_gold,
    pairs_gold,
    tag_columns,
)

ODD_TAGS = st.sampled_from(
    ["B-LOC", "O", "b-loc", "B-", "", " ", "O ", "B-LOCé", "é B-LOC", "B-LOCATIONS", "-DOCSTART- O"]
)
ODD_ROWS = st.sampled_from(
    ["", "3\tsad", "9\tsad", "2\tSad", "2\t1", "x\tsad", "2", "07\tsad", "2\tsad\tx", '2\t"sad"']
)


def both_ways(data, task, gold, module, name):
    together = predictions(data, task, gold)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, lambda *_, **__: None)
        return together, predictions(data, task, gold)


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.integers(0, 12), ODD_TAGS), max_size=2),
    st.sampled_from(["{}", "w {}", "w\tX {}", "{}\r", "[ {}"]),
    st.booleans(),
)
def test_tags(odd, layout, with_gold):
    lines = tag_columns(NAME_TAGS, layout).split("\n")
    for at, tag in odd:
        lines[at % len(lines)] = layout.format(tag)
    gold = names_gold() if with_gold else None
    together, singly = both_ways("\n".join(lines), NAMES, gold, sentences, "read_tag_lines")
    assert together == singly


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 8), ODD_ROWS), max_size=2), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_labels_with_numbers(odd, has_header, end):
    lines = ["index\tprediction"] * has_header + [f"{row}\t{label}" for row, label in enumerate(MOOD_LABELS)]
    for at, row in odd:
        lines[at % len(lines)] = row
    together, singly = both_ways(end.join(lines), MOODS, moods_gold(), answers, "read_label_lines")
    assert together == singly


@given(st.lists(st.sampled_from(["yes", "maybe", "no", "0", "2", "LABEL_1", "NO", "nope"]), min_size=9, max_size=11))
def test_labels_alone(labels):
    together, singly = both_ways("\n".join(labels), PAIRS, pairs_gold(), answers, "read_label_lines")
    assert together == singly


def test_a_json_list_of_lists_of_tags_is_read():
    rows = json.dumps([row.split() for row in NAME_TAGS])
    assert predictions(rows, NAMES, names_gold()) == predictions(tag_columns(NAME_TAGS), NAMES, names_gold())


@pytest.mark.parametrize("data", ['[["O"], 5]', '[["O", 1]]', '[["O", ["O"]]]', '[["O"', "[[" * 50_000])
def test_other_lists_are_not(data):
    assert codes(predictions(data, NAMES, names_gold())) in (["file-unreadable"], ["predictions-unknown-label"])
