"""Predictions: formats that mean the same prove the same, and what does not fit is found with its line."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.gold import read_gold
from tests.scoring.readers.files import codes, labels_file, predictions, sent
from tests.scoring.readers.small import (
    MATCHED,
    MISMATCHED,
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
from tests.scoring.tasks import MNLI, SST2

SENT = ["sad", "glad", "glad", "sad", "glad", "sad", "glad", "sad"]  # 6 of 8 right
INTEGERS = [str(MOODS.labels.index(label)) for label in SENT]


def json_lines(rows) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "data",
    [
        labels_file(SENT),
        labels_file(INTEGERS),
        labels_file(SENT).replace("\t", ","),
        labels_file(SENT).replace("\n", "\r\n"),
        "\ufeff" + labels_file(SENT) + "\n\n",
        labels_file(SENT).split("\n", 1)[1],
        labels_file([label.upper() for label in SENT]),
        labels_file([f"LABEL_{label}" for label in INTEGERS]),
        "\n".join(SENT),
        "prediction\n" + "\n".join(INTEGERS) + "\n",
        "prob,prediction,idx\n" + "".join(f"0.5,{label},{row}\n" for row, label in enumerate(SENT)),
        "id\tlabel\tprediction\n" + "".join(f"{row}\tsad\t{label}\n" for row, label in enumerate(SENT)),
        "guid,label\n" + "".join(f"dev-{row},{label}\n" for row, label in enumerate(SENT)),
        "index,prediction\n" + "".join(f"{row}.0,{label}\n" for row, label in enumerate(SENT)),
        json_lines({"idx": row, "label": label} for row, label in enumerate(SENT)),
        json_lines({"id": f"dev-{row}", "prediction": int(label)} for row, label in enumerate(INTEGERS)),
        json_lines({"prediction": label} for label in SENT),
        gzip.compress(labels_file(SENT).encode()),
    ],
)
def test_formats_that_mean_the_same_prove_the_same(data):
    reading = predictions(data, MOODS, moods_gold())
    expected = predictions(labels_file(SENT), MOODS, moods_gold())
    assert reading.findings == ()
    assert (reading.proof.metric, reading.proof.reaches_cutoff, reading.proof.complete) == (75.0, True, True)
    assert reading.proof.digest == expected.proof.digest
    assert predictions(data, MOODS).proof.digest == expected.proof.digest


@given(st.permutations(list(enumerate(SENT))))
def test_the_order_of_rows_with_ids_changes_nothing(rows):
    data = "index\tprediction\n" + "".join(f"{row}\t{label}\n" for row, label in rows)
    assert predictions(data, MOODS, moods_gold()) == predictions(labels_file(SENT), MOODS, moods_gold())


def test_without_gold_only_the_shape_is_checked():
    proof = predictions(labels_file(SENT), MOODS).proof
    assert (proof.metric, proof.reaches_cutoff, proof.rows, proof.complete) == (None, None, 8, True)
    assert codes(predictions("\n".join([*SENT, "sad"]), MOODS)) == ["predictions-length"]


@pytest.mark.parametrize(
    ("row", "code", "named"),
    [("999\tsad", "predictions-unknown-id", "999"), ("3\tsad", "predictions-duplicate-id", "3")],
)
def test_one_row_too_many_is_told_by_its_id(row, code, named):
    """Every row is there, and one more: what is wrong is that one, not the length."""
    (found,) = predictions(labels_file(SENT) + f"{row}\n", MOODS, moods_gold()).findings
    assert (found.code, found.line) == (code, 10)
    assert named in found.message


def test_the_gold_labels_themselves_are_perfect():
    assert predictions(labels_file(MOOD_LABELS), MOODS, moods_gold()).perfect
    assert not predictions(labels_file(SENT), MOODS, moods_gold()).perfect


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("3\tbad", "predictions-unknown-label"),
        ("3\t2", "predictions-unknown-label"),
        ("3\t", "predictions-unknown-label"),
        ("2\tsad", "predictions-duplicate-id"),
        ("8\tsad", "predictions-unknown-id"),
        ("-1\tsad", "predictions-unknown-id"),
        ("test-3\tsad", "predictions-unknown-id"),
        ("x\tsad", "predictions-unknown-id"),
        ("3", "file-unreadable"),
    ],
)
def test_a_row_that_does_not_fit_is_found_with_its_line(row, code):
    lines = labels_file(SENT).split("\n")
    lines[4] = row
    reading = predictions("\n".join(lines), MOODS, moods_gold())
    assert reading.proof is None
    assert [(found.code, found.line) for found in reading.findings] == [(code, 5)]


def test_a_part_with_ids_proves_the_part():
    reading = predictions(labels_file(SENT[:6]), MOODS, moods_gold())
    assert (reading.proof.metric, reading.proof.rows, reading.proof.complete) == (100.0, 6, False)
    assert codes(reading) == ["predictions-partial"]
    low, high = reading.proof.interval
    assert (
        f"6 of the 8 rows of the dev set have a prediction (75.00%). The 95% interval of the metric is {low:.2f}"
        in (reading.findings[0].message)
    )
    assert low < 100 == high


def test_half_is_enough_and_less_is_not():
    assert codes(predictions(labels_file(SENT[:4]), MOODS, moods_gold())) == ["predictions-partial"]
    reading = predictions(labels_file(SENT[:3]), MOODS, moods_gold())
    assert (reading.proof, codes(reading)) == (None, ["predictions-coverage"])


@pytest.mark.parametrize("rows", [SENT[:7], [*SENT, "sad"]])
def test_without_ids_every_row_is_needed(rows):
    reading = predictions("\n".join(rows), MOODS, moods_gold())
    assert (reading.proof, codes(reading)) == (None, ["predictions-length"])


# --- two halves -------------------------------------------------------------------------------------------------

M, N = ["yes", "maybe", "no", "no"], ["no", "no", "yes", "maybe", "yes", "yes"]  # 3 of 4 and 5 of 6 right


def rows_of_both(name_matched, name_mismatched):
    return [(name_matched(i), label) for i, label in enumerate(M)] + [
        (name_mismatched(i), label) for i, label in enumerate(N)
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"matched": labels_file(M), "mismatched": labels_file(N)},
        {"matched": "\n".join(M), "mismatched": labels_file(N)},
        "\n".join([*M, *N]),
        json_lines({"pairID": name, "gold_label": label} for name, label in rows_of_both("m{}x".format, "n{}x".format)),
        "index\tpairID\tprediction\n"
        + "".join(
            f"{i}\t{name}\t{label}\n" for i, (name, label) in enumerate(rows_of_both("m{}x".format, "n{}x".format))
        ),
        "split,index,prediction\n"
        + "".join(f"{name},{label}\n" for name, label in rows_of_both("dev_matched,{}".format, "mismatched,{}".format)),
        "guid,prediction\n"
        + "".join(f"{a},{b}\n" for a, b in rows_of_both("dev_matched-{}".format, "dev_mismatched-{}".format)),
    ],
)
def test_two_halves_count_as_the_mean_of_their_accuracies(data):
    reading = predictions(data, PAIRS, pairs_gold())
    assert reading.findings == ()
    assert reading.proof.metric == pytest.approx((75 + 100 * 5 / 6) / 2)
    assert reading.proof.detail["matched"] == 75
    assert (
        reading.proof.digest
        == predictions({"matched": labels_file(M), "mismatched": labels_file(N)}, PAIRS).proof.digest
    )


def test_an_index_alone_does_not_say_which_half():
    data = "index\tprediction\n" + "".join(f"{i}\t{label}\n" for labels in (M, N) for i, label in enumerate(labels))
    reading = predictions(data, PAIRS, pairs_gold())
    assert reading.proof is None
    assert set(codes(reading)) == {"predictions-unknown-id"}
    assert "a file each" in reading.findings[0].remedy


def test_an_id_of_the_other_half_is_unknown():
    data = {"matched": "guid,label\n" + "dev_mismatched-0,yes\n" * 1, "mismatched": labels_file(N)}
    assert codes(predictions(data, PAIRS, pairs_gold())) == ["predictions-unknown-id"]


def test_pair_ids_need_gold_labels_that_have_them():
    data = json_lines({"pairID": f"m{i}x", "gold_label": label} for i, label in enumerate(M))
    reading = predictions({"matched": data, "mismatched": labels_file(N)}, PAIRS, pairs_gold(with_pairs=False))
    assert "no pair ids" in reading.findings[0].message


def test_a_missing_half_is_told():
    assert codes(predictions({"matched": labels_file(M)}, PAIRS, pairs_gold())) == ["evidence-missing"]


def test_each_half_must_be_there_by_half():
    data = {"matched": labels_file(M), "mismatched": labels_file(N[:2])}
    assert codes(predictions(data, PAIRS, pairs_gold())) == ["predictions-coverage"]


# --- integers in two orders -------------------------------------------------------------------------------------


def as_integers(labels, order):
    return labels_file([str(order.index(label)) for label in labels])


@pytest.mark.parametrize("name", ["hf", "glue"])
def test_the_order_of_integers_that_the_manifest_names_is_taken(name):
    order = dict(PAIRS.label_orders)[name]
    data = {"matched": as_integers(M, order), "mismatched": as_integers(N, order)}
    named = predictions(data, PAIRS, pairs_gold(), label_order=name)
    assert named.findings == ()
    guessed = predictions(data, PAIRS, pairs_gold())
    assert codes(guessed) == ["predictions-label-order"]
    assert f"`{name}`" in guessed.findings[0].message
    words = predictions({"matched": labels_file(M), "mismatched": labels_file(N)}, PAIRS, pairs_gold())
    assert named.proof == guessed.proof == words.proof


def test_the_wrong_order_named_is_taken_at_its_word():
    order = dict(PAIRS.label_orders)["glue"]
    data = {"matched": as_integers(MATCHED, order), "mismatched": as_integers(MISMATCHED, order)}
    assert predictions(data, PAIRS, pairs_gold(), label_order="hf").proof.metric < 50


# --- tags -------------------------------------------------------------------------------------------------------

TAGS = ["B-PER I-PER O", "O", "O B-PER", "B-LOC B-LOC O O"]  # 3 of 4 entities right


@pytest.mark.parametrize(
    "data",
    [
        tag_columns(TAGS),
        tag_columns(TAGS).rstrip("\n"),
        "\n\n" + tag_columns(TAGS).replace("\n\n", "\n \n\t\n"),
        tag_columns(TAGS).replace("\n", "\r\n"),
        tag_columns(TAGS, "word NN {}"),
        tag_columns(TAGS, "w\tO\t{} "),
        tag_columns(TAGS, "O {}"),
        "\n".join(TAGS) + "\n",
        tag_columns(["S-PER", *TAGS])[len("S-PER\n\n") :],
        tag_columns(["B-PER E-PER O", "O", "O S-PER", "S-LOC S-LOC O O"]),
        tag_columns(["B-PER L-PER O", "O", "O U-PER", "U-LOC U-LOC O O"]),
        tag_columns(["I-PER I-PER O", "O", "O I-PER", "I-LOC B-LOC O O"]),
        "-DOCSTART- -X- O\n\n" + tag_columns(TAGS),
        "-DOCSTART- O\n" + tag_columns(TAGS),
        tag_columns(["O", *TAGS]),
        tag_columns(["O", *TAGS[:2], "O", *TAGS[2:]]),
        "\n".join(["O", *TAGS]) + "\n",
        json_lines({"id": row, "tags": tags.split()} for row, tags in enumerate(TAGS)),
        json_lines({"id": row, "tags": tags.split()} for row, tags in reversed(list(enumerate(TAGS)))),
        json_lines({"tags": tags.split(), "tokens": ["w"]} for tags in TAGS),
    ],
)
def test_layouts_and_schemes_that_mean_the_same_prove_the_same(data):
    reading = predictions(data, NAMES, names_gold())
    assert reading.findings == ()
    assert (reading.proof.metric, reading.proof.reaches_cutoff) == (75.0, True)
    assert reading.proof.digest == predictions(tag_columns(TAGS), NAMES, names_gold()).proof.digest


def test_the_gold_tags_themselves_are_perfect():
    assert predictions(tag_columns(NAME_TAGS), NAMES, names_gold()).perfect


@pytest.mark.parametrize("tag", ["PER", "b-per", "B-", "B_PER", "X-PER", "B-MISC", "0"])
def test_a_tag_that_is_none_is_found_with_its_line(tag):
    reading = predictions(tag_columns([*TAGS[:2], f"O {tag}", TAGS[3]]), NAMES, names_gold())
    assert [(found.code, found.line) for found in reading.findings] == [("predictions-unknown-label", 8)]


def test_a_sentence_of_another_length_is_found_with_its_line():
    (found,) = predictions(tag_columns([*TAGS[:2], "O B-PER O", TAGS[3]]), NAMES, names_gold()).findings
    assert (found.code, found.line) == ("predictions-length", 7)
    assert "Sentence 3 has 3 tokens, and the dev set's has 2" in found.message


@pytest.mark.parametrize("rows", [TAGS[:3], [*TAGS, "O O"], [], ["O"] * 9, ["O " * 500] * 4])
def test_too_few_or_too_many_sentences_are_found(rows):
    reading = predictions(tag_columns(rows) or "\n", NAMES, names_gold())
    assert reading.proof is None
    assert codes(reading) in (["predictions-length"], ["file-unreadable"])


def test_a_part_with_ids_proves_the_part_of_a_tagging_task():
    rows = [{"id": row, "tags": tags.split()} for row, tags in enumerate(TAGS)]
    reading = predictions(json_lines(rows[2:]), NAMES, names_gold())
    assert (codes(reading), reading.proof.rows) == (["predictions-partial"], 2)
    assert reading.proof.metric == pytest.approx(100 * 2 / 3)
    assert reading.proof.interval is not None
    assert codes(predictions(json_lines([*rows, rows[0]]), NAMES, names_gold())) == ["predictions-duplicate-id"]
    assert codes(predictions(json_lines([{"id": 9, "tags": ["O"]}]), NAMES, names_gold())) == ["predictions-unknown-id"]


# --- nothing leaks ----------------------------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(st.integers(-1, 9), st.sampled_from(["sad", "glad", "0", "1", "bad", "2", ""])), min_size=1, max_size=12
)


@given(ROWS)
def test_messages_do_not_depend_on_the_gold_labels(rows):
    """Where no metric comes out, what is said is the same as on a server without gold labels."""
    data = "index\tprediction\n" + "".join(f"{row}\t{label}\n" for row, label in rows)
    reading = predictions(data, MOODS, moods_gold())
    without = predictions(data, MOODS)
    assert codes(reading) == codes(without)
    if reading.proof is None:
        assert reading == without


@given(
    st.lists(st.sampled_from([b"0\t1\n", b"index\tlabel\n", b"7\tglad\n", b"O\n", b"\n", b"B-PER O\n", b"\xff", b"{"]))
)
def test_any_lines_give_findings_or_a_proof(pieces):
    data = b"".join(pieces)
    for task, gold in ((MOODS, moods_gold()), (NAMES, names_gold()), (PAIRS, pairs_gold())):
        reading = predictions(data, task, gold)
        assert reading.findings or reading.proof


def test_real_tasks_know_their_labels():
    assert codes(predictions("\n".join(["positive"] * 872), SST2)) == []
    assert codes(predictions("\n".join(["neutral"] * (9815 + 9832)), MNLI)) == []


# --- JSON objects and lists, and MultiNLI's pair ids --------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 1])
def test_one_json_object_of_ids_and_predictions_is_read(indent):
    text = json.dumps({str(row): label for row, label in reversed(list(enumerate(MOOD_LABELS)))}, indent=indent)
    reading = predictions(text, MOODS, moods_gold())
    assert (reading.proof.metric, reading.perfect) == (100, True)
    assert predictions(text, MOODS).proof.digest == reading.proof.digest


@pytest.mark.parametrize("indent", [None, 1])
def test_a_json_list_of_rows_is_read(indent):
    rows = [{"id": row, "prediction": label} for row, label in enumerate(MOOD_LABELS)]
    assert predictions(json.dumps(rows, indent=indent), MOODS, moods_gold()).proof.metric == 100


@pytest.mark.parametrize("indent", [None, 1])
def test_a_json_object_of_ids_and_tags_is_read(indent):
    by_id = {str(row): tags.split() for row, tags in enumerate(NAME_TAGS)}
    assert predictions(json.dumps(by_id, indent=indent), NAMES, names_gold()).proof.metric == 100
    rows = [{"id": row, "tags": tags} for row, tags in enumerate(NAME_TAGS)]
    assert predictions(json.dumps(rows, indent=indent), NAMES, names_gold()).proof.metric == 100


def test_multinli_s_tsv_and_json_lines_are_matched_by_pair_id_in_one_file():
    pairs = {f"m{row}x": label for row, label in enumerate(MATCHED)} | {
        f"n{row}x": label for row, label in enumerate(MISMATCHED)
    }
    tsv = "gold_label\tsentence1\tpairID\tgenre\n" + "".join(
        f'{label}\ta "quoted" sentence\t{pair}\tfiction\n' for pair, label in pairs.items()
    )
    lines = "".join(json.dumps({"pairID": pair, "gold_label": label}) + "\n" for pair, label in pairs.items())
    for text in (tsv, lines):
        assert predictions(text, PAIRS, pairs_gold()).proof.metric == 100


def test_a_json_object_of_pair_ids_is_read():
    halves = {"matched": {f"{row}e": label for row, label in enumerate(MATCHED)}}
    halves["mismatched"] = {f"{10 + row}n": label for row, label in enumerate(MISMATCHED)}
    gold_files = [
        sent("".join(json.dumps({"pairID": pair, "gold_label": label}) + "\n" for pair, label in half.items()))
        for half in halves.values()
    ]
    both = halves["matched"] | halves["mismatched"]
    assert predictions(json.dumps(both), PAIRS, read_gold(PAIRS, gold_files)).proof.metric == 100


@pytest.mark.parametrize(
    "data", ['{"0": [1]}', '{"0": {"a": 1}}', '{\n"0": "glad",\n', '{"0": "glad"} x', "[{}]", "[1]"]
)
def test_json_that_holds_no_predictions_is_a_finding(data):
    reading = predictions(data, MOODS, moods_gold())
    assert reading.proof is None
    assert reading.findings
