"""A large file in pieces, by tus 1.0 (docs/uploads.md): after a cut it goes on from the last byte that arrived."""

import base64
import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from urllib.parse import urlsplit

from hulk_cli.errors import NotHulk, Refused, ServerAway
from hulk_cli.transport import API, Transport
from scoring.values import Source

PIECE = 8 * 1024 * 1024
MOST_REFUSALS = 20
"""Pieces of a file that may be refused so that they are sent again, until it is no accident any more."""
AGAIN = frozenset({"offset-differs", "upload-incomplete", "checksum-differs"})
"""Refusals of a piece after which the upload goes on from where the server says that it ends."""
PROTOCOL = {"Tus-Resumable": "1.0.0"}
BytesFrom = Callable[[int, int], Iterator[bytes]]
"""The bytes of a file from a position up to another."""


def send(
    transport: Transport,
    source: Source,
    metadata: Mapping[str, str],
    bytes_from: BytesFrom,
    addresses: MutableMapping[str, str],
) -> None:
    """Sends a file. `addresses` remembers, by the file's hash and place, where one that was begun goes on.

    Raises Refused with status 404 where the server does not know the protocol.
    """
    key = " ".join((*sorted(f"{name}={value}" for name, value in metadata.items()), source.sha256))
    path = addresses.get(key, "")
    offset = _offset(transport, path) if path else None
    if offset is None or offset == source.size:  # One that is complete has been taken already, for what was there then.
        path, offset = _begin(transport, source, metadata), 0
        addresses[key] = path
    sender = _Sender(transport, path, source.size, bytes_from, offset)
    while sender.offset < source.size:
        transport.retrying(sender.send_piece)
    addresses.pop(key, None)


def _begin(transport: Transport, source: Source, metadata: Mapping[str, str]) -> str:
    """Announces a file; the path below the API at which it grows."""
    pairs = {**metadata, "sha256": source.sha256}
    coded = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items() if value)
    headers = {**PROTOCOL, "Upload-Length": str(source.size), "Upload-Metadata": coded}
    answer = transport.call("POST", "uploads/", headers=headers)
    # Of the address only the path counts: the token goes nowhere else.
    path = urlsplit(answer.headers.get("Location", "")).path.partition(API)[2]
    if not path:
        raise NotHulk(f"{answer.url} took a file and did not say where it goes on.")
    return path


def _offset(transport: Transport, path: str) -> int | None:
    """How many bytes are there; None where the upload is not waited for any more."""
    try:
        return int(transport.call("HEAD", path, headers=PROTOCOL).headers["Upload-Offset"])
    except Refused as error:
        if error.status != 404:
            raise
        return None


class _Sender:
    """Knows how far an upload is, or that it has to ask."""

    def __init__(self, transport: Transport, path: str, size: int, bytes_from: BytesFrom, offset: int) -> None:
        self._transport = transport
        self._path = path
        self._size = size
        self._bytes_from = bytes_from
        self._refusals = itertools.count(1)
        self._is_sure = True
        self.offset = offset

    def send_piece(self) -> None:
        """One piece from where the upload ends; what a try before this one brought is not sent again."""
        if not self._is_sure:
            answer = self._transport.once("HEAD", self._path, headers=PROTOCOL)
            self.offset, self._is_sure = int(answer.headers["Upload-Offset"]), True
        end = min(self.offset + PIECE, self._size)
        if end > self.offset:
            self._patch(end)

    def _patch(self, end: int) -> None:
        digest = hashlib.sha256()
        for part in self._bytes_from(self.offset, end):
            digest.update(part)
        headers = {
            **PROTOCOL,
            "Upload-Checksum": f"sha256 {base64.b64encode(digest.digest()).decode()}",
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(end - self.offset),
            "Upload-Offset": str(self.offset),
        }
        self._is_sure = False
        try:
            self._transport.once("PATCH", self._path, headers=headers, content=self._bytes_from(self.offset, end))
        except Refused as error:
            if error.code not in AGAIN or next(self._refusals) > MOST_REFUSALS:
                raise
            raise ServerAway(error.detail) from error
        self.offset, self._is_sure = end, True
