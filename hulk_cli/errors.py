"""What a `Client` raises: each says what is wrong, where, and how to mend it."""

from collections.abc import Sequence
from typing import Any


class HulkError(Exception):
    """Base of all of them."""


class WrongUsage(HulkError):
    """It cannot be carried out as it was asked; says what to do instead."""


class ServerAway(HulkError):
    """No answer after all tries; whether the last one did something is not known."""


class NotHulk(HulkError):
    """Something answered that does not speak HULK's API: the address is most likely wrong."""


class Changed(HulkError):
    """A file is no longer what it was when it was read first."""


class Refused(HulkError):
    """The server said no, in the words of RFC 9457.

    `status` is HTTP's, `code` is stable, `errors` has one item a mistake: `field` or `file`, `line`, `code`,
    `message`, `remedy`. `retry_after` is in seconds; None where the server does not say.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Sequence[dict[str, Any]] = (),
        *,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.retry_after = retry_after

    @property
    def remedies(self) -> list[str]:
        """What to do about it, each sentence once."""
        return list(dict.fromkeys(one["remedy"] for one in self.errors if one.get("remedy")))

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "status": self.status, "detail": self.detail, "errors": self.errors}


class NotSignedIn(Refused):
    """There is no token, the server does not know it, or it lacks the scope."""
