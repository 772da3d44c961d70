"""What the readers hand back: plain values with their findings, never an exception about a submitter's bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoring.findings import Finding
from scoring.values import Curve, Energy, Proof


@dataclass(frozen=True, slots=True)
class LogReading:
    """A log as understood. `curves` holds a task only where it could be read without an error."""

    format: str = ""
    """The format's name in words; empty where no reader recognised the file."""
    clock: str = ""
    """Which column was read as the clock, in which unit, and where its zero is, in words."""
    curves: Mapping[str, Curve] = field(default_factory=dict)
    """Every evaluation by task slug, in percent, also those after the epoch limit; labels from 0 already read as +1."""
    estimated: bool = False
    """True where time was spread over steps from a total."""
    findings: tuple[Finding, ...] = ()
    aborted: bool = False
    """True where the log says that its run failed: nothing in it counts as reached."""


@dataclass(frozen=True, slots=True, eq=False)
class LatencyReading:
    """Latency samples as understood, in milliseconds: float64 of shape (samples,) by task slug."""

    samples: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class PredictionsReading:
    """Predictions as understood. `proof` is None where a finding forbids a metric, and has none without gold.

    `perfect` says that every row sent equals the gold label; the finding about it is a check's, as are the ones that
    compare the proof with log, cut-off and claims.
    """

    proof: Proof | None = None
    perfect: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class EnergyReading:
    """An energy file as understood; `energy` is None where a finding forbids it."""

    energy: Energy | None = None
    findings: tuple[Finding, ...] = ()
