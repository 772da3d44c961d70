"""The manifest of a submission: read strictly, checked against what is known, and the files it names.

The same for server and laptop: what is known (editions, accelerators, offers) comes in as a value, and what is wrong
goes out as values.
"""

from scoring.manifest.bundles import bundle_of, hardware_of, named_day
from scoring.manifest.fields import file_name
from scoring.manifest.keys import ENERGY, LATENCIES, LIMITS, LOG, MOST_RUNS, PREDICTIONS, part_names
from scoring.manifest.places import Place, absent, places, required
from scoring.manifest.problems import Malformed, Mistakes, Problem, TooLarge, closest, shown
from scoring.manifest.reading import Known, load, merge, read

__all__ = [
    "ENERGY",
    "LATENCIES",
    "LIMITS",
    "LOG",
    "MOST_RUNS",
    "PREDICTIONS",
    "Known",
    "Malformed",
    "Mistakes",
    "Place",
    "Problem",
    "TooLarge",
    "absent",
    "bundle_of",
    "closest",
    "file_name",
    "hardware_of",
    "load",
    "merge",
    "named_day",
    "part_names",
    "places",
    "read",
    "required",
    "shown",
]
