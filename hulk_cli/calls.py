"""The addresses of the API as methods: one request each, a repeated one under the same Idempotency-Key."""

import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

from hulk_cli import transfer
from hulk_cli.errors import NotSignedIn, Refused, WrongUsage
from hulk_cli.shapes import Evidence, Manifest, Page, Queued, Submission, Verification
from hulk_cli.transfer import BytesDone
from hulk_cli.transport import Transport, json_of
from scoring.manifest import Place
from scoring.values import Source

DRY_RUNS = "dry-runs"
SUBMISSIONS = "submissions"


NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})


def nobody(done: int) -> None:
    """Listens to the progress of a file where nobody else does."""


class Calls:
    """Raises ServerAway, NotHulk, Refused or NotSignedIn; WrongUsage where an id is none."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    @property
    def url(self) -> str:
        """The server's address."""
        return self.transport.url

    def page_url(self, submission: str) -> str:
        """The address at which people see a submission."""
        return f"{self.url}/submissions/{submission}/"

    def whoami(self) -> dict[str, Any]:
        """The account and its token."""
        return cast("dict[str, Any]", self._private("GET", "whoami/"))

    # --- submissions

    def create(self, manifest: Manifest, *, key: str = "", organisation: str = "") -> Submission:
        """A draft from a manifest; the same one again for the same `key`. Members of the organisation may read it."""
        return cast(Submission, self._post(f"{SUBMISSIONS}/", manifest, key=key, params=_of(organisation)))

    def change(self, submission: str, changes: Mapping[str, Any], *, organisation: str = "") -> Submission:
        """Changes keys of a draft's manifest, as RFC 7396 merges them, and whose members may read it."""
        arguments: dict[str, Any] = {"json": {"manifest": changes}, "params": _of(organisation)}
        return cast(Submission, self._private("PATCH", _path(submission), **arguments))

    def delete(self, submission: str) -> None:
        """Removes a draft that was never submitted."""
        self._signed_in()
        self.transport.call("DELETE", _path(submission))

    def submit(self, submission: str, *, key: str = "") -> Submission:
        """Freezes a draft and queues it."""
        return cast(Submission, self._post(_path(submission, "submit/"), None, key=key))

    def status(self, submission: str) -> Submission:
        return cast(Submission, self._private("GET", _path(submission)))

    def verification(self, submission: str, *, dry_run: bool = False) -> Verification:
        """The newest verification of a submission, or that of a dry run."""
        path = _path(submission, "verification/", below=DRY_RUNS if dry_run else SUBMISSIONS)
        return cast(Verification, self._private("GET", path))

    def withdraw(self, submission: str, comment: str = "") -> Submission:
        """Takes a submission back. One that is withdrawn already stays so."""
        try:
            return cast(Submission, self._post(_path(submission, "withdraw/"), {"comment": comment}))
        except Refused as error:
            found = self.status(submission) if error.status == 409 else None
            if found and found["status"] == "withdrawn":
                return found
            raise

    def revise(self, submission: str) -> Submission:
        """The draft in which it can be mended: itself, or of an approved one a new submission that supersedes it."""
        return cast(Submission, self._post(_path(submission, "revise/"), {}))

    def list(self, *, organisation: str = "") -> Iterator[Submission]:
        """One's own submissions, or those of an organisation, the newest first."""
        self._signed_in()
        return cast("Iterator[Submission]", self._all(f"{SUBMISSIONS}/", _of(organisation)))

    # --- evidence

    def evidence(self, submission: str) -> Iterator[Evidence]:
        """The files that the server has of a submission."""
        self._signed_in()
        return cast("Iterator[Evidence]", self._all(_path(submission, "evidence/")))

    def upload(
        self,
        submission: str,
        place: Place,
        source: Source,
        told: BytesDone = nobody,
        addresses: MutableMapping[str, str] | None = None,
    ) -> None:
        """Puts a file at its place of a draft; `told` hears how many of its bytes are on their way.

        `addresses`, where given, remembers where a large file goes on after a cut: pass the same mapping again.
        """
        self._signed_in()
        known = {} if addresses is None else addresses
        transfer.upload(self.transport, _checked(submission), place, source, told, known)

    def remove(self, submission: str, place: Place) -> None:
        """Takes a file out of a draft."""
        path = _path(submission, f"evidence/{place.task}/{place.kind}/")
        self.transport.call("DELETE", path, params=transfer.where(place))

    def fetch(self, submission: str, evidence: Evidence, target: Path, told: BytesDone = nobody) -> None:
        """Writes a file of a submission to `target`."""
        transfer.download(self.transport, evidence, _checked(submission), target, told)

    def bundle(
        self, manifest: Manifest, sources: Sequence[Source], *, dry_run: bool, key: str = "", told: BytesDone = nobody
    ) -> Queued:
        """Sends everything in one request; `told` hears the bytes of all files together."""
        self._signed_in()
        headers = {"Idempotency-Key": key or str(uuid4())}
        params = {"dry_run": "true"} if dry_run else {}

        def send() -> Queued:
            with ExitStack() as stack:
                counted = _Counter(told)
                files = [(one.name, (Path(one.name).name, counted.of(one, stack))) for one in sources]
                data = {"manifest": json.dumps(manifest)}
                answer = self.transport.once("POST", "bundles/", params=params, headers=headers, data=data, files=files)
            return cast(Queued, json_of(answer))

        return self.transport.retrying(send)

    # --- boards, which need no token

    def board(self, phase: str, measure: str, **parameters: str) -> Page:
        """One page of a board; `parameters` are those of its address: `sort`, `q`, `edition` …"""
        return cast(Page, self.transport.json("GET", f"boards/{phase}/{measure}/", params=parameters))

    def board_csv(self, phase: str, measure: str, **parameters: str) -> Iterator[str]:
        """The whole filtered board as CSV, in pieces."""
        with self.transport.streaming(f"boards/{phase}/{measure}/", params={**parameters, "format": "csv"}) as answer:
            yield from answer.iter_text()

    def entry(self, entry: str) -> dict[str, Any]:
        """One entry with everything that its page shows."""
        return cast("dict[str, Any]", self.transport.json("GET", _path(entry, below="entries")))

    def curves(self, entry: str) -> Sequence[dict[str, Any]]:
        """The learning curves of an entry."""
        return cast("Sequence[dict[str, Any]]", self.transport.json("GET", _path(entry, "curves/", below="entries")))

    # --- how they are asked

    def _signed_in(self) -> None:
        """Raises NotSignedIn before a request that could only fail."""
        if not self.transport.has_token:
            raise NotSignedIn(401, "no-token", f"There is no token for {self.url}.")

    def _private(self, method: str, path: str, **arguments: Any) -> Any:
        self._signed_in()
        return self.transport.json(method, path, **arguments)

    def _post(self, path: str, body: Any, *, key: str = "", params: Mapping[str, str] = NO_PARAMETERS) -> Any:
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self._private("POST", path, headers=headers, params=params, json=body)

    def _all(self, path: str, parameters: Mapping[str, str] = NO_PARAMETERS) -> Iterator[Any]:
        """Every row of a list. Of the address of the next page only the query counts: the token goes nowhere else."""
        params: Any = {"per_page": "100", **parameters}
        while True:
            page = cast(Page, self.transport.json("GET", path, params=params))
            yield from page["results"]
            if not page["next"]:
                return
            params = parse_qsl(urlsplit(page["next"]).query)


class _Counter:
    """Counts the bytes that are read of several files."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self._told = told
        self._done = 0
        told(0)

    def of(self, source: Source, stack: ExitStack) -> "_Counted":
        return _Counted(stack.enter_context(source.open()), self)

    def add(self, size: int) -> None:
        self._done += size
        self._told(self._done)


class _Counted:
    """A file whose reading is counted; httpx asks for these methods."""

    def __init__(self, file: BinaryIO, counter: _Counter) -> None:
        self._file = file
        self._counter = counter

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._counter.add(len(piece))
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def fileno(self) -> int:
        return self._file.fileno()


def _of(organisation: str) -> dict[str, str]:
    return {"organisation": organisation} if organisation else {}


def _path(identifier: str, rest: str = "", *, below: str = SUBMISSIONS) -> str:
    return f"{below}/{_checked(identifier)}/{rest}"


def _checked(identifier: str) -> str:
    """An id as addresses write it. WrongUsage where it is none."""
    try:
        return str(UUID(identifier.strip()))
    except ValueError:
        raise WrongUsage(f"{identifier!r} is not an id. An id looks like {UUID(int=0)}.") from None
