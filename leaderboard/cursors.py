"""The opaque place in a board that `next` and `previous` carry: the row before it, signed for one address."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing


@dataclass(frozen=True, slots=True)
class Cursor:
    """`keys` and `entry` are those of the row next to the place; without keys it is the end of the board.

    `page` is the number of the page that it leads to, None where nobody counted so far; `count` what was counted at
    `version` of the board.
    """

    backwards: bool
    keys: tuple[Any, ...] = ()
    entry: str = ""
    page: int | None = None
    version: int = 0
    count: int | None = None
    exact: bool = True

    def text(self, address: str) -> str:
        keys = [_written(key) for key in self.keys]
        values = [self.backwards, keys, self.entry, self.page, self.version, self.count, self.exact]
        return signing.Signer(salt=_salt(address)).sign_object(values)


class StaleCursor(ValueError):
    """It was changed, or made for another address, or by a server that signed otherwise."""

    code = "stale-cursor"


def read(text: str, address: str) -> Cursor:
    """Raises StaleCursor. `address` is the board's, without page and cursor."""
    try:
        backwards, keys, entry, *rest = signing.Signer(salt=_salt(address)).unsign_object(text)
        return Cursor(backwards, tuple(_read(key) for key in keys), entry, *rest)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise StaleCursor(
            "`cursor` does not belong to this address: it comes from `next` or `previous` and goes with what stood "
            "beside it there. Leave it out to start at the first row."
        ) from error


def _salt(address: str) -> str:
    return f"board {address}"


def _written(key: Any) -> Any:
    """A key as JSON: bytes and days are marked, numbers stand as they are (infinity and NaN as Python writes them)."""
    if isinstance(key, bytes):
        return ["b", key.hex()]
    return ["d", key.isoformat()] if isinstance(key, date) else key


def _read(key: Any) -> Any:
    if isinstance(key, list):
        kind, text = key
        return bytes.fromhex(text) if kind == "b" else date.fromisoformat(text)
    return key
