"""A folder to the server: a draft, then each file that the server does not have yet, then `submit`.

After a cut the same call goes on with the same draft: what was begun is known by the content of the folder.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hulk_cli import unfinished
from hulk_cli.calls import Calls
from hulk_cli.errors import HulkError, Refused, WrongUsage
from hulk_cli.folder import MANIFEST, open_files, read_manifest
from hulk_cli.shapes import Evidence, Manifest, Queued, Submission
from hulk_cli.unfinished import Begun
from scoring import manifest as manifests
from scoring.manifest import Malformed, Mistakes, Place
from scoring.manifest.bundles import Placed
from scoring.values import Source

FILES_OF_MANIFESTS = frozenset({manifests.LOG, manifests.LATENCIES, manifests.PREDICTIONS, manifests.ENERGY})
BYTES_WITHOUT_END = 2**63
OPEN = frozenset({"draft"})
ENDED = frozenset({"invalid", "changes_requested", "rejected", "withdrawn", "superseded"})
"""States after which the same content, sent once more, is meant as a new submission."""

Progress = Callable[[str, int, int], None]
"""Called with the name of the file that is on its way, and how many bytes of all that is to be sent are."""


def unseen(name: str, done: int, total: int) -> None:
    """Shows no progress."""


@dataclass(frozen=True, slots=True)
class Package:
    """What is to be sent: the manifest as written, and every file it names at its places."""

    manifest: Manifest
    placed: tuple[Placed, ...]

    @property
    def sources(self) -> list[Source]:
        """The files, each once."""
        return list({source.name: source for _, source in self.placed}.values())

    @property
    def content_hash(self) -> str:
        files = sorted((str(place), place.name, source.sha256) for place, source in self.placed)
        return hashlib.sha256(json.dumps([self.manifest, files], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sent:
    """`resumed`: a draft of before was gone on with. `already_sent`: the server had all of it, nothing was done."""

    submission: Submission
    resumed: bool = False
    already_sent: bool = False


def pack(folder: Path) -> Package:
    """Reads a folder. WrongUsage where its manifest is no JSON object, or a file that it names cannot be read."""
    try:
        manifest = manifests.load(read_manifest(folder))
    except Malformed as error:
        line = f", line {error.problem.line}" if error.problem.line else ""
        raise WrongUsage(f"{folder / MANIFEST}{line}: {error.problem.message} {error.problem.remedy}".strip()) from None
    files = open_files(folder, _places(manifest), largest=BYTES_WITHOUT_END)
    if files.findings:
        raise WrongUsage(" ".join(f"{one.message} {one.remedy}" for one in files.findings))
    return Package(manifest, files.placed)


def _places(manifest: Manifest) -> list[Place]:
    """The files that a manifest names, where it names them as it should; what else it says, the server judges."""
    tasks = manifest.get("tasks")
    if not isinstance(tasks, dict):
        return []
    well_formed = {slug: task for slug, task in tasks.items() if isinstance(task, dict)}
    named = manifests.places({"tasks": well_formed})
    return [place for place in named if manifests.file_name(place.name, str(place), Mistakes()) == place.name]


def send(
    calls: Calls,
    package: Package,
    *,
    into: str = "",
    again: bool = False,
    organisation: str = "",
    progress: Progress = unseen,
) -> Sent:
    """Sends a package and queues it.

    `into`: the id of a draft, or of a submission to be revised, that takes it. `again`: as a new submission although
    the same content was sent before. `organisation`: the slug of one whose members may read it. Where a file of a new
    draft is refused, the draft is removed.
    """
    if into:
        draft = calls.status(into)
        begun = unfinished.begin(calls.url, f"{into} {package.content_hash}")
        draft = draft if draft["status"] in OPEN else calls.revise(into)
        _adapt(calls, draft, package, organisation)
        _fill(calls, draft, package, begun, progress)
        return Sent(calls.submit(draft["id"]), resumed=True)
    begun = unfinished.begin(calls.url, package.content_hash)
    known = _known(calls, begun)
    if known and known["status"] in OPEN:
        _adapt(calls, known, package, organisation)
        _fill(calls, known, package, begun, progress)
        return Sent(_submit(calls, known, begun), resumed=True)
    if known is None or known["status"] in ENDED or again:
        return _send_new(calls, package, begun, organisation, progress)
    return Sent(known, already_sent=True)


def _submit(calls: Calls, draft: Submission, begun: Begun) -> Submission:
    """Each revision is submitted once, however often the same content comes back as a draft."""
    return calls.submit(draft["id"], key=f"{begun.key}-submit-{draft['revision']}")


def _known(calls: Calls, begun: Begun) -> Submission | None:
    """The submission that was begun; None where there is none, or it is not there for this account any more."""
    if not begun.submission:
        return None
    try:
        return calls.status(begun.submission)
    except Refused as error:
        if error.status != 404:
            raise
        return None


def _send_new(calls: Calls, package: Package, begun: Begun, organisation: str, progress: Progress) -> Sent:
    if begun.submission:
        begun.forget()
        begun = unfinished.begin(calls.url, package.content_hash)
    draft = calls.create(package.manifest, key=f"{begun.key}-create", organisation=organisation)
    begun.got(draft["id"])
    try:
        _check_attempts(draft, package)
        _fill(calls, draft, package, begun, progress)
        return Sent(_submit(calls, draft, begun))
    except Refused as error:
        if error.status in {400, 409, 413, 415, 422}:
            with suppress(HulkError):
                calls.delete(draft["id"])
            begun.forget()
        raise


def _check_attempts(draft: Submission, package: Package) -> None:
    """Raises Refused before a byte is uploaded that could not be submitted today."""
    proven = {place.task for place, _ in package.placed if place.kind == manifests.PREDICTIONS}
    spent = sorted(slug for slug in proven if draft["attempts_left"].get(slug) == 0)
    if spent:
        raise Refused(
            429,
            "quota-spent",
            f"No attempt is left today for {', '.join(spent)}. Nothing was uploaded; attempts come back at 00:00 UTC.",
        )


def _adapt(calls: Calls, draft: Submission, package: Package, organisation: str) -> None:
    """Gives a draft of before the package's manifest, and takes out the files that it does not name."""
    wanted = {place.key for place, _ in package.placed}
    for one in calls.evidence(draft["id"]):
        if _key(one) not in wanted and one["kind"] in FILES_OF_MANIFESTS:
            calls.remove(draft["id"], Place(*_key(one)))
    changes = replacement(draft["manifest"], package.manifest)
    if changes or organisation:
        calls.change(draft["id"], changes, organisation=organisation)


def _fill(calls: Calls, draft: Submission, package: Package, begun: Begun, progress: Progress) -> None:
    """Sends the files that the server does not have at their place."""
    there = {_key(one): one["sha256"] for one in calls.evidence(draft["id"])}
    lacking = [(place, source) for place, source in package.placed if there.get(place.key) != source.sha256]
    total, before = sum(source.size for _, source in lacking), 0
    for place, source in lacking:

        def told(done: int, name: str = source.name, before: int = before) -> None:
            progress(name, before + done, total)

        calls.upload(draft["id"], place, source, told, begun)
        before += source.size


def _key(evidence: Evidence) -> tuple[str, str, int, str]:
    return (evidence["task"], evidence["kind"], evidence["run"], evidence["part"])


def replacement(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The RFC 7396 patch that makes `new` of `old`; a key that `new` leaves out, or that is null there, is cleared."""
    patch: dict[str, Any] = {}
    for key in [*old, *(key for key in new if key not in old)]:
        before, after = old.get(key), new.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            if below := replacement(before, after):
                patch[key] = below
        elif before != after:
            patch[key] = after
    return patch


def dry_run(calls: Calls, package: Package, *, progress: Progress = unseen) -> Queued:
    """Sends a package to be verified and then thrown away."""
    total = sum(source.size for source in package.sources)
    told = lambda done: progress("the bundle", done, total)  # noqa: E731
    return calls.bundle(package.manifest, package.sources, dry_run=True, told=told)
