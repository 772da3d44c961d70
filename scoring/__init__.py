"""The rules of HULK as a library: plain Python and numpy, no Django, no network, no clock.

These are its plain values and small rules. What reads files stands in modules of its own, so that a page that only
shows a board does not load numpy: `scoring.verify` (verify, as_json), `scoring.gold` and `scoring.readers`.
"""

from scoring.cost import choose_price, cost_usd, inference_cost_usd, priced_units
from scoring.findings import CODES, Finding, Severity
from scoring.ranking import Standing, ranked
from scoring.rules import ALL_TASKS, Measure, Phase, Rules, Task
from scoring.scores import efficiency, overall, task_score
from scoring.values import Bundle, Measurement, Offer, Outcome, Peers, Price, Report

__all__ = [
    "ALL_TASKS",
    "CODES",
    "Bundle",
    "Finding",
    "Measure",
    "Measurement",
    "Offer",
    "Outcome",
    "Peers",
    "Phase",
    "Price",
    "Report",
    "Rules",
    "Severity",
    "Standing",
    "Task",
    "choose_price",
    "cost_usd",
    "efficiency",
    "inference_cost_usd",
    "overall",
    "priced_units",
    "ranked",
    "task_score",
]
