"""A submitter's pattern for text logs (PROTOCOL section 7), in an engine of linear time, never a backtracking one."""

import re2

from scoring.readers.wording import clean

LONGEST_PATTERN = 500
LARGEST_PROGRAM = 2_000
"""Instructions of a compiled pattern: what a line costs at most is this times its length."""
_MEMORY_BYTES = 1 << 20
_MOST_ON_A_LINE = 16


class BadPattern(ValueError):
    """A pattern that is not used; the message says why and where."""


class Pattern:
    """One of the two patterns, with one group, in an engine of linear time. BadPattern where it is none."""

    def __init__(self, pattern: str) -> None:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MEMORY_BYTES
        if len(pattern) > LONGEST_PATTERN:
            raise BadPattern(f"it has {len(pattern):,} characters; at most {LONGEST_PATTERN} are read")
        try:
            self._compiled = re2.compile(pattern.encode(errors="replace"), options=options)
        except re2.error as error:
            raise BadPattern(_place(pattern, error)) from None
        if self._compiled.groups != 1:
            raise BadPattern(f"it has {self._compiled.groups} groups; put one, (…), around the number")
        if self._compiled.programsize > LARGEST_PROGRAM:
            raise BadPattern("its repetitions make it too large; repeat less")

    def first(self, line: bytes) -> tuple[int, str] | None:
        """Where the group first matches, and what it caught."""
        match = self._compiled.search(line)
        if match is None or match.group(1) is None:
            return None
        return match.start(1), match.group(1).decode(errors="replace")

    def all(self, line: bytes) -> tuple[str, ...]:
        """What the group caught, at each of its matches on the line."""
        if self._compiled.search(line) is None:
            return ()
        caught = []
        for match in self._compiled.finditer(line):
            if match.group(1):
                caught.append(match.group(1).decode(errors="replace"))
            if len(caught) == _MOST_ON_A_LINE:
                break
        return tuple(caught)


def _place(pattern: str, error: re2.error) -> str:
    """RE2 names the piece that is wrong; its place in the pattern, counted from 1, says which one."""
    told = error.args[0] if error.args else b""
    message = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
    piece = message.partition(": ")[2]
    at = pattern.find(piece) + 1 if piece else 0
    return f"{clean(message)} (at character {at})" if at else clean(message)
