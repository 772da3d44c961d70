"""Made-up entries in any number, for load tests: the same ones for the same seed, loaded by COPY and scored in SQL.

They fill one phase of an edition that holds no real submissions; the table of rows is locked meanwhile.
"""

import io
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from leaderboard import ranking, ties
from leaderboard.models import Accelerator, Edition, Entry, Kind
from leaderboard.publishing import hardware_text
from leaderboard.ranking import sort_keys
from leaderboard.rowscores import SHARED, score_rows
from leaderboard.slots import LETTERS
from leaderboard.tallies import Tally, search_text
from scoring.rules import INFERENCE_INPUTS, Measure, Phase
from scoring.values import Outcome

SOURCE = "Made up for a load test."
FAMILIES = ("BERT", "RoBERTa", "XLNet", "ALBERT", "ELECTRA", "DeBERTa", "DistilBERT", "MobileBERT", "TinyBERT", "MPNet",
            "Longformer", "Reformer", "Funnel", "ConvBERT", "BigBird", "Nyströmformer", "FNet", "NeoBERT")  # fmt: skip
SIZES = {"Tiny": 4, "Mini": 11, "Small": 29, "Medium": 66, "Base": 110, "Large": 335, "XL": 750, "XXL": 1500}
VARIANTS = ("distilled", "pruned", "quantised", "sparse", "frozen", "tied", "shallow", "wide", "deep", "early-exit",
            "adapter", "low-rank", "mixed", "whole-word", "span", "uncased", "cased", "wordpiece", "bytes")  # fmt: skip
ORGANISATIONS = (*(f"{place} {kind}" for place in ("North", "South", "East", "West", "Lake", "Hill", "River", "Harbour")
                   for kind in ("University", "Lab", "Institute", "AI")), "Quillon Observatory", "")  # fmt: skip
FRAMEWORKS = ("PyTorch 2.4", "PyTorch 1.13", "TensorFlow 2.15", "JAX 0.4", "MXNet 1.9", "Flax 0.8", "")
RARE = 1 / 20_000
"""The share of the rarest organisation and framework."""
BADGES = {True: "verified", False: "unproven"}
INDEXES_GO_FROM = 20_000
"""Entries from which on it is quicker to build the indexes of rows anew."""


class HoldsSubmissions(ValueError):
    """Made-up entries never stand beside real ones."""

    code = "holds-submissions"


@dataclass(slots=True)
class Made:
    """One made-up entry; `seconds` None where a task was not reached."""

    id: UUID
    model: str
    organisation: str
    parameters_millions: float | None
    accelerator: Accelerator | None
    count: int
    framework: str
    date: date
    verified: bool
    outcomes: list[Outcome]
    seconds: list[float | None]
    usd: list[float | None]

    @property
    def hardware(self) -> str:
        return hardware_text(self.accelerator, self.count)


@transaction.atomic
def make(edition: Edition, phase: Phase, number: int, *, seed: int, at: datetime) -> None:
    """Add entries to the boards of a phase. Raises HoldsSubmissions."""
    edition = ranking.lock(edition)
    real = Entry.objects.filter(edition=edition, kind=Kind.SUBMISSION).exclude(source=SOURCE)
    if real.exists():
        raise HoldsSubmissions(f"{edition.slug} holds real submissions; made-up entries go into another edition.")
    tally = Tally()
    slots = 1 if phase is Phase.PRETRAINING else edition.tasks.count()
    others = Entry.objects.filter(edition=edition, phase=phase)
    has_reference, known = others.references().exists(), others.count()
    made = entries(number, slots, phase, f"{edition.slug} {phase} {seed} after {known}")
    with connection.cursor() as cursor, _quickly(cursor, number):
        cursor.execute("DROP TABLE IF EXISTS pg_temp.made")
        cursor.execute("CREATE TEMP TABLE made (LIKE leaderboard_boardrow INCLUDING DEFAULTS) ON COMMIT DROP")
        cursor.execute("ALTER TABLE pg_temp.made ALTER id DROP NOT NULL, ALTER reference_id DROP NOT NULL")
        _copy(cursor, edition, phase, made, tally, at, has_reference)
        ties.number_all(edition.pk, phase.value)
        cursor.execute(
            "UPDATE leaderboard_boardrow AS row SET tie = entry.tie FROM leaderboard_entry AS entry"
            " WHERE entry.id = row.entry_id AND entry.edition_id = %s AND entry.phase = %s",
            [edition.pk, phase.value],
        )
        cursor.execute(
            "UPDATE pg_temp.made SET tie = entry.tie FROM leaderboard_entry AS entry WHERE entry.id = made.entry_id"
        )
        stage = ranking.stage_of(edition, phase)
        columns = ", ".join("NULL::float8" if one.startswith("usd_") else one for one in SHARED.split(", "))
        for measure, board in stage.boards.items():
            cursor.execute("UPDATE pg_temp.made SET board_id = %s, reference_id = %s", [board.pk, stage.ratio.entry])
            score_rows("pg_temp.made", board.pk, measure, stage.ratio)
            cursor.execute(
                f"INSERT INTO leaderboard_boardrow ({SHARED})"
                f" SELECT {columns if measure is Measure.TIME else SHARED} FROM pg_temp.made ORDER BY order_key, tie"
            )
    ranking.loaded(stage, tally, number)


def entries(number: int, slots: int, phase: Phase, seed: str) -> Iterator[Made]:
    """The same for the same seed. The first one is fit for a reference: all of its tasks are reached."""
    chance = random.Random(seed)
    hardware = list(Accelerator.objects.order_by("slug"))
    scale = {Phase.PRETRAINING: 300_000.0, Phase.FINETUNING: 200.0, Phase.INFERENCE: 0.005}[phase]
    for place in range(number):
        size = chance.choice(list(SIZES))
        accelerator = None if chance.random() < 0.02 or not hardware else chance.choice(hardware)
        count = chance.choice((1, 1, 1, 2, 4, 8))
        outcomes = [_outcome(chance) if place else Outcome.REACHED for _ in range(slots)]
        speed = scale * chance.lognormvariate(0, 0.8) * SIZES[size] / 110 / count
        seconds = [speed * chance.uniform(0.5, 2) if one is Outcome.REACHED else None for one in outcomes]
        rate = 3.06 * count * (INFERENCE_INPUTS if phase is Phase.INFERENCE else 1) / 3600
        yield Made(
            id=UUID(int=chance.getrandbits(128), version=4),
            model=f"{chance.choice(FAMILIES)}-{size} {chance.choice(VARIANTS)} v{chance.randint(1, 400)}",
            organisation=ORGANISATIONS[-2] if chance.random() < RARE else chance.choice(ORGANISATIONS[:-2]),
            parameters_millions=None if chance.random() < 0.05 else round(SIZES[size] * chance.uniform(0.8, 1.3), 1),
            accelerator=accelerator,
            count=count,
            framework="Chainer 7" if chance.random() < RARE else chance.choice(FRAMEWORKS),
            date=date(2019, 11, 1) + timedelta(days=chance.randint(0, 2000)),
            verified=chance.random() < 0.4,
            outcomes=outcomes,
            seconds=seconds,
            usd=[None if one is None or accelerator is None else one * rate for one in seconds],
        )


def _outcome(chance: random.Random) -> Outcome:
    return chance.choices((Outcome.REACHED, Outcome.NOT_REACHED, Outcome.NOT_RUN, Outcome.UNKNOWN), (93, 5, 1, 1))[0]


@contextmanager
def _quickly(cursor: Any, number: int) -> Iterator[None]:
    """Without the indexes of rows where there are many to come; they are built anew at the end, as they were."""
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    dropped: list[str] = []
    if number >= INDEXES_GO_FROM:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'leaderboard_boardrow'"
            " AND indexname LIKE 'row\\_%%'"
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
        dropped = [definition for _, definition in found]
    yield
    # No index is built while foreign keys wait to be checked at the end.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for definition in dropped:
        cursor.execute(definition)


ENTRY = ("id", "edition_id", "phase", "kind", "status", "model", "organisation", "parameters_millions", "base",
         "trained_on_top_of", "paper_url", "code_url", "accelerator_id", "count", "hardware_text", "hardware_details",
         "framework", "precision", "date", "tie", "run_date", "price", "verified", "badge", "is_reference", "runs",
         "source", "footnotes", "findings", "evidence", "checked_by", "published_at", "end_reason")  # fmt: skip
OUTCOME = ("entry_id", "task_id", "outcome", "seconds", "cost_usd", "details")
BATCH = 20_000


def _copy(
    cursor: Any, edition: Edition, phase: Phase, made: Iterator[Made], tally: Tally, at: datetime, has_reference: bool
) -> None:
    """Entries and their outcomes into their tables, and rows without scores into `made`, some thousands at a time."""
    tasks = [None] if phase is Phase.PRETRAINING else [task.pk for task in edition.tasks.order_by("position")]
    batch: list[Made] = []
    is_first = not has_reference
    for one in made:
        batch.append(one)
        if len(batch) == BATCH:
            _copy_batch(cursor, edition, phase, tasks, batch, tally, at, is_first)
            batch, is_first = [], False
    _copy_batch(cursor, edition, phase, tasks, batch, tally, at, is_first)


def _copy_batch(
    cursor: Any,
    edition: Edition,
    phase: Phase,
    tasks: Sequence[int | None],
    batch: Sequence[Made],
    tally: Tally,
    at: datetime,
    with_reference: bool,
) -> None:
    rows = [_row(one, edition.revision, at) for one in batch]
    if with_reference and rows:
        rows[0]["is_reference"] = True
    for row in rows:
        tally.count_values(row)
    own = {"edition_id": edition.pk, "phase": phase.value, "kind": "submission", "status": "published", "tie": 0,
           "price": "{}", "runs": 1, "source": SOURCE, "published_at": at}  # fmt: skip
    values = [
        own
        | {"id": one.id, "accelerator_id": one.accelerator.pk if one.accelerator else None, "count": one.count,
           "hardware_text": row["hardware"], "run_date": one.date, "checked_by": "{}"}
        | {name: row[name] for name in ("model", "organisation", "parameters_millions", "framework", "date", "verified",
                                        "badge", "is_reference", "footnotes")}
        | {"findings": "[]", "evidence": "[]"}
        for one, row in zip(batch, rows, strict=True)
    ]  # fmt: skip
    _copy_in(cursor, "leaderboard_entry", ENTRY, [[value.get(name, "") for name in ENTRY] for value in values])
    outcomes = [
        [one.id, task, outcome.value, one.seconds[slot], one.usd[slot], "{}"]
        for one in batch
        for slot, (task, outcome) in enumerate(zip(tasks, one.outcomes, strict=True))
    ]
    _copy_in(cursor, "leaderboard_outcome", OUTCOME, outcomes)
    if rows:
        _copy_in(cursor, "made", tuple(rows[0]), [list(row.values()) for row in rows])


def _row(one: Made, revision: int, at: datetime) -> dict[str, Any]:
    """The columns of a row that has no board and no score yet."""
    row = {
        "entry_id": one.id, "board_id": 0, "order_key": 0.0, "tie": 0, "score_up": 0.0,
        "outcomes": "".join(LETTERS[word] for word in one.outcomes), "model": one.model,
        "organisation": one.organisation, "hardware": one.hardware,
        "accelerator": one.accelerator.slug if one.accelerator else "", "framework": one.framework, "date": one.date,
        "kind": "submission", "badge": BADGES[one.verified], "verified": one.verified, "is_reference": False,
        "runs": 1, "footnotes": "[]", "valid_from": at, "edition_revision": revision, "reason": "made up",
        "search": search_text(one.model, one.organisation, one.hardware, one.framework),
    }  # fmt: skip
    row |= sort_keys(one.model, one.organisation, one.hardware, one.date, one.parameters_millions)
    for slot, (seconds, usd) in enumerate(zip(one.seconds, one.usd, strict=True), start=1):
        row |= {f"seconds_{slot}": seconds, f"usd_{slot}": usd}
    return row


def _copy_in(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    text = io.StringIO("".join("\t".join(map(_field, row)) + "\n" for row in rows))
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)


def _field(value: Any) -> str:
    """As COPY's text format has it."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    if isinstance(value, dict | list):
        value = json.dumps(value)
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
