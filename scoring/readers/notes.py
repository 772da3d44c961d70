"""Collects findings about one file, so that a million bad rows give a handful of findings."""

from collections import Counter
from collections.abc import Iterator

from scoring.findings import Finding, Severity, finding
from scoring.readers.text import Unreadable

MOST_OF_A_CODE = 5


class Notes:
    """The findings about one file: the first few of each code and task, and how many more there are.

    `task` is the slug that a finding about the whole file gets: that of the only task the file is for, if there is one.
    """

    def __init__(self, file: str, task: str = "") -> None:
        self.file = file
        self.task = task
        self._found: list[Finding] = []
        self._count: Counter[tuple[str, str]] = Counter()

    def add(
        self,
        code: str,
        message: str,
        *,
        task: str = "",
        line: int | None = None,
        remedy: str = "",
        severity: Severity | None = None,
    ) -> None:
        task = task or self.task
        key = (code, task)
        self._count[key] += 1
        if self._count[key] <= MOST_OF_A_CODE:
            found = finding(code, message, task=task, file=self.file, line=line, remedy=remedy, severity=severity)
            self._found.append(found)

    def add_once(self, code: str, message: str, *, line: int | None = None, remedy: str = "") -> None:
        """A finding in the place of all others of its code: where they have one cause."""
        self._found = [found for found in self._found if found.code != code]
        self._count = Counter({key: count for key, count in self._count.items() if key[0] != code})
        self.add(code, message, line=line, remedy=remedy)

    def first(self, code: str, *, of: int) -> Finding | None:
        """The first finding of a code where there are `of` of them, and more than one."""
        if of < 2 or self._count[code, self.task] != of:
            return None
        return next(found for found in self._found if found.code == code)

    def unreadable(self, error: Unreadable, *, task: str = "") -> None:
        self.add("file-unreadable", error.message, task=task, line=error.line, remedy=error.remedy)

    def wrong(self, task: str = "") -> bool:
        """Whether there is an error about this task or about the whole file."""
        return any(found.severity is Severity.ERROR and found.task in ("", self.task, task) for found in self._found)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self._found, *self._more())

    def _more(self) -> Iterator[Finding]:
        for (code, task), count in self._count.items():
            if count > MOST_OF_A_CODE:
                message = f"{count - MOST_OF_A_CODE:,} more findings of this kind in this file."
                yield finding(code, message, task=task, file=self.file)
