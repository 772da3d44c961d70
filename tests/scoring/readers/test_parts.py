"""A part of the dev set, by ids: what it proves, whatever the order of its rows."""

import json

from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import WHOLE
from tests.scoring.readers.files import codes, labels_file, predictions
from tests.scoring.readers.small import MATCHED, MISMATCHED, NAME_TAGS, NAMES, PAIRS, names_gold, pairs_gold

SENTENCES = [json.dumps({"id": row, "tags": tags.split()}) for row, tags in enumerate(NAME_TAGS)]


def pair_rows(prefix, labels):
    return [json.dumps({"pairID": f"{prefix}{row}x", "gold_label": label}) for row, label in enumerate(labels)]


@given(st.randoms(), st.integers(2, 4))
def test_the_order_of_sentences_with_ids_changes_neither_metric_nor_interval_nor_digest(random, count):
    chosen = SENTENCES[:count]
    expected = predictions("\n".join(chosen), NAMES, names_gold())
    shuffled = predictions("\n".join(random.sample(chosen, count)), NAMES, names_gold())
    assert shuffled == expected
    assert (expected.proof.interval is not None, expected.proof.complete) == (True, count == len(SENTENCES))


@given(st.randoms())
def test_the_order_of_pairs_in_one_file_for_both_halves_changes_nothing(random):
    rows = pair_rows("m", MATCHED) + pair_rows("n", MISMATCHED[:3] + MISMATCHED[2:3])
    expected = predictions("\n".join(rows), PAIRS, pairs_gold())
    assert predictions("\n".join(random.sample(rows, len(rows))), PAIRS, pairs_gold()) == expected
    assert codes(expected) == ["predictions-partial"]


def test_each_half_of_a_set_must_be_half_there():
    halves = {"matched": labels_file(MATCHED[:2]), "mismatched": labels_file(MISMATCHED[:3])}
    reading = predictions(halves, PAIRS, pairs_gold())
    assert (codes(reading), reading.proof.rows, reading.proof.complete) == (["predictions-partial"], 5, False)
    message = reading.findings[0].message
    assert "2 of the 4 rows of the matched half" in message and "3 of the 6 rows of the mismatched half" in message

    reading = predictions({**halves, "mismatched": labels_file(MISMATCHED[:2])}, PAIRS, pairs_gold())
    assert (codes(reading), reading.proof) == (["predictions-coverage"], None)
    assert "2 of the 6 rows of the mismatched half" in reading.findings[0].message


def test_one_half_complete_and_one_in_part_is_a_part():
    halves = {"matched": labels_file(MATCHED), "mismatched": labels_file(MISMATCHED[:5])}
    reading = predictions(halves, PAIRS, pairs_gold())
    assert (codes(reading), reading.proof.complete) == (["predictions-partial"], False)


def test_one_file_that_holds_one_half_only_proves_nothing():
    reading = predictions({WHOLE: "\n".join(pair_rows("m", MATCHED))}, PAIRS, pairs_gold())
    assert (codes(reading), reading.proof) == (["predictions-coverage"], None)


def test_rows_without_ids_must_all_be_there():
    reading = predictions({"matched": "yes\nmaybe\n", "mismatched": "\n".join(MISMATCHED)}, PAIRS, pairs_gold())
    assert (codes(reading), reading.proof) == (["predictions-length"], None)
