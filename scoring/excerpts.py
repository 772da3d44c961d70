"""The lines that findings are about, as they stand in a submitter's own files: short, and harmless to print."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scoring.findings import Finding
from scoring.readers.excerpts import harmless
from scoring.readers.text import Text, Unreadable
from scoring.rules import Limits
from scoring.values import Bundle, Source

LONGEST = 160
"""Characters of a line that are shown."""
MOST_LINES = 60
"""Lines of one submission that are shown: a file with more mistakes has told enough by then."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    file: str
    line: int
    text: str


def excerpts(bundle: Bundle, findings: Iterable[Finding], limits: Limits) -> tuple[Excerpt, ...]:
    """One for each line that a finding names; none where the file is no text up to there, or shares its name."""
    wanted: dict[str, set[int]] = {}
    for found in findings:
        if found.file and found.line and sum(map(len, wanted.values())) < MOST_LINES:
            wanted.setdefault(found.file, set()).add(found.line)
    sources = _by_name(bundle)
    return tuple(
        Excerpt(file, line, text)
        for file, lines in wanted.items()
        if file in sources
        for line, text in _lines(Text(sources[file], limits), lines)
    )


def _by_name(bundle: Bundle) -> Mapping[str, Source]:
    """The files by name, without those of which two have the same."""
    found: dict[str, Source] = {}
    twice = set()
    for source in bundle.sources():
        if source.sha256 != found.setdefault(source.name, source).sha256:
            twice.add(source.name)
    return {name: source for name, source in found.items() if name not in twice}


def _lines(text: Text, wanted: Iterable[int]) -> Iterator[tuple[int, str]]:
    """The wanted lines in their order, until the file breaks off or breaks a limit."""
    left, first = sorted(wanted, reverse=True), 1
    try:
        for chunk in text.chunks():
            while left and left[-1] < first + len(chunk):
                line = left.pop()
                yield line, plain(chunk[line - first])
            first += len(chunk)
            if not left:
                return
    except Unreadable:
        return


def plain(line: bytes) -> str:
    """The beginning of a line as harmless text."""
    text = line[: 4 * LONGEST].decode(errors="replace")
    kept = harmless(text[:LONGEST])
    return f"{kept}…" if len(text) > LONGEST or len(line) > 4 * LONGEST else kept


def with_excerpts(findings: Iterable[Mapping[str, Any]], lines: Iterable[Excerpt]) -> list[dict[str, Any]]:
    """Findings as JSON, each with the line it is about where there is one to show (`excerpt`, else null)."""
    texts = {(one.file, one.line): one.text for one in lines}
    return [{**found, "excerpt": texts.get((found["file"], found["line"]))} for found in findings]
