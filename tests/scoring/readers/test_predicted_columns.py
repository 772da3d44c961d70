"""Which column is the prediction, where the gold labels stand beside it, and which row an id means."""

import json

import pytest

from tests.scoring.readers.files import codes, labels_file, predictions
from tests.scoring.readers.small import MOODS, NAME_TAGS, NAMES, moods_gold, names_gold

SENT = ["sad", "glad", "glad", "sad", "glad", "sad", "glad", "sad"]  # 6 of 8 right


def json_lines(rows) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "data",
    [
        *(
            f"index,label,{title}\n" + "".join(f"{row},sad,{label}\n" for row, label in enumerate(SENT))
            for title in ("pred_label", "preds", "y_pred", "predicted class", "model_prediction")
        ),
        "label,pred_label,pred_prob\n" + "".join(f"sad,{label},0.5\n" for label in SENT),
        json_lines({"idx": row, "label": "sad", "pred_label": label} for row, label in enumerate(SENT)),
    ],
)
def test_beside_a_column_that_says_it_is_predicted_label_is_the_gold(data):
    expected = predictions(labels_file(SENT), MOODS, moods_gold())
    assert predictions(data, MOODS, moods_gold()).proof.digest == expected.proof.digest


def test_of_several_predicted_columns_one_must_be_named():
    (found,) = predictions("label,pred_1,pred_2\n" + "sad,sad,glad\n" * 8, MOODS, moods_gold()).findings
    assert (found.code, found.line) == ("file-unreadable", 1)
    assert "`pred_1`, `pred_2`" in found.message and "`prediction`" in found.remedy


@pytest.mark.parametrize("row", ["3.5\tsad", "1-3\tsad", ".3\tsad"])
def test_an_id_that_only_ends_in_a_number_is_unknown(row):
    reading = predictions("index\tprediction\n" + row + "\n0\tsad\n", MOODS, moods_gold())
    assert codes(reading) == ["predictions-unknown-id"]


def test_a_list_where_a_label_belongs_is_shown_as_it_was_sent():
    (found,) = predictions(json_lines({"idx": row, "prediction": [1, 2.5]} for row in range(8)), MOODS).findings
    assert "`[1, 2.5]`" in found.message


@pytest.mark.parametrize("key", ["predictions", "predicted_tags", "pred_tags", "preds"])
def test_tags_beside_predicted_ones_are_the_gold(key):
    rows = [tags.split() for tags in NAME_TAGS]
    data = json_lines({"id": row, "tags": ["O"] * len(tags), key: tags} for row, tags in enumerate(rows))
    assert predictions(data, NAMES, names_gold()).perfect
