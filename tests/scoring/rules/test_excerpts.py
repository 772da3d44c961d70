"""The lines that findings are about."""

import gzip
from datetime import date
from typing import Any

import pytest

from scoring.excerpts import LONGEST, MOST_LINES, Excerpt, excerpts, plain
from scoring.findings import Finding, Severity
from scoring.readers.text import source_of
from scoring.rules import Limits, Phase
from scoring.values import Bundle, Hardware, Run, TaskEvidence


def shown(files: dict[str, bytes], *places: tuple[str, int | None], **limits: Any) -> tuple[Excerpt, ...]:
    runs = tuple(Run(log=source_of(name, content)) for name, content in files.items())
    bundle = Bundle(Phase.FINETUNING, (TaskEvidence("toy", runs),), Hardware("card"), date(2026, 11, 20))
    found = [Finding("log-value-invalid", Severity.ERROR, "", "", file=name, line=line) for name, line in places]
    return excerpts(bundle, found, Limits(**limits))


def test_each_line_that_is_named_is_shown_once() -> None:
    found = shown({"a": b"one\ntwo\r\nthree", "b": b"1\n2\n"}, ("a", 2), ("b", 1), ("a", 2), ("a", 3))
    assert found == (Excerpt("a", 2, "two"), Excerpt("a", 3, "three"), Excerpt("b", 1, "1"))


def test_lines_of_gzip_files_and_far_down_are_found() -> None:
    content = b"".join(b"%d\n" % number for number in range(1, 500_001))
    assert shown({"a": gzip.compress(content)}, ("a", 499_999)) == (Excerpt("a", 499_999, "499999"),)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"\x1f\x8bbroken", b"one\n\xff\xfe\n"])
def test_a_file_that_is_no_text_has_no_lines_to_show(content: bytes) -> None:
    assert shown({"a": content}, ("a", 2)) == ()


def test_what_names_no_line_or_another_file_is_left_out() -> None:
    assert shown({"a": b"one\n"}, ("a", None), ("b", 1), ("a", 5)) == ()


def test_a_name_that_two_files_have_is_nobodys() -> None:
    runs = (Run(log=source_of("a", b"one")), Run(log=source_of("a", b"two")))
    for number, run in enumerate(runs):
        object.__setattr__(run.log, "sha256", str(number))
    bundle = Bundle(Phase.FINETUNING, (TaskEvidence("toy", runs),), Hardware("card"), date(2026, 11, 20))
    assert excerpts(bundle, [Finding("x", Severity.ERROR, "", "", file="a", line=1)], Limits()) == ()


def test_there_is_an_end_to_it() -> None:
    content = b"1\n" * 1000
    assert len(shown({"a": content}, *(("a", line) for line in range(1, 1000)))) == MOST_LINES
    assert len(plain(b"x" * 10_000)) == LONGEST + 1


def test_what_would_not_print_or_turn_the_text_round_is_replaced() -> None:
    assert plain("a\tb\x00\x1b[31m\u202eevil\u200b".encode() + b"\xff") == "a\tb\u2400\u241b[31m�evil��"
