"""The bytes of one file to the server and back: streamed, so that memory stays flat however long it is."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from hulk_cli.errors import Changed, ServerAway
from hulk_cli.shapes import Evidence
from hulk_cli.transport import Transport, json_of
from scoring.manifest import Place
from scoring.values import Source

CHUNK = 256 * 1024
BytesDone = Callable[[int], None]
"""Called with the bytes of a file that are on their way so far; it falls back to 0 where a try starts again."""


def upload(transport: Transport, submission: str, place: Place, source: Source, told: BytesDone) -> Evidence:
    """Puts a file at its place of a draft, from the start after each cut. Changed where it is no longer itself."""
    path = f"submissions/{submission}/evidence/{place.task}/{place.kind}/"
    headers = {"Content-Length": str(source.size), "Content-Type": "application/octet-stream"}
    params = where(place)

    def send() -> Evidence:
        answer = transport.once("PUT", path, params=params, headers=headers, content=chunks(source, told))
        evidence: Evidence = json_of(answer)
        return evidence

    evidence = transport.retrying(send)
    if evidence["sha256"] != source.sha256:
        raise Changed(f"{source.name} changed while it was sent. Send it again when nothing writes to it any more.")
    return evidence


def where(place: Place) -> dict[str, str]:
    """Run and part of a place as the address of its evidence has them."""
    return {"run": str(place.run)} | ({"part": place.part} if place.part else {})


def chunks(source: Source, told: BytesDone, start: int = 0) -> Iterator[bytes]:
    """The bytes of a file from a position on. Changed where it is shorter or longer than it was."""
    done = start
    told(done)
    with source.open() as file:
        file.seek(start)
        while chunk := file.read(CHUNK):
            done += len(chunk)
            if done > source.size:
                break
            yield chunk
            told(done)
    if done != source.size:
        raise Changed(f"{source.name} changed its length while it was sent. Send it when nothing writes to it.")


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
