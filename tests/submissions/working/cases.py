"""A small edition with gold labels of its own, and submissions to it, made without HTTP."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.contrib.auth import get_user_model

from leaderboard.catalogue import task_of
from leaderboard.models import Edition, GoldSet, Task
from scoring.gold import Gold, GoldPart
from submissions import gold, intake
from submissions.evidence import put
from submissions.models import Evidence, Submission
from tests.factories import make_accelerator, make_edition, make_entry, make_offer, make_task
from tests.made_once import once

ROWS = 100
CROSSES = "seconds,accuracy\n10,60\n20,85\n30.5,92\n40,93\n"
"""Reaches 90 at 30.5 s, on line 4."""
NEVER = "seconds,accuracy\n10,60\n20,85\n"
BACKWARDS = "seconds,accuracy\n20,60\n10,85\n30,92\n"


def make_person(name: str = "ada", **values: Any) -> Any:
    return get_user_model().objects.create_user(name, f"{name}@example.org", "a long passphrase", **values)


def make_maintainer(name: str = "mia") -> Any:
    return make_person(name, is_staff=True)


def make_small_edition() -> Edition:
    """One accuracy task `toy` of a hundred rows with gold labels, a priced accelerator `card`, and BERT-Large as
    reference at 61 s."""
    return once(make_edition_like_small)


def make_edition_like_small(slug: str = "small", *, with_gold: bool = True, **values: Any) -> Edition:
    """As `make_small_edition`, but for what is said here."""
    edition = make_edition(slug, **{"daily_attempts": 0, **values})
    row = make_task(edition, "toy", parts=[{"name": "", "size": ROWS}])
    card = make_accelerator("card")
    make_offer(card, usd="3.6", edition=edition)
    for phase, seconds in (("finetuning", 61.0), ("pretraining", 61.0), ("inference", 0.061)):
        task = "all" if phase == "pretraining" else "toy"
        make_entry(
            edition,
            {task: seconds},
            phase=phase,
            model="BERT-Large",
            is_reference=True,
            kind="baseline",
            accelerator=card,
            badge="baseline",
        )
    if with_gold:
        import_small_gold(row)
    return edition


def import_small_gold(row: Task) -> None:
    """Rows 0, 2, 4, … are `yes`, and the edition says that this is right."""
    codes = np.array([(number + 1) % 2 for number in range(ROWS)], np.int8)
    sha256 = gold.store(row, Gold(task_of(row), {"": GoldPart(codes, ("no", "yes"))}))
    GoldSet.objects.filter(task=row).update(
        published_sha256=sha256, imported_sha256=sha256, imported_count=ROWS, imported_at=datetime.now(UTC)
    )


def predictions(wrong: int = 8) -> str:
    """All rows with ids, the first `wrong` of them wrong."""
    right = [("yes", "no")[number % 2] for number in range(ROWS)]
    flipped = [{"yes": "no", "no": "yes"}[label] if number < wrong else label for number, label in enumerate(right)]
    return "index\tprediction\n" + "".join(f"{number}\t{label}\n" for number, label in enumerate(flipped))


def manifest_of(edition: str = "small", **task: Any) -> dict[str, Any]:
    return {
        "edition": edition,
        "phase": "finetuning",
        "run_date": "2026-11-20",
        "model": {"name": "ToyBERT", "organisation": "Lab", "code_url": "https://example.org/code"},
        "hardware": {"accelerator": "card", "count": 1},
        "includes_evaluation": "no",
        "tasks": {"toy": {"log": "toy/log.csv", "predictions": "toy/dev.tsv", **task}},
    }


def make_draft(owner: Any, manifest: Mapping[str, Any] | None = None, **files: str) -> Submission:
    """A draft with a log that crosses and predictions that prove it, unless `log` or `predictions` say otherwise."""
    draft = intake.create_draft(owner=owner, manifest=manifest or manifest_of(), at=lately())
    for kind, name, text in (
        ("log", "toy/log.csv", files.get("log", CROSSES)),
        ("predictions", "toy/dev.tsv", files.get("predictions", predictions())),
    ):
        blob = put(io.BytesIO(text.encode()), limit=10**9)
        Evidence.objects.create(submission=draft, task="toy", kind=kind, name=name, sha256=blob.sha256, size=blob.size)
    return draft


def make_queued(owner: Any, manifest: Mapping[str, Any] | None = None, **files: str) -> Submission:
    draft = make_draft(owner, manifest, **files)
    return intake.submit(draft, by=owner, at=lately())


def lately() -> datetime:
    """Long enough ago for the sweeper."""
    return datetime.now(UTC) - timedelta(seconds=10)
