"""The bytes of one file to the server and back: streamed, so that memory stays flat however long it is."""

import hashlib
import os
from collections.abc import Callable, Iterator, MutableMapping
from functools import partial
from pathlib import Path

from hulk_cli import tus
from hulk_cli.errors import Changed, Refused, ServerAway
from hulk_cli.shapes import Evidence
from hulk_cli.transport import Transport, json_of
from scoring.manifest import Place
from scoring.values import Source

CHUNK = 256 * 1024
WHOLE_BELOW = tus.PIECE
"""Bytes up to which a file goes in one request: no more of it is lost by a cut than a piece of a larger one."""
BytesDone = Callable[[int], None]
"""Called with the bytes of a file that are on their way so far; it falls back to 0 where a try starts again."""


def upload(
    transport: Transport,
    submission: str,
    place: Place,
    source: Source,
    told: BytesDone,
    addresses: MutableMapping[str, str],
) -> None:
    """Puts a file at its place of a draft. Changed where it is no longer what it was when it was hashed.

    A large one goes in pieces; `addresses` remembers where one goes on that was cut, also in another process.
    """
    if source.size > WHOLE_BELOW:
        metadata = {"submission": submission, "task": place.task, "kind": place.kind, "filename": source.name}
        pieces = partial(chunks, source, told)
        try:
            tus.send(transport, source, metadata | where(place), pieces, addresses)
        except Refused as error:
            if error.status not in {404, 405}:
                raise
        else:
            return
    _put(transport, submission, place, source, told)


def _put(transport: Transport, submission: str, place: Place, source: Source, told: BytesDone) -> None:
    """The whole file in one request, from the start again after each cut."""
    path = f"submissions/{submission}/evidence/{place.task}/{place.kind}/"
    headers = {"Content-Length": str(source.size), "Content-Type": "application/octet-stream"}

    def send() -> Evidence:
        content = chunks(source, told, 0, source.size)
        evidence: Evidence = json_of(transport.once("PUT", path, params=where(place), headers=headers, content=content))
        return evidence

    if transport.retrying(send)["sha256"] != source.sha256:
        raise Changed(f"{source.name} changed while it was sent. Send it again when nothing writes to it any more.")


def where(place: Place) -> dict[str, str]:
    """Run and part of a place as the address of its evidence has them."""
    return {"run": str(place.run)} | ({"part": place.part} if place.part else {})


def chunks(source: Source, told: BytesDone, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a file from a position up to another. Changed where it has not the length it had."""
    done = start
    told(done)
    with source.open() as file:
        if file.seek(0, os.SEEK_END) != source.size:
            raise Changed(f"{source.name} changed its length while it was sent. Send it when nothing writes to it.")
        file.seek(start)
        while done < end and (chunk := file.read(min(CHUNK, end - done))):
            done += len(chunk)
            yield chunk
            told(done)


def download(transport: Transport, evidence: Evidence, submission: str, target: Path, told: BytesDone) -> None:
    """Fetches a file to `target`, which appears whole or not at all. ServerAway where the bytes are not those told."""
    path = f"submissions/{submission}/evidence/{evidence['task']}/{evidence['kind']}/"
    place = Place(evidence["task"], evidence["kind"], evidence["run"], evidence["part"])
    part = target.with_name(f".{target.name}.part")

    def fetch() -> None:
        with transport.streaming(path, params=where(place)) as response:
            digest = _write(part, response.iter_bytes(CHUNK), told)
        if digest != evidence["sha256"]:
            raise ServerAway(f"{evidence['name']} did not arrive as it is stored.")

    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        transport.retrying(fetch)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write(path: Path, pieces: Iterator[bytes], told: BytesDone) -> str:
    """Writes all pieces; the SHA-256 of what was written."""
    digest, done = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            done += len(piece)
            told(done)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()
