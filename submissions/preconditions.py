"""What a change takes for granted of what it changes, so that nobody overwrites what they have not seen.

Scripts say it in `If-Match` and `If-None-Match` (RFC 9110, section 13.1), forms in a hidden field.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from rest_framework.exceptions import ValidationError

from submissions.errors import ChangedMeanwhile

ANY = "*"
TAG = re.compile(r'(?:W/)?"([^"]*)"')
"""A proxy that compresses weakens tags on their way; the content that they stand for is the same."""


@dataclass(frozen=True, slots=True)
class Precondition:
    """States by their tags, without quotes; the empty tag is that nothing is there. Without both, all is fine."""

    match: tuple[str, ...] = ()
    none_match: tuple[str, ...] = ()

    @classmethod
    def only(cls, tag: str) -> Self:
        """What was there must still be there; nothing, where nothing was."""
        return cls(match=(tag,)) if tag else cls(none_match=(ANY,))

    def check(self, current: str, what: str) -> None:
        """Raises ChangedMeanwhile where the state is another one than was taken for granted."""
        found = current and (ANY in self.match or current in self.match)
        unwanted = current and (ANY in self.none_match or current in self.none_match)
        if (self.match and not found) or unwanted:
            raise ChangedMeanwhile(what, tag=current)


ALWAYS = Precondition()


def precondition_of(headers: Mapping[str, str]) -> Precondition:
    """What a request says. ValidationError where it cannot be read: taken for nothing, it would protect nothing."""
    return Precondition(_tags(headers, "If-Match"), _tags(headers, "If-None-Match"))


def _tags(headers: Mapping[str, str], name: str) -> tuple[str, ...]:
    header = headers.get(name, "").strip()
    if header in {"", ANY}:
        return (ANY,) if header else ()
    found = [TAG.fullmatch(one.strip()) for one in header.split(",")]
    if not all(found):
        raise ValidationError({name: ['It must be an ETag in double quotes as it was given, or "*" without them.']})
    return tuple(one[1] for one in found if one)
