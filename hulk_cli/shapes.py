"""The JSON objects of the API that scripts rely on. A server may send more keys than are named here."""

from typing import Any, NotRequired, TypedDict

Manifest = dict[str, Any]


class Submission(TypedDict):
    """`missing` names evidence as addresses write it; `attempts_left` is by task, None where there is no limit."""

    id: str
    status: str
    revision: int
    edition: str
    phase: str
    model: str
    missing: list[str]
    attempts_left: dict[str, int | None]
    bytes_left: int
    files_left: int
    entry: str | None
    supersedes: str | None
    created_at: str
    changed_at: str
    url: str
    verification_url: str
    manifest: Manifest


class Evidence(TypedDict):
    task: str
    kind: str
    run: int
    part: str
    name: str
    sha256: str
    size: int
    url: str


class Queued(TypedDict):
    """The answer to a bundle."""

    id: str
    status: str
    url: str
    verification_url: str


class Finding(TypedDict):
    code: str
    severity: str
    task: str
    file: str
    line: int | None
    message: str
    remedy: str
    excerpt: NotRequired[str | None]


class Verification(TypedDict):
    """`scores` and `preview_rank` are None until it is done, and where a task is invalid."""

    status: str
    progress: float
    activity: str
    findings: list[Finding]
    measurements: list[dict[str, Any]]
    scores: dict[str, float | None] | None
    preview_rank: dict[str, int | None] | None


class Page(TypedDict):
    """One page of a list."""

    count: int
    next: str | None
    previous: str | None
    results: list[dict[str, Any]]
