"""Files too large to write down: their bytes are made while they are read."""

import gzip
import io
from collections.abc import Callable, Iterator

from scoring.values import Source

Blocks = Callable[[], Iterator[bytes]]
MEGABYTE = 1 << 20


class Stream(io.RawIOBase):
    """A file whose bytes come from an iterator, which starts again at `seek(0)`."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._left, self._rest, self._at = blocks(), b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        target = offset if whence == 0 else self._at + offset
        if whence == 2 or target < 0:
            raise OSError("only from the start")
        if target < self._at:
            self._left, self._rest, self._at = self._blocks(), b"", 0
        while self._at < target and self.read(min(MEGABYTE, target - self._at)):
            pass
        return self._at

    def readinto(self, buffer: memoryview) -> int:
        while not self._rest:
            block = next(self._left, None)
            if block is None:
                return 0
            self._rest = block
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest, self._at = self._rest[count:], self._at + count
        return count


def source(name: str, blocks: Blocks, size: int = 100_000_000) -> Source:
    """`size` is what the store would say; as sent it is under the limit unless a test says otherwise."""
    return Source(name, size, "0" * 64, lambda: io.BufferedReader(Stream(blocks)))


def repeated(unit: bytes, times: int, head: bytes = b"", tail: bytes = b"") -> Blocks:
    """`unit` that often, in blocks of about a megabyte."""

    def blocks() -> Iterator[bytes]:
        a_block = max(1, MEGABYTE // len(unit))
        yield head
        for _ in range(times // a_block):
            yield unit * a_block
        yield unit * (times % a_block)
        yield tail

    return lambda: filter(None, blocks())


def numbered(row: Callable[[int], bytes], times: int, head: bytes = b"") -> Blocks:
    """A row made of each number."""

    def blocks() -> Iterator[bytes]:
        yield head
        for first in range(0, times, 10_000):
            yield b"".join(map(row, range(first, min(first + 10_000, times))))

    return lambda: filter(None, blocks())


def bomb(unit: bytes, times: int, head: bytes = b"") -> Blocks:
    """Gzip that unpacks to `head` and then `unit` that often: members one after the other, as gzip allows."""
    member = gzip.compress(unit * (8 * MEGABYTE // len(unit)))

    def blocks() -> Iterator[bytes]:
        if head:
            yield gzip.compress(head)
        for _ in range(times * len(unit) // (8 * MEGABYTE)):
            yield member

    return blocks
