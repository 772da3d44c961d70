"""A laptop and the server come to the same findings and the same numbers from the same folder."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from leaderboard import catalogue as database
from leaderboard.models import Edition
from scoring import catalogue as shipped
from submissions import intake, manifest, verification
from submissions.errors import EvidenceMissing
from submissions.models import Submission
from tests import editions
from tests.cli.conftest import GOOD, SAMPLES, checked
from tests.factories_submissions import make_user


@pytest.fixture
def demo(db: None) -> Edition:
    return editions.paper_and_demo()


def verified(folder: Path) -> dict[str, Any]:
    """What the server finds in the folder, as the API shows it."""
    files = {
        path.relative_to(folder).as_posix(): ContentFile(path.read_bytes(), name=path.name)
        for path in folder.rglob("*")
        if path.is_file()
    }
    described = manifest.load(files.pop("submission.json").read())
    owner = make_user()
    submission: Submission = intake.send_bundle(owner=owner, manifest=described, files=files, at=timezone.now())
    verification.verify(submission.pk)
    submission.refresh_from_db()
    shown = verification.visible(submission.verifications.get(), submission, to=owner)
    return json.loads(json.dumps(shown, default=str))


def same(folder: Path, gold: list[str]) -> list[str]:
    """Asserts that both say the same; the codes of what they found."""
    server, laptop = verified(folder), checked(folder, *gold)
    for key in ("status", "progress", "passed", "badge", "findings", "measurements"):
        assert laptop[key] == server[key], key
    return [one["code"] for one in laptop["findings"]]


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample(demo: Edition, gold: list[str], sample: str):
    same(GOOD / sample, gold)


def _without_half(folder: Path) -> None:
    path = folder / "submission.json"
    described = json.loads(path.read_text())
    del described["tasks"]["tiny-nli"]["predictions"]["mismatched"]
    path.write_text(json.dumps(described))
    (folder / "tiny-nli" / "mismatched.tsv").unlink()


MANIFEST, LOG, DEV = "submission.json", "tiny-ner/log.csv", "tiny-sentiment/dev.tsv"
WRONG = {
    "log-time-backwards": (LOG, "\n0.2,100,2.4,", "\n0.2,10,0.4,"),
    "log-no-time": (LOG, "seconds", "when"),
    "predictions-duplicate-id": (DEV, "\n3\t", "\n2\t"),
    "predictions-unknown-id": (DEV, "\n3\t", "\n999\t"),
    "claim-time-mismatch": (MANIFEST, '"claimed_seconds": 24.0', '"claimed_seconds": 12.0'),
    "code-missing": (MANIFEST, "https://example.org/code", ""),
    "clock-differs": (MANIFEST, '"includes_evaluation": "no"', '"includes_evaluation": "yes"'),
    "price-before-first-offer": (MANIFEST, '"run_date": "2026-11-20"', '"run_date": "2015-01-01"'),
}
"""For each code: the file of a sample, what is replaced in it, and by what."""


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong(demo: Edition, gold: list[str], tmp_path: Path, code: str):
    folder = tmp_path / "bad"
    shutil.copytree(GOOD / "finetuning-csv", folder)
    name, before, after = WRONG[code]
    text = (folder / name).read_text()
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1))
    assert code in same(folder, gold)


def test_a_half_that_is_missing(demo: Edition, gold: list[str], tmp_path: Path):
    """The server takes nothing that lacks a file, so that it is told at sending and costs no attempt."""
    folder = tmp_path / "bad"
    shutil.copytree(GOOD / "finetuning-csv", folder)
    _without_half(folder)
    with pytest.raises(EvidenceMissing) as refused:
        verified(folder)
    assert refused.value.missing == ["tiny-nli/predictions?part=mismatched"]
    missing = [one for one in checked(folder, *gold)["findings"] if one["code"] == "evidence-missing"]
    assert [one["task"] for one in missing] == ["tiny-nli"]
    assert "predictions for tiny-nli, part `mismatched`" in missing[0]["message"]


@pytest.mark.parametrize("slug", shipped.editions())
def test_the_database_is_loaded_with_what_the_laptop_has(demo: Edition, slug: str):
    edition = Edition.objects.get(slug=slug)
    assert shipped.rules_of(slug) == database.rules_of(edition)
    assert shipped.default_offers() == database.default_offers(edition)
    assert set(shipped.offers()) == set(database.offers())
    hashes = {task.slug: task.gold_set.published_sha256 for task in edition.tasks.all()}
    assert shipped.gold_hashes(slug) == {task: sha256 for task, sha256 in hashes.items() if sha256}
