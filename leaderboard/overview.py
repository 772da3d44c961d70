"""The three phases at a glance: who leads, and one picture a phase."""

from dataclasses import dataclass

from leaderboard import lines
from leaderboard.charts import Dots, dots
from leaderboard.columns import PHASE_TITLES, task_titles
from leaderboard.lines import Line
from leaderboard.models import Board, BoardRow, Edition
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
    leaders: list[Line]
    picture: Dots


def glances(edition: Edition) -> list[PhaseGlance]:
    """All phases of an edition, in as many queries however many entries there are."""
    tasks = list(edition.tasks.order_by("position"))
    boards = {board.phase: board for board in Board.objects.filter(edition=edition, measure=Measure.TIME)}
    found = []
    for phase in Phase:
        board = boards[phase.value]
        shared = lines.Board(phase, Measure.TIME, task_titles(tasks, phase), board.best)
        rows = BoardRow.objects.filter(board=board).order_by("order_key", "tie")
        shown = list(lines.lines(rows.ranked()[:IN_THE_PICTURE], shared, "rank"))
        if board.reference.get("entry") and not any(line.is_reference for line in shown):
            shown += lines.lines(rows.ranked().filter(entry=board.reference["entry"]), shared, "rank")
        found.append(PhaseGlance(phase, PHASE_TITLES[phase], SENTENCES[phase], shown[:LEADERS], dots(shown)))
    return found
