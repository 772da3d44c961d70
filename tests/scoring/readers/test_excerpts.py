"""A few lines of a file, as it counts them, whatever the file is."""

import gzip

import pytest

from scoring.readers.excerpts import DEEPEST_BYTE, LONGEST_LINE, Excerpt, excerpt
from scoring.readers.text import source_of
from scoring.rules import Limits

LIMITS = Limits()
LOG = b"\xef\xbb\xbftime,metric\r\n10,88\r\n20,91\r\n"


def lines(data: bytes, first: int, last: int) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in excerpt(source_of("log.csv", data), LIMITS, first, last).lines]


@pytest.mark.parametrize("data", [LOG, gzip.compress(LOG)])
def test_lines_are_numbered_from_one_as_the_file_has_them(data: bytes):
    assert lines(data, 1, 2) == [(1, "time,metric"), (2, "10,88")]
    assert lines(data, 3, 9) == [(3, "20,91")]
    assert lines(data, -4, 1) == [(1, "time,metric")]


def test_it_says_whether_there_is_more():
    def more(first: int, last: int) -> tuple[bool, bool]:
        found = excerpt(source_of("log.csv", LOG), LIMITS, first, last)
        return found.has_earlier, found.has_later

    assert more(1, 2) == (False, True)
    assert more(2, 3) == (True, False)


def test_blank_lines_count_and_the_last_needs_no_end():
    assert lines(b"a\n\n\nb", 2, 4) == [(2, ""), (3, ""), (4, "b")]


def test_past_the_end_it_says_how_long_the_file_is():
    assert excerpt(source_of("log.csv", LOG), LIMITS, 9, 12) == Excerpt(reason="The file has 3 lines.", last=3)


def test_a_line_far_into_a_long_file_is_found():
    data = b"x" * 1000 + b"\n"
    assert lines(data * 5000 + b"here\n", 5001, 5001) == [(5001, "here")]


def test_long_lines_are_cut():
    line = excerpt(source_of("log.json", b"y" * 5_000_000), LIMITS, 1, 1).lines[0]
    assert (len(line.text), line.is_cut) == (LONGEST_LINE, True)


def test_control_characters_become_signs_and_other_encodings_are_replaced():
    assert lines(b"a\x1b[31m\tb\xff\n", 1, 1) == [(1, "a\u241b[31m\tb\ufffd")]


@pytest.mark.parametrize("data", [b"\x00\x01\x02", gzip.compress(LOG)[:-9]])
def test_a_file_that_is_not_text_says_so(data: bytes):
    found = excerpt(source_of("events", data), LIMITS, 1, 5)
    assert found.lines == ()
    assert found.reason


def test_nothing_is_read_without_bound():
    found = excerpt(source_of("log.csv", gzip.compress(b"x\n" * DEEPEST_BYTE)), LIMITS, DEEPEST_BYTE, DEEPEST_BYTE)
    assert "more than" in found.reason
