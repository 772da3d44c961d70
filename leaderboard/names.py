"""What people call things, as text that every format can hold."""

import re

UNPRINTABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What XML cannot hold, control characters, and those that turn the line round."""


def printable(text: str) -> str:
    """A name on one line, without what XML refuses or what changes the direction of the text around it."""
    return " ".join(UNPRINTABLE.sub(" ", text).split())
