"""Gold files in their usual formats, their canonical form, and refusals that never show a label."""

import json
from dataclasses import replace

import pytest

from scoring.gold import GoldInvalid, canonical, digest, from_canonical, read_gold
from scoring.rules import Part
from tests.scoring.readers.files import labels_file, sent
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


@pytest.mark.parametrize(
    "data",
    [
        labels_file(MOOD_LABELS, "index\tlabel"),
        labels_file([str(MOODS.labels.index(label)) for label in MOOD_LABELS], "index\tlabel"),
        "sentence\tlabel\n" + "".join(f'he said " {row}\t{label}\n' for row, label in enumerate(MOOD_LABELS)),
        "\n".join(MOOD_LABELS),
        labels_file(MOOD_LABELS).split("\n", 1)[1],
    ],
)
def test_classification_formats_have_one_canonical_form(data):
    assert digest(read_gold(MOODS, [sent(data)])) == digest(moods_gold())


def test_the_canonical_form_is_id_and_label_word_matched_before_mismatched():
    expected = "".join(f"{row}\t{label}\n" for labels in (MATCHED, MISMATCHED) for row, label in enumerate(labels))
    assert canonical(pairs_gold()) == expected.encode()


def test_the_canonical_form_of_tags_is_iob2_with_a_blank_line_after_each_sentence():
    assert canonical(names_gold()) == tag_columns(NAME_TAGS).encode()


@pytest.mark.parametrize(
    "data",
    [
        tag_columns(["I-PER I-PER O", "O", "O I-LOC", "I-LOC B-LOC O O"]),
        tag_columns(["B-PER E-PER O", "O", "O S-LOC", "S-LOC S-LOC O O"]),
        "-DOCSTART- -X- O O\n\n"
        + "".join("".join(f"w NN B-NP {tag}\n" for tag in row.split()) + "\n" for row in NAME_TAGS),
        tag_columns(["O", *NAME_TAGS]),
    ],
)
def test_tagging_formats_have_one_canonical_form(data):
    assert canonical(read_gold(NAMES, [sent(data)])) == canonical(names_gold())


def test_a_canonical_form_is_read_back():
    for gold in (moods_gold(), pairs_gold(), names_gold()):
        again = from_canonical(gold.task, canonical(gold))
        assert canonical(again) == canonical(gold)
        for name, part in gold.parts.items():
            assert (again.parts[name].codes == part.codes).all()


def test_multinli_rows_without_a_gold_label_are_dropped_before_numbering():
    rows = [
        {"pairID": f"{row}n", "gold_label": label} for row, label in enumerate(["yes", "-", "no", "-", "maybe", "no"])
    ]
    task = replace(PAIRS, parts=(Part("matched", 4),))
    gold = read_gold(task, [sent("".join(json.dumps(row) + "\n" for row in rows))])
    assert canonical(gold) == b"0\tyes\n1\tno\n2\tmaybe\n3\tno\n"
    assert gold.parts["matched"].pair_ids == ("0n", "2n", "4n", "5n")


def test_listed_documents_are_left_out():
    data, positions = tag_columns(["O", "O", "O B-LOC"]), sent("1\n", "documents")
    task = replace(NAMES, parts=(Part("", 2),))
    assert canonical(read_gold(task, [sent(data), positions])) == b"O\n\nO\nB-LOC\n\n"


SECRET = "canary"


@pytest.mark.parametrize(
    ("task", "files", "words"),
    [
        (MOODS, [labels_file([*MOOD_LABELS[:7], SECRET], "index\tlabel")], ["line 9", "none of moods's"]),
        (MOODS, [labels_file(MOOD_LABELS[:7], "index\tlabel")], ["7 labelled rows", "has 8"]),
        (MOODS, ["index\tlabel\n1\tsad\n"], ["line 2", "numbered from 0"]),
        (MOODS, ["", ""], ["one file"]),
        (MOODS, [b"PK\x03\x04"], ["ZIP"]),
        (PAIRS, [labels_file(MATCHED)], ["2 files", "matched, mismatched"]),
        (PAIRS, [labels_file(["0"] * 4, "index\tlabel"), labels_file(["1"] * 6)], ["2 meanings", "words"]),
        (PAIRS, ['{"pairID": "1", "gold_label": "no"}\n' * 4, labels_file(MISMATCHED)], ["pair id"]),
        (NAMES, [tag_columns([*NAME_TAGS[:3], f"B-LOC {SECRET}"])], ["line 11", "no entity tag"]),
        (NAMES, [tag_columns(NAME_TAGS[:3])], ["3 sentences", "has 4"]),
        (NAMES, [tag_columns([*NAME_TAGS, "B-LOC O"])], ["1 sentences too many", "-DOCSTART-"]),
        (NAMES, [tag_columns(NAME_TAGS * 9)], ["many more"]),
        (NAMES, [tag_columns(["O", *NAME_TAGS]), "77\n"], ["not the number"]),
        (NAMES, [tag_columns(["O", *NAME_TAGS]), "1\n"], ["does not list"]),
    ],
)
def test_a_gold_file_that_does_not_fit_is_refused_without_its_labels(task, files, words):
    with pytest.raises(GoldInvalid) as refused:
        read_gold(task, [sent(data, f"file{number}") for number, data in enumerate(files)])
    assert all(word in str(refused.value) for word in words)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("data", [b"0\tsad\n", b"O\n\n", b"\xff\xfe", b""])
def test_a_canonical_form_that_does_not_fit_is_refused(data):
    for task in (MOODS, NAMES):
        with pytest.raises(GoldInvalid):
            from_canonical(task, data)
