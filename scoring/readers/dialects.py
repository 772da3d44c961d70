"""What the readers of free-text logs share: each says how to know its lines and what they tell."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from scoring.readers.evaluations import LogRequest
from scoring.readers.events import Event
from scoring.readers.free_text import read_free_text
from scoring.readers.notes import Notes
from scoring.readers.readings import LogReading
from scoring.readers.stamps import TextLine
from scoring.readers.text import Text


class TextLog(ABC):
    """A reader of free text. Its lines may stand anywhere in a file, so that later blocks are shown to it as well."""

    name: str
    spent: str
    estimates = False

    @abstractmethod
    def recognises_block(self, block: bytes) -> bool:
        """Whether a piece of the file has lines of this format."""

    @abstractmethod
    def events(self, lines: Iterator[TextLine]) -> Iterator[Event]:
        """What the lines tell, in their order."""

    def recognises(self, head: bytes, request: LogRequest) -> bool:
        return self.recognises_block(head)

    def read(self, text: Text, request: LogRequest, notes: Notes) -> LogReading:
        return read_free_text(self, text, request, notes)
