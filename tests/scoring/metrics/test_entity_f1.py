"""Entity F1 counts as conlleval does; seqeval's default mode, which counts alike, is the oracle."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score

from scoring.metrics.entity_f1 import Entities, counts, entities, from_iob2, interval, iob2
from scoring.readers.tags import TagBook, tags_of

TAGS = [*(["O", "O", "O"]), *(f"{prefix}-{kind}" for prefix in "BIE" for kind in ("LOC", "PER"))]
SENTENCES = st.lists(st.lists(st.sampled_from(TAGS), min_size=1, max_size=8), min_size=1, max_size=6)


def spans(sentences: list[list[str]]) -> Entities:
    book = TagBook(["LOC", "PER", "ORG"])
    codes = [book.code(tag.encode()) for sentence in sentences for tag in sentence]
    return entities(tags_of(np.array(codes, np.int8), np.array([len(sentence) for sentence in sentences], np.int32)))


def f1(gold: list[list[str]], predicted: list[list[str]]) -> Fraction:
    return counts(spans(gold), spans(predicted)).f1


@settings(max_examples=300)
@given(st.data())
def test_any_garbage_is_counted_as_seqeval_counts_it(data):
    gold = data.draw(SENTENCES)
    predicted = [data.draw(st.lists(st.sampled_from(TAGS), min_size=len(row), max_size=len(row))) for row in gold]
    assert float(f1(gold, predicted)) / 100 == pytest.approx(f1_score(gold, predicted, zero_division=0), abs=1e-12)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("B-LOC I-LOC O", "I-LOC I-LOC O", 100),
        ("B-LOC I-LOC O", "B-LOC E-LOC O", 100),
        ("B-LOC I-LOC O", "B-LOC L-LOC O", 100),
        ("B-LOC O B-PER", "U-LOC O S-PER", 100),
        ("B-LOC B-LOC", "S-LOC S-LOC", 100),
        ("B-LOC B-LOC", "E-LOC I-LOC", 100),
        ("B-LOC B-LOC", "I-LOC I-LOC", 0),
        ("B-LOC I-PER", "B-LOC B-PER", 100),
        ("B-LOC I-LOC", "B-LOC I-PER", 0),
        ("O O", "O O", 0),
    ],
)
def test_schemes_mean_the_same_entities(gold, predicted, expected):
    assert f1([gold.split()], [predicted.split()]) == expected


def test_an_entity_does_not_go_on_over_a_sentence_end():
    assert f1([["B-LOC"], ["B-LOC"]], [["I-LOC"], ["I-LOC"]]) == 100


@given(SENTENCES)
def test_iob2_keeps_the_entities(sentences):
    found = spans(sentences)
    again = entities(from_iob2(iob2(found), found.lengths))
    assert (again.starts == found.starts).all()
    assert (again.ends[again.starts] == found.ends[found.starts]).all()


GOLD = spans([["B-LOC", "O"]] * 50 + [["B-PER", "O"]] * 50)
PREDICTED = spans([["B-LOC", "O"]] * 50 + [["B-PER", "O"]] * 30 + [["O", "O"]] * 20)
DIGEST = "0f" * 32


def test_the_interval_holds_the_metric_and_is_the_same_each_time():
    low, high = interval([(GOLD, PREDICTED)], DIGEST)
    assert low < counts(GOLD, PREDICTED).f1 < high
    assert interval([(GOLD, PREDICTED)], DIGEST) == (low, high)


def test_the_interval_is_the_same_on_every_machine_and_under_every_numpy():
    low, high = interval([(GOLD, PREDICTED)], DIGEST)
    assert (low, high) == pytest.approx((200 * 72 / 172, 200 * 88 / 188), abs=1e-12)


def test_the_interval_is_that_of_drawing_sentence_by_sentence():
    random = np.random.default_rng(1)
    right = np.array([1] * 80 + [0] * 20)
    drawn = right[random.integers(0, 100, (4000, 100))].sum(axis=1)
    expected = np.percentile(200 * drawn / (drawn + 100), [2.5, 97.5])
    assert interval([(GOLD, PREDICTED)], DIGEST) == pytest.approx(tuple(expected), abs=0.8)


def test_the_interval_of_two_parts_is_narrower_than_that_of_one():
    low, high = interval([(GOLD, PREDICTED)], DIGEST)
    both = interval([(GOLD, PREDICTED), (GOLD, PREDICTED)], DIGEST)
    assert low < both[0] < both[1] < high


def test_predictions_without_an_entity_have_an_interval_of_nothing():
    nothing = spans([["O", "O"]] * 100)
    assert interval([(nothing, nothing)], DIGEST) == (0, 0)
