"""Mistakes that a whole file shares are told once, with what would mend them."""

import pytest

from tests.scoring.readers.files import codes, log, predictions
from tests.scoring.readers.small import MOODS, NAMES, PAIRS, moods_gold, names_gold, pairs_gold
from tests.scoring.tasks import MNLI

PROSE = [
    "2020-01-01 10:00:00,123 starting, please wait\nacc 0.9, fine\n",
    "config = {a, b}\nacc 0.9, fine\n",
    "x | y, z\nacc 0.9, fine\n",
]


@pytest.mark.parametrize("text", PROSE)
def test_a_text_with_commas_is_of_no_known_format(text):
    (found,) = log(text).findings
    assert (found.code, "No known format" in found.message) == ("file-unreadable", True)
    assert "log_pattern" in found.remedy


@pytest.mark.parametrize("task", [MOODS, NAMES])
def test_a_json_array_of_predictions_is_told_as_such(task):
    data = '["O", "B-PER"]' if task is NAMES else "[0, 1, 1]"
    (found,) = predictions(data, task).findings
    assert (found.code, "JSON array" in found.message) == ("file-unreadable", True)


def test_tokens_without_any_tag_are_one_finding():
    (found,) = predictions("EU NNP x\nrejects VBZ y\n\n" * 4, NAMES, names_gold()).findings
    assert (found.code, found.line, "`x`" in found.message) == ("predictions-unknown-label", 1, True)
    assert "B-PER" in found.remedy


def test_rows_without_any_label_are_one_finding():
    rows = "".join(f"{row}\t0.{row}5\n" for row in range(8))
    (found,) = predictions(f"index\tprediction\n{rows}", MOODS, moods_gold()).findings
    assert (found.code, "All 8 rows" in found.message) == ("predictions-unknown-label", True)


def test_pair_ids_that_the_gold_has_not_are_one_finding_a_file():
    files = {
        part: "".join(f'{{"pairID": "{row}e", "gold_label": "yes"}}\n' for row in range(size))
        for part, size in (("matched", 4), ("mismatched", 6))
    }
    reading = predictions(files, PAIRS, pairs_gold(with_pairs=False))
    assert codes(reading) == ["predictions-unknown-id"] * 2
    assert all("`index`" in found.remedy for found in reading.findings)


@pytest.mark.parametrize(
    ("cell", "remedy"),
    [
        ("89.5%", "Write it without %."),
        ("89,5", "Write it with a decimal point."),
        ("89,5 %", "Write it without % and with a decimal point."),
    ],
)
def test_a_number_in_another_spelling_is_told_how_to_write_it(cell, remedy):
    (found,) = log(f"time\taccuracy\n1\t{cell}\n").findings
    assert (found.code, found.line, found.remedy) == ("log-value-invalid", 2, remedy)


@pytest.mark.parametrize("column", ["matched_accuracy", "pooled_accuracy"])
def test_a_log_of_one_half_is_told_to_log_both(column):
    (found,) = log(f"time,{column}\n1,80\n", MNLI).findings
    assert (found.code, found.remedy) == ("log-no-metric", "Log matched and mismatched accuracy at each evaluation.")
