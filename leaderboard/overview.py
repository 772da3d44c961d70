"""The three phases at a glance: who leads, and one picture a phase."""

from dataclasses import dataclass

from django.db.models import Q

from leaderboard.charts import Dots, dots
from leaderboard.columns import PHASE_TITLES
from leaderboard.models import BoardRow, Edition
from scoring.rules import Measure, Phase

LEADERS = 3
IN_THE_PICTURE = 60
"""How many entries a picture shows, from the top of the board; the reference comes along in any case."""

SENTENCES = {
    Phase.PRETRAINING: "Hours of pretraining until every task can be fine-tuned to its cut-off.",
    Phase.FINETUNING: "Seconds of fine-tuning until the cut-off of each task is reached.",
    Phase.INFERENCE: "Milliseconds for one input, of a model that is at or above the cut-off.",
}


@dataclass(frozen=True, slots=True)
class PhaseGlance:
    """One phase on the front page: the leaders of its time board and a picture of score against parameters."""

    phase: Phase
    title: str
    sentence: str
    leaders: list[BoardRow]
    picture: Dots


def glances(edition: Edition) -> list[PhaseGlance]:
    """All phases of an edition, in one query however many entries there are."""
    shown = Q(position__lte=IN_THE_PICTURE) | Q(is_reference=True)
    rows = BoardRow.objects.filter(shown, edition=edition, measure=Measure.TIME).order_by("phase", "position")
    by_phase: dict[str, list[BoardRow]] = {phase.value: [] for phase in Phase}
    for row in rows:
        by_phase[row.phase].append(row)
    return [_glance(phase, by_phase[phase.value]) for phase in Phase]


def _glance(phase: Phase, rows: list[BoardRow]) -> PhaseGlance:
    return PhaseGlance(phase, PHASE_TITLES[phase], SENTENCES[phase], rows[:LEADERS], dots(rows))
