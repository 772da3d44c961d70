"""Which reader an energy file is for. Here, and only here, the trackers are listed."""

from dataclasses import replace
from typing import Protocol

from scoring.readers.carbontracker import CarbonTrackerEvents, CarbonTrackerLog
from scoring.readers.codecarbon import CodeCarbonFile
from scoring.readers.notes import Notes
from scoring.readers.readings import EnergyReading
from scoring.readers.text import Text, Unreadable
from scoring.rules import Rules
from scoring.values import Energy, Source


class EnergyReader(Protocol):
    """Reads the files of one tracker."""

    def recognises(self, head: bytes) -> bool:
        """Whether the file is this tracker's, by its first 64 KiB."""

    def read(self, text: Text, run_id: str | None) -> Energy:
        """The energy of the run named, or of the only one. Unreadable where it is not there or no number."""


ENERGY_READERS: tuple[EnergyReader, ...] = (CodeCarbonFile(), CarbonTrackerEvents(), CarbonTrackerLog())
"""Asked in this order; the first that recognises the file reads it."""

_REMEDY = "Send CodeCarbon's emissions.csv, or carbontracker's output log with its `Actual consumption` lines."


def read(source: Source, run_id: str | None, rules: Rules) -> EnergyReading:
    """The file as its tracker's reader understands it, with a finding where none does."""
    notes = Notes(source.name)
    text = Text(source, rules.limits)
    try:
        head = text.head()
        reader = next((reader for reader in ENERGY_READERS if reader.recognises(head)), None)
        if reader is None:
            raise Unreadable("The file is of no energy tracker that is read.", remedy=_REMEDY)
        energy = reader.read(text, run_id)
    except Unreadable as error:
        notes.unreadable(error)
        return EnergyReading(findings=notes.findings)
    return EnergyReading(replace(energy, file=source.name, sha256=source.sha256))
